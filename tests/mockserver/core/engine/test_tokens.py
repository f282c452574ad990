"""How tokens walk a flow: order, latency, gateways, subprocesses."""

import pytest

from support.scenario_building import (
    act,
    conditional,
    exclusive,
    given,
    history,
    parallel,
    play,
    rows,
    states,
    sub,
    tree,
)
from taskmock.mockserver.core.state import State

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
