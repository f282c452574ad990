"""The sources of the time of day; no other module reads it."""

from __future__ import annotations

import sys
import threading
import time
from typing import Protocol

from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.core.task_time import FURTHEST as FURTHEST
from taskmock.mockserver.core.task_time import ClockMode as ClockMode

EPOCH = 1_524_730_114_000
"""The start of every task that the time of day does not move, in ms since 1970: that of the document's example,
2018-04-26 16:08:34 +0800."""


FASTEST = 100_000
"""How many times as fast as the time of day a running task's clock goes at most."""


def checked_speed(speed: object) -> float:
    """A speed that a running clock can have.

    Raises:
        ValueError: It is no number, not positive, or more than `FASTEST`.
    """
    if isinstance(speed, bool) or not isinstance(speed, (int, float)) or not 0 < speed <= FASTEST:
        raise ValueError(f"a speed is a number of more than 0, at most {FASTEST}, not {speed!r}")
    return speed


def advance_in_ms(seconds: float) -> int:
    """The ms by which a clock is to be moved on.

    Raises:
        ValueError: `seconds` is no number, negative or beyond `FURTHEST`.
    """
    return _in_ms(seconds, "a clock advances by 0 to {} seconds, not {!r}; set() goes back")


def moment_in_ms(seconds: float) -> int:
    """The ms to which a clock is to be set.

    Raises:
        ValueError: `seconds` is no number, negative or beyond `FURTHEST`.
    """
    return _in_ms(seconds, "a clock is set to a moment of 0 to {} seconds, not {!r}")


def _in_ms(seconds: object, out_of_range: str) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise ValueError(f"a clock takes seconds as a number, not {seconds!r}")
    if not 0 <= seconds <= FURTHEST:
        raise ValueError(out_of_range.format(FURTHEST, seconds))
    return round(seconds * SECOND)


class Clock(Protocol):
    """A source of time. `fixed`: tasks start at `EPOCH` and their readings count from there, whenever first touched."""

    @property
    def fixed(self) -> bool: ...

    def now(self) -> int:
        """The present moment in ms since 1970."""
        ...


class WallClock:
    """The time of day; tools that replace it in tests (time-machine, freezegun) replace it here too."""

    fixed = False

    def now(self) -> int:
        """The time of day in ms since 1970."""
        return int(time.time() * SECOND)


class ManualClock:
    """A clock that only `advance` and `set` move; it starts at 0 seconds."""

    fixed = True

    def __init__(self) -> None:
        self._moment = 0
        self._lock = threading.Lock()

    def now(self) -> int:
        """The moment that was set, in ms since 1970."""
        return EPOCH + self._moment

    @property
    def seconds(self) -> float:
        """How far the clock is, in seconds."""
        return self._moment / SECOND

    def advance(self, seconds: float) -> None:
        """Moves the clock on by some seconds.

        Raises:
            ValueError: `seconds` is negative (`set` goes back) or beyond `FURTHEST`.
        """
        span = advance_in_ms(seconds)
        with self._lock:
            self._moment = min(self._moment + span, FURTHEST * SECOND)

    def set(self, seconds: float) -> None:
        """Puts the clock to a moment, earlier or later, in seconds from its start.

        Raises:
            ValueError: `seconds` is negative or beyond `FURTHEST`.
        """
        moment = moment_in_ms(seconds)
        with self._lock:
            self._moment = moment


def steady_seconds() -> float:
    """The seconds since some moment in the past."""
    if sys.platform == "win32":
        return time.monotonic()
    else:  # noqa: RET505 - mypy would call it unreachable on Windows
        # freezegun replaces `time.monotonic`, under which no delay would ever end.
        return time.clock_gettime(time.CLOCK_MONOTONIC)
