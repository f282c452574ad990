"""The effect of each command on a running engine, and when it is refused; effects and counters follow the facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from taskmock.mockserver.core.command import TASK, Command, Verb
from taskmock.mockserver.core.engine.engine import Engine
from taskmock.mockserver.core.errors import CommandRefusedError
from taskmock.mockserver.core.flow import Activity, Branch
from taskmock.mockserver.core.graph import NOWHERE, ROOT, GraphNode, NodeKind
from taskmock.mockserver.core.state import HOLDING, Row, State

TERMINATED = "The node has been terminated by {user}."
"""What `ex_data` says of a node that was failed by force (text of the real engine)."""

NOT_STARTED = "task not started"
"""What the real server says of operations before the start (facts)."""

STARTED = "task already started"
"""What the real server says of a second start (facts)."""

_SKIPPED_WITH = {
    Verb.SKIP_EXCLUSIVE: (NodeKind.EXCLUSIVE, "an exclusive"),
    Verb.SKIP_CONDITIONAL: (NodeKind.CONDITIONAL, "a conditional"),
}


class Commands:
    """The commands on one engine: each verb has a method for the task, one for a node, or both."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._graph = engine.graph
        self._state = engine.state
        self._dialect = engine.setting.dialect

    def apply(self, command: Command) -> None:
        """Carries a command out at the engine's present moment.

        Raises:
            CommandRefusedError: The task's state does not allow it; nothing has changed.
            AddressError: The target names no node, or several.
        """
        node = self._graph.nodes[self._graph.find(command.target)]
        on_task, on_node = self._effects[command.verb]
        effect = on_task if node.index == ROOT else on_node
        if effect not in self._before_start:
            self._check_task(command)
        if effect is None:
            allowed = "a node, not the task" if node.index == ROOT else f"the task ({TASK!r}), not a node"
            raise CommandRefusedError(command, f"{command.verb} takes {allowed}")
        effect(self, node, command)

    def _check_task(self, command: Command) -> None:
        root = self._state.rows.get(ROOT)
        if root is None:
            raise CommandRefusedError(command, NOT_STARTED)
        ended = root.state in {State.FINISHED, State.REVOKED}
        _check(not ended, command, f"the task is {root.state}, nothing more can be done to it")
        waits = root.state is State.ROLLING_BACK and command.verb is not Verb.REVOKE
        _check(not waits, command, f"the task is {root.state}, {command.verb} has to wait")

    def _row(self, node: GraphNode, command: Command, *states: State) -> Row:
        """The node's row, which must be in one of these states."""
        row = self._state.rows.get(node.index)
        if row is None or row.state not in states:
            inside = self._failed_inside(node) if State.FAILED in states else None
            failed = f"the node has failed because of {inside!r}; {command.verb} that one"
            _check(inside is None, command, failed)
            shown = row.state if row else "not reached"
            raise CommandRefusedError(command, f"the node is {shown}, {command.verb} needs {' or '.join(states)}")
        return row

    def _failed_inside(self, node: GraphNode) -> str | None:
        """The first failed node inside a subprocess, which is what makes the subprocess show FAILED too."""
        for index in self._state.places:
            row = self._state.rows.get(index)
            if row and row.state is State.FAILED and node.index in self._graph.scopes_of(index):
                return self._graph.nodes[index].path or self._graph.nodes[index].id
        return None

    # -- the task

    def _start_task(self, _node: GraphNode, command: Command) -> None:
        _check(not self._engine.started, command, STARTED)
        self._engine.start()

    def _pause_task(self, _node: GraphNode, command: Command) -> None:
        root = self._state.rows[ROOT]
        _check(root.state in {State.RUNNING, State.READY}, command, f"the task is {root.state}, pause needs RUNNING")
        self._state.put(ROOT, root._replace(state=State.SUSPENDED))

    def _resume_task(self, _node: GraphNode, command: Command) -> None:
        root = self._state.rows[ROOT]
        _check(root.state is State.SUSPENDED, command, f"the task is {root.state}, resume needs SUSPENDED")
        later = self._dialect.shows_later and ROOT in self._state.held
        self._state.put(ROOT, root._replace(state=State.READY if later else State.RUNNING))
        self._engine.release(ROOT)
        self._state.block_again()

    def _revoke_task(self, _node: GraphNode, _command: Command) -> None:
        root, ends = self._state.rows[ROOT], self._dialect.revoke_ends_rows
        self._state.put(ROOT, root._replace(state=State.REVOKED, finish=self._engine.queue.now if ends else None))
        for index, row in list(self._state.rows.items()) if ends else ():
            inside = self._graph.nodes[index].kind is NodeKind.SUBPROCESS
            if inside and row.state in {State.RUNNING, State.SUSPENDED, State.BLOCKED}:
                self._state.put(index, row._replace(state=State.REVOKED))

    # -- a node

    def _retry(self, node: GraphNode, command: Command) -> None:
        self._row(node, command, State.FAILED)
        _check(node.kind in {NodeKind.ACTIVITY, NodeKind.SUBPROCESS}, command, "only activities can be retried")
        self._engine.make_ready(node.index)

    def _skip(self, node: GraphNode, command: Command) -> None:
        row = self._row(node, command, State.FAILED)
        verb = Verb.SKIP_CONDITIONAL if node.kind is NodeKind.CONDITIONAL else Verb.SKIP_EXCLUSIVE
        _check(node.kind in {NodeKind.ACTIVITY, NodeKind.SUBPROCESS}, command, f"a gateway is skipped with {verb}")
        self._finish_skipped(node, row)
        self._engine.send_token(node.next)

    def _skip_gateway(self, node: GraphNode, command: Command) -> None:
        """Goes on behind a failed gateway, into the arms that the command names."""
        kind, article = _SKIPPED_WITH[command.verb]
        arms: list[object] = [command.data]
        if kind is NodeKind.CONDITIONAL and isinstance(command.data, list):
            arms = command.data
        _check(bool(arms), command, "at least one arm has to be taken")
        row = self._row(node, command, State.FAILED)
        if node.kind is not kind or not isinstance(node.step, Branch):
            raise CommandRefusedError(command, f"only {article} gateway can be skipped with {command.verb}")
        names = [arm.name for arm in node.step.arms]
        for arm in arms:
            _check(arm in names, command, f"no arm {arm!r}; the gateway's arms are {', '.join(names)}")
        self._finish_skipped(node, row)
        self._engine.split(node, [node.arms[names.index(name)] for name in dict.fromkeys(map(str, arms))])

    def _finish_skipped(self, node: GraphNode, row: Row) -> None:
        now = self._engine.queue.now
        done = row._replace(state=State.FINISHED, skip=True, finish=now, ex_data=None)
        restarts = self._dialect.skip_restarts
        self._state.put(node.index, done._replace(start=now) if restarts else done._replace(version=row.version + 1))
        self._state.unblock(node.index)

    def _forced_fail(self, node: GraphNode, command: Command) -> None:
        self._row(node, command, State.RUNNING)
        _check(node.kind is NodeKind.ACTIVITY, command, "only activities can be failed by force")
        text = command.data if isinstance(command.data, str) else TERMINATED.format(user="admin")
        self._engine.terminate(node.index, text)

    def _callback(self, node: GraphNode, command: Command) -> None:
        self._row(node, command, State.RUNNING)
        waits = isinstance(node.step, Activity) and node.step.waits
        _check(waits, command, "the node does not wait for a callback")
        answer = command.data if isinstance(command.data, dict) else {}
        if answer.get("result") is False:
            self._engine.fail(node.index, answer.get("ex_data", "callback failed"))
        else:
            self._engine.succeed(node.index)

    def _pause_node(self, node: GraphNode, command: Command) -> None:
        row = self._state.rows.get(node.index)
        if row and row.state is State.RUNNING and node.kind is NodeKind.SUBPROCESS:
            self._state.put(node.index, row._replace(state=State.SUSPENDED))
            return
        _check(node.index not in self._state.appointed, command, "the node's pause is already appointed")
        if row and row.state is not State.READY:
            raise CommandRefusedError(command, f"the node is {row.state}, pause needs a node not yet begun")
        self._state.appoint(node.index)

    def _resume_node(self, node: GraphNode, command: Command) -> None:
        state, row = self._state, self._state.rows.get(node.index)
        appointed = node.index in state.appointed
        state.appointed.discard(node.index)
        if not appointed:
            row = self._row(node, command, State.SUSPENDED)
            state.put(node.index, row._replace(state=State.RUNNING))
        elif row and row.state is State.SUSPENDED:
            state.put(node.index, row._replace(state=State.READY))
        if node.index in state.held:
            state.unblock(node.index)
        self._engine.release(node.index)
        if not appointed:
            state.block_again()

    # -- rollback

    def _rollback(self, node: GraphNode, command: Command) -> None:
        """The nodes behind the target are undone one message each, last first; then the target runs again."""
        _check(self._dialect.knows_rollback, command, "this engine knows no rollback")
        self._row(node, command, State.FINISHED, State.FAILED)
        undone = self._undone(node, command)
        queue, dispatch = self._engine.queue, self._engine.setting.dispatch
        self._engine.drop_tokens()
        self._state.put(ROOT, self._state.rows[ROOT]._replace(state=State.ROLLING_BACK))
        moment = queue.now
        for index in reversed(undone[1:]):
            moment += dispatch
            row = self._state.rows.get(index)
            if row and row.state is State.FINISHED:
                queue.send(moment, self._undo, index)
        queue.send(moment + dispatch, self._run_again, node.index, tuple(undone))

    def _undone(self, node: GraphNode, command: Command) -> list[int]:
        """The places from the target on, which must all be behind it, while nothing else is under way."""
        rows, nodes, places = self._state.rows, self._graph.nodes, list(self._state.places)
        root, scope = rows[ROOT].state, rows[node.parent].state
        _check(root not in HOLDING, command, f"the task is {root}")
        _check(scope is State.RUNNING, command, f"the subprocess around the node is {scope}")
        busy = any(row.state is State.RUNNING and nodes[i].kind is NodeKind.ACTIVITY for i, row in rows.items())
        _check(not busy, command, "a node is running")
        undone = places[places.index(node.index) :]
        behind = self._behind(node.index)
        others = rows.keys() - set(undone) - set(self._graph.scopes_of(node.index))
        # A token on its way to a converging gateway may be another arm's.
        tokens = self._engine.tokens()
        arriving = any(nodes[index].kind is NodeKind.CONVERGE for index in tokens)
        apart = arriving or not behind.issuperset(tokens.union(undone))
        apart = apart or any(rows[index].state is not State.FINISHED for index in others)
        _check(not apart, command, "another arm of the flow is not behind the node and goes on")
        return undone

    def _behind(self, index: int) -> set[int]:
        """A node, all that its token can reach inside its subprocess or the task, and what is inside of those."""
        found, stack = set[int](), [index]
        while stack:
            node = self._graph.nodes[stack.pop()]
            if node.index in found:
                continue
            found.add(node.index)
            onward = (node.next, node.first, node.back, *node.arms)
            stack.extend(other for other in onward if other != NOWHERE)
        return found

    def _undo(self, index: int) -> None:
        if self._state.rows[ROOT].state is State.ROLLING_BACK:
            self._state.put(index, self._state.rows[index]._replace(state=State.ROLL_BACK_SUCCESS))

    def _run_again(self, target: int, undone: tuple[int, ...]) -> None:
        root = self._state.rows[ROOT]
        if root.state is State.ROLLING_BACK:
            self._state.remove(undone)
            self._state.put(ROOT, root._replace(state=State.RUNNING))
            self._engine.send_token(target)

    _effects: ClassVar[dict[Verb, tuple[_Effect | None, _Effect | None]]] = {
        Verb.START: (_start_task, None),
        Verb.PAUSE: (_pause_task, _pause_node),
        Verb.RESUME: (_resume_task, _resume_node),
        Verb.REVOKE: (_revoke_task, None),
        Verb.RETRY: (None, _retry),
        Verb.SKIP: (None, _skip),
        Verb.FORCED_FAIL: (None, _forced_fail),
        Verb.CALLBACK: (None, _callback),
        Verb.ROLLBACK: (None, _rollback),
        Verb.SKIP_EXCLUSIVE: (None, _skip_gateway),
        Verb.SKIP_CONDITIONAL: (None, _skip_gateway),
    }
    """The effect of each verb on the task, and on a node; None where the verb is not allowed."""

    _before_start = frozenset({_start_task})
    """Effects that need no started task."""


def _check(condition: bool, command: Command, reason: str) -> None:  # noqa: FBT001  # reads as a sentence
    """Refuses a command unless its condition holds."""
    if not condition:
        raise CommandRefusedError(command, reason)


_Effect = Callable[[Commands, GraphNode, Command], None]
