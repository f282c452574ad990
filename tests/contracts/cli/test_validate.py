"""`taskmock validate`, run as users run it: arguments, output, exit codes, encodings."""

import contextlib
import io
import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from taskmock.contracts.cli.validate import validate_command
from taskmock.contracts.writers import FORMATS
from taskmock.schemas import load_example

RUN = [sys.executable, "-c", "from taskmock.contracts.cli.validate import validate_command; validate_command()"]


def run(*arguments, stdin=b"", encoding="utf-8"):
    """The finished process of `taskmock validate` with some arguments."""
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    return subprocess.run([*RUN, *map(str, arguments)], input=stdin, capture_output=True, env=environment, check=False)


def invoke(*arguments, stdin=None):
    """The result of the command in this process."""
    return CliRunner().invoke(validate_command, [*map(str, arguments)], input=stdin)


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.json"
    path.write_text(json.dumps(load_example("v2", "response")), encoding="utf-8")
    return path


@pytest.fixture
def bad(tmp_path):
    body = load_example("v2", "response")
    body["data"]["name"] = "发布任务 ☃"
    body["data"]["retry"] = -1
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    return path


def test_good_file_exits_0(good):
    result = run(good)

    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.decode().splitlines() == [
        f"PASS {good}: no findings in 8 nodes",
        "  edition v2 (the task has `root_id:`), strictness documented",
    ]


def test_bad_file_exits_1(bad):
    result = run(bad)

    assert (result.returncode, result.stderr) == (1, b"")
    assert '    "发布任务 ☃": `retry` is too small' in result.stdout.decode().splitlines()


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("gbk", "发布任务 \\u2603"), ("ascii", "\\u53d1\\u5e03\\u4efb\\u52a1 \\u2603")],
)
def test_output_survives_other_encodings(bad, encoding, name):
    result = run(bad, encoding=encoding)

    assert (result.returncode, result.stderr) == (1, b"")
    assert f'    "{name}": `retry` is too small' in result.stdout.decode(encoding).splitlines()


@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_help_survives_other_encodings(encoding):
    result = run("--help", encoding=encoding)

    assert (result.returncode, result.stderr) == (0, b"")
    assert b"Exit codes: 0 every file keeps its contract" in result.stdout


def test_help_imports_no_engine():
    code = (
        "import sys; from taskmock.contracts.cli.validate import validate_command; "
        "validate_command(['--help'], standalone_mode=False); "
        "print(sorted({'json', 'jsonschema', 'jsonschema_rs', 'taskmock.contracts.contract'} & set(sys.modules)))"
    )

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "taskmock.contracts.contract" not in result.stdout.splitlines()[-1]
    assert "jsonschema" not in result.stdout.splitlines()[-1]


def test_standard_input_is_judged():
    result = run("--edition", "doc-2019", "--strictness", "strict", "-", stdin=seed())

    assert result.returncode == 0
    assert result.stdout.decode().splitlines() == [
        "PASS standard input: no findings in 3 nodes",
        "  edition doc-2019 (as asked for), strictness strict",
    ]


def seed():
    return json.dumps(load_example("doc-2019", "response")).encode()


@pytest.mark.parametrize(
    "body",
    [b"", b"oops", b"<html></html>", b'{"a":' * 100_000, b'{"a": NaN}', rb'{"a": "\ud800"}', b"[]", b'{"a":1,"a":1}'],
)
def test_unreadable_body_exits_1_with_one_finding(body):
    result = invoke("-", stdin=body)

    assert result.exit_code == 1
    assert "FAIL standard input: 1 error\n" in result.output
    assert "Traceback" not in result.output


def test_a_file_of_50_megabytes_exits_1_with_one_finding(tmp_path):
    path = tmp_path / "huge.json"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)

    result = invoke(path)

    assert result.exit_code == 1
    assert "the body has more than the 33,554,432 bytes that are judged" in result.output


def test_missing_file_exits_2(tmp_path):
    result = run(tmp_path / "nowhere.json")

    assert (result.returncode, result.stdout) == (2, b"")
    assert f"Error: cannot read {tmp_path / 'nowhere.json'}: No such file or directory" in result.stderr.decode()


def test_missing_file_leaves_the_others_judged(good, bad, tmp_path):
    result = invoke(tmp_path / "nowhere.json", good, bad)

    assert result.exit_code == 2
    assert f"PASS {good}: " in result.stdout
    assert f"FAIL {bad}: " in result.stdout
    assert result.stderr == f"Error: cannot read {tmp_path / 'nowhere.json'}: No such file or directory\n"


