"""Faults meet operations and other calls of a task: carried out or not, so often, by chance, and by a link again."""

import json
import re
from urllib.parse import urlencode

import pytest

from support.app_calls import EXAMPLE, ask, call
from support.mock_calls import SOPS
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.core.fault import UNDOING, FaultKind
from taskmock.mockserver.playback.record import RecordKey
from taskmock.mockserver.scenarios import ScenarioError, read_scenario
from taskmock.mockserver.server.settings import Settings, build_app

FLOW = "format: 1\nscenario: release\nedition: v2\nflow:\n- A: {attempts: [{takes: 1s, fails: broken}, {takes: 5s}]}\n"
VALUES = {
    FaultKind.HTTP: 502,
    FaultKind.ENVELOPE: {"code": 3599999, "message": "busy"},
    FaultKind.BODY: "<html>busy</html>",
    FaultKind.DELAY: "3s",
    FaultKind.DRIP: {"bytes": 16, "every": "1s"},
    FaultKind.TRUNCATE: 5,
    FaultKind.RESET: True,
    FaultKind.EMPTY: True,
    FaultKind.CONTENT_LENGTH: 9999,
    FaultKind.RATE_LIMIT: {"limit": 10, "reset": "60s"},
}
"""Every kind of fault that other calls than polls can meet, with a value."""


class House:
    """A server on which a task has failed, with faults in its scenario."""

    def __init__(self, *faults):
        self.clock = ManualClock()
        text = FLOW + (f"faults: {json.dumps(faults)}\n" if faults else "")
        self.app = build_app(Settings(scenario=read_scenario(text, source="release"), clock=self.clock))
        self.key = RecordKey("default", "release", "10")
        self.state()
        self.clock.advance(2)

    def call(self, name, **said):
        """The answer to a call that reads."""
        return ask(self.app, f"{SOPS}{name}/?{urlencode({**EXAMPLE, **said})}")

    def state(self):
        return self.call("get_task_status").json["data"]["state"]

    def retry(self):
        """The reply to a retry of the failed node, with what becomes of it on the wire."""
        body = json.dumps({**EXAMPLE, "node_id": self.node(), "action": "retry"}).encode()
        return self.app.answer(call(f"{SOPS}operate_node/", method="POST", body=body))

    def node(self):
        children = self.call("get_task_status").json["data"]["children"].values()
        return next(child["id"] for child in children if child["name"] == "A")

    @property
    def log(self):
        return self.app.playback.record(self.key).log

    @property
    def journal(self):
        return ask(self.app, "/__admin/requests").json["requests"]


@pytest.mark.parametrize("kind", VALUES)
def test_operation_meets_the_fault_and_is_carried_out_as_the_kind_says(kind):
    house = House({"on": "operations", kind.value: VALUES[kind]})

    house.retry()

    refused = {FaultKind.HTTP, FaultKind.ENVELOPE, FaultKind.BODY, FaultKind.RATE_LIMIT, FaultKind.EMPTY}
    assert len(house.log) == (kind not in refused)
    assert house.state() == ("FAILED" if kind in refused else "RUNNING")
    assert [entry["faults"] for entry in house.journal if entry["call"] == "operate_node"] == [[kind.value]]


@pytest.mark.parametrize("carried_out", [True, False])
@pytest.mark.parametrize("kind", sorted(UNDOING))
def test_fault_says_whether_the_operation_is_carried_out(kind, carried_out):
    house = House({"on": "operate_node", "carried_out": carried_out, kind.value: VALUES[kind]})

    house.retry()

    assert len(house.log) == carried_out


def test_operation_that_is_swallowed_by_a_502_has_happened():
    house = House({"on": "operations", "carried_out": True, "http": 502, "answers": 1})

    assert house.retry().status == 502
    assert house.state() == "RUNNING"


def test_delivery_of_an_operation_is_that_of_the_fault():
    assert House({"on": "operations", "delay": "3s"}).retry().delivery.delay == 3
    assert House({"on": "operations", "truncate": 5}).retry().delivery.cut == 5
    assert House({"on": "operations", "empty": True}).retry().delivery.empty
    assert House({"on": "operations", "reset": True, "carried_out": False}).retry().delivery.reset


def test_polls_do_not_meet_what_operations_meet_nor_the_other_way_round():
    house = House({"on": "operations", "http": 502}, {"http": 503, "polls": [3]})

    assert house.retry().status == 502  # with the poll that finds the node, the second one
    assert house.call("get_task_status").status == 503


@pytest.mark.parametrize(
    ("bounds", "statuses"),
    [
        ({"answers": 2}, [502, 502, 200, 200]),
        ({"calls": [2, 4]}, [200, 502, 200, 502]),
        ({"when": "A FAILED"}, [502, 502, 502, 502]),
        ({"when": "A FINISHED"}, [200, 200, 200, 200]),
        ({"from": "1s", "to": "3s"}, [502, 502, 502, 502]),
        ({"from": "3s"}, [200, 200, 200, 200]),
    ],
)
def test_bounds_hold_for_calls_by_their_names(bounds, statuses):
    house = House({"on": "get_task_detail", "http": 502, **bounds})

    assert [house.call("get_task_detail").status for _ in statuses] == statuses
    assert house.retry().status == 200


