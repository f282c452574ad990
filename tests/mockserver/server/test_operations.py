"""What a client's own operations do to a task, and how they are refused: with the real server's codes and words."""

import re
from urllib.parse import urlencode

import pytest

from support.gateway_calls import backend_error
from support.mock_calls import CREDENTIALS, SOPS, admin, operate, poll, send, states, status_of
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.scenarios import read_scenario
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.settings import Settings

TEXT = """\
format: 1
scenario: operated
edition: v2
task: {name: Release web}
start: 2s
dispatch: 100ms
flow:
  - Prepare: 2s
  - parallel:
      - [Copy A: 3s]
      - [Copy B: {attempts: [{takes: 2s, fails: ssh timeout}, {takes: 2s}]}]
  - subprocess: Rolling restart
    flow: [Restart: 2s]
  - exclusive: {take: ok, arms: {ok: [Notify: 1s], bad: [Roll back: 1s]}}
  - Approve: {waits: callback}
"""
DONE = {"result": True, "data": {}, "message": "success", "code": 0}
GATEWAY = "n" + "0" * 31


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def url(clock):
    with MockServer(read_scenario(TEXT, source="operated"), clock=clock, settings=Settings(seed="7")) as server:
        yield server.url


def node(data, name):
    """The node of a name, wherever it is."""
    if data["name"] == name:
        return data
    found = (node(child, name) for child in data.get("children", {}).values())
    return next((child for child in found if child), None)


def done(url, name, **said):
    answer = operate(url, name, **said)
    assert len(answer.pop("request_id")) == 32
    assert answer == DONE


def refused(url, name, **said):
    answer = operate(url, name, **said)
    assert (answer["result"], answer["data"]) == (False, None)
    return answer["code"], answer["message"]


def test_task_is_paused_at_once_while_its_node_runs_on(url, clock):
    clock.set(3)
    done(url, "operate_task", action="pause")
    paused = poll(url)
    clock.set(30)

    assert (paused["state"], node(paused, "Prepare")["state"]) == ("SUSPENDED", "RUNNING")
    assert states(poll(url)) == {"Release web": "SUSPENDED", "": "FINISHED", "Prepare": "FINISHED"}
    done(url, "operate_task", action="resume")
    assert poll(url)["state"] == "RUNNING"


def test_revoked_task_is_over(url, clock):
    clock.set(3)
    done(url, "operate_task", action="revoke")

    assert poll(url)["state"] == "REVOKED"
    assert refused(url, "operate_task", action="resume") == (
        3545000,
        "task with current_flow:finished cannot be resumeed",
    )


def test_retried_node_is_ready_with_a_new_version_and_no_times(url, clock):
    clock.set(7)
    failed = node(poll(url), "Copy B")
    done(url, "operate_node", node_id=failed["id"], action="retry")
    ready = node(poll(url), "Copy B")
    root = poll(url)

    assert (failed["state"], ready["state"], ready["retry"]) == ("FAILED", "READY", 1)
    assert (ready["start_time"], ready["finish_time"]) == (None, None)
    assert ready["version"] != failed["version"]
    assert (root["retry"], root["state"]) == (0, "RUNNING")
    clock.set(12)
    assert node(poll(url), "Copy B")["state"] == "FINISHED"


def test_skipped_node_is_finished_with_a_new_version(url, clock):
    clock.set(7)
    failed = node(poll(url), "Copy B")
    done(url, "operate_node", node_id="Copy B", action="skip")
    skipped = node(poll(url), "Copy B")

    assert (skipped["state"], skipped["skip"], skipped["retry"]) == ("FINISHED", True, 0)
    assert skipped["version"] != failed["version"]
    assert skipped["finish_time"].endswith("16:08:41 +0800")


def test_node_failed_by_force_says_who_did_it(url, clock):
    clock.set(3)
    poll(url)
    done(url, "operate_node", node_id="Prepare", action="forced_fail")

    [entry] = admin(url, "/sessions/default/tasks/10")["log"]
    assert node(poll(url), "Prepare")["state"] == poll(url)["state"] == "FAILED"
    assert entry["data"] == "The node has been terminated by anna."


