"""One answer of a history prepared to be compared with another: its tree and its moment."""

from __future__ import annotations

import dataclasses

from taskmock.contracts.api.bk_sops.rules.document import Document, Observed

ROLLING_BACK = frozenset({"ROLLING_BACK", "ROLL_BACK_SUCCESS", "ROLL_BACK_FAILED"})


FINAL = frozenset({"FINISHED", "REVOKED", "EXPIRED"})
"""The states of a task that nothing follows; FAILED is none of them."""


ROUNDING = 1
"""How much times of one moment may differ because servers round and their clocks differ, in seconds."""


SENSIBLE = 10**10
"""Elapsed times above this many seconds (three centuries) are not used."""


FULL = "version"
"""The field that distinguishes a started task from the short CREATED and EXPIRED bodies."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """An answer with a tree.

    `number` counts all polls from 1, `at` is when it was received and `asked` when it was asked for, `clock` the clock
    of its times where it is not the wall's; `sound` is False where the answer by itself breaks the contract.
    """

    number: int
    at: float | None
    document: Document
    sound: bool = True
    asked: float | None = None
    clock: str = ""

    @property
    def top(self) -> Observed:
        """The outermost node."""
        return self.document.top

    @property
    def is_full(self) -> bool:
        """Whether the outermost node has the fields of a node."""
        return FULL in self.document.data

    @property
    def now(self) -> float | None:
        """The server's time of the answer, start + elapsed of what goes on; None where the answer does not tell."""
        top, elapsed = self.top, self.document.data.get("elapsed_time")
        if top.start is None or not top.has_no_finish or not isinstance(elapsed, int | float):
            return None
        return top.start + elapsed if -SENSIBLE < elapsed < SENSIBLE else None

    @property
    def latest(self) -> float | None:
        """The server's time of the answer, or else the last thing it knows of, in seconds since the year 1."""
        now = self.now
        if now is not None:
            return now
        times = (time for node in self.document.observed for time in (node.start, node.finish) if time is not None)
        return max(times, default=None)

    def is_later_than(self, other: Snapshot) -> bool:
        """Whether the answer tells the server's time, and surely a later one than another.

        What one node says of its elapsed time counts from one start; where the start has moved, nothing is sure.
        """
        if self.now is None or other.now is None:
            return False
        if self._is_of_one_node(other):
            return self.top.start == other.top.start and self.now > other.now
        return self.now > other.now + ROUNDING

    def knows_later(self, other: Snapshot) -> bool:
        """Whether the answer knows of a surely later moment than another does, be it the server's time or another."""
        if self.latest is None or other.latest is None:
            return False
        return self.latest > other.latest + (0 if self.top.start == other.top.start else ROUNDING)

    def _is_of_one_node(self, other: Snapshot) -> bool:
        return field(self.top, "id") == field(other.top, "id") and self.top.loop == other.top.loop


def field(node: Observed, name: str) -> object:
    """A field of a node as the answer has it."""
    return node.value.get(name)


def count(node: Observed, name: str) -> int | None:
    """A counter of a node; None where it is no integer."""
    value = field(node, name)
    return value if type(value) is int else None


READING = "X-Mock-Reading"
"""The header in which the mock tells how far a task is, and what moves its clock where that is not the wall's time."""


def clock_told(reading: str) -> str:
    """The clock that a value of the mock's header names: `polls`, or `wall at speed 60`; "" for the wall's time."""
    parts = (part.partition("=") for part in reading.split(";"))
    said = {name.strip(): value.strip() for name, _, value in parts}
    clock, speed = said.get("clock", ""), said.get("speed", "")
    return f"{clock or 'wall'} at speed {speed}" if speed else clock


@dataclasses.dataclass(frozen=True, slots=True)
class Poll:
    """An answer, as bytes, text or the decoded object, and the moment it was received.

    `at` is in seconds on any clock that all polls of a history share; None where the moment is not known. `asked` is
    when it was asked for, on the same clock, where that is known too. `clock` names the clock that the server's times
    follow where it says that it is not the wall's, as the mock does in `X-Mock-Reading`. `unread` is a name of the
    recording for a time that nobody can use. `file` and `line` are where it was recorded, where that is a line of many.
    """

    body: object
    at: float | None = None
    asked: float | None = None
    clock: str = ""
    unread: str = ""
    file: str = dataclasses.field(default="", compare=False)
    line: int = dataclasses.field(default=0, compare=False)

    @property
    def place(self) -> str:
        """Where it was recorded, in words; "" where that is not known."""
        return f"line {self.line} of {self.file}" if self.line else self.file

    def __post_init__(self) -> None:
        """Refuses a moment that is none; one that cannot be compared (not a number, or endless) is not used.

        Raises: TypeError where `at` is no number.
        """
        if self.at is not None and not _is_moment(self.at):
            raise TypeError(f"the moment of a poll is a number of seconds, or None, not {self.at!r}")


def _is_moment(at: object) -> bool:
    return isinstance(at, int | float) and not isinstance(at, bool)