def test_calls_are_counted_by_their_names():
    house = House({"on": ["get_task_detail", "operate_node"], "http": 502, "calls": [2]})

    assert [house.call("get_task_detail").status, house.retry().status] == [200, 200]
    assert [house.call("get_task_detail").status, house.retry().status] == [502, 502]


def test_chance_is_the_same_for_the_same_seed_and_another_one_for_another_call():
    faults = {"on": ["get_task_detail", "operate_node"], "http": 502, "chance": 0.5}

    def statuses(call):
        house = House(faults)
        return [call(house) for _ in range(24)]

    details = statuses(lambda house: house.call("get_task_detail").status)

    assert set(details) == {200, 502}
    assert statuses(lambda house: house.call("get_task_detail").status) == details
    assert statuses(lambda house: house.retry().status) != details


def test_link_meets_the_same_faults_again():
    faults = ({"on": "get_task_detail", "http": 502, "calls": [3]}, {"on": "operations", "http": 503, "answers": 2})
    house = House(*faults)
    house.call("get_task_detail")
    house.call("get_task_detail")
    house.retry()
    link = house.call("get_task_status").headers["X-Mock-Link"]
    other = House(*faults)
    session = ask(other.app, link).json["session"]

    def call(name, **said):
        target = f"/__s/{session}{SOPS}{name}/"
        if name.startswith("get_"):
            return ask(other.app, f"{target}?{urlencode(EXAMPLE)}").status
        body = json.dumps({**EXAMPLE, **said}).encode()
        return ask(other.app, target, method="POST", body=body).status

    retry = {"node_id": house.node(), "action": "retry"}
    assert [call("get_task_detail"), call("operate_node", **retry), call("operate_node", **retry)] == [502, 503, 200]


def test_fault_is_added_to_a_task_and_taken_back_while_it_runs():
    house = House()
    path = "/__admin/sessions/default/tasks/10/faults"
    ask(house.app, path, method="POST", body=b'{"faults": [{"on": "operations", "http": 502}]}')

    assert house.retry().status == 502
    ask(house.app, path, method="DELETE")
    assert house.retry().status == 200


SESSION = "/__admin/sessions/default/faults"


def test_fault_of_a_session_is_met_by_open_tasks_and_by_new_ones_until_it_is_taken_back():
    house = House({"delay": "1s", "answers": 2})
    ask(house.app, "/__admin/sessions/default/tasks/10/faults", method="POST", body=b'{"faults": [{"delay": "1s"}]}')
    held = ask(
        house.app, SESSION, method="POST", body=b'{"faults": [{"on": ["status", "get_task_detail"], "http": 503}]}'
    )

    assert held.json == {"faults": [{"on": ["status", "get_task_detail"], "http": 503}]}
    assert [
        house.call(name, task_id=task).status
        for name in ("get_task_status", "get_task_detail")
        for task in ("10", "11")
    ] == [503] * 4

    ask(house.app, "/__admin/sessions/default/tasks/10/clock", method="POST", body=b'{"restart": true}')
    assert house.call("get_task_status").status == 503

    assert ask(house.app, SESSION, method="DELETE").json == {"faults": []}
    assert house.call("get_task_status", task_id="11").status == 200
    assert ask(house.app, SESSION).json == {"faults": []}


def test_faults_that_stay_keep_how_many_answers_they_had():
    house = House({"on": "operations", "http": 501, "answers": 1})
    path = "/__admin/sessions/default/tasks/10/faults"
    ask(house.app, SESSION, method="POST", body=b'{"faults": [{"on": "get_task_detail", "http": 502, "answers": 9}]}')
    ask(house.app, path, method="POST", body=b'{"faults": [{"on": "get_task_detail", "delay": "1s", "answers": 5}]}')
    house.retry()
    house.call("get_task_detail")
    ask(house.app, SESSION, method="DELETE")

    assert [(fault["had"], fault["added"]) for fault in ask(house.app, path).json["faults"]] == [(1, False), (1, True)]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"on": "operation", "http": 502}, "did you mean 'operations'?"),
        ({"on": [], "http": 502}, "a list of calls"),
        ({"on": "operations", "polls": [1], "http": 502}, "polls are on status alone"),
        ({"on": ["status", "operations"], "calls": [1], "http": 502}, "calls are on others than polls"),
        ({"calls": [1], "http": 502}, "calls are on others than polls"),
        ({"on": "operations", "stale": {"for": "1s"}}, "only answers to polls can be stale"),
        ({"on": "operations", "break": {"node": "task", "drop": "state"}}, "only answers to polls can be break"),
        ({"on": "operations", "carried_out": False, "delay": "1s"}, "the call is carried out"),
        ({"carried_out": False, "http": 502}, "a poll has no effect"),
    ],
)
def test_fault_that_cannot_be_is_refused(fault, said):
    with pytest.raises(ScenarioError, match=re.escape(said)):
        read_scenario(FLOW + f"faults: {json.dumps([fault])}\n", source="release")
