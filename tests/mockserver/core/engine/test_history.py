"""The whole life of a task, the tree at any moment of it, and scripted events at their triggers."""

import copy

import pytest

from support.scenario_building import (
    act,
    given,
    history,
    loop,
    ms,
    parallel,
    play,
    rendered,
    rows,
    scripted,
    states,
    sub,
    tree,
    waits,
)
from taskmock.mockserver.core.command import TASK, Command, Verb
from taskmock.mockserver.core.engine.history import History
from taskmock.mockserver.core.graph import AddressError
from taskmock.mockserver.core.scenario import Event, Frame, Trigger

STEPS = play(act("A", 2), act("B", 2), start=1000, dispatch=100)


def when(node, state, verb, target, *, after=0.0, times=1):
    """An event triggered by a state."""
    trigger = Trigger(node=node, state=state, times=times, after=ms(after))
    return Event(trigger=trigger, command=Command(verb=Verb(verb), target=target))


# -- readings


def test_moments_are_all_changes_and_0():
    assert history(STEPS).moments == (0, 1000, 1100, 1200, 3200, 3300, 5300, 5400)


def test_moments_end_where_the_history_expires():
    played = history(STEPS)

    expiring = History(played.graph, played.dialect, played.changes, expires=3250)

    assert expiring.moments == (0, 1000, 1100, 1200, 3200, 3250)
    assert (expiring.end, expiring.ended) == ("EXPIRED", False)
    assert [expiring.expired_at(moment) for moment in (3249, 3250)] == [False, True]


def test_recorded_history_has_the_moments_of_its_frames():
    played = history(play())
    first, second = Frame(at=100, body={"result": True}), Frame(at=900, body={"result": False})

    recorded = History(played.graph, 2, (), frames=(first, second))

    assert recorded.moments == (0, 100, 900)
    assert [recorded.frame_at(moment) for moment in (0, 100, 899, 900)] == [first, first, first, second]
    assert played.frame_at(5) is None


def test_reading_between_two_changes_is_that_of_the_first():
    played = history(STEPS)

    assert played.position(1199) == played.position(1100)
    assert played.tree_at(1199).rows == played.tree_at(1100).rows
    assert played.position(1200) > played.position(1199)


def test_nothing_is_there_before_the_start():
    tree = history(STEPS).tree_at(999)

    assert (tree.rows, tree.states) == ({}, {})


def test_task_is_started_when_it_shows_more_than_created():
    played = history(STEPS)

    assert [played.started_at(moment) for moment in (0, 999, 1000, 9000)] == [False, False, True, True]


def test_readings_in_any_order_are_alike_and_change_nothing():
    played = history(STEPS)
    before = copy.deepcopy(played.changes)

    forward = [rendered(played, moment) for moment in played.moments]
    backward = [rendered(played, moment) for moment in reversed(played.moments)]

    assert forward == backward[::-1]
    assert played.changes == before


@pytest.mark.parametrize(
    ("script", "end", "ended"),
    [
        (STEPS, "FINISHED", True),
        (play(act("A", (1, "no"))), "FAILED", False),
        (play(waits("A")), "RUNNING", False),
        (play(act("A"), events=(scripted(0, "pause"),)), "SUSPENDED", False),
        (play(act("A"), start=None), "CREATED", False),
    ],
)
def test_end_is_what_the_task_shows_last(script, end, ended):
    played = history(script)

    assert (played.end, played.ended) == (end, ended)


# -- scripted events


def test_event_at_a_moment_comes_after_all_that_happens_then():
    script = play(act("A", 2), act("B", 2), events=(scripted(2, "forced_fail", "B"),))

    assert rows(tree(script, 9))["B"].finish == 2000


def test_event_follows_a_state_of_a_node():
    script = play(act("A", (2, "no"), 1), events=(when("A", "FAILED", "retry", "A", after=5),))

    played = history(script)

    assert rows(played.tree_at(ms(7)))["A"].retry == 1
    assert rows(played.tree_at(ms(6.999)))["A"].retry == 0
    assert played.end == "FINISHED"


