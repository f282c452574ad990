"""Histories that only time tells from good ones: old or wrong, standing still, timed backwards, caught in a trap."""

import dataclasses
import json

import pytest
from click.testing import CliRunner

from support.lifecycle_steps import answer, done, task
from support.recorded_histories import BROKEN, found, polls_in, real_histories, verdict
from support.status_trees import node
from taskmock.contracts import Contract, Poll
from taskmock.contracts.cli.validate import validate_command
from taskmock.contracts.history import read_histories

TRAPS = {
    "v1-pause-start-event-of-subprocess": "trap.paused-start-event",
    "v2-pause-running-node": "trap.paused-running-node",
    "v2-pause-running-wait": "trap.paused-running-node",
    "v2-resume_subproc-on-paused-node": "trap.resumed-appointed-node",
}
"""The real histories in which a node is caught in a trap."""


@pytest.mark.parametrize("file", real_histories(), ids=lambda file: file.stem)
def test_real_history_passes_and_its_trap_is_named(file):
    report = verdict(polls_in(file))

    assert report.ok
    assert {one.code for one in report.violations} == ({TRAPS[file.stem]} if file.stem in TRAPS else set())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "vanished-then-others-go-on",
            ['error node.vanished: the "RUNNING" node is no longer there (poll 2, after poll 1)'],
        ),
        ("vanished-control", ['error node.vanished: the "RUNNING" node is no longer there (poll 2, after poll 1)']),
        (
            "version-of-a-running-node-2s",
            ["error version.changed: the version changed without a cause (poll 2, after poll 1)"],
        ),
        (
            "frozen-server",
            [
                "error task.clock: the server's time (start_time + elapsed_time) is "
                f"{seconds} s behind the time of the polls (poll {number})"
                for number, seconds in ((2, 60), (3, 360), (4, 3600))
            ],
        ),
    ],
)
def test_broken_history_fails_with_the_one_thing_that_is_wrong(name, expected):
    assert found(verdict(polls_in(BROKEN / f"{name}.jsonl"))) == expected


def test_times_that_go_back_are_told_and_the_order_is_judged():
    told = found(verdict(polls_in(BROKEN / "times-go-back.jsonl")))

    *backwards, times = (one for one in told if "history." in one)
    assert backwards == [
        "error history.backwards: the answer is older by 37 s (poll 2, after poll 1)",
        "error history.backwards: the answer is older by 38 s (poll 3, after poll 1)",
    ]
    assert times.startswith("warning history.times: the time of the poll is 37 s before the time of an earlier one")


def test_time_under_another_name_is_told_and_the_order_is_judged():
    lines = [
        json.dumps({"received": f"2026-03-02T02:00:{second:02}Z", "status": 200, "body": answer(tree(second))})
        for second in (40, 2)
    ]
    (polls,) = read_histories([("polls.jsonl", "\n".join(lines).encode())]).values()

    backwards, times = (one for one in found(verdict(polls)) if "history." in one)
    assert backwards == "error history.backwards: the answer is older by 38 s (poll 2, after poll 1)"
    assert times.startswith('warning history.times: "received" looks like the time of the poll, but is no name for it')


def tree(second, *below, **fields):
    """A running task at a second."""
    return task("RUNNING", *below, elapsed_time=second, **fields)


def history(*moments, clock=""):
    """Polls of a running task at seconds of the poller and the server."""
    return [Poll(answer(tree(second)), at, clock=clock) for at, second in moments]


@pytest.mark.parametrize("behind", [0, 9, 12])
def test_server_within_ten_seconds_of_a_cache_and_two_of_rounding_stands(behind):
    assert found(verdict(history((0, 5), (30, 35), (60, 65 - behind)))) == []


