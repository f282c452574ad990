"""What only a trap of an engine explains: nodes that an operation has left in a state that looks impossible.

Real servers take these operations, and the nodes stay so for ever: a warning, by the name of the trap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from taskmock.contracts.api.bk_sops.rules.applies import Applies
from taskmock.contracts.api.bk_sops.rules.document import Document, Observed
from taskmock.contracts.api.bk_sops.rules.moment import READING, elapsed_of, end_of
from taskmock.contracts.findings.rule import Finding, Rule, rule
from taskmock.contracts.findings.violation import Severity
from taskmock.schemas import base_of

SUBPROCESS_CLASS = "SubProcess'>"
"""How engine 1 names a subprocess without a name, which it may show so without a trap."""

RULES: list[Rule[Document]] = []

ONLY = "; only a trap of the engine explains this ({1})"
"""How a message ends; the name of the trap is in brackets."""


def _counts(node: Observed, document: Document) -> bool:
    """Whether the elapsed time of a node goes on with the document's, from a start and without an end."""
    elapsed, now = elapsed_of(node), end_of(document.top)
    if elapsed is None or node.start is None or not node.has_no_finish:
        return False
    return now is None or abs(node.start + elapsed - now) <= READING


def _measured(node: Observed) -> bool:
    """Whether the elapsed time of a node is that between its own two times."""
    elapsed = elapsed_of(node)
    if elapsed is None or node.start is None or node.finish is None:
        return False
    return abs(node.finish - node.start - elapsed) <= 1


def _paused_while_running(node: Observed, document: Document) -> bool:
    return node.state == "READY" and _counts(node, document)


def _resumed_when_failed(node: Observed, _: Document) -> bool:
    return node.state == "READY" and _measured(node) and (node.finish or 0) >= (node.start or 0)


def _resumed_before_its_start(node: Observed, _: Document) -> bool:
    return node.state == "RUNNING" and node.has_no_start and node.has_no_finish and not elapsed_of(node)


def _paused_at_its_start_event(node: Observed, document: Document) -> bool:
    if not (node.state == "FAILED" and _counts(node, document)):
        return False
    return not str(node.value.get("name")).endswith(SUBPROCESS_CLASS)


def _run_again(node: Observed, _: Document) -> bool:
    again = node.state in {"READY", "RUNNING", "FAILED"} and _measured(node)
    return again and node.loop == 1 and (elapsed_of(node) or 0) < 0


_Shape = Callable[[Observed, Document], bool]

TRAPS: Mapping[str, Mapping[str, _Shape]] = {
    "doc-2019": {},
    "v1": {"paused-start-event": _paused_at_its_start_event, "run-again": _run_again},
    "v2": {
        "paused-running-node": _paused_while_running,
        "resumed-failed-node": _resumed_when_failed,
        "resumed-appointed-node": _resumed_before_its_start,
    },
}
"""The traps of an edition's engine by their names, and what a node that was caught in one looks like."""


CAUGHT = frozenset({"READY", "RUNNING", "FAILED"})
"""The states in which a node may be caught."""


def trap_of(node: Observed, document: Document) -> str:
    """The name of the trap that a node below the task is caught in; "" for none."""
    if node.state not in CAUGHT or not node.leaf or node.is_top:
        return ""
    return next((name for name, fits in TRAPS[base_of(document.edition)].items() if fits(node, document)), "")


def _has(name: str) -> Applies:
    return lambda document: any(trap_of(node, document) == name for node in document.observed)


def _caught(document: Document, name: str, field: str, message: str) -> Iterator[Finding]:
    for node in document.observed:
        if trap_of(node, document) == name:
            yield Finding(node, (field,), message + ONLY, "", (node.state, name))


@rule(
    "trap.paused-running-node",
    RULES,
    reads=("state", "start_time", "finish_time", "elapsed_time", "children"),
    applies_to=("v2",),
    severity=Severity.WARNING,
    applies=_has("paused-running-node"),
)
def running_node_was_paused(document: Document) -> Iterator[Finding]:
    """A RUNNING node that is paused and resumed is READY with its start for ever: only a revoke helps."""
    yield from _caught(document, "paused-running-node", "start_time", "a {0} node has a start_time")


@rule(
    "trap.resumed-failed-node",
    RULES,
    reads=("state", "start_time", "finish_time", "elapsed_time", "children"),
    applies_to=("v2",),
    severity=Severity.WARNING,
    applies=_has("resumed-failed-node"),
)
def failed_node_was_resumed(document: Document) -> Iterator[Finding]:
    """A FAILED node that is resumed is READY with both its times for ever: only a revoke helps."""
    yield from _caught(document, "resumed-failed-node", "finish_time", "a {0} node has a finish_time")


@rule(
    "trap.resumed-appointed-node",
    RULES,
    reads=("state", "start_time", "finish_time", "elapsed_time", "children"),
    applies_to=("v2",),
    severity=Severity.WARNING,
    applies=_has("resumed-appointed-node"),
)
def appointed_node_was_resumed(document: Document) -> Iterator[Finding]:
    """A node whose pause was appointed is RUNNING without a start for ever after `resume_subproc`."""
    yield from _caught(document, "resumed-appointed-node", "start_time", "a {0} node has no start_time")


@rule(
    "trap.paused-start-event",
    RULES,
    reads=("state", "start_time", "finish_time", "elapsed_time", "children"),
    applies_to=("v1",),
    severity=Severity.WARNING,
    applies=_has("paused-start-event"),
)
def start_event_was_paused(document: Document) -> Iterator[Finding]:
    """Engine 1 shows a subprocess as FAILED, without children, while its start event is paused."""
    yield from _caught(document, "paused-start-event", "finish_time", "a {0} node has no finish_time")


@rule(
    "trap.run-again",
    RULES,
    reads=("state", "start_time", "finish_time", "elapsed_time", "children"),
    applies_to=("v1",),
    severity=Severity.WARNING,
    applies=_has("run-again"),
)
def node_ran_again(document: Document) -> Iterator[Finding]:
    """Engine 1 runs a FAILED node that is resumed, or a RUNNING one after `pause_subproc`, again in the same run."""
    yield from _caught(document, "run-again", "finish_time", "a {0} node has a finish_time before its start_time")