def test_node_is_paused_before_it_begins(url, clock):
    clock.set(7)
    done(url, "operate_node", node_id="Copy B", action="skip")
    done(url, "operate_node", node_id="Restart", action="pause")
    clock.set(20)
    paused = poll(url)

    assert [node(paused, name)["state"] for name in ("Release web", "Rolling restart", "Restart")] == [
        "NODE_SUSPENDED",
        "NODE_SUSPENDED",
        "SUSPENDED",
    ]
    done(url, "operate_node", node_id="Restart", action="resume")
    assert poll(url)["state"] == "RUNNING"


def test_subprocess_is_paused_and_resumed(url, clock):
    clock.set(7)
    done(url, "operate_node", node_id="Copy B", action="skip")
    clock.set(8)
    done(url, "operate_node", node_id="Rolling restart", action="pause_subproc")
    paused = poll(url)

    assert (paused["state"], node(paused, "Rolling restart")["state"]) == ("NODE_SUSPENDED", "SUSPENDED")
    done(url, "operate_node", node_id="Rolling restart", action="resume_subproc")
    assert poll(url)["state"] == "RUNNING"


def waiting(url, clock):
    clock.set(7)
    done(url, "operate_node", node_id="Copy B", action="skip")
    clock.set(30)
    assert node(poll(url), "Approve")["state"] == "RUNNING"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("operate_node", {"action": "callback", "data": {"result": False, "ex_data": "no"}}),
        ("node_callback", {"callback_data": {"result": False, "ex_data": "no"}}),
        ("node_callback", {"callback_data": '{"result": false, "ex_data": "no"}'}),
    ],
)
def test_callback_can_say_no(url, clock, name, said):
    waiting(url, clock)

    done(url, name, node_id="Approve", **said)

    assert node(poll(url), "Approve")["state"] == "FAILED"


@pytest.mark.parametrize("data", [None, {}, {"result": True}, "yes", "[1]", 7])
def test_callback_that_does_not_say_no_says_yes(url, clock, data):
    waiting(url, clock)

    done(url, "node_callback", node_id="Approve", callback_data=data)

    assert node(poll(url), "Approve")["state"] == "FINISHED"


def test_form_carries_a_callback_as_text(url, clock):
    waiting(url, clock)
    form = urlencode(
        {**CREDENTIALS, "task_id": "10", "node_id": "Approve", "callback_data": '{"result": false, "ex_data": "no"}'}
    )

    send(url, f"{SOPS}node_callback/", "POST", form.encode(), {"Content-Type": "application/x-www-form-urlencoded"})

    assert node(poll(url), "Approve")["state"] == "FAILED"


def test_gateway_without_an_arm_is_skipped_to_one(clock):
    text = TEXT.replace("take: ok", "take: none").replace("  - exclusive", f"  - id: {GATEWAY}\n    exclusive")
    with MockServer(read_scenario(text, source="operated"), clock=clock) as server:
        clock.set(7)
        done(server.url, "operate_node", node_id="Copy B", action="skip")
        clock.set(20)
        assert poll(server.url)["children"][GATEWAY]["state"] == "FAILED"
        done(server.url, "operate_node", node_id=GATEWAY, action="skip_exg", flow_id="bad")
        clock.set(21)

        assert node(poll(server.url), "Roll back")["state"] == "RUNNING"


def test_started_task_shows_created_first():
    text = TEXT.replace("\nstart: 2s\n", "\nstart: on_request\n")
    clock = ManualClock()
    with MockServer(read_scenario(text, source="operated"), clock=clock) as server:
        clock.set(100)
        before = poll(server.url)["state"]
        assert refused(server.url, "operate_task", action="pause") == (3545000, "task not started")
        code, message = refused(server.url, "operate_node", node_id="Prepare", action="retry")
        assert (code, message.endswith("\nbamboo_engine.exceptions.NotFoundError\n")) == (3599999, True)
        assert operate(server.url, "start_task")["result"] is True
        clock.set(101)

        assert (before, poll(server.url)["state"]) == ("CREATED", "RUNNING")
        assert refused(server.url, "start_task") == (3545000, "task already started")
        assert refused(server.url, "operate_task", action="start") == (3545000, "task already started")


