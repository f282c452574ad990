"""What nodes do by themselves: loops, failures, automatic retries, time-outs, waiting."""

import pytest

from support.scenario_building import (
    act,
    given,
    history,
    loop,
    ms,
    parallel,
    play,
    refusal,
    rendered,
    rows,
    states,
    sub,
    tree,
    waits,
)
from taskmock.contracts import Contract
from taskmock.mockserver.api.bk_sops.documents.status import EDITIONS
from taskmock.mockserver.core.engine.dialect import V2
from taskmock.mockserver.core.flow import AutoRetry
from taskmock.mockserver.core.state import State

AT_ONCE = 99


def order(script, at=AT_ONCE, *log, edition="v2"):
    """The labels of what was reached, in order."""
    return list(rows(tree(script, at, *log, edition=edition)))


# -- loops


def test_activity_loops_by_itself_and_shows_its_last_pass():
    script = play(act("A", 2, loop=3), dispatch=100)
    passes = [rows(tree(script, at))["A"] for at in (1, 3, 5)]

    assert [row.loop for row in passes] == [1, 2, 3]
    assert len({row.version for row in passes}) == 3
    assert rows(tree(script, AT_ONCE))["A"].loop == 3
    assert states(tree(script, AT_ONCE))["task"] == "FINISHED"


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_running_node_of_a_later_pass_keeps_the_earlier_finish(edition):
    row = rows(tree(play(act("A", 2, loop=2)), 3, edition=edition))["A"]

    assert (row.state, row.loop, row.start, row.finish) == (State.RUNNING, 2, 2000, 2000)


def test_counters_start_anew_in_the_next_pass():
    script = play(act("A", (1, "no"), 2, loop=2))
    log = given(5, "retry", "A"), given(10, "retry", "A")

    first, second = (rows(tree(script, at, *log))["A"] for at in (6, 7.5))

    assert (first.loop, first.retry) == (1, 1)
    assert (second.loop, second.retry, second.state) == (2, 0, State.RUNNING)
    assert rows(tree(script, AT_ONCE, *log))["A"].retry == 1


def test_skip_ends_the_passes_of_a_node_and_is_forgotten_in_the_next_pass_of_a_stretch():
    skip = given(5, "skip", "A")

    assert rows(tree(play(act("A", (1, "no"), loop=3), act("B", 1)), AT_ONCE, skip))["A"].loop == 1
    again = rows(tree(play(loop(2, act("A", (1, "no"), 1), act("B", 1))), 6.5, skip))["A"]
    assert (again.loop, again.skip) == (2, False)


def test_stretch_is_sent_through_again_by_its_gateway():
    script = play(act("H", 1), loop(3, act("A", 1), act("B", 1)), act("T", 1))

    done = rows(tree(script, AT_ONCE))

    assert list(done) == ["task", "start", "H", "A", "B", "again", "T", "end"]
    assert [done[name].loop for name in ("H", "A", "B", "again", "T")] == [1, 3, 3, 3, 1]


@pytest.mark.parametrize(("edition", "runs"), [("v2", [1, 2, 3, 4]), ("v1", [1, 2, 3]), ("doc-2019", [1, 2, 3])])
def test_rerun_limit_fails_the_node_that_would_run_once_more(edition, runs):
    script = play(act("A", 2, loop=9, limit=3), act("B", 1), dispatch=100)
    played = history(script, edition=edition)

    passes = [change.row for change in played.changes if played.graph.nodes[change.node].path == "A"]

    assert [row.loop for row in passes if row.state is State.RUNNING] == runs
    assert (passes[-1].state, passes[-1].loop) == (State.FAILED, 4)
    assert "B" not in rows(tree(script, AT_ONCE, edition=edition))


def test_rerun_limit_fails_what_was_finished_and_says_why():
    last, failed = (rows(tree(play(act("A", 2, loop=9, limit=1), dispatch=100), at))["A"] for at in (4.3, 4.4))

    assert (last.state, last.finish) == (State.FINISHED, 4300)
    expected = last._replace(state=State.FAILED, finish=4400, since=4400, ex_data="node execution exceed rerun limit 1")
    assert failed == expected


def test_rerun_limit_of_engine_1_fails_the_pass_that_begins():
    script = play(act("A", 2, loop=9, limit=1), dispatch=100)

    failed = rows(tree(script, 9, edition="v1"))["A"]

    assert (failed.state, failed.loop, failed.start, failed.finish) == (State.FAILED, 2, 2300, 2300)
    assert failed.ex_data == "rerun times exceed max limit: 1"
    assert states(tree(script, 9, edition="v1"))["task"] == "FAILED"


