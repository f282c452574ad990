"""What lies between two answers of one task: the nodes of both, side by side, those gone and those come."""

from __future__ import annotations

import dataclasses

from taskmock.contracts.lifecycle.snapshot import Snapshot, count, field
from taskmock.contracts.rules.document import Observed


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One node in the earlier and in the later answer; `gone` and `come` are the children only one of them has."""

    before: Observed
    after: Observed
    gone: tuple[Observed, ...]
    come: tuple[Observed, ...]

    @property
    def same_pass(self) -> bool:
        """Whether both show the same pass of a loop."""
        return self.before.loop == self.after.loop

    @property
    def same_version(self) -> bool:
        """Whether both show the same version."""
        return field(self.before, "version") == field(self.after, "version")

    @property
    def same_run(self) -> bool:
        """Whether both show the same attempt of the same pass."""
        return self.same_pass and self.same_version and count(self.before, "retry") == count(self.after, "retry")

    @property
    def was_skipped(self) -> bool:
        """Whether the node was skipped in between."""
        return field(self.after, "skip") is True and field(self.before, "skip") is not True

    @property
    def hit_rerun_limit(self) -> bool:
        """Whether a loop may have come back once too often to a FINISHED node, which fails it where it is (engine)."""
        if self.before.state != "FINISHED" or self.after.loop < 2:
            return False
        return self.after.state == "FAILED" or self.was_retried

    @property
    def was_retried(self) -> bool:
        """Whether `retry` is higher than it was."""
        before, after = count(self.before, "retry"), count(self.after, "retry")
        return before is not None and after is not None and after > before

    @property
    def may_be_new_row(self) -> bool:
        """Whether a rollback may have forgotten the node in between, so that it began anew."""
        if self.same_version:
            return False
        last = self.before.start if self.before.keeps_earlier_finish else self.before.finish or self.before.start
        return self.after.start is None or last is None or self.after.start >= last

    @property
    def may_be_first_run(self) -> bool:
        """Whether the later answer may show a new row's first pass: a FAILED node was retried rather than undone."""
        if self.after.loop > 1 or field(self.after, "skip") is True:
            return False
        return count(self.after, "retry") == 0 or self.before.state != "FAILED"

    @property
    def is_new_row(self) -> bool:
        """Whether only a rollback explains the new version: a FINISHED node keeps its own for the whole pass."""
        same_count = self.same_pass and count(self.before, "retry") == count(self.after, "retry")
        return self.may_be_new_row and same_count and not self.was_skipped and self.before.state == "FINISHED"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Step:
    """Two answers of one task, the earlier and the later, in an edition.

    `pairs` are the nodes that both have, parents before children; none where the answers cannot be compared.
    """

    before: Snapshot
    after: Snapshot
    edition: str
    generation: int
    pairs: tuple[Pair, ...]

    @property
    def of_task(self) -> bool:
        """Whether both answers are known to show the task itself, not a subtree that was asked for."""
        return bool(self.pairs) and self.before.document.is_whole_task and self.after.document.is_whole_task


def step_between(before: Snapshot, after: Snapshot) -> Step:
    """The step from one answer to a later one."""
    document = after.document
    start = _start(before, after) if before.is_full and after.is_full else None
    return Step(before, after, document.edition, document.generation, _pairs(start) if start else ())


def _start(before: Snapshot, after: Snapshot) -> tuple[Observed, Observed] | None:
    """The two nodes to begin with: the outermost ones, or where one answer is a subtree of the other, its top twice."""
    first, second = field(before.top, "id"), field(after.top, "id")
    if first == second:
        return before.top, after.top
    for node in before.document.observed:
        if field(node, "id") == second:
            return node, after.top
    for node in after.document.observed:
        if field(node, "id") == first:
            return before.top, node
    return None


def _pairs(start: tuple[Observed, Observed]) -> tuple[Pair, ...]:
    found: list[Pair] = []
    stack = [start]
    while stack:
        before, after = stack.pop()
        earlier = {child.node.key: child for child in before.children}
        later = {child.node.key: child for child in after.children}
        gone = tuple(child for key, child in earlier.items() if key not in later)
        come = tuple(child for key, child in later.items() if key not in earlier)
        found.append(Pair(before, after, gone, come))
        stack.extend((child, later[key]) for key, child in reversed(earlier.items()) if key in later)
    return tuple(found)
