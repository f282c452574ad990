"""What each command does to a task, in both generations of the engine, and when it is refused."""

import pytest
from flows import act, exclusive, given, history, ms, parallel, play, rows, scripted, states, sub, tree, waits

from taskmock.mockserver.command import Command, Entry, Verb
from taskmock.mockserver.operations import CommandRefusedError
from taskmock.mockserver.pipeline import AutoRetry
from taskmock.mockserver.state import State

STEPS = play(act("A", 2), act("B", 2), act("C", 2), dispatch=100)
FAILS = play(act("A", 1), act("B", (1, "disk full"), (1, "again"), 1), act("C", 1), dispatch=100)
NESTED = play(act("A", 1), sub("S", act("S1", 2), act("S2", 2)), act("C", 1), dispatch=100)
ARMS = play(parallel([act("A", 1), act("B", (1, "no"), 1)], [act("C", 5), act("D", 1)]), dispatch=100)
GATEWAY = "n" + 31 * "a"
NO_ARM = play(exclusive(None, id=GATEWAY, a=[act("A", 1)], b=[act("B", 1)]), act("C", 1), dispatch=100)


def refusal(script, at, verb, target="task", *earlier, edition="v2", data=None):
    """Why a command is refused at a moment."""
    with pytest.raises(CommandRefusedError) as caught:
        history(script, *earlier, given(at, verb, target, data), edition=edition)
    return caught.value.reason


# -- retry, skip and the rest of what is done to a failed node


def test_retried_node_is_ready_with_one_more_retry_a_new_version_and_no_times():
    retry = given(5, "retry", "B")

    before, after = (rows(tree(FAILS, at, retry))["B"] for at in (4.999, 5))

    assert (before.state, before.retry) == (State.FAILED, 0)
    assert (after.state, after.retry, after.start, after.finish, after.ex_data) == (State.READY, 1, None, None, None)
    assert after.version != before.version


def test_retried_node_runs_its_next_attempt_one_message_later():
    log = given(5, "retry", "B"), given(10, "retry", "B")

    second = rows(tree(FAILS, 7, *log))["B"]
    third = rows(tree(FAILS, 10.1, *log))["B"]

    assert (second.state, second.ex_data) == (State.FAILED, "again")
    assert (third.state, third.retry, third.start) == (State.RUNNING, 2, 10_100)
    assert states(tree(FAILS, 20, *log))["task"] == "FINISHED"


def test_retry_leaves_the_counters_of_ancestors():
    script = play(sub("S", act("B", (1, "no"), 1)))

    done = rows(tree(script, 10, given(5, "retry", "B")))

    assert [done[name].retry for name in ("task", "S", "S / B")] == [0, 0, 1]


def test_last_attempt_is_made_by_all_later_retries():
    script = play(act("A", (1, "first"), (1, "last")))

    log = [given(at, "retry", "A") for at in (5, 10, 15)]

    assert rows(tree(script, 20, *log))["A"].ex_data == "last"


def test_skipped_node_is_finished_now_with_a_new_version():
    before = rows(tree(FAILS, 4))["B"]

    after = rows(tree(FAILS, 5, given(5, "skip", "B")))["B"]

    assert (after.state, after.skip, after.retry) == (State.FINISHED, True, 0)
    assert (after.start, after.finish, after.ex_data) == (before.start, 5000, None)
    assert after.version != before.version


def test_task_goes_on_behind_a_skipped_node():
    skip = given(5, "skip", "B")

    assert "C" not in rows(tree(FAILS, 5.09, skip))
    assert states(tree(FAILS, 5.1, skip))["C"] == "RUNNING"
    assert states(tree(FAILS, 10, skip))["task"] == "FINISHED"


def test_skip_in_engine_1_keeps_the_version_and_sets_both_times_to_now():
    before = rows(tree(FAILS, 4, edition="v1"))["B"]

    after = rows(tree(FAILS, 5, given(5, "skip", "B"), edition="v1"))["B"]

    assert (after.state, after.skip) == (State.FINISHED, True)
    assert (after.start, after.finish, after.version) == (5000, 5000, before.version)


@pytest.mark.parametrize("verb", ["retry", "skip"])
def test_task_of_engine_1_is_ready_until_the_next_message(verb):
    script = play(sub("S", act("B", (1, "no"), 1)), dispatch=100)
    log = given(5, verb, "B")

    assert states(tree(script, 4, log, edition="v1"))["task"] == "FAILED"
    assert states(tree(script, 5, log, edition="v1"))["task"] == "READY"
    assert states(tree(script, 5, log, edition="v1"))["S"] == "RUNNING"
    assert states(tree(script, 5.1, log, edition="v1"))["task"] == "RUNNING"


