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
    NODE_TYPES,
    NOT_EXECUTED,
    NOT_FOUND,
    Operator,
    check,
)
from taskmock.mockserver.core.errors import CommandRefusedError
from taskmock.mockserver.core.flow import Activity, Branch
from taskmock.mockserver.core.graph import NOWHERE, GraphNode, NodeKind
from taskmock.mockserver.core.state import Row, State

_SKIPPED_WITH = {
    Verb.SKIP_EXCLUSIVE: (NodeKind.EXCLUSIVE, "an exclusive"),
    Verb.SKIP_CONDITIONAL: (NodeKind.CONDITIONAL, "a conditional"),
}
_SKIPPABLE = frozenset({NodeKind.ACTIVITY, NodeKind.START, NodeKind.EXCLUSIVE, NodeKind.AGAIN})  # that can_skip (fact)


class NodeEffects(Operator):
    """Retries, skips and ends nodes, and calls them back."""

    def _failed_row(self, node: GraphNode, command: Command) -> Row:
        """The row of a node that has to have failed."""
        row = self.state.rows.get(node.index)
        if not self.two:
            return self._failed_row_1(node, command, row)
        if row is None:
            self.refuse(command, NO_STATE, NO_STATE_MATCHES)
        if row.state is not State.FAILED:
            self.refuse(command, INVALID, f"{node.id} state is not FAILED, actual {row.state}")
        return row

    def _failed_row_1(self, node: GraphNode, command: Command, row: Row | None) -> Row:
        """The same of engine 1: nothing is left to operate on after a revoke, and nothing beyond the rerun limit."""
        if row is None and node.index not in self.state.appointed:
            self.refuse(command, "", NOT_EXECUTED)
        at_work = row is not None and row.state not in {State.FINISHED, State.SUSPENDED} and node.first == NOWHERE
        own = row is not None and row.state is State.FAILED and node.first != NOWHERE
        if row is None or self.over or not (at_work or own):
            gateway = command.verb in _SKIPPED_WITH
            done = "invalid operation, this gateway is finished or pipeline have been revoked"
            gone = f"can't not {command.verb} a subprocess or this process has been revoked"
            self.refuse(command, "", done if gateway else gone)
        if node.kind is NodeKind.SUBPROCESS:
            self.refuse(command, "", f"can't {command.verb} this type of node")
        retried = command.verb is Verb.RETRY
        if node.limit is not None and row.loop > node.limit:
            what = "retry" if retried else "skip"
            self.refuse(command, "", f"rerun times exceed max limit: {node.limit}, can not {what}")
        self.refuse_unless(node, command, State.READY if retried else State.FINISHED, State.FAILED)
        return row

    def retry(self, node: GraphNode, command: Command) -> None:
        """Runs a failed node again."""
        if node.kind not in {NodeKind.ACTIVITY, NodeKind.SUBPROCESS}:
            one, two = "can't retry this type of node", f"node({node.id}) has no data"
            self.refuse(command, NOT_FOUND, two if self.two else one)
        if isinstance(node.step, Activity) and not node.step.retryable:
            one = "the node is set to not be retryable, try skip it please."
            two = f"can not retry node({node.id}) with can_retry(False)"
            self.refuse(command, INVALID, two if self.two else one)
        self._failed_row(node, command)
        self.engine.make_ready(node.index)

    def skip(self, node: GraphNode, command: Command) -> None:
        """Goes on behind a failed node as if it had succeeded."""
        if self.two and node.kind not in _SKIPPABLE:
            self.refuse(command, INVALID, "can not skip this node")
        if isinstance(node.step, Activity) and not node.step.skippable:
            one = "this node is set to not be skippable, try retry it please."
            self.refuse(command, INVALID, "can not skip this node" if self.two else one)
        if node.kind is not NodeKind.ACTIVITY and not (self.two and node.kind is NodeKind.START):
            two = f"can not use skip_node api for {NODE_TYPES.get(node.kind, node.kind)}"
            self.refuse(command, INVALID, two if self.two else "can't skip this type of node")
        self._finish_skipped(node, self._failed_row(node, command))
        self.engine.send_token(node.next)

    def skip_gateway(self, node: GraphNode, command: Command) -> None:
        """Goes on behind a failed gateway, into the arms that the command names."""
        kind, article = _SKIPPED_WITH[command.verb]
        arms: list[object] = [command.data]
        if kind is NodeKind.CONDITIONAL and isinstance(command.data, list):
            arms = command.data
        check(bool(arms), command, "at least one arm has to be taken")
        if node.kind is not kind or not isinstance(node.step, Branch):
            raise CommandRefusedError(command, f"only {article} gateway can be skipped with {command.verb}")
        names = [arm.name for arm in node.step.arms]
        for arm in arms:
            check(arm in names, command, f"no arm {arm!r}; the gateway's arms are {', '.join(names)}")
        self._finish_skipped(node, self._failed_row(node, command))
        self.engine.split(node, [node.arms[names.index(name)] for name in dict.fromkeys(map(str, arms))])

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
            if row is None:
                self.refuse(command, NO_STATE, NO_STATE_MATCHES)
            if row.state is not State.RUNNING:
                self.refuse(command, INVALID, f"{node.id} state is not RUNNING, actual: {row.state}")
        else:
            if row is None and node.index not in self.state.appointed:
                self.refuse(command, "", NOT_EXECUTED)
            if row is None or self.over or row.state is State.FINISHED or node.kind is NodeKind.SUBPROCESS:
                self.refuse(command, "", NO_PROCESS)
            check(node.kind is NodeKind.ACTIVITY, command, "can't not forced fail this type of node")
            self.refuse_unless(node, command, State.FAILED, State.RUNNING)
        text = command.data if isinstance(command.data, str) else self.dialect.terminated.format(user="admin")
        self.engine.terminate(node.index, text, retries=self.dialect.retries_forced)

    def callback(self, node: GraphNode, command: Command) -> None:
        """Ends a node that waits; one that polls, or has failed, takes its callback without effect."""
        row = self.state.rows.get(node.index)
        at_work = row is not None and node.kind is NodeKind.ACTIVITY and row.start is not None
        if row is None or not at_work or row.state is State.FINISHED or (self.over and not self.two):
            self.refuse(command, INVALID, NO_SLEEPING.format(node=node.id) if self.two else NO_PROCESS)
        run = (node.index, row.version)
        if run in self.state.expired:
            self.refuse(command, INVALID, "schedule is already expired")
        if run in self.state.unscheduled:
            self.refuse(command, NO_SCHEDULE, "Schedule matching query does not exist.")
        if row.state is not State.RUNNING:
            self.state.expired.add(run)
        elif isinstance(node.step, Activity) and node.step.waits:
            answer = command.data if isinstance(command.data, dict) else {}
            if answer.get("result") is False:
                self.engine.fail(node.index, answer.get("ex_data", "callback failed"))
            else:
                self.engine.succeed(node.index)
