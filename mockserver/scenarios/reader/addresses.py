"""Checks that events and faults name nodes that exist, and do to them what can be done."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence

from taskmock.mockserver.core.command import TASK, Command, Verb
from taskmock.mockserver.core.fault import FaultKind
from taskmock.mockserver.core.flow import Activity, Branch, Flow, Subprocess
from taskmock.mockserver.core.graph import ROOT, AddressError, Graph, GraphNode, NodeKind, graph_of
from taskmock.mockserver.core.scenario import Frame
from taskmock.mockserver.scenarios.reader.events import PlacedEvent
from taskmock.mockserver.scenarios.reader.faults import PlacedFault
from taskmock.mockserver.scenarios.reader.frames import nodes_in
from taskmock.mockserver.scenarios.syntax.nodes import Node, quoted
from taskmock.mockserver.scenarios.syntax.problems import Problems, closest

_SHOWN = 5  # how many nodes an error lists


@dataclasses.dataclass(frozen=True, slots=True)
class Script:
    """What a task's events and faults are, each with its place; `sure` if the whole flow could be read."""

    events: Sequence[PlacedEvent]
    faults: Sequence[PlacedFault]
    sure: bool


def check_flow(flow: Flow, script: Script, problems: Problems) -> None:
    """Checks every address against a flow, and every operation against its node."""
    graph = graph_of(flow, name="", key="addresses")
    finder = _Finder(graph, problems)
    for fault in script.faults:
        finder.find(fault.fault.bounds.node, fault.when)
        if fault.fault.kind is FaultKind.BREAK:
            finder.find(_broken_node(fault), fault.node)
    found = []
    for event in script.events:
        finder.find(event.event.trigger.node, event.when)
        node = finder.find(event.event.command.target, event.target)
        if node is not None:
            found.append((event, node))
    if script.sure:
        _Legality(graph, found, problems).check()


def check_frames(frames: tuple[Frame, ...], script: Script, problems: Problems) -> None:
    """Checks the addresses of faults against the nodes of recorded answers."""
    known = {TASK, *(word for pair in nodes_in(frames) for word in pair if word)}
    for fault in script.faults:
        for address, place in ((fault.fault.bounds.node, fault.when), (_broken_node(fault), fault.node)):
            if address is not None and place is not None and address not in known:
                wrong = f"no node of the frames is called {quoted(address)}"
                problems.add(
                    place, "bad-address", wrong, allowed="task, a node's name or id", meant=closest(address, known)
                )


def _broken_node(fault: PlacedFault) -> str | None:
    value = fault.fault.value
    named = value.get("node") if fault.fault.kind is FaultKind.BREAK and isinstance(value, dict) else None
    return named if isinstance(named, str) else None


class _Finder:
    """Finds nodes by their addresses; what cannot be found is noted where it stands."""

    def __init__(self, graph: Graph, problems: Problems) -> None:
        self._graph = graph
        self._problems = problems

    def find(self, address: str | None, place: Node | None) -> GraphNode | None:
        if address is None or place is None:
            return None
        try:
            return self._graph.nodes[self._graph.find(address)]
        except AddressError as error:
            self._note(error, place)
            return None

    def _note(self, error: AddressError, place: Node) -> None:
        if error.matches:
            wrong = f"{quoted(error.address)} names {len(error.matches)} nodes"
            more = f" and {len(error.matches) - _SHOWN} more" if len(error.matches) > _SHOWN else ""
            allowed = ", ".join(map(quoted, error.matches[:_SHOWN])) + more
            self._problems.add(place, "ambiguous", wrong, allowed=allowed)
            return
        names = list(self._graph.addresses)
        like = error.closest[0] if error.closest else closest(error.address, [TASK, *names])
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        allowed = ", ".join([TASK, *map(quoted, names[:_SHOWN])]) + more
        wrong = f"no node is called {quoted(error.address)}"
        self._problems.add(place, "bad-address", wrong, allowed=allowed, meant=like)


