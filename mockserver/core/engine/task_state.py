"""The state of a task: the row of each node, every change of it, and which tokens are held or scopes blocked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taskmock.mockserver.core.engine.dialect import Dialect
from taskmock.mockserver.core.engine.event_queue import EventQueue
from taskmock.mockserver.core.graph import ROOT, Graph
from taskmock.mockserver.core.state import HOLDING, Change, Row, State


class TaskState:
    """The rows of one task. `changes` only grows while messages are delivered.

    `places` are the nodes in the order in which a tree shows them: that of their first execution, or of the
    appointment of a pause where the dialect shows it. `appointed` nodes are paused as soon as they are reached.
    `held` are the tokens that wait for a scope (the task, a subprocess or an appointed node) to be released, by
    scope; `holding` counts the scopes whose state lets no token in. `arriving` counts the tokens that a converging
    gateway still waits for. `versions` are the next versions of removed nodes. `auto_retries` counts each node's
    automatic retries: in all, even where its row is removed (fact). `expired` are runs (node, version) whose plugin
    is asked no more, `unscheduled` those that no plugin waits for. `stuck` nodes let no token in for ever, and
    those where one came are `sleeping`. `resumed` are nodes that were resumed before they were reached. `monitors`
    are the time-outs that engine 1 knows of, by node, `ended_monitors` those that come no more. `kept_retries` are
    those that a node's row has of earlier passes of a loop.
    """

    def __init__(self, graph: Graph, dialect: Dialect, queue: EventQueue) -> None:
        self.rows: dict[int, Row] = {}
        self.places: dict[int, None] = {}
        self.changes: list[Change] = []
        self.appointed: set[int] = set()
        self.resumed: set[int] = set()
        self.monitors: dict[int, int] = {}
        self.ended_monitors: set[int | None] = set()
        self.held: dict[int, list[int]] = {}
        self.holding = 0
        self.arriving: dict[int, int] = {}
        self.versions: dict[int, int] = {}
        self.auto_retries: dict[int, int] = {}
        self.expired: set[tuple[int, int]] = set()
        self.unscheduled: set[tuple[int, int]] = set()
        self.stuck: set[int] = set()
        self.sleeping: set[int] = set()
        self.kept_retries: dict[int, int] = {}
        self._graph = graph
        self._dialect = dialect
        self._queue = queue
        self._failed: dict[int, None] = {}  # an ordered set: looking at all rows at each arrival would cost too much

    def put(self, index: int, row: Row) -> None:
        """Writes a node's row as it is from now on."""
        now = self._queue.now
        row = row._replace(since=now, auto_retries=self.auto_retries.get(index, 0))
        before = self.rows.get(index)
        self.holding += (row.state in HOLDING) - (before is not None and before.state in HOLDING)
        self.rows[index] = row
        self.places[index] = None
        if row.state is State.FAILED:
            self._failed[index] = None
        else:
            self._failed.pop(index, None)
        self.changes.append(Change(now, index, row))

    def count(self, index: int) -> None:
        """Writes how often a node was retried automatically into its row, which does not change otherwise."""
        row = self.rows[index] = self.rows[index]._replace(auto_retries=self.auto_retries.get(index, 0))
        self.changes.append(Change(self._queue.now, index, row))

    def early(self, index: int) -> State | None:
        """The state of the row that operations have made of a node before it was reached; None where none has."""
        if index in self.appointed:
            return State.SUSPENDED
        if index in self.stuck:
            return State.RUNNING
        return State.READY if index in self.resumed else None

    def resume_early(self, index: int) -> None:
        """Has a node that is not reached READY: it runs as soon as it is reached."""
        self.appointed.discard(index)
        self.resumed.add(index)
        self._place(index)

    def appoint(self, index: int) -> None:
        """Has a node paused as soon as it is reached."""
        self.resumed.discard(index)
        self.stuck.discard(index)
        self.appointed.add(index)
        self._place(index)

    def _place(self, index: int) -> None:
        # Engine 2 makes the node's row now: its place among its siblings is that of the appointment (captured).
        if self._dialect.shows_appointed and index not in self.places:
            self.places[index] = None
            self.changes.append(Change(self._queue.now, index, None))

    def remove(self, indexes: Iterable[int]) -> None:
        """Forgets nodes and the tokens that wait at them; their next versions are none of the earlier ones."""
        for index in indexes:
            row = self.rows.pop(index, None)
            self.places.pop(index)
            self.versions[index] = row.version + 1 if row else max(1, self.versions.get(index, 0))
            self.holding -= row is not None and row.state in HOLDING
            self.appointed.discard(index)
            self.arriving.pop(index, None)
            self._failed.pop(index, None)
            self.changes.append(Change(self._queue.now, index, None))

    def hold(self, scope: int, index: int) -> None:
        """Keeps a token for a node until its scope is released."""
        self.held.setdefault(scope, []).append(index)

    def holder_of(self, index: int) -> int | None:
        """The outermost scope around a node whose state lets no token in."""
        found = None
        for scope in self._graph.scopes_of(index) if self.holding else ():
            row = self.rows.get(scope)
            if row and row.state in HOLDING:
                found = scope
        return found

    def block(self, index: int, *, through_pause: bool = False) -> bool:
        """Sets the scopes around a node that cannot go on to BLOCKED, where the dialect does so.

        `through_pause` takes a paused task out of its pause; it says whether it has done so.
        """
        paused = False
        for scope, row in self._blockable(index):
            out = through_pause and scope == ROOT and row.state is State.SUSPENDED
            if out or row.state in {State.RUNNING, State.READY}:
                self.put(scope, row._replace(state=State.BLOCKED))
            paused = paused or out
        return paused

    def block_again(self, inside: int = ROOT) -> None:
        """Blocks around every node in a scope that has failed, or is kept from running by its appointed pause."""
        for index in (*self._failed, *filter(self.held.__contains__, self.appointed)):
            if inside == ROOT or inside in self._graph.scopes_of(index):
                self.block(index)

    def is_stopped_between(self, fork: int, join: int) -> bool:
        """Whether a node in an arm of a gateway has failed, or is kept from running by its appointed pause."""
        nodes, parent = self._graph.nodes, self._graph.nodes[join].parent
        for index in (*self._failed, *filter(self.held.__contains__, self.appointed)):
            around = index
            while around != ROOT and nodes[around].parent != parent:
                around = nodes[around].parent
            if fork < around < join:
                return True
        return False

    def unblock(self, index: int, *, through_pause: bool = False) -> None:
        """Sets the BLOCKED scopes around a node to RUNNING, the task to READY until the next message.

        `through_pause` does so with a paused task too.
        """
        for scope, row in self._blockable(index):
            if row.state is State.BLOCKED or (through_pause and scope == ROOT and row.state is State.SUSPENDED):
                self.put(scope, row._replace(state=State.READY if scope == ROOT else State.RUNNING))

    def _blockable(self, index: int) -> Iterator[tuple[int, Row]]:
        scopes = self._graph.scopes_of(index) if self._dialect.blocks_parents else ()
        return ((scope, self.rows[scope]) for scope in scopes)
