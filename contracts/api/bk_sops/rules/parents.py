"""Rules about a parent's state, which the engine works out from its children's, each generation in its own way."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator

from taskmock.contracts.api.bk_sops.edition import ENGINE_1, ENGINES
from taskmock.contracts.api.bk_sops.rules.applies import in_state, parent_and_child, parent_in
from taskmock.contracts.api.bk_sops.rules.document import Document, Observed
from taskmock.contracts.findings.rule import Finding, Rule, fact, rule
from taskmock.contracts.findings.violation import clip
from taskmock.contracts.findings.wording import listed

SUSPENDED = frozenset({"SUSPENDED", "NODE_SUSPENDED"})
ROLLED_BACK = frozenset({"ROLLING_BACK", "ROLL_BACK_SUCCESS", "ROLL_BACK_FAILED"})
ENDED = frozenset({"FINISHED", "FAILED"})
LONG_AGO = -1
CANDIDATES = 20
"""Most children that may be the one which a parent's state wants."""


RULES: list[Rule[Document]] = []


@rule("parent.running", RULES, applies_to=("v2",), applies=parent_in("RUNNING"))
def running_parent_has_no_failed_or_suspended_child(document: Document) -> Iterator[Finding]:
    """Engine 2: a RUNNING parent has no FAILED, SUSPENDED or NODE_SUSPENDED direct child."""
    for parent in _parents(document, "RUNNING"):
        yield from _forbidden(parent, SUSPENDED | {"FAILED"})


@rule(
    "parent.running-over-failed",
    RULES,
    applies_to=ENGINE_1,
    applies=parent_and_child(lambda node, child: (node.state, child.state) == ("RUNNING", "FAILED")),
)
def running_parent_moves_on_after_failure(document: Document) -> Iterator[Finding]:
    """Engine 1: a failure stops its parent (FAILED), unless another node runs, or was retried or skipped since."""
    suspects = [parent for parent in _parents(document, "RUNNING") if any(c.state == "FAILED" for c in parent.children)]
    if not suspects:
        return
    traces = _traces(document)
    for parent in suspects:
        trace = traces[id(parent)]
        if not trace.moves and trace.started <= trace.failed:
            yield from _forbidden(parent, frozenset({"FAILED"}))


@rule("parent.failed", RULES, reads=("children",), applies=parent_in("FAILED"))
def failed_parent_has_failed_child(document: Document) -> Iterator[Finding]:
    """FAILED has a FAILED direct child, or no children (a subprocess failing on its own inputs)."""
    for parent in _parents(document, "FAILED"):
        if parent.loop == 1 and all(child.state not in {"FAILED", ""} for child in parent.children):
            message, reads = "a FAILED node has no FAILED child", _unfinished(parent)
            yield Finding(parent, ("state",), message, "a state that follows its children", reads=reads)


@rule("parent.failed-over-running", RULES, applies_to=ENGINE_1, applies=parent_in("FAILED"))
def failed_parent_has_no_running_child(document: Document) -> Iterator[Finding]:
    """Engine 1: over a FAILED and a RUNNING child the parent is RUNNING, RUNNING beats FAILED."""
    for parent in _parents(document, "FAILED"):
        yield from _forbidden(parent, frozenset({"RUNNING"}))


@rule("parent.node-suspended", RULES, applies_to=ENGINES, applies=in_state("NODE_SUSPENDED"))
def node_suspended_parent_has_suspended_child(document: Document) -> Iterator[Finding]:
    """NODE_SUSPENDED has at least one suspended and no FAILED child; in engine 1 no RUNNING child either."""
    for parent in document.observed:
        if parent.state != "NODE_SUSPENDED" or not (parent.leaf or parent.children):
            continue
        if all(child.state not in SUSPENDED | {""} for child in parent.children):
            message = "a NODE_SUSPENDED node has no suspended child"
            expected, reads = "a SUSPENDED or NODE_SUSPENDED child", _unfinished(parent)
            yield Finding(parent, ("state",), message, expected, reads=reads)
        else:
            yield from _forbidden(parent, document.engine.never_in_node_suspended)


@rule("parent.blocked", RULES, reads=("children",), applies_to=("v1",), applies=in_state("BLOCKED"))
def blocked_parent_has_quiet_children(document: Document) -> Iterator[Finding]:
    """Engine 1: BLOCKED shows only over children of which none is RUNNING, FAILED or suspended."""
    for parent in document.observed:
        if parent.state == "BLOCKED" and parent.leaf:
            yield Finding(parent, ("state",), "a BLOCKED node has no children", "FAILED")
        elif parent.state == "BLOCKED":
            yield from _forbidden(parent, SUSPENDED | {"FAILED", "RUNNING"})


