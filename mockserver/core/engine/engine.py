"""The engine: a graph and commands in, the changes of every node over time out. It knows no clock and no text form.

Tokens walk the graph; each step is a message at a moment in ms on the task's clock. What the two generations of
the real engine do differently (facts: 1 is the engine of `doc-2019` and `v1`, 2 that of `v2`) is asked of
`generation` where it differs.
"""

from __future__ import annotations

from collections.abc import Iterable

from taskmock.mockserver.core.engine.task_state import Setting, TaskState
from taskmock.mockserver.core.flow import Activity, Branch, Loop, Subprocess
from taskmock.mockserver.core.graph import NOWHERE, ROOT, Graph, GraphNode, NodeKind
from taskmock.mockserver.core.state import HOLDING, Row, State

NO_ARM = "all conditions of branches are not meet"
"""What a gateway says that found no arm to take (the engine's own words)."""

TIMED_OUT = "node execution timed out"
"""What `ex_data` says of a node that ran into its time-out."""

OVER_LIMIT = {1: "rerun times exceed max limit: {limit}", 2: "node execution exceed rerun limit {limit}"}
"""What `ex_data` says of a node that the rerun limit ended, by generation (the engines' own words)."""

_AT_ONCE = {
    NodeKind.START,
    NodeKind.END,
    NodeKind.PARALLEL,
    NodeKind.EXCLUSIVE,
    NodeKind.CONDITIONAL,
    NodeKind.CONVERGE,
    NodeKind.AGAIN,
}


