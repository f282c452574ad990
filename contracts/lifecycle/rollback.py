"""Whether a rollback that nobody saw explains what looks broken between two answers: rows gone, nodes begun anew."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from taskmock.contracts.lifecycle.rule import Finding
from taskmock.contracts.lifecycle.snapshot import FINAL
from taskmock.contracts.lifecycle.step import Pair, Step

ACTIVE = frozenset({"READY", "RUNNING"})
STEADY = frozenset({"FAILED", "FINISHED", "ROLLING_BACK"})
"""States of a task in which no target of a rollback can still wait for its turn."""


def explains(step: Step, findings: Iterable[Finding]) -> bool:
    """Whether a rollback between the answers of a step explains all these findings of `undone` rules.

    Only engine 2 rolls back. It takes back the target and all that was reached behind it; then the target runs again,
    as a new row with a new version, before anything else does.
    """
    if step.generation == 1:
        return False
    of_nodes = [finding.pair for finding in findings if finding.keys and finding.pair is not None]
    if step.before.document.is_whole_task and step.before.top.state in FINAL:
        return False
    proved = any(pair.is_new_row for pair in step.pairs[1:])
    renewed = {id(pair.after) for pair in step.pairs if pair.may_be_new_row and (proved or pair.may_be_first_run)}
    if not all(id(pair.after) in renewed for pair in of_nodes):
        return False
    waits = step.after.top.state not in STEADY
    return all(_may_be_undone(pair, renewed, waits=waits) for pair in step.pairs)


def _may_be_undone(pair: Pair, all_renewed: AbstractSet[int], *, waits: bool) -> bool:
    """Whether the children that are gone may be the last ones reached, the first of them not yet running again."""
    gone = {node.node.key for node in pair.gone}
    renewed = {node.node.key for node in pair.after.children if id(node) in all_renewed}
    earlier = {node.node.key: place for place, node in enumerate(pair.before.children)}
    kept = [key for key in earlier if key not in gone and key not in renewed]
    staying = set(kept)
    if [node.node.key for node in pair.after.children if node.node.key in staying] != kept:
        return False
    if not gone:
        return True
    first = min(earlier[key] for key in gone)
    if any(earlier[key] > first for key in kept):
        return False
    if any(earlier[key] < first for key in renewed):
        return True
    if not waits or pair.come or renewed:
        return False
    return not any(node.state in ACTIVE and node.leaf for node in pair.after.children)
