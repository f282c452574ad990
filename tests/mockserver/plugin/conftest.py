"""Tests of a client, run in a pytest of their own, and a folder of scenarios for them."""

import pytest

HEAD = """
import json
import time
from urllib.request import urlopen

import pytest

from taskmock.mockserver.core.flow import Activity, Attempt
from taskmock.mockserver.core.scenario import Play, Scenario

STATUS = "/api/c/compapi/v2/sops/get_task_status/"
QUERY = "?bk_app_code=a&bk_app_secret=b&bk_username=me&bk_biz_id=2&task_id=10"
COPY = Scenario(
    name="copy", plays=(Play(start=1000, flow=(Activity(name="A", attempts=(Attempt(fails="disk full"),)),)),)
)


def state(url):
    with urlopen(url) as answer:
        return json.load(answer)["data"]["state"]
"""
FILE = """\
format: 1
scenario: {name}
tags: [{tags}]
flow: [Copy: 3s]
"""


@pytest.fixture
def run(pytester):
    """Runs a test module with pytest in this process."""

    def ran(text, *arguments):
        pytester.makepyfile(HEAD + text)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", "--strict-markers", "-rs", *arguments)

    return ran


@pytest.fixture
def scenarios(pytester):
    """A folder of scenario files."""
    folder = pytester.mkdir("scenarios")
    for name, tags in (("first", "retry, quick"), ("second", "retry"), ("third", "")):
        (folder / f"{name}.yaml").write_text(FILE.format(name=name, tags=tags), encoding="utf-8")
    return folder
