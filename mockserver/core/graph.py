"""The compiled form of a task: a flat list of nodes with ids, names and the next node of each."""

from __future__ import annotations

import collections
import dataclasses
import difflib
import enum
import functools
import re
from collections.abc import Iterator

from taskmock.mockserver.core.command import TASK
from taskmock.mockserver.core.draw import draw_hex
from taskmock.mockserver.core.flow import Activity, Branch, Flow, Loop, Step, Subprocess

ROOT = 0
"""The index of the task itself."""

NOWHERE = -1
"""The index of no node: behind an end event there is none."""

SEPARATOR = " / "
"""Stands between the names of an address: `Rolling restart / Restart 2`."""

_NUMBERED = re.compile(r"(.*\S)\s*\[([0-9]+)\]$", re.DOTALL)


class NodeKind(enum.StrEnum):
    """The kind of a node, as the engine distinguishes it."""

    ROOT = "root"
    START = "start"
    END = "end"
    ACTIVITY = "activity"
    SUBPROCESS = "subprocess"
    PARALLEL = "parallel"
    EXCLUSIVE = "exclusive"
    CONDITIONAL = "conditional"
    CONVERGE = "converge"
    AGAIN = "again"  # the exclusive gateway that closes a loop


@dataclasses.dataclass(slots=True)
class GraphNode:
    """One node: written while the graph is made, never after.

    `parent` is the enclosing subprocess or the task; `next` where the token goes when it is done; `first` the start
    event of a subprocess or of the task; `arms` the entry of each arm of a gateway; `join` its converging gateway;
    `back` the first node of the loop that an `again` gateway closes; `limit` the rerun limit.
    """

    index: int
    kind: NodeKind
    name: str
    id: str
    parent: int
    path: str = ""
    step: Step | None = None
    next: int = NOWHERE
    first: int = NOWHERE
    arms: tuple[int, ...] = ()
    join: int = NOWHERE
    back: int = NOWHERE
    limit: int | None = None


_MOST_LISTED = 10  # nodes in the text of an error


class AddressError(LookupError):
    """An address that names no node, or several; `matches` are those several, `known` the addresses that there are."""

    def __init__(
        self, address: str, *, matches: tuple[str, ...], closest: tuple[str, ...], known: tuple[str, ...] = ()
    ) -> None:
        self.address = address
        self.matches = matches
        self.closest = closest
        self.known = known
        if matches:
            more = f" and {len(matches) - 5} more" if len(matches) > 5 else ""
            message = f"{address!r} names {len(matches)} nodes: {', '.join(map(repr, matches[:5]))}{more}"
        elif closest:
            message = f"no node is called {address!r}; did you mean {' or '.join(map(repr, closest))}?"
        else:
            more = ", …" if len(known) > _MOST_LISTED else ""
            there = f"; there are: {', '.join(map(repr, known[:_MOST_LISTED]))}{more}" if known else ""
            message = f"no node is called {address!r}{there}"
        super().__init__(message)


@dataclasses.dataclass(eq=False)
class Graph:
    """The nodes of one task, each after its parent; index 0 is the task."""

    nodes: list[GraphNode]

    @functools.cached_property
    def by_id(self) -> dict[str, int]:
        """The index of each node by its id."""
        return {node.id: node.index for node in self.nodes}

    @functools.cached_property
    def addresses(self) -> dict[str, list[int]]:
        """The activities and subprocesses by full path and by name, each list in the order of the flow."""
        table: dict[str, list[int]] = collections.defaultdict(list)
        for node in self._as_written():
            if node.kind in {NodeKind.ACTIVITY, NodeKind.SUBPROCESS}:
                for key in dict.fromkeys((node.path, node.name)):
                    table[key].append(node.index)
        return dict(table)

    def _as_written(self) -> Iterator[GraphNode]:
        """All nodes in the order of the flow: what is inside a subprocess follows it at once."""
        inside: dict[int, list[GraphNode]] = collections.defaultdict(list)
        for node in reversed(self.nodes[1:]):
            inside[node.parent].append(node)
        stack = [self.nodes[ROOT]]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(inside[node.index])

    def find(self, address: str) -> int:
        """The index of the node that an address names: a name, a path, `Name[2]`, an id, or `task`.

        Raises:
            AddressError: No node, or several, go by that address.
        """
        if address == TASK:
            return ROOT
        if address in self.by_id:
            return self.by_id[address]
        found = self._named(address)
        if not found and (numbered := _NUMBERED.match(address)):
            number = int(numbered[2])
            found = self._named(numbered[1])[number - 1 : number]
        if len(found) == 1:
            return found[0]
        matches = tuple(map(self.address_of, found))
        closest = () if matches else tuple(difflib.get_close_matches(address, [TASK, *self.addresses], n=2))
        raise AddressError(address, matches=matches, closest=closest, known=(TASK, *self.addresses))

    def _named(self, address: str) -> list[int]:
        """The nodes with a name or full path; where none has it, those whose path ends in it."""
        if address in self.addresses or SEPARATOR not in address:
            return self.addresses.get(address, [])
        tail = SEPARATOR + address
        found = (index for path, indexes in self.addresses.items() if path.endswith(tail) for index in indexes)
        return list(dict.fromkeys(found))

    def address_of(self, index: int) -> str:
        """The path of an activity or subprocess, with its number where several have the same."""
        node = self.nodes[index]
        same = self.addresses[node.path]
        return node.path if len(same) == 1 else f"{node.path}[{same.index(index) + 1}]"

    def scopes_of(self, index: int) -> Iterator[int]:
        """The subprocesses around a node, the innermost first, and the task; none around the task itself."""
        while index != ROOT:
            index = self.nodes[index].parent
            yield index


