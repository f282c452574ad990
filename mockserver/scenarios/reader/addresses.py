"""Checks that events and faults name nodes that exist, and that events do to them what makes sense."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from taskmock.mockserver.core.command import TASK, Command, Verb
from taskmock.mockserver.core.fault import Fault, FaultKind
from taskmock.mockserver.core.flow import Branch, Flow
from taskmock.mockserver.core.graph import ROOT, AddressError, Graph, GraphNode, NodeKind, graph_of
from taskmock.mockserver.core.scenario import Event, Frame
from taskmock.mockserver.scenarios.reader.events import Placed
from taskmock.mockserver.scenarios.reader.frames import nodes_in
from taskmock.mockserver.scenarios.syntax.nodes import Node, quoted
from taskmock.mockserver.scenarios.syntax.problems import Problems
from taskmock.schemas import closest

_SHOWN = 5  # how many nodes an error lists


def check_flow(
    flow: Flow, events: Sequence[Placed[Event]], faults: Sequence[Placed[Fault]], problems: Problems, *, sure: bool
) -> None:
    """Checks every address against a flow, and every command against its node if the whole flow could be read."""
    if not events and all(fault.when is None and fault.target is None for fault in faults):
        return  # a graph of many nodes takes long to compile
    graph = graph_of(flow, name="", key="addresses")
    for fault in faults:
        _find(graph, fault.part.bounds.node, fault.when, problems)
        _find(graph, _broken_node(fault.part), fault.target, problems)
    for event in events:
        _find(graph, event.part.trigger.node, event.when, problems)
        node = _find(graph, event.part.command.target, event.target, problems)
        check = _CHECKS.get(event.part.command.verb)
        if node is not None and sure and check is not None:
            for wrong, allowed in check(_Operation(event.part.command, node)):
                problems.add(event.target or 0, "bad-operation", wrong, allowed=allowed)


def check_frames(frames: tuple[Frame, ...], faults: Sequence[Placed[Fault]], problems: Problems) -> None:
    """Checks the addresses of faults against the nodes of recorded answers."""
    known = {TASK, *(word for pair in nodes_in(frames) for word in pair if word)}
    for fault in faults:
        for address, place in ((fault.part.bounds.node, fault.when), (_broken_node(fault.part), fault.target)):
            if address is not None and place is not None and address not in known:
                wrong, meant = f"no node of the frames is called {quoted(address)}", closest(address, known)
                problems.add(place, "bad-address", wrong, allowed="task, a node's name or id", meant=meant)


def _broken_node(fault: Fault) -> str | None:
    """The address in `break: {node: …}`."""
    value = fault.value
    named = value.get("node") if fault.kind is FaultKind.BREAK and isinstance(value, dict) else None
    return named if isinstance(named, str) else None


def _find(graph: Graph, address: str | None, place: Node | None, problems: Problems) -> GraphNode | None:
    """The node of an address; None where there is no such node (which is noted) or no address."""
    if address is None or place is None:
        return None
    try:
        return graph.nodes[graph.find(address)]
    except AddressError as error:
        if error.matches:
            wrong = f"{quoted(address)} names {len(error.matches)} nodes"
            problems.add(place, "ambiguous", wrong, allowed=_listed(error.matches))
        else:
            names = list(graph.addresses)
            meant = error.closest[0] if error.closest else closest(address, [TASK, *names])
            allowed = f"{TASK}, {_listed(names)}" if names else TASK
            problems.add(place, "bad-address", f"no node is called {quoted(address)}", allowed=allowed, meant=meant)
        return None


def _listed(names: Sequence[str]) -> str:
    """The first of some names, and how many there are more."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(map(quoted, names[:_SHOWN])) + more


Refusals = Iterator[tuple[str, str]]
"""What is wrong with a command, and what is allowed."""


class _Operation(NamedTuple):
    """A scripted command on a node: does it make sense? Whether the engine takes it is seen when it is played."""

    command: Command
    node: GraphNode

    def not_the_task(self) -> Refusals:
        """Retry and skip: anything but the task."""
        if self.node.index == ROOT:
            yield f"{self.command.verb} takes a node, not the task", "the name of a node that fails"

    def arms(self) -> Refusals:
        """skip_exg and skip_cpg: into arms that the gateway has."""
        data, step = self.command.data, self.node.step
        if isinstance(step, Branch) and self.node.kind is _SKIPPED[self.command.verb]:
            names = [arm.name for arm in step.arms]
            for arm in data if isinstance(data, list) else [data]:
                if arm not in names:
                    yield f"the gateway has no arm {arm!r}", ", ".join(names)

    def whole_task(self) -> Refusals:
        """Start and revoke: the task."""
        verb = self.command.verb
        if self.node.index != ROOT:
            yield f"{verb} takes the task, not the node {quoted(self.command.target)}", f"{verb}: {TASK}"

    def one_node(self) -> Refusals:
        """Rollback: a node."""
        if self.node.kind not in _NAMED_KINDS:
            what = "task" if self.node.index == ROOT else "gateway"
            yield f"rollback takes no {what}", "the name of an activity or subprocess"


_NAMED_KINDS = {NodeKind.ACTIVITY, NodeKind.SUBPROCESS}
_SKIPPED = {Verb.SKIP_EXCLUSIVE: NodeKind.EXCLUSIVE, Verb.SKIP_CONDITIONAL: NodeKind.CONDITIONAL}


_CHECKS: dict[Verb, Callable[[_Operation], Refusals]] = {
    Verb.START: _Operation.whole_task,
    Verb.REVOKE: _Operation.whole_task,
    Verb.RETRY: _Operation.not_the_task,
    Verb.SKIP: _Operation.not_the_task,
    Verb.ROLLBACK: _Operation.one_node,
    Verb.SKIP_EXCLUSIVE: _Operation.arms,
    Verb.SKIP_CONDITIONAL: _Operation.arms,
}