@pytest.mark.parametrize("verb", ["retry", "skip"])
@pytest.mark.parametrize(
    ("at", "target", "reason"), [(1.5, "A", "FINISHED"), (0.5, "A", "RUNNING"), (1.5, "C", "not reached")]
)
def test_node_that_has_not_failed_refuses_retry_and_skip(verb, at, target, reason):
    assert refusal(FAILS, at, verb, target) == f"the node is {reason}, {verb} needs FAILED"


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_subprocess_that_failed_by_a_node_inside_names_that_node(edition):
    script = play(sub("S", sub("T", act("B", (1, "no")))))

    reason = refusal(script, 5, "retry", "S", edition=edition)

    assert reason == "the node has failed because of 'S / T / B'; retry that one"


def test_subprocess_that_failed_by_a_gateway_inside_names_the_gateway():
    script = play(sub("S", exclusive(None, id=GATEWAY, a=[])))

    assert refusal(script, 5, "skip", "S") == f"the node has failed because of {GATEWAY!r}; skip that one"


def test_subprocess_that_failed_on_its_own_inputs_can_be_skipped():
    script = play(sub("S", act("A", 1), fails="bad inputs"), act("B", 1))

    skipped = tree(script, 10, given(5, "skip", "S"))

    assert states(tree(script, 5))["S"] == "FAILED"
    assert rows(tree(script, 5))["S"].ex_data == "bad inputs"
    assert (states(skipped)["S"], states(skipped)["task"]) == ("FINISHED", "FINISHED")
    assert "S / A" not in states(skipped)


def test_failed_gateway_is_skipped_into_the_arm_that_is_named():
    skipped = tree(NO_ARM, 5, given(5, "skip_exg", GATEWAY, "b"))

    gateway = rows(skipped)["exclusive"]
    assert (gateway.state, gateway.skip, gateway.finish, gateway.ex_data) == (State.FINISHED, True, 5000, None)
    assert list(rows(tree(NO_ARM, 20, given(5, "skip_exg", GATEWAY, "b")))) == [
        *("task", "start", "exclusive", "B", "converge", "C", "end"),
    ]


def test_failed_gateway_says_why():
    assert rows(tree(NO_ARM, 5))["exclusive"].ex_data == "all conditions of branches are not meet"


@pytest.mark.parametrize(
    ("verb", "data", "reason"),
    [
        ("skip_exg", "c", "no arm 'c'; the gateway's arms are a, b"),
        ("skip_exg", None, "no arm None; the gateway's arms are a, b"),
        ("skip", None, "a gateway is skipped with skip_exg"),
        ("retry", None, "only activities can be retried"),
    ],
)
def test_failed_gateway_refuses(verb, data, reason):
    assert refusal(NO_ARM, 5, verb, GATEWAY, data=data) == reason


def test_failed_activity_refuses_skip_exg():
    assert refusal(FAILS, 5, "skip_exg", "B", data="a") == "only a gateway can be skipped with skip_exg"


# -- forced failure and callback


def test_node_failed_by_force_says_by_whom_and_has_a_new_version():
    before = rows(tree(STEPS, 1))["A"]

    after = rows(tree(STEPS, 3, given(1, "forced_fail", "A")))["A"]

    assert (after.state, after.finish) == (State.FAILED, 1000)
    assert after.ex_data == "The node has been terminated by admin."
    assert after.version != before.version
    assert states(tree(STEPS, 60, given(1, "forced_fail", "A")))["task"] == "FAILED"


def test_node_failed_by_force_says_what_was_given():
    assert rows(tree(STEPS, 3, given(1, "forced_fail", "A", "by hand")))["A"].ex_data == "by hand"


def test_ignored_node_fails_when_forced():
    script = play(act("A", 5, ignored=True))

    assert states(tree(script, 3, given(1, "forced_fail", "A")))["A"] == "FAILED"


def test_only_running_activities_can_be_failed_by_force():
    assert refusal(STEPS, 3, "forced_fail", "A") == "the node is FINISHED, forced_fail needs RUNNING"
    assert refusal(NESTED, 2, "forced_fail", "S") == "only activities can be failed by force"


def test_waiting_node_runs_until_called_back():
    script = play(waits("W"), act("A", 1))

    assert states(tree(script, 999))["W"] == "RUNNING"
    assert rows(tree(script, 5, given(5, "callback", "W")))["W"].finish == 5000
    assert states(tree(script, 7, given(5, "callback", "W")))["task"] == "FINISHED"


