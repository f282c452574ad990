"""Pause and resume of tasks, nodes and subprocesses in both generations of the engine."""

import pytest

from support.scenario_building import act, given, parallel, play, refusal, rows, states, sub, tree

STEPS = play(act("A", 2), act("B", 2), act("C", 2), dispatch=100)
FAILS = play(act("A", 1), act("B", (1, "disk full"), (1, "again"), 1), act("C", 1), dispatch=100)
NESTED = play(act("A", 1), sub("S", act("S1", 2), act("S2", 2)), act("C", 1), dispatch=100)


# -- pause and resume of the task


def test_paused_task_lets_the_running_node_end_and_starts_no_other():
    log = given(1, "pause")

    assert states(tree(STEPS, 1, log)) == {"task": "SUSPENDED", "start": "FINISHED", "A": "RUNNING"}
    assert states(tree(STEPS, 99, log)) == {"task": "SUSPENDED", "start": "FINISHED", "A": "FINISHED"}


def test_resumed_task_runs_at_once_and_its_next_node_one_message_later():
    log = given(1, "pause"), given(50, "resume")

    assert states(tree(STEPS, 50, *log)) == {"task": "RUNNING", "start": "FINISHED", "A": "FINISHED"}
    assert rows(tree(STEPS, 50.1, *log))["B"].start == 50_100
    assert states(tree(STEPS, 70, *log))["task"] == "FINISHED"


def test_resumed_task_of_engine_1_is_ready_until_the_next_message():
    log = given(1, "pause"), given(50, "resume")

    assert states(tree(STEPS, 50, *log, edition="v1"))["task"] == "READY"
    assert states(tree(STEPS, 50.1, *log, edition="v1"))["task"] == "RUNNING"


def test_task_of_engine_1_resumed_while_a_node_still_runs_is_running():
    log = given(1, "pause"), given(1.5, "resume")

    assert states(tree(STEPS, 1.5, *log, edition="v1"))["task"] == "RUNNING"


def test_task_of_engine_1_that_is_ready_can_be_paused():
    log = given(1, "pause"), given(50, "resume"), given(50.05, "pause")

    assert states(tree(STEPS, 60, *log, edition="v1")) == {"task": "SUSPENDED", "start": "FINISHED", "A": "FINISHED"}


def test_paused_task_keeps_its_state_over_a_failure():
    log = given(1.5, "pause")

    for edition in ("v1", "v2"):
        assert states(tree(FAILS, 9, log, edition=edition))["task"] == "SUSPENDED"
        assert states(tree(FAILS, 9, log, given(8, "resume"), edition=edition))["task"] == "FAILED"


def test_node_retried_in_a_paused_task_is_ready_until_the_resume():
    log = given(1.5, "pause"), given(5, "retry", "B"), given(9, "resume")

    assert states(tree(FAILS, 8, *log))["B"] == "READY"
    assert states(tree(FAILS, 9.1, *log))["B"] == "RUNNING"


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_task_refuses_a_pause_that_it_is_in_and_a_resume_that_it_needs_not(edition):
    assert (
        refusal(STEPS, 2, "pause", "task", given(1, "pause"), edition=edition)
        == "the task is SUSPENDED, pause needs RUNNING"
    )
    assert refusal(STEPS, 1, "resume", edition=edition) == "the task is RUNNING, resume needs SUSPENDED"


def test_failed_task_of_engine_1_refuses_a_pause():
    assert refusal(FAILS, 9, "pause", edition="v1") == "the task is BLOCKED, pause needs RUNNING"


# -- pause and resume of nodes and subprocesses


def test_node_with_an_appointed_pause_is_suspended_when_reached():
    log = given(1, "pause", "B")

    assert "B" not in rows(tree(STEPS, 2, log))
    reached = tree(STEPS, 9, log)
    assert (states(reached)["B"], states(reached)["task"]) == ("SUSPENDED", "NODE_SUSPENDED")
    assert (rows(reached)["B"].start, rows(reached)["B"].finish) == (None, None)


def test_node_resumed_from_an_appointed_pause_is_ready_then_runs_with_its_version():
    log = given(1, "pause", "B"), given(9, "resume", "B")

    suspended, ready, running = (rows(tree(STEPS, at, *log))["B"] for at in (8, 9, 9.1))

    assert [row.state for row in (suspended, ready, running)] == ["SUSPENDED", "READY", "RUNNING"]
    assert len({row.version for row in (suspended, ready, running)}) == 1
    assert running.start == 9100
    assert states(tree(STEPS, 99, *log))["task"] == "FINISHED"


