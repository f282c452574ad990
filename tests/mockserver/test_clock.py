"""Sources of time."""

import time

import pytest

from taskmock.mockserver.clock import EPOCH, FURTHEST, ManualClock, WallClock


def test_wall_clock_is_the_time_of_day(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1234.5678)

    assert (WallClock().now(), WallClock().fixed) == (1_234_567, False)


def test_manual_clock_stands_until_it_is_moved():
    clock = ManualClock()

    assert (clock.now(), clock.seconds, clock.fixed) == (EPOCH, 0, True)
    clock.advance(1.5)
    clock.advance(0)
    assert (clock.now(), clock.seconds) == (EPOCH + 1500, 1.5)


def test_manual_clock_is_set_forth_and_back():
    clock = ManualClock()

    clock.set(60)
    clock.set(2.0004)

    assert clock.seconds == 2


@pytest.mark.parametrize(
    ("move", "said"),
    [
        ("advance", "a clock advances by 0 to 100000000000 seconds, not -1; set() goes back"),
        ("set", "a clock is set to a moment of 0 to 100000000000 seconds, not -1"),
    ],
)
def test_manual_clock_refuses_negative_seconds(move, said):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the whole text is compared
        getattr(ManualClock(), move)(-1)

    assert str(caught.value) == said


@pytest.mark.parametrize("move", ["advance", "set"])
@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), 1e12])
def test_manual_clock_refuses_what_is_no_time(move, seconds):
    with pytest.raises(ValueError, match="0 to 100000000000 seconds, not"):
        getattr(ManualClock(), move)(seconds)


@pytest.mark.parametrize("move", ["advance", "set"])
@pytest.mark.parametrize("seconds", ["3s", None, True])
def test_manual_clock_refuses_what_is_no_number(move, seconds):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the whole text is compared
        getattr(ManualClock(), move)(seconds)

    assert str(caught.value) == f"a clock takes seconds as a number, not {seconds!r}"


def test_manual_clock_stops_before_calendars_do():
    clock = ManualClock()
    clock.set(FURTHEST)

    clock.advance(FURTHEST)

    assert clock.seconds == FURTHEST