def graph_of(flow: Flow, *, name: str, key: str, prefix: str = "n", root_id: str | None = None) -> Graph:
    """Compiles a flow into a graph.

    Ids are drawn from `key` and the place of the node; `prefix` is what they start with. An id has 32 characters.
    """
    compiler = _Compiler(key=key, prefix=prefix)
    root = compiler.add(NodeKind.ROOT, name, place="", parent=ROOT, pinned=root_id)
    compiler.fill(root, flow, place="", path="")
    return Graph(compiler.nodes)


@dataclasses.dataclass(slots=True)
class _Stretch:
    """Compiled steps: where they are entered (nowhere without any), and the nodes whose `next` is not yet set."""

    entry: int = NOWHERE
    open: list[GraphNode] = dataclasses.field(default_factory=list)

    def leads_to(self, index: int) -> int:
        """Leads all open ends to a node, and gives the entry: that node where there are no steps."""
        for node in self.open:
            node.next = index
        return index if self.entry == NOWHERE else self.entry


class _Compiler:
    """Turns steps into nodes; subprocesses, which can be nested deep, by a stack instead of recursion."""

    def __init__(self, *, key: str, prefix: str) -> None:
        self.nodes: list[GraphNode] = []
        self._key = key
        self._prefix = prefix
        self._inner: list[tuple[GraphNode, Flow, str, str]] = []
        self._limits: dict[int, int] = {}  # the rerun limit of what is in a subprocess, by its index

    def add(self, kind: NodeKind, name: str, *, place: str, parent: int, pinned: str | None = None) -> GraphNode:
        node_id = pinned or self._prefix + draw_hex(self._key, "id", place)[len(self._prefix) :]
        node = GraphNode(len(self.nodes), kind, name, node_id, parent)
        self.nodes.append(node)
        return node

    def fill(self, owner: GraphNode, flow: Flow, *, place: str, path: str) -> None:
        """Compiles the flow of the task, then those of all subprocesses, level by level."""
        self._inner.append((owner, flow, place, path))
        while self._inner:
            self._level(*self._inner.pop())

    def _level(self, owner: GraphNode, flow: Flow, place: str, path: str) -> None:
        start = self.add(NodeKind.START, "", place=f"{place}/start", parent=owner.index)
        owner.first = start.index
        body = self._stretch(flow, place, path, owner.index)
        end = self.add(NodeKind.END, "", place=f"{place}/end", parent=owner.index)
        start.next = body.leads_to(end.index)
        if owner.index in self._limits:
            self._limit(start.index, self._limits[owner.index])

    def _stretch(self, flow: Flow, place: str, path: str, parent: int) -> _Stretch:
        whole = _Stretch()
        for number, step in enumerate(flow):
            part = self._step(step, f"{place}/{number}", path, parent)
            whole = _Stretch(whole.leads_to(part.entry), part.open)
        return whole

    def _step(self, step: Step, place: str, path: str, parent: int) -> _Stretch:
        match step:
            case Branch():
                return self._branch(step, place, path, parent)
            case Loop():
                return self._loop(step, place, path, parent)
            case _:
                kind = NodeKind.ACTIVITY if isinstance(step, Activity) else NodeKind.SUBPROCESS
                node = self.add(kind, step.name, place=place, parent=parent, pinned=step.id)
                node.path, node.step = f"{path}{SEPARATOR}{step.name}" if path else step.name, step
                if isinstance(step, Subprocess):
                    self._inner.append((node, step.flow, place, node.path))
                else:
                    node.limit = step.limit
                return _Stretch(node.index, [node])

    def _branch(self, branch: Branch, place: str, path: str, parent: int) -> _Stretch:
        kind = NodeKind(branch.kind.value)
        fork = self.add(kind, "", place=f"{place}/fork", parent=parent, pinned=branch.id)
        fork.step = branch
        arms = [self._stretch(arm.flow, f"{place}.{number}", path, parent) for number, arm in enumerate(branch.arms)]
        join = self.add(NodeKind.CONVERGE, "", place=f"{place}/join", parent=parent)
        fork.join = join.index
        fork.arms = tuple(arm.leads_to(join.index) for arm in arms)
        return _Stretch(fork.index, [join])

    def _loop(self, loop: Loop, place: str, path: str, parent: int) -> _Stretch:
        first = len(self.nodes)
        body = self._stretch(loop.flow, f"{place}.0", path, parent)
        again = self.add(NodeKind.AGAIN, "", place=f"{place}/again", parent=parent)
        again.step = loop
        again.back = body.leads_to(again.index)
        if loop.limit is not None:
            self._limit(first, loop.limit)
        return _Stretch(again.back, [again])

    def _limit(self, first: int, limit: int) -> None:
        """Limits the nodes from one on that have no limit yet, and what is in their subprocesses, but not these."""
        for node in self.nodes[first:]:
            if node.kind is NodeKind.SUBPROCESS:  # the engine limits no subprocess, but all that is in it (fact)
                self._limits.setdefault(node.index, limit)
            elif node.limit is None:
                node.limit = limit


_NODE_ID = re.compile(r"n[0-9a-f]{31}|[0-9a-f]{32}")


def is_node_id(text: str) -> bool:
    """Whether a text is the id of a node: 32 lower-case hex digits, or `n` and 31 of them (fact)."""
    # 32 decimal digits are a node's id too: no task's number is that long.
    return _NODE_ID.fullmatch(text) is not None
