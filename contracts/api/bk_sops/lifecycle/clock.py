"""The server's time in the answers of one task beside the poller's: whether it grows, and how old answers are."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

from taskmock.contracts.api.bk_sops.edition import ENGINES
from taskmock.contracts.api.bk_sops.lifecycle.snapshot import Snapshot, field
from taskmock.contracts.api.protocol import ClockRule
from taskmock.contracts.findings.rule import Finding
from taskmock.contracts.findings.violation import Severity, Violation, at_poll, clip
from taskmock.schemas import base_of

CACHE = 10
"""How long servers may repeat an answer, in seconds."""

BEHIND = CACHE + 2
"""How far an answer may be behind the poller's clock, in seconds: as long as a cache keeps it, and two roundings."""

CLOCK = "task.clock"
TIMES = "history.times"

GROWS = "`elapsed_time` of a task that has not ended keeps growing, and an answer is repeated for 10 s at most."
RECORDED = "The polls of a history stand in the order in which they were made."


class ClockJudge:
    """Follows how far the server's time is ahead of the poller's; what an answer falls behind the most is its age.

    Judged is the time of a task, or of a node that was asked for while it is RUNNING, that has started and not ended.
    The clocks need not agree; an answer is behind by what an earlier one has shown the server's clock to be ahead.
    """

    def __init__(self, rule: ClockRule) -> None:
        self._rule = rule
        self._ahead = -math.inf
        self._span: tuple[float, float] | None = None
        self._counted: object = None
        self._last = -math.inf
        self._went_back = False
        self._other = ""
        self._judged = 0

    def admit(self, snapshot: Snapshot) -> tuple[Snapshot, Violation | None]:
        """An answer with times that can be used, and the finding where the polls' times go back for the first time."""
        at = snapshot.at
        if at is None:
            return snapshot, None
        untimed = dataclasses.replace(snapshot, at=None, asked=None)
        if self._went_back or not math.isfinite(at):
            return untimed, None
        if at >= self._last:
            self._last = at
            return snapshot, None
        self._went_back = True
        return untimed, _went_back(snapshot.number, self._last - at)

    def seconds_behind(self, snapshot: Snapshot) -> float:
        """How much older than the poll that it answers an answer is at least, in seconds; 0 where that is not known."""
        if self._rule is ClockRule.OFF:
            return 0.0
        if self._rule is ClockRule.AUTO:
            self._other = self._other or snapshot.clock
        now, at = snapshot.now, snapshot.at
        if at is None or now is None or not _ticks(snapshot):
            return 0.0
        self._judged += 1
        if self._other:
            return 0.0
        counted = field(snapshot.top, "id"), snapshot.top.start, snapshot.top.loop
        if counted != self._counted:  # another start: what was seen of the clock before says nothing of it
            self._counted, self._ahead = counted, -math.inf
        first = at if self._span is None else self._span[0]
        self._span = first, at
        asked = at if snapshot.asked is None else snapshot.asked
        behind = asked + self._ahead - now
        self._ahead = max(self._ahead, now - at)
        return max(0.0, behind)

    def notes(self) -> Iterator[str]:
        """What the reader of a verdict should know of how the clock was judged."""
        if self._other and self._judged > 1:
            yield f"the task's clock is not the wall's ({self._other}): that it keeps growing was judged, not how fast"
        elif self._span is not None and 0 < self._span[1] - self._span[0] <= BEHIND:
            seconds = f"{self._span[1] - self._span[0]:.3g}"
            yield f"too short to judge the clock: {seconds} s of a task that goes on, more than {BEHIND} s are needed"


def standstill(snapshot: Snapshot, behind: float) -> Violation:
    """The finding for an answer whose time has fallen behind the poller's further than a cache explains."""
    message = "the server's time (start_time + elapsed_time) is {0} s behind the time of the polls"
    found = Finding(
        snapshot.top,
        ("elapsed_time",),
        message,
        "at most {1} s: 10 s of a cache, and rounding",
        (f"{behind:.10g}", str(BEHIND)),
    ).violation(CLOCK, GROWS)
    return at_poll(found, snapshot.number)


def _went_back(number: int, seconds: float) -> Violation:
    template = "the time of the poll is {0} s before the time of an earlier one; from here on no poll's time is used"
    names = (f"{seconds:.10g}",)
    found = Finding(None, (), template, "times that do not go back", names).violation(TIMES, RECORDED, Severity.WARNING)
    return at_poll(found, number)


def unread_time(number: int, key: str) -> Violation:
    """The finding for a poll whose recording has a time under a name that nobody knows."""
    template = "{0} looks like the time of the poll, but is no name for it: the answers' own times tell the order"
    found = Finding(None, (), template, "the time as `at`", (clip(key),)).violation(TIMES, RECORDED, Severity.WARNING)
    return at_poll(found, number)


def _ticks(snapshot: Snapshot) -> bool:
    """Whether the time of an answer must grow: that of a task, or of a node that was asked for and is RUNNING."""
    document = snapshot.document
    return base_of(document.edition) in ENGINES and (document.is_whole_task or snapshot.top.state == "RUNNING")
