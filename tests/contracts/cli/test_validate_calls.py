"""`taskmock validate --operation`: answers and requests of any call, judged from files."""

import json

import pytest
from click.testing import CliRunner

from support.example_answers import ANSWERS, answer
from taskmock.contracts.cli.validate import validate_command
from taskmock.schemas import load_example


@pytest.fixture
def write(tmp_path):
    def written(body, name="body.json"):
        path = tmp_path / name
        path.write_text(json.dumps(body), encoding="utf-8")
        return str(path)

    return written


def invoke(*arguments):
    return CliRunner().invoke(validate_command, [*arguments])


@pytest.mark.parametrize(("operation", "edition", "name"), ANSWERS, ids="-".join)
def test_good_answer_of_any_call_exits_0(operation, edition, name, write):
    path = write(answer(operation, edition, name))

    assert invoke("--operation", operation, "--edition", edition, "--strictness", "strict", path).exit_code == 0


def test_verdict_names_the_call(write):
    path = write(answer("get_task_list"))

    assert invoke("--operation", "get_task_list", path).output.splitlines() == [
        f"PASS {path}: no findings",
        "  get_task_list, edition v2 (alike in all editions), strictness documented",
    ]


def test_broken_answer_exits_1_and_names_the_place(write):
    body = answer("get_task_list")
    body["data"][1]["is_started"] = "no"

    result = invoke("--operation", "get_task_list", write(body))

    assert result.exit_code == 1
    assert '    "Release api": `is_started` is a string' in result.output.splitlines()
    assert '      at /data/1/is_started, expected true or false, found "no"' in result.output.splitlines()


def test_request_of_a_call_is_judged(write):
    request = load_example("v2", "request", operation="operate_task") | {"action": "stop"}

    result = invoke("--request", "--operation", "operate_task", write(request))

    assert result.exit_code == 1
    line = '      at /action, expected one of start, pause, resume, revoke, found "stop"'
    assert line in result.output.splitlines()


def test_json_report_names_the_call(write):
    path = write(answer("create_task"))

    document = json.loads(invoke("--operation", "create_task", "--format", "json", path).output)

    assert [(report["subject"], report["operation"]) for report in document["reports"]] == [("response", "create_task")]


def test_page_draws_no_tree_of_another_call(write, tmp_path):
    page = tmp_path / "report.html"

    result = invoke(
        "--operation", "get_task_detail", "--format", "html", "-o", str(page), write(answer("get_task_detail"))
    )

    assert result.exit_code == 0
    assert "get_task_detail" in page.read_text(encoding="utf-8")


def test_answer_of_another_edition_is_hinted_at(write):
    path = write(answer("get_task_node_detail", "v1"))

    result = invoke("--operation", "get_task_node_detail", "--edition", "v2", path)

    hint = f"Hint: {path}: the body looks like v1 (the node has `state_refresh_at` but no `root_id:`)"
    assert result.exit_code == 1
    assert hint in result.output.splitlines()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--operation", "get_tasks_state"],
            "Invalid value for '--operation': unknown call 'get_tasks_state': choose one of get_task_status,",
        ),
        (
            ["--operation", "get_task_list", "--edition", "doc-2019"],
            "unknown edition of get_task_list 'doc-2019': choose one of auto, v1, v2",
        ),
        (
            ["--operation", "start_task", "--history"],
            "--history is about answers of get_task_status, not of start_task.",
        ),
        (
            ["--operation", "start_task", "--coverage"],
            "--coverage is about answers of get_task_status, not of start_task.",
        ),
    ],
)
def test_wrong_use_exits_2_and_says_what_is_allowed(arguments, message, write):
    result = invoke(*arguments, write({}))

    assert result.exit_code == 2
    assert result.output.splitlines()[-1].startswith(f"Error: {message}")
