"""JUnit reports keep the facts of both schemas in use: Jenkins' xUnit plugin's, and the stricter one of Ant's task."""

import datetime as dt
import re
import xml.etree.ElementTree as ET

import pytest

from support.example_reports import judged
from taskmock.contracts.writers import junit_report

NUMBER, TOKEN = "[0-9]+", r"\S(?:.*\S)?"
ANY = "(?s).*"
# element -> the attributes it must and may have; Ant's schema allows no others, Jenkins' demands fewer
ATTRIBUTES = {
    "testsuites": {},
    "testsuite": {
        "name": TOKEN,
        "package": TOKEN,
        "id": NUMBER,
        "timestamp": "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}",
        "hostname": TOKEN,
        **dict.fromkeys(("tests", "failures", "errors", "skipped"), NUMBER),
        "time": "[0-9]{1,3}",
    },
    "properties": {},
    "property": {"name": TOKEN, "value": ANY},
    "testcase": {"name": TOKEN, "classname": TOKEN, "time": "[0-9]{1,3}"},
    "failure": {"type": TOKEN, "message": ANY},
    "system-out": {},
    "system-err": {},
}
# element -> its children in this order, as a pattern of their names, each followed by a space
CHILDREN = {
    "testsuites": "(testsuite )*",
    "testsuite": "properties (testcase )*system-out system-err ",
    "properties": "(property )*",
    "property": "",
    "testcase": "(failure )?",
    "failure": "",
    "system-out": "",
    "system-err": "",
}


def complaints(root):
    """What of a document the schemas would refuse."""
    for element in root.iter():
        wanted = ATTRIBUTES.get(element.tag)
        names = "".join(f"{child.tag} " for child in element)
        if wanted is None or not re.fullmatch(CHILDREN[element.tag], names):
            yield f"{element.tag} with {names}"
        elif element.keys() != list(wanted):
            yield f"{element.tag} has {element.keys()}"
        else:
            yield from (f"{key}={value}" for key, value in element.items() if not re.fullmatch(wanted[key], value))
        if element.tag in {"testsuites", "testsuite", "properties", "testcase"} and (element.text or "").strip():
            yield f"{element.tag} holds text"


@pytest.mark.parametrize("moment", [None, dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)])
def test_report_keeps_the_schemas(moment):
    assert list(complaints(ET.fromstring(junit_report(judged(), moment=moment)))) == []


@pytest.mark.parametrize(
    "broken",
    [
        '<testsuites name="x"/>',
        "<testsuites><testcase/></testsuites>",
        "<testsuites><testsuite/></testsuites>",
        "<testsuites>text</testsuites>",
    ],
)
def test_what_the_schemas_refuse_is_found(broken):
    assert list(complaints(ET.fromstring(broken))) != []


def test_suites_count_their_cases():
    for suite in ET.fromstring(junit_report(judged())):
        cases = suite.findall("testcase")
        assert int(suite.get("tests")) == len(cases) >= 1
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))


def test_suites_are_numbered_and_named_after_their_sources():
    suites = ET.fromstring(junit_report([("  a\nb ", judged()[1][1]), ("", judged()[1][1])]))

    assert [(suite.get("id"), suite.get("name")) for suite in suites] == [("0", "a b"), ("1", "response")]


def test_failure_of_many_says_how_many_and_the_first():
    [suite] = ET.fromstring(junit_report(judged()[:1]))

    [failure] = suite.findall("testcase[@name='field.range']/failure")

    assert failure.get("message").startswith("7 findings, the first: plain: `retry` is too small; expected")
    assert len(failure.text.splitlines()) == 7


def test_report_is_ascii_and_dated():
    text = junit_report(judged(), moment=dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC))

    assert text.isascii()
    assert 'timestamp="2026-03-02T10:00:00"' in text
