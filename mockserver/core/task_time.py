"""How far a task is on its own clock: what moves the clock, and where it stands. Nothing here asks for the time."""

from __future__ import annotations

import bisect
import dataclasses
import enum
from collections.abc import Sequence

from taskmock.mockserver.core.flow import SECOND

FURTHEST = 100_000_000_000
"""Seconds that a task's clock goes at most, some 3,000 years: calendars end in the year 9999."""


class ClockMode(enum.StrEnum):
    """What moves a task's clock: the wall's time, good polls, or a test by hand; an instant one is at its end."""

    WALL = "wall"
    POLLS = "polls"
    MANUAL = "manual"
    INSTANT = "instant"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TaskTime:
    """The clock of one task. Only the methods decide what the fields mean together.

    Where time moves the clock, it is at `offset` ms when the source of time is at `anchor`, and goes `speed` times as
    fast; a `frozen` one stands at `offset`. Where polls move it, `steps` counts the good ones: each shows the next
    moment at which the answer changes, unless the clock is `frozen`; after a seek, `sought`, the next good poll shows
    the moment of number `steps` (from 0). `polls` counts all polls.

    Moments are ms on the task's clock, `now` is in ms since 1970. `moments` are those at which the answer changes, in
    order, the first one 0.
    """

    mode: ClockMode = ClockMode.WALL
    anchor: int = 0
    speed: float = 1.0
    offset: int = 0
    frozen: bool = False
    polls: int = 0
    steps: int = 0
    sought: bool = False

    @classmethod
    def begun(cls, mode: ClockMode, speed: float, start: int, *, follows: bool = False) -> TaskTime:
        """A clock that begins at 0 when the source of time is at `start`.

        One that is moved by hand stands still, unless it `follows` a source of time that is moved by hand itself.
        """
        return cls(mode=mode, speed=speed, anchor=start, frozen=mode is ClockMode.MANUAL and not follows)

    @classmethod
    def standing(cls, moment: int, now: int, *, polls: int) -> TaskTime:
        """A clock that stands still at a moment, after so many polls."""
        return cls(mode=ClockMode.MANUAL, anchor=now, offset=moment, frozen=True, polls=polls)

    def reading(self, moments: Sequence[int], now: int) -> int:
        """How far the task is: at `now`, or at what its latest good poll has shown."""
        match self.mode:
            case ClockMode.POLLS:
                return moments[max(0, min(self.steps - (not self.sought), len(moments) - 1))]
            case ClockMode.INSTANT:
                return moments[-1]
            case _ if self.frozen:
                return self.offset
            case _:
                moment = self.offset + (now - self.anchor) * self.speed
                return round(max(0.0, min(moment, FURTHEST * SECOND)))

    def next_reading(self, moments: Sequence[int], now: int) -> int:
        """The moment that the next poll shows."""
        if self._moved_by_polls:
            return moments[min(self.steps, len(moments) - 1)]
        return self.reading(moments, now)

    def after_poll(self, moments: Sequence[int], *, good: bool) -> TaskTime:
        """The clock after one more poll; only a `good` one, which shows the tree, moves a clock that polls move."""
        moves = good and self._moved_by_polls
        steps = min(self.steps + moves, len(moments))
        return dataclasses.replace(self, polls=self.polls + 1, steps=steps, sought=self.sought and not moves)

    def at_command(self, moments: Sequence[int], now: int) -> int:
        """The moment at which a command that is given now takes effect.

        A poll that moves the clock has shown the tree at its moment already: what follows from the command comes later.
        """
        return self.reading(moments, now) + (self.mode is ClockMode.POLLS)

    def moved_to(self, moment: int, moments: Sequence[int], now: int) -> TaskTime:
        """The clock put to a moment, earlier or later; where polls move it, the next one shows the change before it."""
        if self.mode is ClockMode.POLLS:
            return dataclasses.replace(self, steps=bisect.bisect_right(moments, moment) - 1, sought=True)
        stands = self.frozen or self.mode is ClockMode.INSTANT
        return dataclasses.replace(self, anchor=now, offset=moment, mode=self._mode_by_hand, frozen=stands)

    def stopped(self, moments: Sequence[int], now: int) -> TaskTime:
        """The clock stopped where it is; polls do not move it either."""
        return self._stopped_or_running(moments, now, frozen=True)

    def resumed(self, moments: Sequence[int], now: int) -> TaskTime:
        """The clock that goes on from where it is: by polls if they moved it, else by time."""
        return self._stopped_or_running(moments, now, frozen=False)

    def at_speed(self, speed: float, moments: Sequence[int], now: int) -> TaskTime:
        """The clock that goes so many times as fast as time from where it is, or from where it will be let go."""
        goes = self.mode in {ClockMode.WALL, ClockMode.MANUAL} and not self.frozen
        if not goes:
            return dataclasses.replace(self, speed=speed)
        return dataclasses.replace(self, anchor=now, offset=self.reading(moments, now), speed=speed)

    def restarted(self, now: int) -> TaskTime:
        """The clock back at 0, and before its first poll; what moves it, and whether it is stopped, stays."""
        return dataclasses.replace(self, anchor=now, offset=0, polls=0, steps=0, sought=False)

    def has_shown_all(self, moments: Sequence[int]) -> bool:
        """Whether polls have moved the clock to its last moment, and shown that."""
        return self.steps >= len(moments)

    def told(self, *, by_hand: bool) -> str:
        """What moves the clock where that is not the wall's time: `clock=polls`, `speed=60`; "" where it is.

        `by_hand` says that the source of time is moved by hand.
        """
        if self.mode is ClockMode.WALL and self.frozen:
            return "clock=stopped"
        if self.mode is not ClockMode.WALL or by_hand:
            return f"clock={ClockMode.MANUAL if self.mode is ClockMode.WALL else self.mode}"
        return "" if self.speed == 1 else f"speed={self.speed:.15g}"

    @property
    def _moved_by_polls(self) -> bool:
        return self.mode is ClockMode.POLLS and not self.frozen

    @property
    def _mode_by_hand(self) -> ClockMode:
        """A clock that was at its end from the start is moved by hand once it is put somewhere else."""
        return ClockMode.MANUAL if self.mode is ClockMode.INSTANT else self.mode

    def _stopped_or_running(self, moments: Sequence[int], now: int, *, frozen: bool) -> TaskTime:
        if self.mode is ClockMode.POLLS:
            return dataclasses.replace(self, frozen=frozen)
        mode = self._mode_by_hand if frozen else ClockMode.WALL
        return dataclasses.replace(self, anchor=now, offset=self.reading(moments, now), mode=mode, frozen=frozen)
