"""The options on reports, as `taskmock validate` has them: format, file, redaction."""

import json
import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner

from taskmock.contracts.cli.validate import validate_command
from taskmock.contracts.selftest.documents import documents
from taskmock.contracts.writers import FORMATS

STARTS = {
    "text": "FAIL ",
    "json": "{",
    "junit": "<?xml",
    "markdown": "## taskmock: 1 of 1 break the contract",
    "github": "::error file=",
    "gitlab": "[",
    "sarif": "{",
    "ctrf": "{",
    "comment": "<!-- taskmock response -->",
    "html": "<!DOCTYPE html>",
}


@pytest.fixture
def bad(tmp_path):
    body = documents("v2")["a failed task"]
    body["data"]["retry"] = -1
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(body), encoding="utf-8")
    return path


def invoke(*arguments):
    return CliRunner().invoke(validate_command, [*map(str, arguments)])


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_written(bad, form):
    result = invoke("--format", form, bad)

    assert result.exit_code == 1
    assert result.output.startswith(STARTS[form])


@pytest.mark.parametrize("form", FORMATS)
def test_report_goes_to_a_file_whole(bad, tmp_path, form):
    file = tmp_path / "report"

    result = invoke("--format", form, "-o", file, bad)

    assert (result.exit_code, result.output) == (1, "")
    written = file.read_bytes().decode("utf-8")
    assert written.startswith(STARTS[form])
    assert written.endswith("\n")
    if form not in {"junit", "ctrf"}:  # which are dated
        assert written == invoke("--format", form, bad).output


def test_page_has_the_tree_of_each_answer(bad):
    result = invoke("--format", "html", bad, bad)

    assert result.output.count('data-depth="0"') == 2


def test_junit_report_is_dated(bad):
    [suite] = ET.fromstring(invoke("--format", "junit", bad).output)

    assert suite.get("timestamp") > "2020"


def test_file_that_cannot_be_written_exits_2(bad, tmp_path):
    result = invoke("-o", tmp_path / "nowhere" / "report", bad)

    assert result.exit_code == 2
    assert result.output.splitlines()[-1].startswith(f"Error: cannot write {tmp_path / 'nowhere' / 'report'}: ")


@pytest.mark.parametrize("form", FORMATS)
def test_redacted_report_has_no_names_and_ids(bad, form):
    result = invoke("--redact-values", "--format", form, bad)

    assert result.exit_code == 1
    assert "field.range" in result.output
    assert "n000000" not in result.output
    assert "Release" not in result.output


def test_self_test_goes_to_a_file(tmp_path):
    file = tmp_path / "account"

    result = invoke("--self-test", "--edition", "v2", "-o", file)

    assert (result.exit_code, result.output) == (0, "")
    assert file.read_text(encoding="utf-8").splitlines()[-1].startswith("PASS self-test of v2: ")
