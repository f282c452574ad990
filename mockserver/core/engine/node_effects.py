"""The effects of the commands on a node but pauses: retry, skip, forced failure and callback."""

from __future__ import annotations

from taskmock.mockserver.core.command import Command, Verb
from taskmock.mockserver.core.engine.operator import (
    INVALID,
    NO_PROCESS,
    NO_SCHEDULE,
    NO_SLEEPING,
    NO_STATE,
    NO_STATE_MATCHES,
    NO_STATUS,
    NODE_TYPES,
    NOT_EXECUTED,
    NOT_FOUND,
    Operator,
    check,
)
from taskmock.mockserver.core.flow import Activity, Branch
from taskmock.mockserver.core.graph import ROOT, GraphNode, NodeKind
from taskmock.mockserver.core.state import Row, State

_SKIPPED_WITH = {
    Verb.SKIP_EXCLUSIVE: (NodeKind.EXCLUSIVE, "exclusive"),
    Verb.SKIP_CONDITIONAL: (NodeKind.CONDITIONAL, "conditional parallel"),
}
_SKIPPABLE = frozenset({NodeKind.ACTIVITY, NodeKind.START, NodeKind.EXCLUSIVE, NodeKind.AGAIN})  # that can_skip (fact)


class NodeEffects(Operator):
    """Retries, skips and ends nodes, and calls them back."""

    def _failed_row(self, node: GraphNode, command: Command) -> Row:
        """The row of a node that has to have failed."""
        state, row = self.state_of(node.index), self.state.rows.get(node.index)
        if not self.two:
            self._check_limit(node, command, row)
            retried = command.verb is Verb.RETRY
            paused = [State.SUSPENDED] * retried
            self.refuse_unless(node, command, State.READY if retried else State.FINISHED, State.FAILED, *paused)
        elif state is None:
            self.refuse(command, NO_STATE, NO_STATE_MATCHES)
        elif row is None or state is not State.FAILED:
            self.refuse(command, INVALID, f"{node.id} state is not FAILED, actual {state}")
        return row or Row(State.SUSPENDED)

    def _check_limit(self, node: GraphNode, command: Command, row: Row | None) -> None:
        if node.limit is not None and row is not None and row.loop > node.limit:
            what = "retry" if command.verb is Verb.RETRY else "skip"
            self.refuse(command, "", f"rerun times exceed max limit: {node.limit}, can not {what}")

    def _check_process(self, node: GraphNode, command: Command) -> None:
        """Engine 1 operates on the current node of a process alone; a revoke leaves none."""
        if self.two:
            return
        if self.state_of(node.index) is None:
            self.refuse(command, "", NOT_EXECUTED)
        if self.over or not self.process_at(node):
            gateway = "invalid operation, this gateway is finished or pipeline have been revoked"
            other = f"can't not {command.verb} a subprocess or this process has been revoked"
            forced = {Verb.FORCED_FAIL: NO_PROCESS} | dict.fromkeys(_SKIPPED_WITH, gateway)
            self.refuse(command, "", forced.get(command.verb, other))

    def retry(self, node: GraphNode, command: Command) -> None:
        """Runs a failed node again."""
        self._check_process(node, command)
        known = {NodeKind.ACTIVITY, NodeKind.SUBPROCESS if self.two else NodeKind.PARALLEL}
        if node.kind not in known:
            self.refuse(command, NOT_FOUND, NOT_FOUND if self.two else "can't retry this type of node")
        if isinstance(node.step, Activity) and not node.step.retryable:
            one = "the node is set to not be retryable, try skip it please."
            two = f"can not retry node({node.id}) with can_retry(False)"
            self.refuse(command, INVALID, two if self.two else one)
        self._failed_row(node, command)
        self.engine.make_ready(node.index)

    def skip(self, node: GraphNode, command: Command) -> None:
        """Goes on behind a failed node as if it had succeeded."""
        self._check_process(node, command)
        if self.two and node.kind not in _SKIPPABLE:
            self.refuse(command, INVALID, "can not skip this node")
        if isinstance(node.step, Activity) and not node.step.skippable:
            one = "this node is set to not be skippable, try retry it please."
            self.refuse(command, INVALID, "can not skip this node" if self.two else one)
        if node.kind is not NodeKind.ACTIVITY and not (self.two and node.kind is NodeKind.START):
            two = f"can not use skip_node api for NodeType.{NODE_TYPES.get(node.kind, node.kind)}"
            self.refuse(command, INVALID, two if self.two else "can't skip this type of node")
        self._finish_skipped(node, self._failed_row(node, command))
        self.engine.send_token(node.next, wakes=True)

    def skip_gateway(self, node: GraphNode, command: Command) -> None:
        """Goes on behind a failed gateway, into the arms that the command names."""
        self._check_process(node, command)
        kind, name = _SKIPPED_WITH[command.verb]
        arms: list[object] = [command.data]
        if kind is NodeKind.CONDITIONAL and isinstance(command.data, list):
            arms = command.data
        check(bool(arms), command, "at least one arm has to be taken")
        if node.kind is not kind or not isinstance(node.step, Branch):
            one = f"invalid operation, this node is not a {name} gateway"
            two = f"{node.id} is not {name} gateway, actual: {NODE_TYPES.get(node.kind, node.kind)}"
            self.refuse(command, INVALID, two if self.two else one)
        names = [arm.name for arm in node.step.arms]
        for arm in arms:
            check(arm in names, command, f"no arm {arm!r}; the gateway's arms are {', '.join(names)}")
        self._finish_skipped(node, self._failed_row(node, command))
        entries = [node.arms[names.index(name)] for name in dict.fromkeys(map(str, arms))]
        # In engine 1 the arms of a conditional gateway wake nothing but what is directly around it.
        self.engine.split(node, entries, wakes=kind is NodeKind.EXCLUSIVE or node.parent == ROOT)

    def _finish_skipped(self, node: GraphNode, row: Row) -> None:
        now = self.engine.queue.now
        done = row._replace(state=State.FINISHED, skip=True, finish=now, ex_data=None)
        restarts = self.dialect.skip_restarts
        self.state.put(node.index, done._replace(start=now) if restarts else done._replace(version=row.version + 1))
        self.state.unblock(node.index)

    def forced_fail(self, node: GraphNode, command: Command) -> None:
        """Ends a running activity: it has failed."""
        row = self.state.rows.get(node.index)
        if self.two:
            if node.kind is not NodeKind.ACTIVITY:
                kind = NODE_TYPES.get(node.kind, node.kind)
                self.refuse(command, INVALID, f"{node.id} is not activity, actual: {kind}")
            state = self.state_of(node.index)
            if state is None:
                self.refuse(command, NO_STATE, NO_STATE_MATCHES)
            if row is None or row.state is not State.RUNNING:
                self.refuse(command, INVALID, f"{node.id} state is not RUNNING, actual: {state}")
        else:
            self._check_process(node, command)
            check(node.kind is NodeKind.ACTIVITY, command, "can't not forced fail this type of node")
            self.refuse_unless(node, command, State.FAILED, State.RUNNING)
        text = command.data if isinstance(command.data, str) else self.dialect.terminated.format(user="admin")
        self.engine.terminate(node.index, text, retries=self.dialect.retries_forced)

    def callback(self, node: GraphNode, command: Command) -> None:
        """Ends a node that waits; one that polls, or has failed, takes its callback without effect."""
        row = self.state.rows.get(node.index)
        run = (node.index, row.version if row else 0)
        scheduled = row is not None and node.kind is NodeKind.ACTIVITY and run not in self.state.unscheduled
        scheduled = scheduled and row is not None and row.start is not None
        if self.two:
            self._check_callback(node, command, run, scheduled=scheduled)
        else:
            self._check_callback_1(node, command, run, scheduled=scheduled)
        assert row is not None  # noqa: S101  # a row that is not there is refused
        if row.state is not State.RUNNING:
            self.state.expired.add(run)
        elif isinstance(node.step, Activity) and node.step.waits:
            answer = command.data if isinstance(command.data, dict) else {}
            if answer.get("result") is False:
                self.engine.fail(node.index, answer.get("ex_data", "callback failed"))
            else:
                self.engine.succeed(node.index)

    def _check_callback(self, node: GraphNode, command: Command, run: tuple[int, int], *, scheduled: bool) -> None:
        if self.state_of(node.index) is None:
            self.refuse(command, NO_STATE, NO_STATE_MATCHES)
        if not self.process_at(node):
            self.refuse(command, INVALID, NO_SLEEPING.format(node=node.id))
        if not scheduled:
            self.refuse(command, NO_SCHEDULE, "Schedule matching query does not exist.")
        if run in self.state.expired:
            self.refuse(command, INVALID, "schedule is already expired")

    def _check_callback_1(self, node: GraphNode, command: Command, run: tuple[int, int], *, scheduled: bool) -> None:
        if self.state_of(node.index) is None:
            self.refuse(command, "", NO_STATUS)
        if not scheduled or run in self.state.expired:
            self.refuse(command, "", "ScheduleService matching query does not exist.")
        if self.over or not self.process_at(node):
            self.refuse(command, "", NO_PROCESS)
        if not (isinstance(node.step, Activity) and node.step.waits):
            self.refuse(command, "", "can't callback a poll schedule.")