def test_pause_that_is_taken_back_in_time_leaves_no_trace():
    log = given(1, "pause", "B"), given(1.5, "resume", "B")

    assert rows(tree(STEPS, 99, *log)) == rows(tree(STEPS, 99))


def test_pause_can_be_appointed_anew():
    log = given(1, "pause", "B"), given(1.5, "resume", "B"), given(1.6, "pause", "B")

    assert states(tree(STEPS, 99, *log))["B"] == "SUSPENDED"


def test_appointed_node_takes_its_place_in_the_order_of_engine_2_at_once():
    paused = given(1, "pause", "C")

    assert list(rows(tree(STEPS, 99, paused))) == ["task", "start", "A", "C", "B"]


def test_appointed_pause_in_engine_1_shows_blocked_parents_and_no_node():
    script = play(sub("S", act("A", 1), act("B", 1)), dispatch=100)
    log = given(0.5, "pause", "B"), given(9, "resume", "B")

    assert states(tree(script, 8, *log, edition="v1")) == {
        "task": "BLOCKED",
        "start": "FINISHED",
        "S": "BLOCKED",
        "S / start": "FINISHED",
        "S / A": "FINISHED",
    }
    assert states(tree(script, 9, *log, edition="v1"))["task"] == "READY"
    assert states(tree(script, 9.1, *log, edition="v1"))["S / B"] == "RUNNING"
    assert states(tree(script, 99, *log, edition="v1"))["task"] == "FINISHED"


def test_arm_that_ends_beside_a_paused_one_blocks_the_task_of_engine_1_again():
    script = play(parallel([act("A", 1)], [act("B", (1, "no"), 1)]), dispatch=100)
    log = given(0.15, "pause", "A"), given(5, "retry", "B")

    assert states(tree(script, 3, *log, edition="v1"))["task"] == "FAILED"
    assert states(tree(script, 5.5, *log, edition="v1"))["task"] == "RUNNING"
    assert states(tree(script, 9, *log, edition="v1"))["task"] == "BLOCKED"


def test_paused_retry_is_suspended_when_its_message_arrives():
    log = given(5, "retry", "B"), given(5.05, "pause", "B")

    assert states(tree(FAILS, 9, *log))["B"] == "SUSPENDED"
    assert rows(tree(FAILS, 9, *log))["B"].retry == 1


def test_node_refuses_pause_and_resume():
    assert refusal(STEPS, 1, "pause", "A") == "the node is RUNNING, pause needs a node not yet begun"
    assert refusal(STEPS, 3, "pause", "A") == "the node is FINISHED, pause needs a node not yet begun"
    assert refusal(STEPS, 2, "pause", "B", given(1, "pause", "B")) == "the node's pause is already appointed"
    assert refusal(STEPS, 1, "resume", "B") == "the node is not reached, resume needs SUSPENDED"
    assert refusal(STEPS, 1, "resume", "A") == "the node is RUNNING, resume needs SUSPENDED"


def test_paused_subprocess_lets_its_running_node_end_and_starts_no_other():
    log = given(2, "pause", "S"), given(9, "resume", "S")

    assert states(tree(NESTED, 2, *log))["S"] == "SUSPENDED"
    assert states(tree(NESTED, 8, *log)) == {
        "task": "NODE_SUSPENDED",
        "start": "FINISHED",
        "A": "FINISHED",
        "S": "SUSPENDED",
        "S / start": "FINISHED",
        "S / S1": "FINISHED",
    }
    assert states(tree(NESTED, 9, *log))["S"] == "RUNNING"
    assert states(tree(NESTED, 99, *log))["task"] == "FINISHED"


def test_paused_subprocess_of_engine_1_shows_in_its_task_when_its_node_has_ended():
    log = given(2, "pause", "S"), given(9, "resume", "S")

    assert states(tree(NESTED, 2, *log, edition="v1"))["task"] == "RUNNING"
    assert states(tree(NESTED, 8, *log, edition="v1"))["task"] == "NODE_SUSPENDED"
    assert states(tree(NESTED, 9, *log, edition="v1"))["task"] == "READY"
    assert states(tree(NESTED, 99, *log, edition="v1"))["task"] == "FINISHED"


def test_subprocess_resumed_over_a_failed_node_has_failed():
    script = play(sub("S", act("A", (2, "no"))), dispatch=100)
    log = given(1, "pause", "S"), given(9, "resume", "S")

    for edition in ("v1", "v2"):
        assert states(tree(script, 8, *log, edition=edition))["S"] == "SUSPENDED"
        assert states(tree(script, 9, *log, edition=edition))["S"] == "FAILED"
        assert states(tree(script, 9, *log, edition=edition))["task"] == "FAILED"