def test_server_that_is_slower_than_the_wall_fails_once_no_cache_explains_it():
    polls = history(*((at, at // 2) for at in range(0, 60, 6)))

    assert {one.code for one in verdict(polls).violations} == {"task.clock"}
    assert "(poll 6)" in verdict(polls).violations[0].message


def test_clock_is_judged_by_when_the_answer_was_asked_for():
    polls = [Poll(answer(tree(5)), 5, asked=5), Poll(answer(tree(6)), 40, asked=8)]

    assert found(verdict(polls)) == []


def test_server_whose_clock_goes_ahead_and_then_stands_fails():
    assert {one.code for one in verdict(history((0, 0), (1, 30), (30, 31))).violations} == {"task.clock"}


@pytest.mark.parametrize(
    ("clock", "rule", "codes", "note"),
    [
        ("", "auto", {"task.clock"}, ""),
        ("", "off", set(), ""),
        ("polls", "auto", set(), "not the wall's (polls)"),
        ("polls", "on", {"task.clock"}, ""),
    ],
)
def test_clock_rule_is_on_off_or_as_the_answers_say(clock, rule, codes, note):
    report = verdict(history((0, 5), (60, 5), clock=clock), clock_rule=rule)

    assert {one.code for one in report.violations} == codes
    assert [note in told for told in report.notes] == ([True] if note else [])
    assert all(told in report.text() for told in report.notes)


def test_clock_that_goes_back_is_found_whatever_moves_it():
    assert "task.elapsed" in {one.code for one in verdict(history((0, 50), (60, 5), clock="polls")).violations}


def test_history_of_a_few_seconds_is_too_short_to_judge_the_clock():
    assert verdict(history((0, 5), (11, 5))).notes == (
        "too short to judge the clock: 11 s of a task that goes on, more than 12 s are needed",
    )
    assert verdict(history((0, 5))).notes == ()
    assert verdict(history((0, 5), (13, 18))).notes == ()


@pytest.mark.parametrize(
    "fields", [{"state": "FINISHED", "finish": 6}, {"state": "REVOKED", "finish": 6, "edition": "v1"}]
)
def test_task_that_has_ended_may_stand_still(fields):
    state, edition = fields["state"], fields.get("edition", "v2")
    ended = answer(task(state, done(1), finish=6), edition)

    assert found(verdict([Poll(ended, at) for at in (0, 60, 600)], edition)) == []


def test_subprocess_that_was_asked_for_may_stand_still_unless_it_runs():
    asked = {"parent_id": "n" + "a" * 31}
    codes = {}
    for state in ("SUSPENDED", "RUNNING"):
        part = answer(node(3, state, 0, None, done(4), **{**asked, "elapsed_time": 9}))
        codes[state] = {one.code for one in Contract("v2").check_history([Poll(part, 0), Poll(part, 60)]).violations}

    assert codes == {"SUSPENDED": set(), "RUNNING": {"task.clock"}}


def test_old_answer_is_judged_against_the_newest_before_its_own_time():
    later = node(2, "RUNNING", 8, elapsed_time=1)
    trees = [
        tree(3, node(1, "RUNNING", 1, elapsed_time=2)),
        tree(9, node(1, "RUNNING", 1, elapsed_time=8), later),
        tree(5),  # old, and without the node that was there before it
    ]
    polls = [Poll(answer(one, "v1"), at) for at, one in zip((3, 9, 10), trees, strict=True)]

    assert [one for one in found(verdict(polls, "v1")) if "poll 3" in one] == [
        'error node.vanished: the "RUNNING" node is no longer there (poll 3, after poll 1)',
        "warning history.stale-answer: the answer is older by 1 s (poll 3, after poll 2)",
    ]


def test_another_name_is_a_warning_and_makes_no_answer_old():
    polls = [Poll(answer(tree(second, done(1, name=name))), second) for second, name in ((3, "Copy"), (4, "Copy 2"))]

    assert found(verdict(polls)) == ["warning name.changed: the name is another one (poll 2, after poll 1)"]


def test_failed_node_that_is_resumed_is_ready_for_ever_a_trap():
    failed = task("FAILED", node(1, "FAILED", 1, 2), elapsed_time=5)
    ready = [task("RUNNING", node(1, "READY", 1, 2), elapsed_time=second) for second in (9, 60)]
    polls = [Poll(answer(one), one["elapsed_time"]) for one in (failed, *ready)]

    report = verdict(polls)

    assert report.ok
    assert {one.code for one in report.violations} == {"trap.failed-goes-on", "trap.resumed-failed-node"}


@pytest.mark.parametrize("state", ["FAILED", "FINISHED"])
def test_failed_node_that_runs_again_in_its_run_is_a_trap_of_engine_1_only(state):
    before = task("FAILED", node(1, "FAILED", 1, 2), elapsed_time=5)
    after = task("RUNNING" if state == "FINISHED" else state, node(1, state, 8, 9), elapsed_time=10)
    codes = {}
    for edition in ("v1", "v2"):
        polls = [Poll(answer(one, edition), one["elapsed_time"]) for one in (before, after)]
        codes[edition] = {f"{one.severity} {one.code}" for one in verdict(polls, edition).violations}

    assert codes["v1"] == {"warning trap.failed-goes-on"}
    assert {"error node.start", "error node.finish"} <= codes["v2"]


def test_moment_that_is_no_number_is_not_used():
    polls = [dataclasses.replace(poll, at=float("nan")) for poll in history((0, 5), (60, 5))]

    assert found(verdict(polls)) == []


def test_recording_of_a_browser_is_in_the_order_of_its_answers_and_tells_the_mocks_clock():
    entries = [
        {
            "startedDateTime": f"2026-03-02T02:00:{start:02}Z",
            "time": took * 1000,
            "request": {"method": "GET", "url": "http://127.0.0.1/get_task_status/10/"},
            "response": {
                "content": {"text": json.dumps(answer(tree(5)))},
                "headers": [{"name": "x-mock-reading", "value": "5.000; poll=1; clock=polls"}],
            },
        }
        for start, took in ((0, 30), (1, 2))
    ]
    recording = json.dumps({"log": {"entries": entries}}).encode()
    (polls,) = read_histories([("polls.har", recording)]).values()

    assert [poll.at - poll.asked for poll in polls] == [2, 30]
    assert {poll.clock for poll in polls} == {"polls"}
    assert found(verdict(polls)) == []


@pytest.mark.parametrize(("rule", "exit_code"), [("auto", 1), ("on", 1), ("off", 0)])
def test_command_takes_the_clock_rule(rule, exit_code):
    file = str(BROKEN / "frozen-server.jsonl")

    assert CliRunner().invoke(validate_command, ["--history", file, "--clock-rule", rule]).exit_code == exit_code
