"""What a task has come to: the row of each node, every change of it, and what stands still or is held up.

How tokens move is the engine's affair; here is what the moves leave behind.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from taskmock.mockserver.core.engine.event_queue import EventQueue
from taskmock.mockserver.core.graph import ROOT, Graph
from taskmock.mockserver.core.state import HOLDING, Change, Row, State


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """When the task starts, how long a message takes (both in ms), and whose habits the engine has.

    `start` is None for a task that somebody must start.
    """

    start: int | None = 0
    dispatch: int = 0
    generation: int = 2


class TaskState(EventQueue):
    """The rows of one task. `changes` grows as time is run; nothing is ever taken back.

    `appointed` nodes are paused as soon as they are reached; `held` are the tokens that wait for a scope to let them
    in, by scope, and `holding` counts the scopes that let none in; `gone` is the next version of removed nodes.
    `auto_retries` counts each node's automatic retries: in all, whatever becomes of its row (fact).
    """

    def __init__(self, graph: Graph, setting: Setting) -> None:
        super().__init__()
        self.graph = graph
        self.setting = setting
        self.rows: dict[int, Row] = {}
        self.changes: list[Change] = []
        self.appointed: set[int] = set()
        self.held: dict[int, list[int]] = {}
        self.holding = 0
        self.gone: dict[int, int] = {}
        self.auto_retries: dict[int, int] = {}
        self._failed: dict[int, None] = {}  # a set in order: to look at all rows at each arrival costs too much

    def put(self, index: int, row: Row) -> None:
        """Writes a node's row as it is from now on."""
        row = row._replace(since=self.now, auto_retries=self.auto_retries.get(index, 0))
        before = self.rows.get(index)
        self.holding += (row.state in HOLDING) - (before is not None and before.state in HOLDING)
        self.rows[index] = row
        if row.state is State.FAILED:
            self._failed[index] = None
        else:
            self._failed.pop(index, None)
        self.changes.append(Change(self.now, index, row))

    def remove(self, indexes: Iterable[int]) -> None:
        """Forgets nodes; their next versions are none of the earlier ones."""
        for index in indexes:
            row = self.rows.pop(index)
            self.gone[index] = row.version + 1
            self.holding -= row.state in HOLDING
            self.appointed.discard(index)
            self._failed.pop(index, None)
            self.changes.append(Change(self.now, index, None))

    def holds(self, scope: int) -> bool:
        """Whether a token waits for this scope to be released."""
        return bool(self.held.get(scope))

    def hold(self, scope: int, index: int) -> None:
        """Keeps a token for a node until its scope is released."""
        self.held.setdefault(scope, []).append(index)

    def block(self, index: int) -> None:
        """Generation 1: what encloses a node that stands still is BLOCKED, until somebody sets it going again."""
        scope = index
        while self.setting.generation == 1 and scope != ROOT:
            scope = self.graph.nodes[scope].parent
            row = self.rows[scope]
            if row.state in {State.RUNNING, State.READY}:
                self.put(scope, row._replace(state=State.BLOCKED))

    def block_again(self) -> None:
        """Blocks around every node that has failed, or is kept from running by its appointed pause."""
        for index in (*self._failed, *filter(self.holds, self.appointed)):
            self.block(index)

    def wake(self, index: int) -> None:
        """Generation 1: what is BLOCKED around a node goes on, the task by way of READY until the next message."""
        scope = index
        while self.setting.generation == 1 and scope != ROOT:
            scope = self.graph.nodes[scope].parent
            row = self.rows[scope]
            if row.state is State.BLOCKED:
                self.put(scope, row._replace(state=State.READY if scope == ROOT else State.RUNNING))