class Engine(TaskState):
    """One run of one task. `changes` grows as time is run; nothing is ever taken back."""

    def __init__(self, graph: Graph, setting: Setting) -> None:
        super().__init__(graph, setting)
        self._waiting: dict[int, int] = {}
        self._started = False
        if setting.start is not None:
            self.send(setting.start, self.start)

    # -- tokens

    def tokens(self) -> set[int]:
        """The nodes to which a token is under way or for which one is held."""
        under_way = {int(str(arguments[0])) for arguments in self.pending(self._enter)}
        return under_way.union(*self.held.values())

    def remove(self, indexes: Iterable[int]) -> None:
        """Forgets nodes, and the tokens that wait at them."""
        indexes = tuple(indexes)
        super().remove(indexes)
        for index in indexes:
            self._waiting.pop(index, None)

    def drop_tokens(self) -> None:
        """Forgets every token that is held or under way to a node."""
        self.held.clear()
        self.cancel(self._enter)

    def go(self, index: int) -> None:
        """Sends a token to a node: it arrives one message later."""
        self.send(self.now + self.setting.dispatch, self._enter, index)

    def release(self, scope: int) -> None:
        """Sends on the tokens that a task, a subprocess or an appointed node has held."""
        for index in self.held.pop(scope, ()):
            self.go(index)

    def start(self) -> None:
        """Starts the task, once. Generation 1 shows it as CREATED until the first message is delivered (fact)."""
        if not self._started:
            self._started = True
            self.send(self.now + (self.setting.dispatch if self.setting.generation == 1 else 0), self._show)
            self.go(self.graph.nodes[ROOT].first)

    @property
    def started(self) -> bool:
        """Whether the task has been started, shown or not."""
        return self._started

    def _show(self) -> None:
        self.put(ROOT, Row(State.RUNNING, start=self.now))

    def _enter(self, index: int) -> None:
        node = self.graph.nodes[index]
        scope = self._holder(node) if self.holding else None
        if scope is not None:
            self.hold(scope, index)
            if scope != ROOT:
                self.block(scope)
            return
        if index in self.appointed:
            self._suspend(node)
            return
        root = self.rows[ROOT]
        if root.state is State.READY:
            self.put(ROOT, root._replace(state=State.RUNNING))
        if node.kind is NodeKind.CONVERGE and not self._arrive(index):
            return
        over = self._over_limit(node)
        if over:
            self._fail(index, over)
        elif node.kind in _AT_ONCE:
            self._pass(node)
        else:
            self.put(index, self._fresh(index))
            self._begin(node)

    def _holder(self, node: GraphNode) -> int | None:
        """The outermost scope around a node that lets nothing in."""
        found, scope = None, node.index
        while scope != ROOT:
            scope = self.graph.nodes[scope].parent
            row = self.rows.get(scope)
            if row and row.state in HOLDING:
                found = scope
        return found

    def _suspend(self, node: GraphNode) -> None:
        self.hold(node.index, node.index)
        if self.setting.generation == 2:
            self.put(node.index, self._fresh(node.index)._replace(state=State.SUSPENDED, start=None, finish=None))
        else:
            self.block(node.index)

    def _arrive(self, join: int) -> bool:
        left = self._waiting.get(join, 1) - 1
        self._waiting[join] = left
        if left:
            self.block_again()
        return left == 0

    def _fresh(self, index: int) -> Row:
        """The row of a node that starts: for the first time, after a retry, or in the next pass of a loop."""
        old = self.rows.get(index)
        if old is None or old.state is State.APPOINTED:
            return Row(State.RUNNING, start=self.now, version=self.gone.get(index, 0))
        if old.state in {State.READY, State.SUSPENDED}:
            return old._replace(state=State.RUNNING, start=self.now, finish=None)
        # A running node of a later pass still shows the earlier pass's finish (fact).
        return Row(State.RUNNING, loop=old.loop + 1, start=self.now, finish=old.finish, version=old.version + 1)

    def _over_limit(self, node: GraphNode) -> Row | None:
        """The row of a node that has run too often to be run again; None where it may run.

        Engine 2 fails a node whose last pass was beyond the limit, engine 1 the pass beyond it as it starts: both
        show a `loop` of one more than the limit.
        """
        row, limit = self.rows.get(node.index), node.limit
        if limit is None or row is None or row.state is not State.FINISHED:
            return None
        if row.loop + (self.setting.generation == 1) <= limit:
            return None
        over = self._fresh(node.index) if self.setting.generation == 1 else row
        return over._replace(ex_data=OVER_LIMIT[self.setting.generation].format(limit=limit))

    def _pass(self, node: GraphNode) -> None:
        """Events and gateways: over as soon as they are entered."""
        row = self._fresh(node.index)._replace(state=State.FINISHED, finish=self.now)
        match node.kind:
            case NodeKind.PARALLEL | NodeKind.EXCLUSIVE | NodeKind.CONDITIONAL:
                self._fork(node, row)
            case NodeKind.AGAIN:
                self.put(node.index, row)
                assert isinstance(node.step, Loop)  # noqa: S101  # for the type checker
                self.go(node.back if row.loop < node.step.times else node.next)
            case NodeKind.END:
                self.put(node.index, row)
                self._complete(node.parent)
            case _:
                self.put(node.index, row)
                self.go(node.next)

    def _fork(self, node: GraphNode, row: Row) -> None:
        assert isinstance(node.step, Branch)  # noqa: S101  # for the type checker
        taken = [entry for arm, entry in zip(node.step.arms, node.arms, strict=True) if arm.name in node.step.take]
        if not taken:
            self.put(node.index, row._replace(state=State.FAILED, ex_data=NO_ARM))
            self.block(node.index)
            return
        self.put(node.index, row)
        self.split(node, taken)

    def split(self, node: GraphNode, entries: list[int]) -> None:
        """Sends a token into each of these arms; the converging gateway waits for all of them."""
        self._waiting[node.join] = len(entries)
        for entry in entries:
            self.go(entry)

    # -- work

    def _begin(self, node: GraphNode) -> None:
        step, row = node.step, self.rows[node.index]
        if isinstance(step, Subprocess):
            if step.fails is not None:
                self.fail(node.index, step.fails)
            else:
                self.go(node.first)
            return
        assert isinstance(step, Activity)  # noqa: S101  # for the type checker
        attempt = step.attempts[min(row.retry, len(step.attempts) - 1)]
        if not step.waits:
            self.send(self.now + attempt.takes, self._end, node.index, row.version, attempt.fails)
        elif step.at_most is not None:
            self.send(self.now + step.at_most, self._end, node.index, row.version, None)
        if step.times_out is not None:
            self.send(self.now + step.times_out, self._time_out, node.index, row.version)

    def _end(self, index: int, version: int, fails: object) -> None:
        row = self.rows.get(index)
        if row is None or row.version != version or row.state is not State.RUNNING:
            return  # retried, terminated or rolled back meanwhile
        if fails is None:
            self.succeed(index)
        else:
            self.fail(index, fails)

    def _time_out(self, index: int, version: int) -> None:
        row = self.rows.get(index)
        if row is not None and row.version == version and row.state is State.RUNNING:
            self.terminate(index, TIMED_OUT)

    def succeed(self, index: int) -> None:
        """A running leaf is done: FINISHED, then on; or once more, where it loops by itself."""
        node, row = self.graph.nodes[index], self.rows[index]
        self.put(index, row._replace(state=State.FINISHED, finish=self.now))
        again = isinstance(node.step, Activity) and row.loop < node.step.loop
        self.go(index if again else node.next)

    def fail(self, index: int, ex_data: object) -> None:
        """A running node fails: FAILED, or FINISHED where its failure is ignored; an automatic retry is sent for."""
        node, row = self.graph.nodes[index], self.rows[index]
        step = node.step
        if isinstance(step, Activity) and step.ignored:
            self.put(index, row._replace(state=State.FINISHED, finish=self.now, error_ignored=True))
            self.go(node.next)
            return
        self._fail(index, row._replace(ex_data=ex_data))

    def terminate(self, index: int, ex_data: object) -> None:
        """A running node is ended from outside: FAILED with a new version."""
        row = self.rows[index]
        self._fail(index, row._replace(version=row.version + 1, ex_data=ex_data))

    def _fail(self, index: int, row: Row) -> None:
        step = self.graph.nodes[index].step
        self.put(index, row._replace(state=State.FAILED, finish=self.now))
        self.block(index)
        if isinstance(step, Activity) and step.auto_retry and self.auto_retries.get(index, 0) < step.auto_retry.max:
            self.send(self.now + step.auto_retry.after, self._auto_retry, index, row.version)

    def _auto_retry(self, index: int, version: int) -> None:
        row = self.rows.get(index)
        over = self.rows[ROOT].state in {State.REVOKED, State.ROLLING_BACK}
        if row and (row.version, row.state) == (version, State.FAILED) and not over:
            self.auto_retries[index] = self.auto_retries.get(index, 0) + 1
            self.make_ready(index)

    def make_ready(self, index: int) -> None:
        """A failed node is tried again: READY with one more retry and a new version, then it runs."""
        row = self.rows[index]
        self.wake(index)
        self.put(
            index,
            Row(State.READY, loop=row.loop, retry=row.retry + 1, version=row.version + 1),
        )
        self.go(index)

    def _complete(self, index: int) -> None:
        self.put(index, self.rows[index]._replace(state=State.FINISHED, finish=self.now))
        after = self.graph.nodes[index].next
        if after != NOWHERE:
            self.go(after)
