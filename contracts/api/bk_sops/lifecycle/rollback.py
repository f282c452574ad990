"""Whether an unseen rollback explains the findings between two answers: rows gone, nodes begun anew."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from taskmock.contracts.api.bk_sops.lifecycle.snapshot import FINAL, ROLLING_BACK, Snapshot, field
from taskmock.contracts.api.bk_sops.lifecycle.step import Pair, Step
from taskmock.contracts.api.bk_sops.rules.document import Observed
from taskmock.contracts.findings.rule import Finding

ACTIVE = frozenset({"READY", "RUNNING"})
STEADY = frozenset({"FAILED", "FINISHED"})
"""States of a task in which no target of a rollback can still wait for its turn."""


class Explanation(enum.IntEnum):
    """How well a rollback explains a step, the more the higher."""

    IMPOSSIBLE = 0
    BESIDE = 1
    """Only if it happened in one arm, while others went on."""
    STRAINED = 2
    """Only if what was undone has failed, been retried or looped again since, unseen."""
    PLAUSIBLE = 3
    PROVED = 4
    """Some node has begun anew in a way that nothing but a rollback explains."""


def explanation_of(step: Step, findings: Iterable[Finding]) -> Explanation:
    """How well a rollback between the answers of a step explains all these findings, which it may excuse.

    Only engine 2 rolls back. It takes back the target and what was reached behind it; then the target runs again, as a
    new row with a new version, before anything behind it does.
    """
    before, after = step.before, step.after
    if not after.document.engine.rolls_back or before.is_later_than(after):
        return Explanation.IMPOSSIBLE
    if before.document.is_whole_task and (before.top.state in FINAL or not step.pairs):
        return Explanation.IMPOSSIBLE
    if not step.pairs:
        return Explanation.STRAINED if before.is_full else Explanation.IMPOSSIBLE  # the subprocess asked for was undone
    broken = {id(finding.place) for finding in findings if finding.keys}
    anew = [pair for pair in step.pairs if pair.may_be_new_row]
    if all(pair.goes_on for pair in anew):
        anew = []  # however young they are: a rollback begins with something that has ended
    first_runs = [pair for pair in anew if pair.may_be_first_run]
    proved = bool(anew) and any(pair.is_new_row for pair in step.nodes)
    if _is_taken_back(step, broken, anew if proved else first_runs):
        return Explanation.PROVED if proved else Explanation.PLAUSIBLE
    if _is_taken_back(step, broken, anew):
        return Explanation.STRAINED
    return Explanation.BESIDE if _is_taken_back(step, broken, anew, beside_others=True) else Explanation.IMPOSSIBLE


def shows_rollback(snapshot: Snapshot) -> bool:
    """Whether an answer shows a rollback under way."""
    return any(node.state in ROLLING_BACK for node in snapshot.document.observed)


def _is_taken_back(step: Step, broken: AbstractSet[int], anew: Iterable[Pair], *, beside_others: bool = False) -> bool:
    """Whether the nodes with findings are among those that began anew, and all that is gone may be gone with them."""
    renewed = {id(pair.after) for pair in anew}
    waits = step.after.top.state not in STEADY
    return broken <= renewed and all(
        _may_be_undone(pair, renewed, waits=waits, beside_others=beside_others) for pair in step.pairs
    )


def _may_be_undone(pair: Pair, all_renewed: AbstractSet[int], *, waits: bool, beside_others: bool) -> bool:
    """Whether the children that are gone may be the last ones reached, the first of them not yet running again.

    What goes on `beside_others` is in one arm of several: those of the other arms stay, and may be later ones.
    """
    if id(pair.after) in all_renewed:
        return True  # and so did all inside
    gone = {node.place.key for node in pair.gone}
    renewed = {node.place.key for node in pair.after.children if id(node) in all_renewed}
    places = {node.place.key: place for place, node in enumerate(pair.before.children)}
    kept = {node.place.key: node for node in pair.before.children if node.place.key not in gone | renewed}
    if [node.place.key for node in pair.after.children if node.place.key in kept] != list(kept):
        return False
    if not gone | renewed:
        return True
    first = min(places.get(key, len(places)) for key in gone | renewed)
    if not beside_others and any(places[key] > first and not _is_passed(node) for key, node in kept.items()):
        return False
    if not gone:
        return True
    first = min(places[key] for key in gone)
    if any(places[key] < first for key in renewed):
        return True
    if not waits or beside_others:
        return waits
    active = any(node.state in ACTIVE and node.leaf for node in pair.after.children)
    return not (active or pair.come or renewed)


def _is_passed(node: Observed) -> bool:
    """Whether a node is an event or a gateway, which have no name: the engine leaves their rows where they are."""
    return node.leaf and field(node, "name") == ""
