"""A hand on one task's clock, whatever moves it."""

import pytest

from support.clock_model import PAUSED, SECONDS
from support.scenario_building import play, waits
from support.scenario_playing import FAILS, Stage, Wall
from taskmock.mockserver.clock import FURTHEST
from taskmock.mockserver.core.graph import AddressError
from taskmock.mockserver.core.scenario import Frame, Scenario
from taskmock.mockserver.sessions.seek import MomentNameError, SeekError
from taskmock.mockserver.sessions.task_clock import Turn

WAITS = Scenario(name="waits", edition="v2", plays=(play(waits("W"), name="Release"),))
MODES = ("wall", "polls", "manual", "instant")


def staged(mode="wall", scenario="steps", **more):
    """A stage with one open task, and the hand on its clock."""
    stage = Stage(mode=mode, clock=Wall(), default=scenario, **more)
    return stage, stage.hand(stage.open())


def test_moments_are_those_of_the_tree_in_seconds():
    assert staged()[1].moments == (0, 2, 5)


@pytest.mark.parametrize("mode", ["wall", "manual", "polls"])
def test_set_advance_and_seconds(mode):
    stage, hand = staged(mode)

    hand.set(2)
    assert hand.seconds == 2
    hand.advance(3)
    assert hand.seconds == 5
    assert stage.data()["state"] == "FINISHED"
    hand.set(0)
    assert (hand.seconds, stage.data()["state"]) == (0, "RUNNING")


def test_fractions_count_where_time_moves_the_task():
    _, hand = staged()

    hand.set(1.25)
    hand.advance(0.25)

    assert hand.seconds == 1.5


def test_polls_show_the_change_before_a_fraction():
    stage, hand = staged("polls")

    hand.set(4.9)

    assert (hand.seconds, stage.poll().reading.moment, stage.poll().reading.moment) == (2, 2000, 5000)


@pytest.mark.parametrize("mode", MODES)
def test_next_and_back_go_from_change_to_change(mode):
    stage, hand = staged(mode)
    hand.rewind()

    forth = [hand.seconds]
    for _ in range(3):
        hand.next()
        forth.append(hand.seconds)
    back = []
    for _ in range(3):
        hand.back()
        back.append(hand.seconds)

    assert (forth, back) == ([0, 2, 5, 5], [2, 0, 0])
    assert stage.data()["state"] == "RUNNING"


def test_back_from_between_two_changes_goes_to_the_one_before_the_last():
    _, hand = staged()
    hand.set(4)

    hand.back()

    assert hand.seconds == 0


@pytest.mark.parametrize("mode", MODES)
def test_end_is_the_last_change(mode):
    stage, hand = staged(mode)

    hand.end()

    assert (hand.seconds, stage.data()["state"]) == (5, "FINISHED")


def test_end_never_goes_back():
    _, hand = staged()
    hand.set(60)

    hand.end()

    assert hand.seconds == 60


@pytest.mark.parametrize("mode", MODES)
def test_failed_is_the_first_failure(mode):
    stage, hand = staged(mode, "fails")

    hand.failed()

    assert (hand.seconds, stage.data()["state"]) == (4, "FAILED")


def test_failed_is_an_error_where_nothing_fails():
    _, hand = staged()

    with pytest.raises(SeekError) as caught:
        hand.failed()

    assert str(caught.value) == "task 10 of scenario steps never shows FAILED"
    assert hand.seconds == 0


@pytest.mark.parametrize(("moment", "seconds"), SECONDS.items())
@pytest.mark.parametrize("mode", MODES)
def test_moments_are_sought_by_name(mode, moment, seconds):
    _, hand = staged(mode, "paused", scenarios=(PAUSED,))

    hand.seek(moment)

    assert hand.seconds == seconds


@pytest.mark.parametrize(
    ("moment", "error", "allowed"),
    [
        ("suspended", "task 10 of scenario fails never shows SUSPENDED", ("next", "back", "start", "end", "failed")),
        ("A failed", "node 'A' of task 10 of scenario fails never shows FAILED", ("A start", "A end")),
        ("B FINISHED", "node 'B' of task 10 of scenario fails never shows FINISHED", ("B start", "B failed", "B end")),
    ],
)
def test_moment_that_never_comes_names_those_that_do(moment, error, allowed):
    _, hand = staged("wall", "fails")

    with pytest.raises(SeekError) as caught:
        hand.seek(moment)

    assert (str(caught.value), caught.value.allowed) == (error, allowed)


def test_node_that_runs_for_ever_has_no_end():
    _, hand = staged("wall", "waits", scenarios=(WAITS,))

    with pytest.raises(SeekError, match="node 'W' of task 10 of scenario waits never ends"):
        hand.seek("W end")


def test_moments_of_recorded_answers_are_sought_by_what_they_show():
    bodies = [{"result": True, "data": {"id": "n", "name": "T", "state": state}} for state in ("CREATED", "FAILED")]
    frames = tuple(Frame(at=4000 * number + 500, body=body) for number, body in enumerate(bodies))
    recorded = Scenario(name="recorded", edition="v2", plays=(play(frames=frames),))
    _, hand = staged("wall", "recorded", scenarios=(recorded,))

    hand.seek("failed")
    assert hand.seconds == 4.5
    with pytest.raises(AddressError, match="no node is called 'Copy'"):
        hand.seek("Copy failed")


def test_name_of_no_moment_is_refused():
    _, hand = staged()

    with pytest.raises(MomentNameError, match='seek is "A"; allowed: "next", "back", "start", "end", "failed"'):
        hand.seek("A")


