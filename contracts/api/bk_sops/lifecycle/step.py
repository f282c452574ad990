"""Two answers of one task compared: the nodes of both side by side, those gone and those new."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from taskmock.contracts.api.bk_sops.lifecycle.snapshot import ROUNDING, Snapshot, count, field
from taskmock.contracts.api.bk_sops.rules.document import Observed
from taskmock.schemas import base_of

ENDED = frozenset({"FINISHED", "FAILED"})
"""The states of a node that has come to an end."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One node in the earlier and in the later answer.

    `gone` and `come` are the children only one of them has; `since` is the server's time of the earlier answer.
    """

    before: Observed
    after: Observed
    gone: tuple[Observed, ...]
    come: tuple[Observed, ...]
    since: float | None

    @property
    def same_pass(self) -> bool:
        """Whether both show the same pass of a loop."""
        return self.before.loop == self.after.loop

    @property
    def same_count(self) -> bool:
        """Whether both count the same passes and retries."""
        return self.same_pass and count(self.before, "retry") == count(self.after, "retry")

    @property
    def same_version(self) -> bool:
        """Whether both show the same version."""
        return field(self.before, "version") == field(self.after, "version")

    @property
    def same_run(self) -> bool:
        """Whether both show the same attempt of the same pass."""
        return self.same_version and self.same_count

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
    def may_be_failed_by_force(self) -> bool:
        """Whether the node may have been failed by force in its run, which gives it a new version."""
        if self.after.state != "FAILED" or self.before.start not in {None, self.after.start}:
            return False
        return self.before.state not in {"FAILED", "FINISHED"} or self.hit_rerun_limit

    @property
    def was_retried(self) -> bool:
        """Whether `retry` is higher than it was."""
        before, after = count(self.before, "retry"), count(self.after, "retry")
        return before is not None and after is not None and after > before

    @property
    def runs_again(self) -> bool:
        """Whether the later answer shows a later pass, or a later attempt of the same."""
        return self.after.loop > self.before.loop or (self.same_pass and self.was_retried)

    @property
    def may_be_new_row(self) -> bool:
        """Whether a rollback may have forgotten the node in between: it began anew, after the earlier answer."""
        if self.same_version:
            return False
        return self.after.start is None or self.since is None or self.after.start >= self.since - ROUNDING

    @property
    def goes_on(self) -> bool:
        """Whether the node has not ended, and has kept its start to the second: by itself, it has not begun anew."""
        return self.before.state not in ENDED and self.before.start in {self.after.start} - {None}

    @property
    def may_be_first_run(self) -> bool:
        """Whether the later answer may show a new row's first pass: a FAILED node was retried rather than undone."""
        if self.after.loop > 1 or field(self.after, "skip") is True:
            return False
        return count(self.after, "retry") == 0 or self.before.state != "FAILED"

    @property
    def is_new_row(self) -> bool:
        """Whether only a rollback explains the new version: within a run, a forced fail alone gives another one."""
        if "LOOP_READY" in {self.before.state, self.after.state} or self.was_skipped or self.may_be_failed_by_force:
            return False
        ended = self.same_pass and self.before.state == "FINISHED" and not self.hit_rerun_limit
        return self.may_be_new_row and (self.same_count or ended)


def _is_ready_as_it_was(pair: Pair) -> bool:
    """Whether a FAILED node is READY with the times of its failure."""
    states = pair.before.state, pair.after.state
    kept = (pair.before.start, pair.before.finish) == (pair.after.start, pair.after.finish)
    return states == ("FAILED", "READY") and kept and pair.same_run


RUN_ANEW = {
    "FAILED": {"RUNNING", "FAILED", "FINISHED"},
    **dict.fromkeys(("SUSPENDED", "READY", "RUNNING"), ("RUNNING", "FAILED")),
}
"""The states of a node that engine 1 runs again in its run, by the state before: what was scheduled fails at once."""


def _runs_anew(pair: Pair) -> bool:
    """Whether a leaf that failed or was paused has begun anew since the earlier answer, in its run and by itself."""
    before, after = pair.before, pair.after
    if not (pair.same_run and before.leaf and after.leaf) or pair.was_skipped:
        return False
    if before.start is None or after.start is None:
        return False
    anew = after.start > before.start and (pair.since is None or after.start >= pair.since - ROUNDING)
    return anew and after.state in RUN_ANEW.get(before.state, ())


GOING_ON: Mapping[str, Mapping[str, Callable[[Pair], bool]]] = {
    "doc-2019": {},
    "v1": {"run-again": _runs_anew},
    "v2": {"resumed-failed-node": _is_ready_as_it_was},
}
"""What a node looks like in two answers that a trap, by its name, lets go on in its run; by edition."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Step:
    """Two answers of one task, the earlier and the later, in an edition.

    `pairs` are the nodes that both have, parents before children; none where the answers cannot be compared.
    """

    before: Snapshot
    after: Snapshot
    edition: str
    pairs: tuple[Pair, ...]

    @property
    def of_task(self) -> bool:
        """Whether both answers are known to show the task itself, not a subtree that was asked for."""
        return bool(self.pairs) and self.before.document.is_whole_task and self.after.document.is_whole_task

    @property
    def of_another_task(self) -> bool:
        """Whether the answers show nothing in common: no node, and not the same task above (engine 2)."""
        if self.pairs or not (self.before.is_full and self.after.is_full):
            return False
        before, after = (one.document.data.get("root_id:") for one in (self.before, self.after))
        return before is None or before != after

    def trap_of(self, pair: Pair) -> str:
        """The trap that explains how a node went on in its run without a command for it; "" for none."""
        return next((name for name, fits in GOING_ON[base_of(self.edition)].items() if fits(pair)), "")

    @property
    def nodes(self) -> tuple[Pair, ...]:
        """The nodes that both have, without the task."""
        return self.pairs[1:] if self.of_task else self.pairs


def step_between(before: Snapshot, after: Snapshot) -> Step:
    """The step from one answer to a later one."""
    document = after.document
    start = _start(before, after) if before.is_full and after.is_full else None
    return Step(before, after, document.edition, _pairs(start, before.latest) if start else ())


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


def _pairs(start: tuple[Observed, Observed], since: float | None) -> tuple[Pair, ...]:
    found: list[Pair] = []
    stack = [start]
    while stack:
        before, after = stack.pop()
        earlier = {child.place.key: child for child in before.children}
        later = {child.place.key: child for child in after.children}
        gone = tuple(child for key, child in earlier.items() if key not in later)
        come = tuple(child for key, child in later.items() if key not in earlier)
        found.append(Pair(before, after, gone, come, since))
        stack.extend((child, later[key]) for key, child in reversed(earlier.items()) if key in later)
    return tuple(found)
