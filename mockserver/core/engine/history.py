"""The whole history of a task, and the tree at any moment of it. Reading never changes anything."""

from __future__ import annotations

import bisect
import collections
import dataclasses
import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping

from taskmock.mockserver.core.command import Command, Entry
from taskmock.mockserver.core.engine.dialect import Dialect
from taskmock.mockserver.core.engine.effects import Commands
from taskmock.mockserver.core.engine.engine import Engine, Setting
from taskmock.mockserver.core.errors import CommandRefusedError
from taskmock.mockserver.core.graph import NOWHERE, ROOT, Graph
from taskmock.mockserver.core.scenario import Event, Frame, Trigger
from taskmock.mockserver.core.state import Change, Row, State, Trap


@dataclasses.dataclass(frozen=True, slots=True)
class Tree:
    """A task at one moment: the reached nodes in the order of their first execution, and the state shown for each.

    `moment` is in ms on the task's clock. `rows` holds raw rows, `states` the states after parents followed their
    children; both by index into the graph. A task that is only created has no rows.
    """

    graph: Graph
    moment: int
    rows: Mapping[int, Row]
    states: Mapping[int, State]


@dataclasses.dataclass(frozen=True)
class History:
    """Every change of one task, in order of time, until its history `expires` (in ms; None: never).

    `given` are the scripted commands that were carried out, `refused` those that the task's state did not allow, at the
    moments `refused_at`. A recorded history has `frames`, whole answers in order of time, and no changes. `traps` are
    those of the real engine that were triggered, in order of time.
    """

    graph: Graph
    dialect: Dialect
    changes: tuple[Change, ...]
    given: tuple[Entry, ...] = ()
    refused: tuple[CommandRefusedError, ...] = ()
    refused_at: tuple[int, ...] = ()
    expires: int | None = None
    frames: tuple[Frame, ...] = ()
    traps: tuple[Trap, ...] = ()

    @functools.cached_property
    def moments(self) -> tuple[int, ...]:
        """When the answer changes, in ms, each moment once, in order; 0 is always the first."""
        found = {0, *(change.at for change in self.changes), *(frame.at for frame in self.frames)}
        if self.expires is not None:
            found = {moment for moment in found if moment < self.expires} | {self.expires}
        return tuple(sorted(found))

    @functools.cached_property
    def end(self) -> State:
        """The state that the task shows when nothing more happens by itself."""
        last = self.moments[-1]
        return State.EXPIRED if self.expired_at(last) else self.tree_at(last).states.get(ROOT, State.CREATED)

    @property
    def ended(self) -> bool:
        """Whether the answer stays the same after the last change, running times included."""
        return self.end is State.FINISHED

    def refused_by(self, moment: int) -> tuple[CommandRefusedError, ...]:
        """The scripted commands that were refused by a moment."""
        return self.refused[: bisect.bisect_right(self.refused_at, moment)]

    def expired_at(self, moment: int) -> bool:
        """Whether the history is gone at a moment."""
        return self.expires is not None and moment >= self.expires

    def frame_at(self, moment: int) -> Frame | None:
        """The recorded answer that holds at a moment, the first one before its time; None where nothing is recorded."""
        held = [frame for frame in self.frames if frame.at <= moment] or list(self.frames[:1])
        return held[-1] if held else None

    def started_at(self, moment: int) -> bool:
        """Whether the task is more than created at a moment."""
        return self.position(moment) > 0

    def reached_at(self, index: int, moment: int) -> bool:
        """Whether a node (the task itself: whether it is more than created) is in the tree at a moment."""
        return self.started_at(moment) if index == ROOT else index in self.tree_at(moment).rows

    @functools.cached_property
    def _times(self) -> list[int]:
        return [change.at for change in self.changes]

    def position(self, moment: int) -> int:
        """How many changes have happened by a moment: equal positions show equal trees, running times aside."""
        return bisect.bisect_right(self._times, moment)

    def states_of(self, index: int) -> Iterator[tuple[int, State | None]]:
        """The states that a node shows, each with the moment from which it does; None: it is not in the tree.

        What trees show is followed change by change: no tree is made.
        """
        course = _Course(self.graph, self.dialect, index)
        last: State | None = None
        for at, changes in itertools.groupby(self.changes, key=lambda change: change.at):
            if self.expired_at(at):
                return
            for _, node, row in changes:
                course.follow(node, row)
            if course.state is not last:
                last = course.state
                yield at, last

    def tree_at(self, moment: int) -> Tree:
        """The tree at a moment, in ms on the task's clock."""
        places: dict[int, Row | None] = {}
        for _, index, row in self.changes[: self.position(moment)]:
            if row is None and index in places:
                del places[index]
            else:
                places[index] = row
        rows = {index: row for index, row in places.items() if row}
        return Tree(self.graph, moment, rows, shown_states(self.graph, rows, self.dialect))


