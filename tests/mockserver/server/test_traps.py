"""Traps of the real engine: who triggers one is told, and a kind engine has none."""

import pytest

from support.mock_calls import CREDENTIALS, SOPS, poll, send
from taskmock.mockserver import MockServer, Settings
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.scenarios import read_scenario

TEXT = "format: 1\nscenario: trap\nedition: v2\nflow: [A: 5s, B: 5s]\n"
TRAP = "paused-running-node"


def serve(text=TEXT, *, quirks=True):
    """A server of the scenario whose clock stands still."""
    scenario = read_scenario(text, source="trap")
    return MockServer(scenario, clock=ManualClock(), settings=Settings(quirks=quirks))


def paused(server, node="A", action="pause"):
    """The answer to an operation on a node of a task that has run for two seconds."""
    task = server.play(task_id="10")
    task.clock.set(2)
    said = {**CREDENTIALS, "task_id": "10", "node_id": node, "action": action}
    return send(server.url, f"{SOPS}operate_node/", "POST", said)


def test_answer_journal_and_standard_error_tell_of_a_trap(capsys):
    with serve() as server:
        answer = paused(server)
        entry = server.app.journal.find()[-1]

    assert answer.json["result"] is True
    assert answer.headers["X-Mock-Quirk"] == TRAP
    assert entry.quirks == (TRAP,)
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        "taskmock: task 10: paused-running-node: on the real engine a running node that is paused and resumed is READY "
        "for ever, and only a revoke helps; pause the task, or the node before it begins "
        "(--no-quirks plays it kindly)"
    )


def test_operation_that_triggers_nothing_is_not_told_of(capsys):
    with serve() as server:
        answer = paused(server, "B")

    assert answer.json["result"] is True
    assert "X-Mock-Quirk" not in answer.headers
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("head", "quirks", "taken"),
    [("", True, True), ("", False, False), ("quirks: kind\n", True, False), ("quirks: real\n", False, True)],
)
def test_scenario_says_how_kind_the_engine_is_else_the_server(head, quirks, taken):
    with serve(TEXT + head, quirks=quirks) as server:
        answer = paused(server)

    assert answer.json["result"] is taken
    assert ("X-Mock-Quirk" in answer.headers) is taken


def test_link_carries_the_kindness_of_the_engine():
    with serve(quirks=False) as one, serve() as other:
        paused(one)
        answer = send(one.play(task_id="11").url)
        link = answer.headers["X-Mock-Link"]

        led = send(other.url, link).json
        operated = send(
            other.url,
            f"/__s/{led['session']}{SOPS}operate_node/",
            "POST",
            {**CREDENTIALS, "task_id": "11", "node_id": "A", "action": "pause"},
        )

    assert "&quirks=kind" in link
    assert "X-Mock-Quirk" not in operated.headers


@pytest.mark.parametrize(("said", "name"), [("engine=1", "engine 1"), ("x=1", "engine 1"), ("engine=9", "engine 9")])
def test_link_of_another_engine_is_refused_by_its_name(said, name):
    with serve() as server:
        link = send(server.play(task_id="10").url).headers["X-Mock-Link"]

        answer = send(server.url, link.replace("engine=2", said) if said != "x=1" else link.replace("&engine=2", ""))

    assert answer.status == 409
    assert answer.json["error"].startswith(f"the link was made by {name} of taskmock, this mock has engine 2")


def test_admin_commands_and_python_commands_tell_of_a_trap(capsys):
    with serve() as server:
        task = server.play(task_id="10")
        task.clock.set(2)
        task.commands.pause("A")
        other = server.play(task_id="11")
        other.clock.set(2)
        answer = send(server.url, "/__admin/sessions/default/tasks/11/commands", "POST", {"commands": [{"pause": "A"}]})

    assert answer.headers["X-Mock-Quirk"] == TRAP
    assert [line.split(": on the")[0] for line in capsys.readouterr().err.splitlines()] == [
        f"taskmock: task 10: {TRAP}",
        f"taskmock: task 11: {TRAP}",
    ]


def test_scripted_event_that_is_refused_is_told_of_at_later_polls():
    with serve(TEXT + "events: [{at: 3s, retry: A}]\n") as server:
        task = server.play(task_id="10")
        for moment in (2, 4):
            task.clock.set(moment)
            poll(server.url)
        before, after = server.app.journal.find()

    assert before.refused == ()
    assert [text.split(": ")[0] for text in after.refused] == ["retry A"]