def test_event_follows_a_state_that_is_entered_for_the_nth_time():
    script = play(act("A", (2, "no")), events=(
        when("A", "FAILED", "retry", "A"),
        when("A", "FAILED", "retry", "A", times=2),
        when("A", "FAILED", "skip", "A", times=3),
    ), dispatch=10)  # fmt: skip

    done = history(script)

    assert done.end == "FINISHED"
    assert (rows(done.tree_at(ms(99)))["A"].retry, rows(done.tree_at(ms(99)))["A"].skip) == (2, True)


def test_event_follows_the_computed_state_of_a_subprocess_and_of_the_task():
    script = play(
        sub("S", act("A", (2, "no"), 1)),
        events=(when("S", "FAILED", "retry", "A", after=1), when(TASK, "FINISHED", "pause", TASK)),
    )

    played = history(script)

    assert played.end == "FINISHED"
    assert [entry.at for entry in played.given] == [3000]
    assert [str(error) for error in played.refused] == ["pause task: the task has ended"]


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_event_follows_an_appointed_pause_in_both_engines(edition):
    script = play(act("A", 2), act("B", 2), events=(
        scripted(1, "pause", "B"), when("B", "SUSPENDED", "resume", "B", after=5),
    ))  # fmt: skip

    played = history(script, edition=edition)

    assert [entry.at for entry in played.given] == [1000, 7000]
    assert played.end == "FINISHED"


def test_event_follows_each_pass_of_a_loop():
    script = play(loop(2, waits("A")), events=(
        when("A", "RUNNING", "callback", "A", after=1), when("A", "RUNNING", "callback", "A", after=1, times=2),
    ))  # fmt: skip

    assert history(script).end == "FINISHED"


def test_refused_event_changes_nothing_and_is_kept():
    script = play(act("A", 2), events=(scripted(1, "retry", "A"),))

    played = history(script)

    assert played.changes == history(play(act("A", 2))).changes
    assert [error.reason.partition(" ")[2] for error in played.refused] == ["state is not FAILED, actual RUNNING"]
    assert played.given == ()


def test_commands_of_clients_and_scripted_ones_meet():
    script = play(act("A", (2, "no"), (2, "again"), 1), events=(when("A", "FAILED", "retry", "A", after=5),))

    played = history(script, given(20, "retry", "A"))

    assert played.end == "FINISHED"
    assert rows(played.tree_at(ms(60)))["A"].retry == 2


def test_client_sees_what_the_script_did_at_the_same_moment():
    script = play(act("A", (2, "no"), 9), events=(when("A", "FAILED", "retry", "A"),))

    played = history(script, given(2, "forced_fail", "A"))

    assert rows(played.tree_at(ms(2)))["A"].ex_data == "The node has been terminated by admin."


def test_commands_of_one_moment_are_obeyed_in_their_order():
    played = history(play(act("A", 5)), given(1, "pause"), given(1, "resume"), given(1, "pause"))

    assert states(played.tree_at(1000))["task"] == "SUSPENDED"


@pytest.mark.parametrize(
    "event",
    [scripted(1, "retry", "Nobody"), when("Nobody", "FAILED", "retry", "A"), when("A", "RUNNING", "retry", "Nobody")],
)
def test_event_on_a_node_that_is_none_is_an_error(event):
    with pytest.raises(AddressError, match="no node is called 'Nobody'"):
        history(play(act("A", 5), events=(event,)))


def test_parallel_events_are_given_in_the_order_of_their_moments():
    script = play(parallel([act("A", (1, "no"))], [act("B", (2, "no"))]), events=(
        when("B", "FAILED", "skip", "B"), when("A", "FAILED", "skip", "A"),
    ))  # fmt: skip

    assert [entry.command.target for entry in history(script).given] == ["A", "B"]