def test_failure_answer_has_no_tree_to_judge():
    result = invoke("-", stdin=b'{"result": false, "message": "no", "code": 3599999}')

    assert result.exit_code == 0
    assert result.stdout.startswith("PASS standard input: a failure answer, no tree to judge\n")


def test_answers_line_by_line_lead_to_history():
    result = invoke("-", stdin=b'{"result": false}\n{"result": false}\n')

    assert result.exit_code == 1
    assert result.stderr == "Hint: standard input: a history, with an answer on each line? Use --history\n"


def test_tree_may_be_required(good):
    result = invoke("--require-tree", "-", good, stdin=b'{"result": false, "message": "no", "code": 3599999}')

    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "FAIL standard input: 1 error"
    assert "    there is no tree to judge" in result.stdout.splitlines()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("options", [(), ("--history",)], ids=["answer", "history"])
def test_report_of_every_format_has_the_tree_that_is_missing(options, form):
    result = invoke("--require-tree", "--format", form, *options, "-", stdin=b'{"result": false, "message": "no"}')

    assert result.exit_code == 1
    assert "document.no-tree" in result.stdout


def test_tree_that_is_demanded_is_no_matter_of_a_baseline(tmp_path):
    options = ["--require-tree", "--baseline", tmp_path / "known.json", "--baseline-update"]

    result = invoke(*options, "-", stdin=b'{"result": false, "message": "no"}')

    assert result.exit_code == 1
    assert json.loads((tmp_path / "known.json").read_text(encoding="utf-8"))["accepted"] == []


def test_body_of_another_edition_is_told():
    body = b'{"result": true, "data": {"root_id:": "n"}}'

    result = invoke("--edition", "doc-2019", "-", stdin=body)

    assert result.exit_code == 1
    assert result.stderr == "Hint: standard input: the body looks like v2 (the task has `root_id:`)\n"


@pytest.mark.parametrize("body", [b"{", b'{"result": true, "data": {}}'])
def test_body_that_tells_no_edition_gets_no_hint(body):
    assert invoke("--edition", "v1", "-", stdin=body).stderr == ""


def test_unreadable_file_exits_2(good, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)

    result = invoke(good)

    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == f"Error: cannot read {good}: Permission denied"


@pytest.mark.parametrize("arguments", [[], ["--edition=v3", "-"], ["--strictness=x", "-"], ["--format=xml", "-"]])
def test_wrong_usage_exits_2(arguments):
    result = run(*arguments)

    assert (result.returncode, result.stdout) == (2, b"")
    assert result.stderr.startswith(b"Usage: ")


def test_several_files_give_a_report_each_and_a_summary(good, bad):
    result = invoke(good, bad, good)

    assert result.exit_code == 1
    assert [line[:4] for line in result.output.splitlines() if line[:4] in {"PASS", "FAIL"}] == ["PASS", "FAIL", "PASS"]
    assert result.output.splitlines()[-1] == "3 checked: 2 passed, 1 failed"


def test_json_format_prints_one_document(good, bad):
    result = run("--format", "json", good, bad)

    document = json.loads(result.stdout)

    assert result.returncode == 1
    assert {report["source"]: report["ok"] for report in document["reports"]} == {str(good): True, str(bad): False}


def test_request_is_judged():
    request = json.dumps(load_example("doc-2019", "request"))

    result = invoke("--request", "--strictness", "strict", "-", stdin=request)

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "PASS standard input: no findings",
        "  edition doc-2019 (the request has no parameter that later editions added), strictness strict",
    ]


def test_undocumented_fields_weigh_by_strictness():
    body = json.dumps({**load_example("v2", "response"), "surprise": 1})

    codes = [
        invoke("--strictness", strictness, "-", stdin=body).exit_code
        for strictness in ("lenient", "documented", "strict")
    ]

    assert codes == [0, 0, 1]


def test_output_goes_to_any_stream(good):
    stream = io.StringIO()

    with contextlib.redirect_stdout(stream):
        validate_command([str(good)], standalone_mode=False)

    assert stream.getvalue().startswith(f"PASS {good}: ")


def test_a_reader_that_went_away_gives_no_traceback(good):
    process = subprocess.Popen([*RUN, str(good)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()

    with process.stderr:
        messages = process.stderr.read()
    process.wait()

    assert b"Traceback" not in messages
    assert b"Error" not in messages
