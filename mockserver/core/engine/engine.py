"""The engine: a graph and commands in, the changes of every node over time out. It knows no clock and no text form.

Tokens walk the graph; each step is a message at a moment in ms on the task's clock. The `Dialect` says what differs
between the two generations of the real engine.
"""

from __future__ import annotations

import dataclasses

from taskmock.mockserver.core.engine.dialect import V2, Dialect
from taskmock.mockserver.core.engine.event_queue import Action, EventQueue
from taskmock.mockserver.core.engine.task_state import TaskState
from taskmock.mockserver.core.flow import Activity, Branch, BranchKind, Loop, Subprocess
from taskmock.mockserver.core.graph import NOWHERE, ROOT, Graph, GraphNode, NodeKind
from taskmock.mockserver.core.state import Row, State, Trap

ENGINE = 2
"""The version of the rules by which histories are made: another one may give the same scenario another history."""

RUN_TWICE = "Traceback (most recent call last):\ndjango.db.utils.IntegrityError: Duplicate entry for key 'PRIMARY'\n"
"""What engine 1 says of a node that runs twice under one version."""

NO_MONITOR = (
    "Traceback (most recent call last):\n"
    "pipeline.engine.models.core.NodeCeleryTask.DoesNotExist: NodeCeleryTask matching query does not exist.\n"
)
"""What engine 1 says of a node whose run ends after a time-out of an earlier run came."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """When the task starts (None: when a command starts it), how long a message takes, both in ms, and the dialect.

    With `quirks` the traps of the real engine are there, else a kinder engine plays.
    """

    start: int | None = 0
    dispatch: int = 0
    dialect: Dialect = V2
    quirks: bool = True


class Engine:
    """One run of one task: it delivers the messages of `queue`, and writes their effects into `state`."""

    def __init__(self, graph: Graph, setting: Setting) -> None:
        self.graph = graph
        self.setting = setting
        self.queue = EventQueue()
        self.state = TaskState(graph, setting.dialect, self.queue)
        self.started = False
        self.traps: list[Trap] = []
        if setting.start is not None:
            self.queue.send(setting.start, self.start)

    def trap(self, name: str, index: int) -> None:
        """Notes that somebody has triggered a trap of the engine."""
        self.traps.append(Trap(self.queue.now, name, index))

    # -- tokens

    def start(self) -> None:
        """Starts the task, once; it is CREATED until its start is shown."""
        if not self.started:
            self.started = True
            later = self.setting.dispatch if self.setting.dialect.shows_later else 0
            self.queue.send(self.queue.now + later, self._show)
            self.send_token(self.graph.nodes[ROOT].first)

    def send_token(self, index: int, *, wakes: bool = False) -> None:
        """Sends a token to a node: it arrives one message later. One that an operation sends `wakes` the task too."""
        self.queue.send(self.queue.now + self.setting.dispatch, self._enter, index, wakes)

    def split(self, node: GraphNode, entries: list[int], *, wakes: bool = False) -> None:
        """Sends a token into each of these arms; the converging gateway waits for all of them."""
        self.state.arriving[node.join] = len(entries)
        for entry in entries:
            self.send_token(entry, wakes=wakes)

    def release(self, scope: int, inside: int = ROOT) -> None:
        """Sends on the tokens that a task, a subprocess or an appointed node has held, those for nodes `inside` one."""
        for index in self.state.held.pop(scope, ()):
            if inside == ROOT or inside in self.graph.scopes_of(index):
                self.send_token(index, wakes=True)
            else:
                self.state.hold(scope, index)

    def tokens(self) -> set[int]:
        """The nodes to which a token is under way or for which one is held."""
        under_way = {int(str(arguments[0])) for arguments in self.queue.pending(self._enter)}
        return under_way.union(*self.state.held.values())

    def drop_tokens(self) -> None:
        """Removes every token that is held or under way to a node."""
        self.state.held.clear()
        self.queue.cancel(self._enter)

    def _show(self) -> None:
        self.state.put(ROOT, Row(State.RUNNING, start=self.queue.now))

    def _enter(self, index: int, wakes: bool) -> None:  # noqa: FBT001  # an argument of a message
        node, state = self.graph.nodes[index], self.state
        if index in state.stuck:
            state.sleeping.add(index)
            return
        root = state.rows[ROOT]
        if wakes and root.state is State.READY:
            state.put(ROOT, root._replace(state=State.RUNNING))
        # An arm ends where its gateways converge whatever is paused around it.
        if node.kind is NodeKind.CONVERGE and not self._has_converged(index):
            return
        scope = state.holder_of(index)
        if scope is not None:
            self._wait(node, scope)
            if scope != ROOT:
                state.block(scope)
            return
        if index in state.appointed:
            self._suspend(index)
            return
        over = self._over_limit(node)
        if over:
            self._fail(index, over, retries=not self.setting.dialect.fails_rerun)
        else:
            self._execute(node, self._fresh(index))

    def _wait(self, node: GraphNode, scope: int) -> None:
        self.state.hold(scope, node.index)
        if node.kind is NodeKind.CONVERGE:
            self.state.arriving[node.index] = 1  # it comes again once it is released

    def _suspend(self, index: int) -> None:
        self._wait(self.graph.nodes[index], index)
        if self.setting.dialect.shows_appointed:
            self.state.put(index, self._fresh(index)._replace(state=State.SUSPENDED, start=None, finish=None))
        self.state.block(index)

    def _has_converged(self, join: int) -> bool:
        """Whether the token that arrives at a converging gateway is the last one that it waits for."""
        left = self.state.arriving[join] = self.state.arriving.get(join, 1) - 1
        if left and self.state.is_stopped_between(self._fork_of(join), join):
            self.state.block(join, through_pause=self.setting.quirks)
        return left == 0

    def _fork_of(self, join: int) -> int:
        return next(node.index for node in reversed(self.graph.nodes[:join]) if node.join == join)

    def _fresh(self, index: int) -> Row:
        """The row of a node that starts: for the first time, after a retry, or in the next pass of a loop."""
        now, old = self.queue.now, self.state.rows.get(index)
        if old is None:
            return Row(State.RUNNING, start=now, version=self.state.versions.get(index, 0))
        if old.state in {State.READY, State.SUSPENDED}:
            return old._replace(state=State.RUNNING, start=now)
        # A running node of a later pass still shows the earlier pass's finish (fact).
        again = Row(State.RUNNING, loop=old.loop + 1, start=now, finish=old.finish, version=old.version + 1)
        if not self.setting.dialect.loop_keeps:
            return again
        self.state.kept_retries[index] = old.retry
        return again._replace(retry=old.retry, error_ignored=old.error_ignored)

    def _over_limit(self, node: GraphNode) -> Row | None:
        """The row of a node that has run too often to be run again; None where it may run."""
        row, limit, dialect = self.state.rows.get(node.index), node.limit, self.setting.dialect
        if limit is None or row is None:
            return None
        again = row.state is State.FINISHED
        if row.loop + (dialect.fails_rerun and again) <= limit or not (again or dialect.fails_rerun):
            return None
        over = self._fresh(node.index) if dialect.fails_rerun else row
        return over._replace(ex_data=dialect.over_limit.format(limit=limit))

    # -- nodes

    def _execute(self, node: GraphNode, row: Row) -> None:
        """Starts what takes time; events and gateways are over as soon as they are entered."""
        old = self.state.rows.get(node.index)
        match node.step:
            case Activity() as step:
                self.state.put(node.index, row)
                if old is not None and old.state is State.READY and old.start is not None and self._is_known(row, node):
                    self._fail(node.index, row._replace(ex_data=RUN_TWICE), retries=False)
                else:
                    self._begin(node.index, row, step)
            case Subprocess() as step:
                self.state.put(node.index, row)
                if step.fails is not None:
                    self.fail(node.index, step.fails)
                else:
                    self.send_token(node.first)
            case Branch() as step:
                self._fork(node, self._finished(row), step)
            case step:
                self.state.put(node.index, self._finished(row))
                if node.kind is NodeKind.END:
                    self._complete(node.parent)
                else:
                    again = isinstance(step, Loop) and row.loop < step.times
                    self.send_token(node.back if again else node.next)

    def _is_known(self, row: Row, node: GraphNode) -> bool:
        """Whether a plugin has been waited for in this very run before."""
        run = (node.index, row.version)
        return run not in self.state.unscheduled and run not in self.state.expired

    def _begin(self, index: int, row: Row, step: Activity) -> None:
        now, number = self.queue.now, row.retry - self.state.kept_retries.get(index, 0)
        self.state.unscheduled.discard((index, row.version))
        self.state.expired.discard((index, row.version))
        attempt = step.attempts[min(number, len(step.attempts) - 1)]
        takes, fails = (step.at_most, None) if step.waits else (attempt.takes, attempt.fails)
        outcome = (self.succeed,) if fails is None else (self.fail, fails)
        if takes is not None:
            self.queue.send(now + takes, self._if_still, State.RUNNING, index, row.version, *outcome)
        if step.times_out is not None and self._monitors:
            self.state.monitors[index] = number = self.queue.sent
            self.queue.send(now + step.times_out, self._drop_monitor, index, number)
        if step.times_out is not None:
            self.queue.send(now + step.times_out, self._time_out, index, row.version)

    @property
    def _monitors(self) -> bool:
        return self.setting.quirks and self.setting.dialect.monitors_nodes

    def _time_out(self, index: int, version: int) -> None:
        dialect, row = self.setting.dialect, self.state.rows.get(index)
        if row is None or row.state is not State.RUNNING or row.version != version:
            return
        if not (dialect.kills_on_revoke and self.state.rows[ROOT].state is State.REVOKED):
            self.terminate(index, dialect.timed_out)

    def _if_still(self, state: State, index: int, version: int, action: Action, *arguments: object) -> None:
        """Acts on a node unless it was retried, terminated or rolled back meanwhile."""
        row = self.state.rows.get(index)
        if row is not None and row.version == version:
            if row.state is state:
                action(index, *arguments)
            elif state is State.RUNNING:
                self.state.expired.add((index, version))

    def _fork(self, node: GraphNode, row: Row, branch: Branch) -> None:
        taken = [entry for arm, entry in zip(branch.arms, node.arms, strict=True) if arm.name in branch.take]
        if taken:
            self.state.put(node.index, row)
            self.split(node, taken)
        else:
            dialect = self.setting.dialect
            text = dialect.no_arm if branch.kind is BranchKind.EXCLUSIVE else dialect.no_arms
            self._fail(node.index, row._replace(ex_data=text))

    def succeed(self, index: int) -> None:
        """A running leaf is done: FINISHED, then on; or once more, where it loops by itself."""
        node, row = self.graph.nodes[index], self.state.rows[index]
        if self._has_lost_monitor(node) and self.state.rows[ROOT].state is not State.REVOKED:
            self._fail(index, row._replace(ex_data=NO_MONITOR), retries=False)
            return
        self.state.put(index, self._finished(row))
        again = isinstance(node.step, Activity) and row.loop < node.step.loop
        self.send_token(index if again else node.next)

    def fail(self, index: int, ex_data: object) -> None:
        """A running node fails: FAILED, or FINISHED where its failure is ignored; an automatic retry is scheduled."""
        node, row = self.graph.nodes[index], self.state.rows[index]
        ignored = isinstance(node.step, Activity) and node.step.ignored
        if self._has_lost_monitor(node):
            self._fail(index, row._replace(ex_data=NO_MONITOR if ignored else None), retries=False)
        elif ignored:
            self.state.put(index, self._finished(row)._replace(error_ignored=True))
            self.send_token(node.next)
        else:
            self._fail(index, row._replace(ex_data=ex_data))

    def _has_lost_monitor(self, node: GraphNode) -> bool:
        """Whether engine 1 stumbles over a run's end: a time-out of an earlier run has removed the node's monitor."""
        step = node.step
        if not (isinstance(step, Activity) and step.times_out is not None and self._monitors):
            return False
        bound = self.state.monitors.pop(node.index, None)
        self.state.ended_monitors.add(bound)
        return bound is None

    def _drop_monitor(self, index: int, number: int) -> None:
        if number not in self.state.ended_monitors:
            self.state.monitors.pop(index, None)

    def terminate(self, index: int, ex_data: object, *, retries: bool = True) -> None:
        """A running node is ended from outside: FAILED with a new version, which no plugin waits for."""
        row = self.state.rows[index]
        self.state.unscheduled.add((index, row.version + 1))
        self._fail(index, row._replace(version=row.version + 1, ex_data=ex_data), retries=retries)

    def _fail(self, index: int, row: Row, *, retries: bool = True) -> None:
        step, retried = self.graph.nodes[index].step, self.state.auto_retries.get(index, 0)
        self.state.put(index, row._replace(state=State.FAILED, finish=self.queue.now))
        if self.state.block(index, through_pause=self.setting.quirks):
            self.trap("failed-while-paused", index)
        if retries and isinstance(step, Activity) and step.auto_retry and retried < step.auto_retry.max:
            at = self.queue.now + step.auto_retry.after
            self.queue.send(at, self._auto_retry, index, row.version, retried)

    def _auto_retry(self, index: int, version: int, retried: int) -> None:
        """Retries a node by itself; a message of an earlier failure counts, and retries, whatever failure it meets."""
        row, root, dialect = self.state.rows.get(index), self.state.rows[ROOT].state, self.setting.dialect
        if row is None or root is State.ROLLING_BACK or (root is State.REVOKED and dialect.kills_on_revoke):
            return
        still = (row.state, row.version) == (State.FAILED, version)
        if not self.setting.quirks and (not still or root is State.REVOKED):
            return
        if row.state not in {State.FAILED, State.RUNNING} or (not still and index in self.state.versions):
            return
        self.state.auto_retries[index] = retried + 1
        if not still:
            self.trap("retried-by-hand-too", index)
        step = self.graph.nodes[index].step
        if row.state is State.FAILED and isinstance(step, Activity) and step.retryable:
            if root is State.REVOKED:
                self.trap("revoked-while-retrying", index)
            self.make_ready(index)
        else:
            self.state.count(index)

    def make_ready(self, index: int) -> None:
        """A failed node is tried again: READY with one more retry and a new version, then it runs."""
        row = self.state.rows[index]
        self.state.unblock(index, through_pause=self.setting.quirks)
        self.state.put(index, Row(State.READY, loop=row.loop, retry=row.retry + 1, version=row.version + 1))
        self.send_token(index, wakes=True)

    def _complete(self, scope: int) -> None:
        self.state.put(scope, self._finished(self.state.rows[scope]))
        after = self.graph.nodes[scope].next
        if after != NOWHERE:
            self.send_token(after)

    def _finished(self, row: Row) -> Row:
        return row._replace(state=State.FINISHED, finish=self.queue.now)