@pytest.mark.parametrize(("name", "code"), [("operate_task", 3545000), ("operate_node", 3599999)])
def test_unknown_action_is_no_command(url, name, code):
    assert refused(url, name, node_id="Prepare", action="restart") == (code, "task command is invalid")


@pytest.mark.parametrize(
    ("said", "raised"),
    [
        ({"node_id": "Copy A", "action": "retry"}, "InvalidOperationError: ID state is not FAILED, actual RUNNING"),
        ({"node_id": "Copy A", "action": "skip"}, "InvalidOperationError: ID state is not FAILED, actual RUNNING"),
        ({"node_id": "Restart", "action": "retry"}, "DoesNotExist: State matching query does not exist."),
        (
            {"node_id": "Prepare", "action": "forced_fail"},
            "InvalidOperationError: ID state is not RUNNING, actual: FINISHED",
        ),
        ({"node_id": "Prepare", "action": "pause"}, "can't not transit node(ID) state from FINISHED to SUSPENDED"),
    ],
)
def test_engine_refuses_with_a_traceback_and_nothing_changes(url, clock, said, raised):
    clock.set(5)
    before = poll(url)

    code, message = refused(url, "operate_node", **said)

    assert code == 3599999
    assert message.startswith("fail: Traceback (most recent call last):\n")
    assert re.sub(r"\bn[0-9a-f]{31}\b", "ID", message).endswith(f"{raised}\n")
    assert poll(url) == before


@pytest.mark.parametrize("node", ["nobody", "task"])
def test_node_that_the_task_has_not_is_refused(url, node):
    code, message = refused(url, "operate_node", node_id=node, action="retry")
    assert (code, f"任务[ID: 10]中未找到节点[ID: {node}]" in message) == (3599999, True)
    assert refused(url, "node_callback", node_id=node) == (3540000, f"task[10] does not have node[{node}]")


@pytest.mark.parametrize(
    ("name", "said", "missing"),
    [
        ("operate_task", {}, "action"),
        ("operate_node", {"action": "retry"}, "node_id"),
        ("operate_node", {"node_id": "Prepare"}, "action"),
        ("node_callback", {}, "node_id"),
        ("start_task", {"bk_biz_id": ""}, "bk_biz_id"),
    ],
)
def test_missing_parameter_is_named(url, name, said, missing):
    assert refused(url, name, **said) == (1306406, f"Parameters error, param {missing} is required")


def test_operation_by_get_is_refused(url):
    answer = send(url, status_of().replace("get_task_status", "start_task")).json

    assert (answer["code"], answer["message"]) == (1306000, "Request method GET is not allowed, use POST")


def test_node_id_is_no_task_to_operate(url):
    code, message = refused(url, "operate_task", task_id="a" * 32, action="pause")

    assert (code, message) == (1306201, backend_error(404, "operate_task"))


def test_operations_are_in_the_journal_with_their_task(url):
    operate(url, "operate_task", action="start")
    operate(url, "operate_task", action="restart")

    entries = admin(url, "/requests?task=10")["requests"]

    assert [(entry["method"], entry["code"], entry["scenario"]) for entry in entries] == [
        ("POST", 0, "operated"),
        ("POST", 3545000, "operated"),
    ]
    assert [entry["message"] for entry in entries] == ["", "task command is invalid"]
    assert [(entry["reading"], entry["polled"]) for entry in entries] == [({"seconds": 0.0, "poll": 0}, False)] * 2


def test_operations_belong_to_their_session(url, clock):
    clock.set(3)
    for session in ("anna", "bob"):
        poll(f"{url}/__s/{session}")
    done(f"{url}/__s/anna", "operate_task", action="pause")

    assert [poll(f"{url}/__s/{session}")["state"] for session in ("anna", "bob")] == ["SUSPENDED", "RUNNING"]
