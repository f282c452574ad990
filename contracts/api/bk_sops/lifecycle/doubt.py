"""A step that only an unseen rollback explains, kept open until later answers prove or refute it."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Collection, Mapping

from taskmock.contracts.api.bk_sops.lifecycle.clock import CACHE
from taskmock.contracts.api.bk_sops.lifecycle.rollback import Explanation
from taskmock.contracts.api.bk_sops.lifecycle.snapshot import FINAL, ROUNDING, Snapshot, field
from taskmock.contracts.api.bk_sops.lifecycle.step import Pair, Step
from taskmock.contracts.api.bk_sops.lifecycle.transition import Transition, judged
from taskmock.contracts.api.bk_sops.rules.document import Observed


def age_of(snapshot: Snapshot, newer: Snapshot) -> float:
    """How much older than a newer answer an answer is at least, in seconds: by the polls' times, else by their own."""
    if snapshot.at is not None and newer.at is not None:
        return max(0.0, snapshot.at - newer.at)
    return _seconds_shown(snapshot, newer)


def seconds_between(before: Snapshot, after: Snapshot) -> float:
    """How much later than another an answer was made, in seconds: by the polls' times, else by their own."""
    if before.at is not None and after.at is not None:
        return max(0.0, after.at - before.at)
    return _seconds_shown(before, after)


def _seconds_shown(before: Snapshot, after: Snapshot) -> float:
    """The seconds from one answer to a later one by their own times; 0 where they have none."""
    earlier, later = before.latest, after.latest
    if earlier is None:
        earlier = after.top.start  # what is CREATED was so before the start
    return max(0.0, later - earlier) if earlier is not None and later is not None else 0.0


def is_later(snapshot: Snapshot, other: Snapshot) -> bool:
    """Whether an answer was surely made later than another: by its own clock, the task's end, or the polls' times.

    No cache keeps an answer for a poll that comes so much later.
    """
    if snapshot.document.is_whole_task and snapshot.top.state in FINAL and other.top.state not in FINAL:
        return True
    if snapshot.at is not None and other.at is not None and snapshot.at - other.at > CACHE:
        return True
    return snapshot.knows_later(other)


def may_be_older(step: Step, skip: Collection[str] = ()) -> bool:
    """Whether the later answer was right before the earlier: its own time is no later, and the other may follow it."""
    before, after = step.before, step.after
    now, latest = after.now, before.latest
    if not after.sound or after.is_later_than(before):
        return False
    if now is not None and latest is not None and now > latest + ROUNDING:
        return False
    return judged(after, before, skip).is_possible


PATIENCE = 60
"""How long the target of a rollback may well wait for its turn, in seconds; engines need far less."""


class Verdict(enum.Enum):
    """The verdict of an answer on a rollback before it."""

    OPEN = enum.auto()
    PROVED = enum.auto()
    UNLIKELY = enum.auto()
    """Possible, but only by a strained explanation."""
    REFUTED = enum.auto()


@dataclasses.dataclass(frozen=True, slots=True)
class PossibleRollback:
    """The transition of a step in which a rollback may have happened, and the rows that it would have taken back."""

    transition: Transition
    gone: Mapping[str, Observed]

    @property
    def before(self) -> Snapshot:
        """The answer before the rollback."""
        return self.transition.step.before

    @property
    def after(self) -> Snapshot:
        """The answer after it."""
        return self.transition.step.after

    @property
    def waits(self) -> bool:
        """Whether nothing has begun anew yet."""
        return bool(self.gone) and not any(pair.may_be_new_row for pair in self.transition.step.pairs)

    def is_before(self, snapshot: Snapshot) -> bool:
        """Whether an answer shows rows that are gone, and may do so because it was made before."""
        return not is_later(snapshot, self.after) and any(not pair.may_be_new_row for pair in self._back_in(snapshot))

    def verdict_of(self, snapshot: Snapshot) -> Verdict:
        """The verdict of the nodes that are there again: a new row has a new version and a later start."""
        back = self._back_in(snapshot)
        if any(not pair.may_be_new_row for pair in back):
            return Verdict.REFUTED
        if any(pair.is_new_row for pair in back):
            return Verdict.PROVED
        if back and is_later(snapshot, self.after) and judged(self.before, snapshot, self.transition.skip).is_clean:
            return Verdict.UNLIKELY
        return Verdict.OPEN

    def verdict_after(self, transition: Transition) -> Verdict:
        """The verdict of the step to an answer, as the newest, on the rollback.

        What is possible after it must be possible after all that was before. And where the answer breaks the rules as
        it is, but follows the answer before the doubtful one, it was the doubtful one that was wrong.
        """
        snapshot = transition.step.after
        if not is_later(snapshot, self.after):
            return Verdict.OPEN
        if self.waits and seconds_between(self.after, snapshot) > PATIENCE:
            return Verdict.UNLIKELY
        whole = judged(self.before, snapshot, self.transition.skip)
        if not transition.is_possible:
            return Verdict.REFUTED if whole.is_clean else Verdict.OPEN
        if whole.is_clean or whole.explanation >= Explanation.STRAINED:
            return Verdict.OPEN
        return Verdict.UNLIKELY if whole.is_possible else Verdict.REFUTED

    def _back_in(self, snapshot: Snapshot) -> list[Pair]:
        """The nodes taken back that an answer shows, each beside what it was."""
        if not self.gone:
            return []
        found = ((self.gone.get(str(field(node, "id"))), node) for node in snapshot.document.observed)
        return [Pair(gone, node, (), (), self.before.latest) for gone, node in found if gone is not None]


def doubt_of(transition: Transition) -> PossibleRollback:
    """The doubt in a step."""
    gone: dict[str, Observed] = {}
    stack = [node for pair in transition.step.pairs for node in pair.gone]
    while stack:
        node = stack.pop()
        gone[str(field(node, "id"))] = node
        stack.extend(node.children)
    return PossibleRollback(transition, gone)