def test_node_at_its_rerun_limit_can_be_skipped_or_retried_in_engine_2_alone():
    script = play(act("A", 2, loop=9, limit=1), act("B", 1))

    skipped = tree(script, AT_ONCE, given(20, "skip", "A"))
    retried = tree(script, AT_ONCE, given(20, "retry", "A"))

    assert states(skipped)["task"] == "FINISHED"
    assert (rows(retried)["A"].state, rows(retried)["A"].retry) == (State.FAILED, 1)
    for verb in ("skip", "retry"):
        reason = refusal(script, 20, verb, "A", edition="v1")
        assert reason == f"rerun times exceed max limit: 1, can not {verb}"


def test_rerun_limit_of_a_stretch_counts_each_node_and_what_is_in_a_subprocess_but_not_itself():
    script = play(loop(9, sub("S", sub("T", act("I", 1))), act("A", 1), limit=2))

    done = rows(tree(script, AT_ONCE))

    assert [(done[name].state, done[name].loop) for name in ("S", "S / start", "S / T", "A", "again")] == [
        ("RUNNING", 4),
        ("FAILED", 3),
        ("FINISHED", 3),
        ("FINISHED", 3),
        ("FINISHED", 3),
    ]


def test_own_rerun_limit_of_a_node_goes_before_that_of_its_stretch():
    script = play(loop(9, act("A", 1, loop=1, limit=1), act("B", 1), limit=5))

    assert rows(tree(script, AT_ONCE))["A"].state is State.FAILED
    assert rows(tree(script, AT_ONCE))["A"].loop == 2


@pytest.mark.parametrize("edition", EDITIONS)
def test_answers_at_a_rerun_limit_keep_the_strict_contract(edition):
    contract = Contract(edition, strictness="strict")
    skip = given(40, "skip", "A")
    script = play(
        loop(9, act("A", (1, "no"), ignored=True), parallel([act("B", 1)], [act("C", 2)]), limit=2), dispatch=100
    )
    played = history(script, *[skip] * (edition == "v2"), edition=edition)

    for moment in played.moments:
        body = {"result": True, "data": rendered(played, moment, edition)}
        body |= {} if edition == "doc-2019" else {"code": 0, "message": ""}
        assert contract.check_response(body).violations == (), moment


def test_loop_around_nothing_ends():
    assert rows(tree(play(loop(3)), AT_ONCE))["again"].loop == 3


def test_loop_goes_back_to_a_gateway_or_an_inner_loop():
    gateway = play(loop(2, parallel([act("A", 1)], [act("B", 2)])))
    inner = play(loop(2, loop(2, act("A", 1))))

    assert {label: row.loop for label, row in rows(tree(gateway, AT_ONCE)).items()} == {
        "task": 1,
        "start": 1,
        "parallel": 2,
        "A": 2,
        "B": 2,
        "converge": 2,
        "again": 2,
        "end": 1,
    }
    assert states(tree(inner, AT_ONCE))["task"] == "FINISHED"


def test_subprocess_in_a_loop_passes_with_all_that_is_inside():
    script = play(loop(2, sub("S", act("A", 2))))

    second, done = rows(tree(script, 3)), rows(tree(script, AT_ONCE))

    assert (second["S"].loop, second["S"].state, second["S"].finish) == (2, State.RUNNING, 2000)
    assert {done[name].loop for name in ("S", "S / start", "S / A", "S / end")} == {2}


@pytest.mark.parametrize("edition", EDITIONS)
def test_subprocess_that_fails_in_a_later_pass_keeps_the_earlier_finish_and_its_contract(edition):
    played = history(play(loop(2, sub("S", act("A", 2)))), given(3.5, "forced_fail", "A"), edition=edition)

    second = played.tree_at(ms(5))

    assert (states(second)["S"], rows(second)["S"].start, rows(second)["S"].finish) == ("FAILED", 2000, 2000)
    body = {"result": True, "data": rendered(played, ms(5), edition)}
    body |= {} if edition == "doc-2019" else {"code": 0, "message": ""}
    assert Contract(edition, strictness="strict").check_response(body).violations == ()


# -- failures and what the engine does about them by itself