@pytest.mark.parametrize(
    ("answer", "said"),
    [({"result": False, "ex_data": {"who": "ops"}}, {"who": "ops"}), ({"result": False}, "callback failed")],
)
def test_waiting_node_fails_when_called_back_with_a_failure(answer, said):
    row = rows(tree(play(waits("W")), 5, given(5, "callback", "W", answer)))["W"]

    assert (row.state, row.ex_data) == (State.FAILED, said)


def test_callback_that_is_no_failure_is_a_success():
    assert states(tree(play(waits("W")), 5, given(5, "callback", "W", {"result": True})))["W"] == "FINISHED"


def test_only_waiting_nodes_take_a_callback():
    assert refusal(STEPS, 1, "callback", "A") == "the node does not wait for a callback"
    assert refusal(NESTED, 2, "callback", "S") == "the node does not wait for a callback"
    assert (
        refusal(play(waits("W")), 2, "callback", "W", given(1, "callback", "W"))
        == "the task is FINISHED, nothing more can be done to it"
    )


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


# -- revoke


def test_revoked_task_is_final_though_a_running_node_ends():
    log = given(1, "revoke")

    assert states(tree(STEPS, 1, log)) == {"task": "REVOKED", "start": "FINISHED", "A": "RUNNING"}
    assert states(tree(STEPS, 99, log)) == {"task": "REVOKED", "start": "FINISHED", "A": "FINISHED"}
    assert rows(tree(STEPS, 99, log))["task"].finish is None


def test_revoked_task_of_engine_1_has_a_finish_and_revokes_its_subprocesses():
    revoked = tree(NESTED, 2, given(2, "revoke"), edition="v1")

    assert rows(revoked)["task"].finish == 2000
    assert (states(revoked)["task"], states(revoked)["S"]) == ("REVOKED", "REVOKED")


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb is not Verb.START])
def test_revoked_task_refuses_everything(verb):
    assert refusal(STEPS, 2, verb, "task", given(1, "revoke")) == "the task is REVOKED, nothing more can be done to it"


def test_revoked_task_is_not_retried_by_itself():
    script = play(act("A", (1, "no"), 1, auto_retry=AutoRetry(max=1, after=ms(5))))

    assert states(tree(script, 99, given(2, "revoke")))["A"] == "FAILED"


def test_suspended_and_failed_tasks_can_be_revoked():
    assert states(tree(STEPS, 9, given(1, "pause"), given(5, "revoke")))["task"] == "REVOKED"
    for edition in ("v1", "v2"):
        assert states(tree(FAILS, 9, given(8, "revoke"), edition=edition))["task"] == "REVOKED"


# -- rollback


def test_rollback_undoes_nodes_one_message_each_then_runs_the_target_again():
    log = given(5, "rollback", "A")
    seen = [states(tree(FAILS, at, log)) for at in (5, 5.2, 5.3, 5.4)]

    assert (seen[0]["task"], seen[0]["A"], seen[0]["B"]) == ("ROLLING_BACK", "FINISHED", "FAILED")
    assert seen[1] == {"task": "RUNNING", "start": "FINISHED"}
    assert seen[2] == {"task": "RUNNING", "start": "FINISHED", "A": "RUNNING"}
    assert seen[3] == seen[2]


def test_rolled_back_node_shows_it_until_its_row_vanishes():
    script = play(act("A", 1), act("B", 1), act("C", (1, "no")), dispatch=100)
    log = given(9, "rollback", "A")

    assert states(tree(script, 9.2, log))["B"] == "ROLL_BACK_SUCCESS"
    assert states(tree(script, 9.2, log))["C"] == "FAILED"
    assert "B" not in states(tree(script, 9.3, log))


def test_rolled_back_target_has_a_version_of_its_own():
    log = given(5, "rollback", "A")

    before, after = (rows(tree(FAILS, at, log))["A"] for at in (4, 6))

    assert before.version != after.version


def test_rollback_from_the_log_and_from_the_script_are_alike():
    logged = history(FAILS, given(5, "rollback", "A"))

    told = history(play(*FAILS.flow, dispatch=100, events=(scripted(5, "rollback", "A"),)))

    assert told.changes == logged.changes


def test_automatic_retry_of_before_a_rollback_does_not_strike():
    script = play(act("A", 1), act("B", (1, "no"), (9, "no"), auto_retry=AutoRetry(max=1, after=ms(4))), dispatch=100)
    log = given(3, "rollback", "A")

    assert rows(tree(script, 6.9, log))["B"].retry == 0


