"""A live server that stands still: `verify` knows when it asked, and believes the mock where its clock is another."""

import json

import pytest

from support.lifecycle_steps import answer, task
from taskmock.contracts import Contract
from taskmock.contracts.verify.answers import decoded
from taskmock.contracts.verify.examination import Examination
from taskmock.contracts.verify.gateway import ACCESS
from taskmock.contracts.verify.plan import Plan
from taskmock.contracts.verify.transport.exchange import Call, Exchange

CALL = Call("get_task_status", "GET", "http://127.0.0.1/")
JSON = ("content-type", "application/json")


def body(elapsed):
    """An answer of a running task."""
    return json.dumps({**answer(task("RUNNING", elapsed_time=elapsed)), "request_id": "a" * 32}).encode()


def judged(*moments, reading="", took=0.1, rule="auto"):
    """The codes and notes of a server whose task is at the second elapsed when it is asked at a moment."""
    contract = Contract("v2", clock_rule=rule)
    examination = Examination(contract, ACCESS["esb"], {"task_id": "10"}, Plan(len(moments)))
    fields = (JSON, ("x-mock-reading", reading)) if reading else (JSON,)
    exchanges = (Exchange(CALL, at + took, took, 200, fields, body(elapsed)) for at, elapsed in moments)
    report = examination.report(decoded(number, exchange) for number, exchange in enumerate(exchanges, 1))
    return {found.code for found in report.violations}, report.notes


@pytest.mark.parametrize("polls", [10, 60])
def test_server_that_stands_still_fails_however_often_it_is_asked(polls):
    assert judged(*((at * 2, 5) for at in range(polls)))[0] == {"task.clock"}


def test_server_that_goes_on_passes():
    assert judged(*((at * 2, 5 + at * 2) for at in range(30))) == (set(), ())


def test_six_polls_are_too_few_to_tell():
    codes, (note,) = judged(*((at * 2, 5) for at in range(6)))

    assert codes == set()
    assert note.startswith("too short to judge the clock: 10 s")


def test_slow_answer_is_judged_by_when_it_was_asked_for():
    assert judged((0, 5), (2, 7), took=30)[0] == set()


@pytest.mark.parametrize("told", ["clock=polls", "clock=stopped", "speed=0.1"])
def test_mock_whose_clock_is_not_the_walls_may_stand_still_unless_the_rule_is_on(told):
    moments, reading = ((0, 5), (60, 5)), f"5.000; poll=1; {told}"

    codes, (note,) = judged(*moments, reading=reading)

    assert codes == set()
    assert note.startswith("the task's clock is not the wall's")
    assert judged(*moments, reading=reading, rule="on") == ({"task.clock"}, ())
    assert judged(*moments, rule="off") == (set(), ())