def test_ignored_failure_is_finished_and_goes_on():
    done = rows(tree(play(act("A", (1, "no"), ignored=True), act("B", 1)), AT_ONCE))

    assert (done["A"].state, done["A"].skip, done["A"].error_ignored, done["A"].ex_data) == (
        State.FINISHED,
        False,
        True,
        None,
    )
    assert done["task"].state == State.FINISHED


def test_automatic_retry_comes_after_its_time_and_at_most_so_often():
    script = play(act("A", (1, "no"), auto_retry=AutoRetry(max=2, after=ms(3))))

    seen = [(rows(tree(script, at))["A"].state, rows(tree(script, at))["A"].retry) for at in (2, 4.5, 6, 8.5, 50)]

    assert seen == [("FAILED", 0), ("RUNNING", 1), ("FAILED", 1), ("RUNNING", 2), ("FAILED", 2)]


def test_automatic_retry_succeeds():
    script = play(act("A", (1, "no"), 1, auto_retry=AutoRetry(max=2)))

    assert (rows(tree(script, AT_ONCE))["A"].retry, states(tree(script, AT_ONCE))["task"]) == (1, "FINISHED")


def test_automatic_retry_is_not_made_where_somebody_was_faster():
    script = play(act("A", (1, "no"), 9, auto_retry=AutoRetry(max=2, after=ms(3))))

    assert rows(tree(script, AT_ONCE, given(2, "retry", "A")))["A"].retry == 1


def test_automatic_retry_follows_a_forced_failure():
    script = play(act("A", 5, auto_retry=AutoRetry(max=1, after=ms(1))))

    assert rows(tree(script, AT_ONCE, given(1, "forced_fail", "A")))["A"].retry == 1


def test_automatic_retries_are_counted_apart_from_those_by_hand():
    script = play(act("A", (1, "no"), auto_retry=AutoRetry(max=1, after=ms(3))))

    seen = [rows(tree(script, at, given(2, "retry", "A")))["A"] for at in (5, 6.5, 50)]

    # The message of the first failure retries the second one, that of the second the third.
    assert [(row.state, row.retry, row.auto_retries) for row in seen] == [
        ("FAILED", 2, 1),
        ("RUNNING", 3, 1),
        ("FAILED", 3, 1),
    ]


def test_passes_of_a_loop_share_the_number_of_automatic_retries():
    script = play(loop(2, act("A", (1, "no"), 1, auto_retry=AutoRetry(max=1))))

    row = rows(tree(script, AT_ONCE))["A"]

    assert (row.state, row.loop, row.retry, row.auto_retries) == ("FAILED", 2, 0, 1)


def test_node_that_takes_too_long_is_terminated():
    row = rows(tree(play(act("A", 9, times_out=ms(4))), AT_ONCE))["A"]

    assert (row.state, row.finish, row.version, row.ex_data) == (State.FAILED, 4000, 1, V2.timed_out)


def test_node_in_time_is_not_terminated():
    assert states(tree(play(act("A", 2, times_out=ms(4)), act("B", 9)), AT_ONCE))["task"] == "FINISHED"


def test_time_out_of_an_earlier_attempt_does_not_strike():
    script = play(act("A", (3, "no"), 3, times_out=ms(4)))

    assert states(tree(script, AT_ONCE, given(3.5, "retry", "A")))["task"] == "FINISHED"


def test_waiting_node_goes_on_by_itself_after_its_time():
    script = play(waits("W", at_most=ms(7)), act("A", 1))

    assert rows(tree(script, AT_ONCE))["W"].finish == 7000
    assert states(tree(script, AT_ONCE))["task"] == "FINISHED"


def test_waiting_node_called_back_is_not_ended_again():
    script = play(waits("W", at_most=ms(7)), act("A", 1))

    assert rows(tree(script, AT_ONCE, given(2, "callback", "W")))["W"].finish == 2000


def test_waiting_node_times_out():
    assert rows(tree(play(waits("W", times_out=ms(4))), AT_ONCE))["W"].ex_data == V2.timed_out


def test_work_of_a_terminated_attempt_does_not_end_the_next():
    script = play(act("A", 5, 5))
    log = given(1, "forced_fail", "A"), given(2, "retry", "A")

    assert rows(tree(script, AT_ONCE, *log))["A"].finish == 7000


def test_activity_that_cannot_be_retried_is_not_retried_by_itself_either():
    node = act("A", (1, "failed"), 1, retryable=False, auto_retry=AutoRetry(max=2, after=1000))

    assert states(tree(play(node), 9))["A"] == "FAILED"
