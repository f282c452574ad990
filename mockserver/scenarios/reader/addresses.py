"""Checks that events and faults name nodes that exist, and do to them what can be done."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from taskmock.mockserver.core.command import TASK, Command, Verb
from taskmock.mockserver.core.fault import Fault, FaultKind
from taskmock.mockserver.core.flow import Activity, Branch, Flow, Subprocess
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
    found: list[tuple[Placed[Event], GraphNode]] = []
    given: dict[int, list[Command]] = collections.defaultdict(list)
    for event in events:
        _find(graph, event.part.trigger.node, event.when, problems)
        node = _find(graph, event.part.command.target, event.target, problems)
        if node is not None:
            found.append((event, node))
            given[node.index].append(event.part.command)
    for event, node in found if sure else ():
        check = _CHECKS.get(event.part.command.verb)
        for wrong, allowed in check(_Operation(event.part, node, given[node.index])) if check else ():
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
    """A scripted command on a node, and all commands of the script on that node: can it ever be allowed?"""

    event: Event
    node: GraphNode
    given: Sequence[Command]

    @property
    def command(self) -> Command:
        return self.event.command

    def failed(self) -> Refusals:
        """Retry and skip: a node that can be FAILED by itself."""
        verb, node, target = self.command.verb, self.node, quoted(self.command.target)
        if node.index == ROOT:
            yield f"{verb} takes a node, not the task", "the name of a node that fails"
        elif node.kind not in _NAMED_KINDS:
            allowed = "skip_exg or skip_cpg for a gateway; an activity or subprocess that fails"
            yield f"{verb} takes no gateway", allowed
        elif not self._can_fail():
            if isinstance(node.step, Subprocess):
                wrong, allowed = f"{target} never fails by itself, only with its nodes", "a node with fails"
            else:
                wrong = f"{target} never fails"
                allowed = "a node with fails, times_out, a rerun limit or a forced_fail"
            yield f"{wrong}, there is nothing to {verb}", allowed

    def gateway(self) -> Refusals:
        """skip_exg and skip_cpg: a gateway of their kind that takes no arm, into arms of it."""
        verb, data, step = self.command.verb, self.command.data, self.node.step
        kind, article = _SKIPPED[verb]
        if not isinstance(step, Branch) or self.node.kind is not kind:
            wrong = f"{verb} takes {article} {kind} gateway, {quoted(self.command.target)} is none"
            yield wrong, f"the pinned id of {article} {kind} gateway that takes no arm"
        elif step.take and self.node.limit is None:
            yield "the gateway takes an arm, it never fails", "a gateway with `take: none` (conditional: `take: []`)"
        else:
            names = [arm.name for arm in step.arms]
            for arm in data if isinstance(data, list) else [data]:
                if arm not in names:
                    yield f"the gateway has no arm {arm!r}", ", ".join(names)

    def activity(self) -> Refusals:
        """forced_fail: an activity."""
        if self.node.kind is not NodeKind.ACTIVITY:
            wrong = f"{quoted(self.command.target)} is no activity, it cannot be failed by force"
            yield wrong, "an activity's name"

    def waiting(self) -> Refusals:
        """Callback: a node that waits for it."""
        if not (isinstance(self.node.step, Activity) and self.node.step.waits):
            yield f"{quoted(self.command.target)} does not wait for a callback", "a node with `waits: callback`"

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

    def paused(self) -> Refusals:
        """Resume: what the script pauses, or what was seen suspended."""
        paused = any(command.verb in {Verb.PAUSE, Verb.PAUSE_SUBPROCESS} for command in self.given)
        if not paused and self.event.trigger.state not in {"SUSPENDED", "NODE_SUSPENDED"}:
            allowed = "an event that pauses it, or `when: … SUSPENDED`"
            yield f"nothing pauses {quoted(self.command.target)}, there is nothing to resume", allowed

    def _can_fail(self) -> bool:
        """Whether the node can be FAILED by itself: by its attempts, its time-out, the rerun limit, or a command."""
        step = self.node.step
        if not isinstance(step, Activity):
            return isinstance(step, Subprocess) and step.fails is not None
        if step.times_out is not None or self.node.limit is not None:
            return True
        called = any(command.verb is Verb.CALLBACK and _refuses(command) for command in self.given)
        fails = called or (not step.waits and any(attempt.fails is not None for attempt in step.attempts))
        return (fails and not step.ignored) or any(command.verb is Verb.FORCED_FAIL for command in self.given)


_NAMED_KINDS = {NodeKind.ACTIVITY, NodeKind.SUBPROCESS}
_SKIPPED = {
    Verb.SKIP_EXCLUSIVE: (NodeKind.EXCLUSIVE, "an"),
    Verb.SKIP_CONDITIONAL: (NodeKind.CONDITIONAL, "a"),
}


def _refuses(command: Command) -> bool:
    return isinstance(command.data, dict) and command.data.get("result") is False


_CHECKS: dict[Verb, Callable[[_Operation], Refusals]] = {
    Verb.START: _Operation.whole_task,
    Verb.RESUME: _Operation.paused,
    Verb.REVOKE: _Operation.whole_task,
    Verb.RETRY: _Operation.failed,
    Verb.SKIP: _Operation.failed,
    Verb.FORCED_FAIL: _Operation.activity,
    Verb.CALLBACK: _Operation.waiting,
    Verb.ROLLBACK: _Operation.one_node,
    Verb.SKIP_EXCLUSIVE: _Operation.gateway,
    Verb.SKIP_CONDITIONAL: _Operation.gateway,
}
