"""How a client has polled a task: how often, and at which intervals."""

from __future__ import annotations

import dataclasses
import itertools
import statistics
from collections.abc import Iterable

from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.sessions.journal import JournalEntry
from taskmock.schemas.argument import ArgumentError, demand

_SHOWN = 8


class PollingError(AssertionError):
    """A client that has not polled as it should; the text says how it has."""


@dataclasses.dataclass(frozen=True, slots=True)
class Polling:
    """The polls of one task: how many, and the seconds between one and the next by the mock's clock."""

    count: int
    intervals: tuple[float, ...]

    @property
    def shortest(self) -> float | None:
        """The shortest interval; None where there is none."""
        return min(self.intervals, default=None)

    @property
    def longest(self) -> float | None:
        """The longest interval; None where there is none."""
        return max(self.intervals, default=None)

    @property
    def median(self) -> float | None:
        """The interval in the middle; None where there is none."""
        return statistics.median(self.intervals) if self.intervals else None

    def __str__(self) -> str:
        said = f"{self.count} poll{'' if self.count == 1 else 's'}"
        if not self.intervals:
            return said
        shown = ", ".join(f"{interval:g}" for interval in self.intervals[:_SHOWN])
        more = ", …" if len(self.intervals) > _SHOWN else ""
        return f"{said}; intervals in s: {shown}{more}; median {self.median:g}"


def polling_in(entries: Iterable[JournalEntry]) -> Polling:
    """How a task was polled, from its calls in order; operations are no polls."""
    moments = [entry.at for entry in entries if entry.polled]
    return Polling(len(moments), tuple((after - before) / SECOND for before, after in itertools.pairwise(moments)))


def check_polling(
    polling: Polling, what: str, *, at_least: int, at_most: int | None, interval: tuple[float, float] | None
) -> None:
    """Demands so many polls, and intervals (in seconds) that all lie in a range.

    Raises:
        PollingError: with the first thing that is not so, and all that is known.
    """
    __tracebackhide__ = True
    demand("assert_polled(at_least=…)", at_least, int, "a whole number")
    demand("assert_polled(at_most=…)", at_most, int | None, "a whole number")
    if not _is_range(interval):
        raise ArgumentError(f"assert_polled(interval=…) takes the least and the most seconds: (1, 5), not {interval!r}")
    if polling.count < at_least:
        raise PollingError(f"{what} was polled less than {at_least} times: {polling}")
    if at_most is not None and polling.count > at_most:
        raise PollingError(f"{what} was polled more than {at_most} times: {polling}")
    least, most = interval or (0, float("inf"))
    for number, found in enumerate(polling.intervals, start=1):
        if not least <= found <= most:
            raise PollingError(
                f"{what}: {found:g} s between polls {number} and {number + 1}, not {least:g} to {most:g} s: {polling}"
            )


def _is_range(interval: object) -> bool:
    if interval is None:
        return True
    if not isinstance(interval, tuple | list) or len(interval) != 2:
        return False
    return all(isinstance(end, int | float) and not isinstance(end, bool) for end in interval)
