"""Pause and resume of tasks, nodes and subprocesses in both generations of the engine."""

import pytest

from support.scenario_building import act, given, history, parallel, play, refusal, rows, scripted, states, sub, tree

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


def test_failure_takes_a_task_of_engine_1_out_of_its_pause():
    paused = given(1.5, "pause")

    assert states(tree(FAILS, 9, paused, edition="v1"))["task"] == "FAILED"
    assert [trap.name for trap in history(FAILS, paused, edition="v1").traps] == ["failed-while-paused"]
    assert states(tree(FAILS, 9.2, paused, given(9, "retry", "B"), edition="v1"))["B"] == "RUNNING"


def test_paused_task_keeps_its_state_over_a_failure():
    log = given(1.5, "pause")

    for edition in ("doc-2019", "v2"):
        assert states(tree(FAILS, 9, log, edition=edition))["task"] == "SUSPENDED"
        assert states(tree(FAILS, 9, log, given(8, "resume"), edition=edition))["task"] == "FAILED"


def test_node_retried_in_a_paused_task_is_ready_until_the_resume():
    log = given(1.5, "pause"), given(5, "retry", "B"), given(9, "resume")

    assert states(tree(FAILS, 8, *log))["B"] == "READY"
    assert states(tree(FAILS, 9.1, *log))["B"] == "RUNNING"


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_task_refuses_a_pause_that_it_is_in_and_a_resume_that_it_needs_not(edition):
    paused, resumed = {
        "v1": ("can't transit state(ID) from SUSPENDED to SUSPENDED", "can't transit state(ID) from RUNNING to READY"),
        "v2": ("can't not transit node(ID) state from SUSPENDED to SUSPENDED", "pipeline(ID) state is: RUNNING"),
    }[edition]
    assert refusal(STEPS, 2, "pause", "task", given(1, "pause"), edition=edition) == paused
    assert refusal(STEPS, 1, "resume", edition=edition) == resumed


def test_failed_task_of_engine_1_refuses_a_pause():
    assert refusal(FAILS, 9, "pause", edition="v1") == "can't transit state(ID) from BLOCKED to SUSPENDED"


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
    cannot = "can't not transit node(ID) state from {} to {}"
    no_subprocess = "can not use pause_node_appoint api for NodeType.SubProcess"
    assert refusal(STEPS, 3, "pause", "A") == cannot.format("FINISHED", "SUSPENDED")
    assert refusal(STEPS, 2, "pause", "B", given(1, "pause", "B")) == cannot.format("SUSPENDED", "SUSPENDED")
    assert refusal(STEPS, 1, "resume", "A") == cannot.format("RUNNING", "READY")
    assert refusal(NESTED, 2, "pause", "S") == refusal(NESTED, 0.5, "pause", "S") == no_subprocess
    assert refusal(NESTED, 0.5, "pause_subproc", "S") == "node(ID) does not exist"
    assert refusal(STEPS, 1, "pause", "A", edition="v1") == "can't transit state(ID) from RUNNING to SUSPENDED"
    assert refusal(STEPS, 1, "resume", "B", given(0.5, "pause", "B"), edition="v1") == (
        "node not exists or not be executed yet"
    )


def test_running_node_that_is_paused_and_resumed_is_ready_for_ever():
    log = given(1, "pause", "A"), given(9, "resume", "A")

    assert states(tree(STEPS, 5, *log))["task"] == "NODE_SUSPENDED"
    assert states(tree(STEPS, 999, *log)) == {"task": "RUNNING", "start": "FINISHED", "A": "READY"}
    assert [trap.name for trap in history(STEPS, *log).traps] == ["paused-running-node"]
    for verb, why in (("retry", "ID state is not FAILED, actual READY"), ("callback", "schedule is already expired")):
        assert refusal(STEPS, 10, verb, "A", *log) == why


def test_kind_engine_has_no_traps():
    script = play(*STEPS.flow, events=(scripted(1, "pause", "A"), scripted(2, "resume", "C")))

    played = history(script, quirks=False)

    assert [error.command.target for error in played.refused] == ["A", "C"]
    assert played.traps == ()
    assert played.end == "FINISHED"


def test_paused_subprocess_lets_its_running_node_end_and_starts_no_other():
    log = given(2, "pause_subproc", "S"), given(9, "resume_subproc", "S")

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
    log = given(2, "pause_subproc", "S"), given(9, "resume_subproc", "S")

    assert states(tree(NESTED, 2, *log, edition="v1"))["task"] == "RUNNING"
    assert states(tree(NESTED, 8, *log, edition="v1"))["task"] == "NODE_SUSPENDED"
    assert states(tree(NESTED, 9, *log, edition="v1"))["task"] == "READY"
    assert states(tree(NESTED, 99, *log, edition="v1"))["task"] == "FINISHED"


def test_subprocess_resumed_over_a_failed_node_has_failed():
    script = play(sub("S", act("A", (2, "no"))), dispatch=100)
    log = given(1, "pause_subproc", "S"), given(9, "resume_subproc", "S")

    for edition in ("v1", "v2"):
        assert states(tree(script, 8, *log, edition=edition))["S"] == "SUSPENDED"
        assert states(tree(script, 9, *log, edition=edition))["S"] == "FAILED"
        assert states(tree(script, 9, *log, edition=edition))["task"] == "FAILED"


def test_node_not_reached_is_ready_once_it_is_resumed():
    """Engine 2 makes a row of it, which a second resume finds READY."""
    first = given(1, "resume", "C")

    assert refusal(STEPS, 2, "resume", "C", first) == "can't not transit node(ID) state from READY to READY"
    assert states(tree(STEPS, 99, first)) == states(tree(STEPS, 99))


def test_failed_node_of_engine_1_fails_at_once_when_it_is_resumed():
    log = [given(5, "resume", "A")]
    row = rows(tree(play(act("A", (1, "failed"))), 5, *log, edition="v1"))["A"]

    assert (row.state, row.start, row.finish, row.retry) == ("FAILED", 5000, 5000, 0)
    assert str(row.ex_data).startswith("Traceback")


def test_time_out_of_an_ended_run_of_engine_1_fails_the_next_run():
    script = play(act("A", 3, times_out=5000))
    log = given(1, "forced_fail", "A"), given(4, "retry", "A")

    assert states(tree(script, 9, *log, edition="v1"))["A"] == "FAILED"
    assert states(history(script, *log, edition="v1", quirks=False).tree_at(9000))["A"] == "FINISHED"
