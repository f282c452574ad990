"""Start, revoke and rollback; what no state allows."""

import pytest

from support.scenario_building import (
    act,
    given,
    history,
    ms,
    parallel,
    play,
    refusal,
    rows,
    scripted,
    states,
    sub,
    tree,
    waits,
)
from taskmock.mockserver.core.command import Command, Entry, Verb
from taskmock.mockserver.core.engine.effects import ENDED
from taskmock.mockserver.core.errors import CommandRefusedError
from taskmock.mockserver.core.flow import AutoRetry

STEPS = play(act("A", 2), act("B", 2), act("C", 2), dispatch=100)
FAILS = play(act("A", 1), act("B", (1, "disk full"), (1, "again"), 1), act("C", 1), dispatch=100)
NESTED = play(act("A", 1), sub("S", act("S1", 2), act("S2", 2)), act("C", 1), dispatch=100)


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


def test_revoked_subprocess_of_engine_1_refuses_to_resume_in_the_words_of_its_state():
    log = given(2, "revoke")

    assert refusal(NESTED, 3, "resume", "S", log, edition="v1") == "can't transit state(ID) from REVOKED to RUNNING"
    assert refusal(NESTED, 3, "resume", "S1", log, edition="v1") == "node not exists or not be executed yet"


@pytest.mark.parametrize("verb", ["pause", "resume", "revoke"])
@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_revoked_task_refuses_everything(verb, edition):
    assert refusal(STEPS, 2, verb, "task", given(1, "revoke"), edition=edition) == ENDED


def test_nodes_of_a_revoked_task_of_engine_2_can_be_operated_and_get_stuck():
    log = given(8, "revoke"), given(9, "retry", "B")

    assert states(tree(FAILS, 999, *log))["B"] == "READY"
    assert states(tree(FAILS, 999, log[0], given(9, "skip", "B")))["B"] == "FINISHED"
    assert [trap.name for trap in history(FAILS, *log).traps] == ["operated-after-end"]
    assert refusal(FAILS, 9, "retry", "B", log[0], edition="v1") == (
        "can't not retry a subprocess or this process has been revoked"
    )


def test_revoked_task_retries_by_itself_and_is_stuck():
    script = play(act("A", (1, "no"), 1, auto_retry=AutoRetry(max=1, after=ms(5))))
    revoke = given(2, "revoke")

    assert states(tree(script, 99, revoke))["A"] == "READY"
    assert [trap.name for trap in history(script, revoke).traps] == ["revoked-while-retrying"]
    assert rows(history(script, revoke, quirks=False).tree_at(ms(99)))["A"].state == "FAILED"


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


def test_node_paused_before_it_runs_again_takes_up_no_earlier_version():
    script = play(waits("A"), act("B", 1), act("C", (1, "no")))
    twice = [given(1, "callback", "A"), given(4, "rollback", "A"), given(5, "callback", "A"), given(8, "rollback", "A")]
    failed = given(9, "callback", "A", {"result": False})
    log = [*twice, given(8.5, "pause", "B"), failed, given(10, "rollback", "A"), given(11, "callback", "A")]

    versions = [rows(tree(script, at, *log))["B"].version for at in (1.5, 5.5, 11.5)]

    assert versions == [0, 1, 2]


def test_rollback_forgets_what_was_paused_behind_its_target():
    script = play(act("A", 1), sub("S", act("B", 1), act("C", 1)), act("D", 1), dispatch=100)
    paused_node = given(1, "pause", "C"), given(9, "rollback", "A")
    paused_subprocess = given(1.5, "pause_subproc", "S"), given(9, "rollback", "A")

    for log in (paused_node, paused_subprocess):
        assert states(tree(script, 8, *log))["task"] == "NODE_SUSPENDED"
        assert states(tree(script, 99, *log))["task"] == "FINISHED"


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


@pytest.mark.parametrize("verb", ["retry", "skip", "forced_fail", "callback", "rollback", "skip_exg", "skip_cpg"])
def test_commands_on_nodes_refuse_the_task(verb):
    assert refusal(STEPS, 1, verb) == f"{verb} takes a node, not the task"


@pytest.mark.parametrize("verb", ["start", "revoke"])
def test_commands_on_the_task_refuse_nodes(verb):
    assert refusal(STEPS, 1, verb, "A") == f"{verb} takes the task ('task'), not a node"


def test_refusal_says_what_was_asked_for():
    with pytest.raises(CommandRefusedError) as caught:
        history(STEPS, Entry(at=1000, command=Command(verb=Verb.SKIP, target="A")))

    assert str(caught.value).startswith("skip A: ")
    assert caught.value.reason.endswith("state is not FAILED, actual RUNNING")
    assert caught.value.command == Command(verb=Verb.SKIP, target="A")
