"""The loader of `taskmock.schemas`."""

import re
import subprocess
import sys

import pytest

from taskmock import schemas


def exactly(message):
    """A pattern for the whole message."""
    return f"^{re.escape(message)}$"


@pytest.mark.parametrize("edition", schemas.EDITIONS)
@pytest.mark.parametrize("name", schemas.SCHEMAS)
def test_load_schema_gives_the_named_schema(edition, name):
    assert schemas.load_schema(edition, name)["$id"] == f"urn:taskmock:get_task_status:{edition}:{name}"


def test_load_schema_gives_a_fresh_copy():
    schemas.load_schema("v2", "node").clear()

    assert schemas.load_schema("v2", "node")["$ref"] == "#/$defs/node"


def test_unknown_edition_names_the_editions_and_the_closest():
    with pytest.raises(
        ValueError, match=exactly("unknown edition 'doc2019': choose one of doc-2019, v1, v2; did you mean 'doc-2019'?")
    ):
        schemas.load_schema("doc2019", "node")


def test_unknown_schema_without_a_close_one_names_the_schemas():
    with pytest.raises(ValueError, match=exactly("unknown schema 'zzz': choose one of request, response, node")):
        schemas.load_schema("v1", "zzz")


def test_unknown_example_names_the_examples_of_its_edition():
    with pytest.raises(
        ValueError, match=exactly("unknown example 'created': choose one of failure, request, response")
    ):
        schemas.load_example("doc-2019", "created")


def test_the_seed_request_is_word_for_word_the_documents():
    assert schemas.load_example("doc-2019", "request") == {
        "bk_app_code": "esb_test",
        "bk_app_secret": "xxx",
        "bk_token": "xxx",
        "bk_biz_id": "2",
        "task_id": "10",
    }


def test_the_seed_response_keeps_the_documents_order_and_values():
    data = schemas.load_example("doc-2019", "response")["data"]
    fields = ["retry", "name", "finish_time", "skip", "start_time", "children", "state", "version", "id", "loop"]

    assert list(data) == fields
    assert [list(child) for child in data["children"].values()] == [fields, fields]
    assert data["start_time"] == "2018-04-26 16:08:34 +0800"
    assert data["finish_time"] == data["version"] == ""
    assert [child["version"] for child in data["children"].values()] == [
        "7447cc2801b630f497768493c02fb488",
        "914d35fe7d143c2186e6d3532870b37d",
    ]


def test_report_schema_is_loaded():
    assert schemas.load_report_schema()["$id"] == "urn:taskmock:report"


def test_importing_schemas_imports_no_decoder():
    code = (
        "import sys; before = set(sys.modules); import taskmock.schemas; "
        "print(sorted({'json', 'importlib.resources', 'difflib'} & (set(sys.modules) - before)))"
    )

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "[]"