@rule("parent.finished", RULES, applies=parent_in("FINISHED"))
def finished_parent_has_finished_children(document: Document) -> Iterator[Finding]:
    """FINISHED has only FINISHED children."""
    # Of a subprocess that was asked for, the task that rolls back is not seen.
    rolls_back = document.top.state in ROLLED_BACK or (document.engine.rolls_back and not document.is_whole_task)
    quiet = {"FINISHED", ""} | (ROLLED_BACK if rolls_back else set())
    for parent in _parents(document, "FINISHED"):
        for child in parent.children:
            if child.state not in quiet:
                message, names = "a FINISHED node has the {0} child {1}", (clip(child.state), clip(child.place.label))
                yield Finding(
                    parent, ("state",), message, "FINISHED children only", names, reads=(fact(child, "state"),)
                )
                break


@rule(
    "parent.finished-empty",
    RULES,
    reads=("state",),
    applies=lambda document: document.top.state == "FINISHED" and document.is_whole_task,
)
def finished_task_has_children(document: Document) -> Iterator[Finding]:
    """`children` holds the nodes already reached, start and end events too: a FINISHED task has some."""
    if document.top.state == "FINISHED" and document.top.leaf and document.is_whole_task:
        yield Finding(document.top, ("children",), "a FINISHED task has no children", "the nodes it went through")


@rule("parent.revoked", RULES, applies=in_state("REVOKED"))
def revoked_node_is_in_a_revoked_task(document: Document) -> Iterator[Finding]:
    """Nothing but a task is REVOKED, and what is in it only where it is."""
    for parent in document.observed:
        if parent.state in {"REVOKED", "FINISHED", ""}:  # a FINISHED one has no such child for another reason
            continue
        for child in parent.children:
            if child.state == "REVOKED":
                message, expected = "a REVOKED node is in a {0} one", "no revoke but of the task"
                reads = (fact(parent, "state"),)
                yield Finding(child, ("state",), message, expected, (parent.state,), reads=reads)


@rule("parent.created", RULES, reads=("state",), applies_to=("doc-2019",), applies=in_state("CREATED"))
def created_node_has_no_children(document: Document) -> Iterator[Finding]:
    """CREATED: created, not executed; so no node below it was reached."""
    for node in _parents(document, "CREATED"):
        yield Finding(node, ("children",), "a CREATED node has children", "{}")


@dataclasses.dataclass(slots=True)
class _Trace:
    """What happened below a node: whether anything goes on or was retried, the latest start and the latest failure."""

    moves: bool = False
    started: int = LONG_AGO
    failed: int = LONG_AGO


def _traces(document: Document) -> dict[int, _Trace]:
    """The trace below every node, by the identity of the observed node; children first, so that each is seen once."""
    traces: dict[int, _Trace] = {}
    for node in reversed(document.observed):
        trace = traces[id(node)] = _Trace()
        for child in node.children:
            below = traces[id(child)]
            trace.moves = trace.moves or below.moves or _moves(child)
            started = child.start if child.start is not None else LONG_AGO
            failed = child.finish if child.state == "FAILED" and child.finish is not None else LONG_AGO
            trace.started = max(trace.started, below.started, started)
            trace.failed = max(trace.failed, below.failed, failed)
    return traces


def _moves(node: Observed) -> bool:
    """Whether a node still goes on, or was retried, skipped or looped: then its parent was set going again."""
    retry, skip = node.value.get("retry"), node.value.get("skip")
    return node.state not in ENDED or retry != 0 or skip is not False or node.loop != 1


def _parents(document: Document, state: str) -> Iterator[Observed]:
    return (node for node in document.observed if node.state == state and node.children)


def _unfinished(parent: Observed) -> tuple[str, ...]:
    """The states, as facts, of the children that may be the one which a parent's state wants."""
    children = (child for child in parent.children if child.state != "FINISHED")
    return tuple(fact(child, "state") for child in itertools.islice(children, CANDIDATES))


def _forbidden(parent: Observed, states: frozenset[str]) -> Iterator[Finding]:
    """One finding for the first child in one of the states."""
    for child in parent.children:
        if child.state in states:
            names = (parent.state, child.state, clip(child.place.label))
            message = "a {0} node has the {1} child {2}"
            reads = (fact(child, "state"),)
            yield Finding(parent, ("state",), message, f"no {listed(states)} child", names, reads=reads)
            return
