"""Further calls about a task only read, are those that its edition has, and are judged by their own contracts."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from support.raw_server import raw_server
from support.verify_runs import mock, reports, verify
from taskmock.contracts.verify import Target
from taskmock.contracts.verify.relations import reading_operations
from taskmock.schemas import editions_of, load_example

REQUEST_ID = {"request_id": "0" * 32}
REFUSED = {"result": False, "code": 1306403, "message": "App has no permission to the API", "data": None, **REQUEST_ID}
KNOWN = ", ".join(("all", *reading_operations()))
RUNNING, FINISHED, FAILED = (f"n{digit * 31}" for digit in "123")


def node(key, state, name="Copy", **fields):
    ended = state in {"FINISHED", "FAILED"}
    return {
        "id": key,
        "state": state,
        "root_id:": "n" + "0" * 31,
        "parent_id": "n" + "0" * 31,
        "version": "v" + "0" * 32,
        "loop": 1,
        "retry": 0,
        "skip": False,
        "name": name,
        "children": {},
        "error_ignorable": False,
        "error_ignored": False,
        "elapsed_time": 10,
        "start_time": "2024-01-01 10:00:00 +0800",
        "finish_time": "2024-01-01 10:00:10 +0800" if ended else None,
        **fields,
    }


CHILDREN = [
    node("n" + "4" * 31, "FINISHED", name=""),
    *(node(key, state) for key, state in ((FINISHED, "FINISHED"), (RUNNING, "RUNNING"), (FAILED, "FAILED"))),
    node("n" + "5" * 31, "FINISHED", name="Check"),
]
TREE = {
    "result": True,
    "data": node("n" + "0" * 31, "FAILED", name="Task", children={child["id"]: child for child in CHILDREN})
    | {"finish_time": None},
    "code": 0,
    "message": "",
    **REQUEST_ID,
}


def operation_of(line):
    return urlsplit(line.target).path.rstrip("/").rpartition("/")[2]


def answering(status=TREE, **others):
    """A server with one status; the other calls get their example, or what the test says."""

    def behave(line):
        operation = operation_of(line)
        body = status if operation == "get_task_status" else others.get(operation)
        if body is None:
            body = {**load_example("v2", "response", operation=operation), **REQUEST_ID}
        line.answer(json.dumps(body).encode("ascii"))

    return raw_server(behave)


def sources(ended):
    return [report["source"].removeprefix("task 10: ") for report in reports(ended)]


def codes(ended):
    return {report["source"].removeprefix("task 10: "): set(report["codes"]) for report in reports(ended)}


@pytest.mark.parametrize("name", ["parallel-arm-fails", "nested-subprocess-failure", "slow-start", "loop-reentry"])
@pytest.mark.parametrize("edition", ["doc-2019", "v1", "v2"])
@pytest.mark.parametrize("gateway", ["esb", "apigw"])
def test_mock_keeps_the_contract_of_every_call(name, edition, gateway):
    with mock(name, edition=edition) as server:
        arguments = ("--task-id", "10", "--polls", "6", "--operation", "all", "--gateway", gateway)
        ended = verify(server.url, *arguments, "--format", "json")

    made = {report["operation"] for report in reports(ended)[1:]}
    assert ended.exit_code == 0
    assert set().union(*codes(ended).values()) == set()
    assert {report["edition"] for report in reports(ended)} == {edition}
    assert made == {operation for operation in reading_operations() if edition in editions_of(operation)}


def test_history_that_was_cleaned_has_nothing_to_answer_from():
    with mock("expired") as server:
        ended = verify(server.url, "--task-id", "10", "--polls", "4", "--operation", "all", "--format", "json")

    assert ended.exit_code == 0
    assert codes(ended)["get_tasks_manual_intervention_state"] == {"verify.refused"}


def test_all_calls_that_only_read_are_made():
    with answering() as server:
        ended = verify(server.url, "--task-id", "10", "--operation", "all", "--format", "json")
        asked = [operation_of(line) for line in server.lines]

    assert set(asked) == {"get_task_status", *reading_operations()}
    assert sources(ended) == [
        "task 10",
        "get_tasks_status",
        "get_task_detail",
        *(f"get_task_node_detail #{number}" for number in (1, 2, 3)),
        *(f"get_task_node_data #{number}" for number in (1, 2, 3)),
        "get_task_list",
        "get_tasks_manual_intervention_state",
    ]


def test_reading_calls_write_nothing():
    target = Target("http://127.0.0.1:1")

    assert not any(target.call(operation, {}).writes for operation in reading_operations())
    assert "get_task_status" not in reading_operations()


def test_calls_of_the_edition_alone_are_made():
    with mock("failed-then-retried", edition="doc-2019") as server:
        verify(server.url, "--task-id", "10", "--polls", "3", "--operation", "all")
        asked = {call.target.rpartition("sops/")[2].partition("/")[0] for call in server.requests()}

    assert asked == {
        "get_task_status",
        *(operation for operation in reading_operations() if "doc-2019" in editions_of(operation)),
    }


def test_one_node_in_each_state_is_asked_for():
    with answering() as server:
        verify(server.url, "--task-id", "10", "--operation", "get_task_node_data", "--param", "scope=cmdb_biz")
        queries = [parse_qs(urlsplit(line.target).query) for line in server.lines[1:]]

    assert [query["node_id"] for query in queries] == [[FAILED], [FINISHED], [RUNNING]]
    assert all(query["scope"] == ["cmdb_biz"] and query["task_id"] == ["10"] for query in queries)


def test_lists_hold_numbers():
    with answering() as server:
        verify(server.url, "--task-id", "10", "--operation", "get_tasks_status")
        (line,) = server.lines[1:]

    assert json.loads(line.request.partition(b"\r\n\r\n")[2]) == {"bk_biz_id": "2", "task_id_list": [10]}


def test_trees_of_two_tasks_are_found_out():
    with answering() as server:
        ended = verify(server.url, "--task-id", "10", "--operation", "get_task_detail", "--format", "json")

    assert ended.exit_code == 1
    assert "agreement.task" in codes(ended)["get_task_detail"]


def test_refused_call_has_not_been_verified():
    with answering(get_task_list=REFUSED) as server:
        ended = verify(server.url, "--task-id", "10", "--operation", "get_task_list", "--format", "json")

    assert (ended.exit_code, codes(ended)["get_task_list"]) == (1, {"verify.no-data"})
    assert reports(ended)[1]["violations"][0]["message"] == (
        'the call is refused with code 1306403: "App has no permission to the API"'
    )


def test_call_is_judged_by_its_own_contract():
    broken = {**load_example("v2", "response", operation="get_task_list"), "data": {}, **REQUEST_ID}
    with answering(get_task_list=broken) as server:
        ended = verify(server.url, "--task-id", "10", "--operation", "get_task_list", "--format", "json")

    assert ended.exit_code == 1
    assert codes(ended)["get_task_list"] != set()
    assert reports(ended)[1]["operation"] == "get_task_list"


def test_nothing_more_is_asked_about_a_task_that_was_not_seen():
    with answering(status=REFUSED) as server:
        ended = verify(server.url, "--task-id", "10", "--operation", "all", "--format", "json")

    assert (len(server.lines), codes(ended)) == (1, {"task 10": {"verify.no-tree", "verify.refused"}})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--operation", "get_task_detial"),
            f"--operation 'get_task_detial': choose one of {KNOWN}; did you mean 'get_task_detail'?",
        ),
        (
            ("--operation", "get_task_list", "--edition", "doc-2019"),
            "--operation get_task_list: there is no such call in doc-2019, only in v1 and v2.",
        ),
    ],
)
def test_operation_that_cannot_be_is_refused(arguments, message):
    ended = verify("http://127.0.0.1:1", "--task-id", "10", *arguments)

    assert (ended.exit_code, ended.stderr.partition("Error: ")[2].rstrip("\n")) == (2, message)