@pytest.mark.parametrize("speed", [0, -1, True, "2", None, float("nan"), 1e9])
def test_speed_that_is_none_is_refused(speed):
    _, hand = staged()

    with pytest.raises(ValueError, match="a speed is a number of more than 0, at most 100000, not "):
        hand.set_speed(speed)


def test_speed_changes_from_where_the_task_is():
    stage, hand = staged()
    stage.clock.moment += 1000

    hand.set_speed(4)
    stage.clock.moment += 500

    assert (hand.speed, hand.seconds) == (4, 3)


def test_turn_moves_then_paces_then_stops():
    stage, hand = staged()

    hand.turn(Turn(set=2000, speed=10, frozen=True))
    stage.clock.moment += 1000
    stood = hand.seconds
    hand.run()
    stage.clock.moment += 100

    assert (stood, hand.seconds) == (2, 3)


def test_turn_that_cannot_be_done_changes_nothing():
    stage, hand = staged("wall", "steps")
    before = stage.playback.record(stage.open())

    with pytest.raises(SeekError):
        hand.turn(Turn(seek="failed", speed=10, frozen=True))

    assert stage.playback.record(before.key) == before


def test_setting_back_gives_the_same_answers_as_the_first_time():
    stage, hand = staged("manual", "fails")
    moments = (0, 1, 4, 9)

    def answers():
        found = []
        for moment in moments:
            hand.set(moment)
            found.append(stage.poll().data)
        return found

    assert answers() == answers()


def test_rewind_keeps_what_was_done():
    stage, hand = staged("manual", "fails")
    hand.failed()
    record = stage.give(stage.open(), "skip", "B")

    hand.rewind()

    assert (hand.seconds, stage.playback.record(record.key).log) == (0, record.log)
    hand.end()
    assert stage.data()["state"] == "FINISHED"


@pytest.mark.parametrize("mode", MODES)
def test_restart_forgets_what_was_done(mode):
    stage, hand = staged(mode, "fails")
    key = stage.open()
    hand.failed()
    stage.give(key, "skip", "B")
    stage.poll()

    hand.restart()

    record = stage.playback.record(key)
    assert (record.log, record.time.polls, record.time.offset) == ((), 0, 0)
    hand.end()
    assert stage.data()["state"] == "FAILED"


def test_frozen_task_stands_and_goes_on_from_there():
    stage, hand = staged()
    stage.clock.moment += 1000

    hand.freeze()
    stage.clock.moment += 60_000
    assert hand.seconds == 1
    hand.run()
    stage.clock.moment += 500
    assert hand.seconds == 1.5


def test_frozen_task_can_be_moved_and_stays_frozen():
    stage, hand = staged()
    hand.freeze()

    hand.advance(2)
    stage.clock.moment += 60_000

    assert hand.seconds == 2


def test_manual_task_that_is_let_run_is_moved_by_time():
    stage, hand = staged("manual")

    hand.run()
    stage.clock.moment += 1500

    assert hand.seconds == 1.5


def test_instant_task_that_is_let_run_starts_from_its_end():
    stage, hand = staged("instant")

    hand.run()
    stage.clock.moment += 1500

    assert hand.seconds == 6.5


def test_instant_task_that_is_frozen_or_moved_is_moved_by_hand():
    stage, hand = staged("instant")
    hand.set(1)

    stage.clock.moment += 1500

    assert hand.seconds == 1
    other_stage, other = staged("instant")
    other.freeze()
    other_stage.clock.moment += 1500
    assert other.seconds == 5


def test_frozen_polls_show_the_same_change():
    stage, hand = staged("polls")
    stage.poll()
    hand.freeze()

    assert [stage.poll().reading.moment for _ in range(3)] == [0, 0, 0]
    hand.run()
    assert [stage.poll().reading.moment for _ in range(3)] == [2000, 5000, 5000]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("move", "said"),
    [
        ("advance", "a clock advances by 0 to 100000000000 seconds, not -0.5; set() goes back"),
        ("set", "a clock is set to a moment of 0 to 100000000000 seconds, not -0.5"),
    ],
)
def test_negative_seconds_are_refused(mode, move, said):
    _, hand = staged(mode)

    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the whole text is compared
        getattr(hand, move)(-0.5)

    assert str(caught.value) == said


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), 1e12])
@pytest.mark.parametrize("move", ["advance", "set"])
def test_what_is_no_time_is_refused(move, seconds):
    with pytest.raises(ValueError, match="0 to 100000000000 seconds, not"):
        getattr(staged()[1], move)(seconds)


def test_speed_counts_from_where_a_hand_has_put_the_task():
    stage, hand = staged(speed=10.0)
    hand.set(1)

    stage.clock.moment += 200

    assert hand.seconds == 3


def test_tasks_have_clocks_of_their_own():
    stage = Stage(mode="manual", clock=Wall(), default="fails")
    one, other = stage.hand(stage.open("1")), stage.hand(stage.open("2"))

    one.set(4)

    assert (one.seconds, other.seconds) == (4, 0)
    assert FAILS.name == stage.poll("2").record.key.scenario


@pytest.mark.parametrize("edition", ["doc-2019", "v1", "v2"])
def test_task_at_the_end_of_time_is_still_answered(edition):
    stage, hand = staged(edition=edition)
    hand.set(FURTHEST)

    hand.advance(FURTHEST)

    assert hand.seconds == FURTHEST
    assert stage.data()["state"] == "FINISHED"