def test_rolling_back_task_takes_a_revoke_and_nothing_else():
    script = play(act("A", 1), act("B", (1, "no")), dispatch=1000)
    rollback = given(9, "rollback", "A")

    assert refusal(script, 9.5, "retry", "B", rollback) == "the task is ROLLING_BACK, retry has to wait"
    revoked = tree(script, 99, rollback, given(9.5, "revoke"))
    assert states(revoked) == {"task": "REVOKED", "start": "FINISHED", "A": "FINISHED", "B": "FAILED"}


def test_revoked_rollback_undoes_nothing_more():
    script = play(act("A", 1), act("B", 1), act("C", (1, "no")), dispatch=1000)
    log = given(19, "rollback", "A"), given(19.5, "revoke")

    assert states(tree(script, 99, *log))["B"] == "FINISHED"


def test_rollback_inside_a_running_subprocess_stays_inside():
    script = play(sub("S", act("A", 1), act("B", (1, "no"), 1)), dispatch=100)

    again = tree(script, 9.3, given(9, "rollback", "A"))

    assert states(again) == {
        "task": "RUNNING",
        "start": "FINISHED",
        "S": "RUNNING",
        "S / start": "FINISHED",
        "S / A": "RUNNING",
    }


def test_rollback_is_refused():
    both = play(parallel([act("A", 1), act("B", (1, "no"))], [act("C", (1, "no"))]))
    behind = play(sub("S", act("A", 1)), act("B", (1, "no")))

    assert refusal(FAILS, 5, "rollback", "A", edition="v1") == "this engine knows no rollback"
    assert refusal(STEPS, 3, "rollback", "A") == "a node is running"
    assert refusal(STEPS, 3, "rollback", "C") == "the node is not reached, rollback needs FINISHED or FAILED"
    assert refusal(STEPS, 3, "rollback", "A", given(1, "pause")) == "the task is SUSPENDED"
    assert refusal(behind, 5, "rollback", "A") == "the subprocess around the node is FINISHED"
    for target in ("A", "C"):
        assert refusal(both, 9, "rollback", target) == "another arm of the flow is not behind the node and goes on"


def test_rollback_is_refused_while_another_arm_is_on_its_way_to_the_converging_gateway():
    script = play(parallel([act("A", 3)], [act("B", (1, "no"))]), dispatch=500)

    reason = refusal(script, 4.7, "rollback", "B")

    assert reason == "another arm of the flow is not behind the node and goes on"


def test_rollback_over_a_gateway_waits_for_all_arms_again():
    script = play(act("A", 1), parallel([act("B", 1)], [act("C", 2)]), act("D", (1, "no")), dispatch=100)
    log = given(9, "rollback", "A")

    assert list(rows(tree(script, 30, log))) == [
        *("task", "start", "A", "parallel", "B", "C", "converge", "D"),
    ]


# -- start, and what no state allows


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_task_that_somebody_must_start_is_created_until_then(edition):
    script = play(act("A", 1), start=None)

    assert states(tree(script, 99, edition=edition)) == {}
    assert states(tree(script, 99, given(50, "start"), edition=edition))["task"] == "FINISHED"


def test_task_can_be_started_before_its_time_and_starts_once_then():
    script = play(act("A", 1), start=50_000)

    played = history(script, given(3, "start"))

    assert played.moments == (0, 3000, 4000)
    assert played.end == "FINISHED"


def test_task_is_started_once():
    script = play(act("A", 1), start=None)

    assert refusal(script, 2, "start", "task", given(1, "start")) == "task already started"
    assert refusal(STEPS, 2, "start") == "task already started"


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb is not Verb.START])
def test_task_not_started_refuses_everything(verb):
    assert refusal(play(act("A", 1), start=5000), 1, verb) == "task not started"


@pytest.mark.parametrize("verb", ["retry", "skip", "forced_fail", "callback", "rollback", "skip_exg"])
def test_commands_on_nodes_refuse_the_task(verb):
    assert refusal(STEPS, 1, verb) == f"{verb} takes a node, not the task"


@pytest.mark.parametrize("verb", ["start", "revoke"])
def test_commands_on_the_task_refuse_nodes(verb):
    assert refusal(STEPS, 1, verb, "A") == f"{verb} takes the task ('task'), not a node"


def test_refusal_says_what_was_asked_for():
    with pytest.raises(CommandRefusedError) as caught:
        history(STEPS, Entry(at=1000, command=Command(verb=Verb.SKIP, target="A")))

    assert str(caught.value) == "skip A: the node is RUNNING, skip needs FAILED"
    assert caught.value.command == Command(verb=Verb.SKIP, target="A")
