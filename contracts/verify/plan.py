"""How a server is asked: how often, how fast, until when."""

from __future__ import annotations

import dataclasses
import math
import threading
import time
from collections.abc import Callable

from taskmock.contracts.api.bk_sops.lifecycle.snapshot import FINAL
from taskmock.schemas.argument import demand

INTERVAL = 2.0
"""Seconds from one poll of a task to its next, unless told otherwise."""

RATE = 10.0
"""Most calls in a second, of all tasks together, unless told otherwise."""

UNTIL_END = 500
"""Most polls of a task that is followed to its end, unless told otherwise."""

DAY = 86_400
"""The longest that anything is waited for, in seconds."""

PATIENCE = 10
"""Most answers in a row without a task, or with a task that stays as it is, before there is nothing more to learn."""

END = FINAL
"""The states in which a task has come to its end; FAILED is none of them."""


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """How often each task is polled: `polls` times, less often where it comes to a state of `until` (`END`, say), or
    stays in one of `idle` for `PATIENCE` polls.

    `interval` is in seconds between the beginnings of two polls; `rate` is in calls a second for all tasks together,
    None for no limit; `concurrency` is how many tasks are polled at once.
    """

    polls: int = 1
    _: dataclasses.KW_ONLY
    until: frozenset[str] = frozenset()
    idle: frozenset[str] = frozenset()
    interval: float = INTERVAL
    rate: float | None = RATE
    concurrency: int = 4

    def __post_init__(self) -> None:
        """Raises: ValueError for a number that is too small, or too large to be waited for."""
        for name, kinds in (
            ("polls", int),
            ("concurrency", int),
            ("interval", int | float),
            ("rate", int | float | None),
        ):
            demand(f"Plan({name})", getattr(self, name), kinds, "a whole number" if kinds is int else "a number")
        for name in ("until", "idle"):
            demand(f"Plan({name})", getattr(self, name), set | frozenset, "a set of states")
        for name in ("polls", "concurrency"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is at least 1, not {getattr(self, name)}")
        if not 0 <= self.interval <= DAY:
            raise ValueError(f"interval is from 0 to {DAY:,} s, not {self.interval:g}")
        if self.rate is not None and not 1 / DAY <= self.rate < math.inf:
            raise ValueError(f"rate is a number above 0, one call a day at the least, not {self.rate:g}")

    @property
    def is_paced_by_rate(self) -> bool:
        """Whether the rate makes even a single task wait for longer than the interval does."""
        return self.rate is not None and self.interval < 1 / self.rate


class Pace:
    """Gives each call its moment, so that no more than `rate` of them begin in a second; for several threads."""

    def __init__(self, rate: float | None, *, now: Callable[[], float] = time.monotonic) -> None:
        self._gap = 0.0 if rate is None else 1 / rate
        self._now = now
        self._next = 0.0
        self._lock = threading.Lock()

    def delay(self) -> float:
        """How long the next call has to wait, in seconds; takes its moment."""
        with self._lock:
            now = self._now()
            moment = max(now, self._next)
            self._next = moment + self._gap
            return moment - now