class _Course:
    """The states of a node and of all below it, while changes come in: the same as `shown_states` gives."""

    def __init__(self, graph: Graph, dialect: Dialect, top: int) -> None:
        self._graph = graph
        self._dialect = dialect
        self._top = top
        self._inside = {top}
        for node in graph.nodes[top + 1 :]:  # each comes after its parent
            if node.parent in self._inside:
                self._inside.add(node.index)
        self._rows: dict[int, Row] = {}
        self._states: dict[int, State] = {}
        self._below: dict[int, collections.Counter[State]] = collections.defaultdict(collections.Counter)

    @property
    def state(self) -> State | None:
        """What the node shows by now."""
        return self._states.get(self._top)

    def follow(self, index: int, row: Row | None) -> None:
        """Takes a change in; those of other nodes do not matter."""
        if index not in self._inside:
            return
        if row is None:
            self._rows.pop(index, None)
        else:
            self._rows[index] = row
        while self._renew(index) and index != self._top:
            index = self._graph.nodes[index].parent

    def _renew(self, index: int) -> bool:
        """Works the state of a node out again; whether it is another one."""
        old, new = self._states.pop(index, None), self._worked_out(index)
        if new is not None:
            self._states[index] = new
        if index != self._top:
            children = self._below[self._graph.nodes[index].parent]
            if old is not None:
                children[old] -= 1
            if new is not None:
                children[new] += 1
        return old is not new

    def _worked_out(self, index: int) -> State | None:
        row = self._rows.get(index)
        if row is None:
            return None
        children = {state for state, count in self._below[index].items() if count}
        is_parent = self._graph.nodes[index].first != NOWHERE
        if children or (row.state is self._dialect.folded and is_parent):
            return self._dialect.state_over(row.state, children)
        return row.state


def shown_states(graph: Graph, rows: Mapping[int, Row], dialect: Dialect) -> dict[int, State]:
    """The state shown for each reached node: a parent follows its children, bottom up, by the rules of the dialect."""
    below: dict[int, set[State]] = {}
    states: dict[int, State] = {}
    for index in sorted(rows, reverse=True):  # children have higher indexes than their parents
        state = rows[index].state
        children = below.get(index)
        if children or (state is dialect.folded and graph.nodes[index].first != NOWHERE):
            state = dialect.state_over(state, children or set())
        states[index] = state
        if index != ROOT:
            below.setdefault(graph.nodes[index].parent, set()).add(state)
    return states


def history_of(graph: Graph, setting: Setting, events: Iterable[Event] = (), log: Iterable[Entry] = ()) -> History:
    """Runs a task from its creation to where nothing more happens by itself.

    `events` are the scenario's own operations, `log` those that clients gave, in the order of their readings.

    Raises:
        CommandRefusedError: The last entry of the log is not allowed by the task's state at its reading.
        AddressError: A command or trigger names no node, or several.
    """
    engine = Engine(graph, setting)
    commands, queue = Commands(engine), engine.queue
    script = _Script(engine, commands, tuple(events))
    for entry in log:
        queue.run(entry.at)  # the client that gave it saw every message of this moment
        queue.send(entry.at, commands.apply, entry.command, command=True)
        queue.run(entry.at)
    queue.run()
    return History(
        graph,
        setting.dialect,
        tuple(engine.state.changes),
        given=tuple(script.given),
        refused=tuple(error for _, error in script.refused),
        refused_at=tuple(at for at, _ in script.refused),
        traps=tuple(engine.traps),
    )


class _Script:
    """Gives a scenario's own commands at their triggers."""

    def __init__(self, engine: Engine, commands: Commands, events: tuple[Event, ...]) -> None:
        self.given: list[Entry] = []
        self.refused: list[tuple[int, CommandRefusedError]] = []
        self._engine = engine
        self._commands = commands
        self._seen: dict[int, tuple[State | None, int]] = {}
        self._watched: dict[int, list[tuple[Trigger, Command]]] = {}
        self._counts: dict[tuple[int, str], int] = {}
        for event in events:
            if event.trigger.at is not None:
                engine.queue.send(event.trigger.at, self._give, event.command, command=True)
            else:
                index = engine.graph.find(event.trigger.node)
                self._watched.setdefault(index, []).append((event.trigger, event.command))
        if self._watched:
            engine.queue.on_instant = self._look

    def _look(self) -> None:
        """Compares the watched nodes with the last moment, and schedules the commands that their states trigger."""
        queue, rows = self._engine.queue, self._engine.state.rows
        for index, watched in self._watched.items():
            state, row = self._state(index), rows.get(index)
            seen = state, row.version if row else 0  # a new version is a new run, even in the same state
            if seen != self._seen.get(index):
                self._seen[index] = seen
                count = self._counts[index, str(state)] = self._counts.get((index, str(state)), 0) + 1
                for trigger, command in watched:
                    if trigger.state == state and trigger.times == count:
                        queue.send(queue.now + trigger.after, self._give, command, command=True)

    def _state(self, index: int) -> State | None:
        graph, state = self._engine.graph, self._engine.state
        row = state.rows.get(index)
        if index in state.appointed and index in state.held:
            return State.SUSPENDED  # generation 1 has no row that says so
        if row is None or graph.nodes[index].first == NOWHERE:
            return row.state if row else None
        return shown_states(graph, state.rows, self._engine.setting.dialect)[index]

    def _give(self, command: Command) -> None:
        try:
            self._commands.apply(command)
        except CommandRefusedError as error:
            self.refused.append((self._engine.queue.now, error))
        else:
            self.given.append(Entry(at=self._engine.queue.now, command=command))