class _Legality:
    """Whether an operation can ever be obeyed, as far as the file alone tells."""

    def __init__(self, graph: Graph, found: list[tuple[PlacedEvent, GraphNode]], problems: Problems) -> None:
        self._graph = graph
        self._found = found
        self._problems = problems

    def check(self) -> None:
        for placed, node in self._found:
            command = placed.event.command
            for wrong, allowed in _CHECKS[command.verb](self, placed, node):
                self._problems.add(placed.target, "bad-operation", wrong, allowed=allowed)

    def failed(self, placed: PlacedEvent, node: GraphNode) -> Iterator[tuple[str, str]]:
        """Retry and skip: of a node that can be FAILED by itself."""
        command = placed.event.command
        if node.index == ROOT:
            yield f"{command.verb} takes a node, not the task", "the name of a node that fails"
        elif node.kind not in {NodeKind.ACTIVITY, NodeKind.SUBPROCESS}:
            yield (
                f"{command.verb} takes no gateway",
                "skip_exg or skip_cpg for a gateway; an activity or subprocess that fails",
            )
        elif not self._can_fail(node):
            inner = " by itself, only with its nodes" if isinstance(node.step, Subprocess) else ""
            allowed = f"a node with {'fails' if inner else 'fails, times_out, a rerun limit or a forced_fail'}"
            yield f"{quoted(command.target)} never fails{inner}, there is nothing to {command.verb}", allowed

    def gateway(self, placed: PlacedEvent, node: GraphNode) -> Iterator[tuple[str, str]]:
        """skip_exg and skip_cpg: of a gateway of their kind that takes no arm, into arms of it."""
        command, step = placed.event.command, node.step
        kind, article = _SKIPPED[command.verb]
        if not isinstance(step, Branch) or node.kind is not kind:
            wrong = f"{command.verb} takes {article} {kind} gateway, {quoted(command.target)} is none"
            yield wrong, f"the pinned id of {article} {kind} gateway that takes no arm"
            return
        names = [arm.name for arm in step.arms]
        if step.take and node.limit is None:
            yield "the gateway takes an arm, it never fails", "a gateway with `take: none` (conditional: `take: []`)"
            return
        for arm in command.data if isinstance(command.data, list) else [command.data]:
            if arm not in names:
                yield f"the gateway has no arm {arm!r}", ", ".join(names)

    def terminable(self, placed: PlacedEvent, node: GraphNode) -> Iterator[tuple[str, str]]:
        """forced_fail: of an activity."""
        if node.kind is not NodeKind.ACTIVITY:
            yield (
                f"{quoted(placed.event.command.target)} is no activity, it cannot be failed by force",
                "an activity's name",
            )

    def waiting(self, placed: PlacedEvent, node: GraphNode) -> Iterator[tuple[str, str]]:
        """Callback: to a node that waits for it."""
        if not (isinstance(node.step, Activity) and node.step.waits):
            yield f"{quoted(placed.event.command.target)} does not wait for a callback", "a node with `waits: callback`"

    def whole_task(self, placed: PlacedEvent, node: GraphNode) -> Iterator[tuple[str, str]]:
        """Start and revoke: the task."""
        command = placed.event.command
        if node.index != ROOT:
            wrong = f"{command.verb} takes the task, not the node {quoted(command.target)}"
            yield wrong, f"{command.verb}: {TASK}"

    def one_node(self, _placed: PlacedEvent, node: GraphNode) -> Iterator[tuple[str, str]]:
        """Rollback: to a node."""
        if node.kind not in {NodeKind.ACTIVITY, NodeKind.SUBPROCESS}:
            yield (
                f"rollback takes no {'task' if node.index == ROOT else 'gateway'}",
                "the name of an activity or subprocess",
            )

    def anything(self, _placed: PlacedEvent, _node: GraphNode) -> Iterator[tuple[str, str]]:
        """Pause: the task or a node."""
        yield from ()

    def paused(self, placed: PlacedEvent, node: GraphNode) -> Iterator[tuple[str, str]]:
        """Resume: what the script pauses, or what was seen suspended."""
        trigger = placed.event.trigger
        paused = {other.index for event, other in self._found if event.event.command.verb is Verb.PAUSE}
        if node.index not in paused and trigger.state not in {"SUSPENDED", "NODE_SUSPENDED"}:
            allowed = "an event that pauses it, or `when: … SUSPENDED`"
            yield f"nothing pauses {quoted(placed.event.command.target)}, there is nothing to resume", allowed

    def _can_fail(self, node: GraphNode) -> bool:
        """Whether a node can be FAILED by itself: its attempts, its time-out, the rerun limit, or somebody's doing."""
        step = node.step
        if not isinstance(step, Activity):
            return isinstance(step, Subprocess) and step.fails is not None
        commands = [event.event.command for event, other in self._found if other.index == node.index]
        forced = any(command.verb is Verb.FORCED_FAIL for command in commands)
        called = any(command.verb is Verb.CALLBACK and _refuses(command) for command in commands)
        fails = called or (not step.waits and any(attempt.fails is not None for attempt in step.attempts))
        ended = step.times_out is not None or node.limit is not None
        return forced or ended or (fails and not step.ignored)


_SKIPPED = {
    Verb.SKIP_EXCLUSIVE: (NodeKind.EXCLUSIVE, "an"),
    Verb.SKIP_CONDITIONAL: (NodeKind.CONDITIONAL, "a"),
}


def _refuses(command: Command) -> bool:
    return isinstance(command.data, dict) and command.data.get("result") is False


_CHECKS: dict[Verb, Callable[[_Legality, PlacedEvent, GraphNode], Iterator[tuple[str, str]]]] = {
    Verb.START: _Legality.whole_task,
    Verb.PAUSE: _Legality.anything,
    Verb.RESUME: _Legality.paused,
    Verb.REVOKE: _Legality.whole_task,
    Verb.RETRY: _Legality.failed,
    Verb.SKIP: _Legality.failed,
    Verb.FORCED_FAIL: _Legality.terminable,
    Verb.CALLBACK: _Legality.waiting,
    Verb.ROLLBACK: _Legality.one_node,
    Verb.SKIP_EXCLUSIVE: _Legality.gateway,
    Verb.SKIP_CONDITIONAL: _Legality.gateway,
}
