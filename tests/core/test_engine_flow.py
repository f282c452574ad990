"""How tokens walk a flow: order, gateways, loops, subprocesses, failures by themselves, latency."""

import pytest
from flows import (
    act,
    conditional,
    exclusive,
    given,
    history,
    loop,
    ms,
    parallel,
    play,
    rendered,
    rows,
    states,
    sub,
    tree,
    waits,
)

from taskmock.contracts import Contract
from taskmock.mockserver.pipeline import AutoRetry
from taskmock.mockserver.state import State
from taskmock.mockserver.wire import EDITIONS

AT_ONCE = 99


def order(script, at=AT_ONCE, *log, edition="v2"):
    """The labels of what was reached, in order."""
    return list(rows(tree(script, at, *log, edition=edition)))


# -- stretches and latency


def test_steps_run_one_after_another_and_end():
    done = rows(tree(play(act("A", 2), act("B", 3)), AT_ONCE))

    assert list(done) == ["task", "start", "A", "B", "end"]
    assert [(done[name].start, done[name].finish) for name in ("A", "B", "task")] == [
        (0, 2000),
        (2000, 5000),
        (0, 5000),
    ]


def test_flow_without_steps_has_its_events():
    assert order(play()) == ["task", "start", "end"]


@pytest.mark.parametrize(("edition", "since"), [("v2", 1000), ("v1", 1500)])
def test_task_is_created_until_its_start(edition, since):
    script = play(act("A", 1), start=1000, dispatch=500)

    assert states(tree(script, (since - 1) / 1000, edition=edition)) == {}
    assert states(tree(script, since / 1000, edition=edition))["task"] == "RUNNING"


def test_message_takes_its_time_between_two_nodes():
    done = rows(tree(play(act("A", 2), act("B", 3), dispatch=100), AT_ONCE))

    assert [done[name].start for name in ("task", "start", "A", "B", "end")] == [0, 100, 200, 2300, 5400]


def test_ready_is_seen_only_where_messages_take_time():
    flow = act("A", (1, "no"), 1)
    retry = given(5, "retry", "A")

    at_once = {row.state for _, _, row in history(play(flow), retry).changes if row}
    slowly = {row.state for _, _, row in history(play(flow, dispatch=50), retry).changes if row}

    assert State.READY in slowly
    assert states(tree(play(flow), 5, retry))["A"] == "RUNNING"
    assert State.READY in at_once  # written, and over within its moment


# -- gateways


def test_converging_gateway_appears_when_the_last_arm_arrives():
    script = play(parallel([act("A", 1)], [act("B", 5)]), act("C", 1))

    assert order(script, 4) == ["task", "start", "parallel", "A", "B"]
    assert order(script) == ["task", "start", "parallel", "A", "B", "converge", "C", "end"]


def test_empty_arms_arrive_at_once():
    assert order(play(parallel([], [act("A", 1)], []))) == ["task", "start", "parallel", "A", "converge", "end"]


def test_nested_gateways_wait_for_their_own_arms():
    script = play(parallel([parallel([act("A", 1)], [act("B", 2)])], [act("C", 9)]))

    assert order(script, 3).count("converge") == 1
    assert states(tree(script, AT_ONCE))["task"] == "FINISHED"


def test_exclusive_gateway_enters_the_arm_it_takes():
    assert order(play(exclusive("b", a=[act("A", 1)], b=[act("B", 1)]))) == [
        *("task", "start", "exclusive", "B", "converge", "end"),
    ]


def test_conditional_gateway_enters_the_arms_it_takes_and_waits_for_them():
    script = play(conditional("a", "c", a=[act("A", 1)], b=[act("B", 1)], c=[act("C", 5)]))

    assert order(script, 4) == ["task", "start", "conditional", "A", "C"]
    assert order(script) == ["task", "start", "conditional", "A", "C", "converge", "end"]


@pytest.mark.parametrize("edition", ["v1", "v2"])
@pytest.mark.parametrize("gateway", [exclusive(None, a=[]), conditional(a=[])], ids=["exclusive", "conditional"])
def test_gateway_that_takes_no_arm_fails(gateway, edition):
    failed = tree(play(gateway), AT_ONCE, edition=edition)

    assert list(states(failed).values()) == ["FAILED", "FINISHED", "FAILED"]


# -- subprocesses


def test_subprocess_spans_its_flow():
    done = rows(tree(play(sub("S", act("A", 2), sub("T", act("B", 3)))), AT_ONCE))

    assert (done["S"].start, done["S"].finish) == (0, 5000)
    assert (done["S / T"].start, done["S / T"].finish) == (2000, 5000)
    assert list(done) == [
        *("task", "start", "S", "S / start", "S / A", "S / T", "S / T / start", "S / T / B", "S / T / end", "S / end"),
        "end",
    ]


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_failed_node_makes_all_around_it_fail(edition):
    failed = states(tree(play(sub("S", sub("T", act("B", (1, "no"))))), AT_ONCE, edition=edition))

    assert [failed[name] for name in ("task", "S", "S / T", "S / T / B")] == ["FAILED"] * 4


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_subprocess_that_fails_on_its_inputs_reaches_nothing_inside(edition):
    failed = tree(play(sub("S", act("A", 1), fails="bad"), act("B", 1)), AT_ONCE, edition=edition)

    assert states(failed) == {"task": "FAILED", "start": "FINISHED", "S": "FAILED"}
    assert rows(failed)["S"].finish == 0


def test_generations_disagree_while_another_arm_runs():
    script = play(parallel([act("A", (1, "no"))], [act("B", 9)]))

    assert states(tree(script, 5, edition="v2"))["task"] == "FAILED"
    assert states(tree(script, 5, edition="v1"))["task"] == "RUNNING"
    assert states(tree(script, 50, edition="v1"))["task"] == "FAILED"


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


def test_node_that_takes_too_long_is_terminated():
    row = rows(tree(play(act("A", 9, times_out=ms(4))), AT_ONCE))["A"]

    assert (row.state, row.finish, row.version, row.ex_data) == (State.FAILED, 4000, 1, "node execution timed out")


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
    assert rows(tree(play(waits("W", times_out=ms(4))), AT_ONCE))["W"].ex_data == "node execution timed out"


def test_work_of_a_terminated_attempt_does_not_end_the_next():
    script = play(act("A", 5, 5))
    log = given(1, "forced_fail", "A"), given(2, "retry", "A")

    assert rows(tree(script, AT_ONCE, *log))["A"].finish == 7000
