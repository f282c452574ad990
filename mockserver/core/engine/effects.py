"""What each command does to a running engine, and when it is refused; effects and counters as the facts have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from taskmock.mockserver.core.command import TASK, Command, Verb
from taskmock.mockserver.core.engine.engine import Engine
from taskmock.mockserver.core.errors import CommandRefusedError
from taskmock.mockserver.core.flow import Activity, Branch
from taskmock.mockserver.core.graph import NOWHERE, ROOT, GraphNode, NodeKind
from taskmock.mockserver.core.state import HOLDING, Row, State

TERMINATED = "The node has been terminated by {user}."
"""What `ex_data` says of a node that somebody failed by force (the engine's own words)."""


NOT_STARTED = "task not started"


STARTED = "task already started"
"""What the real server says of operations before the start, and of a second start (facts)."""


_A = {NodeKind.EXCLUSIVE: "an exclusive", NodeKind.CONDITIONAL: "a conditional"}


def obey(engine: Engine, command: Command) -> None:
    """Carries a command out at the engine's present moment.

    Raises:
        CommandRefusedError: The task's state does not allow it; nothing has changed.
        AddressError: The target names no node, or several.
    """
    node = engine.graph.nodes[engine.graph.find(command.target)]
    if command.verb is Verb.START and node.index == ROOT:
        _demand(not engine.started, command, STARTED)
        engine.start()
        return
    root = engine.rows.get(ROOT)
    if root is None:
        raise CommandRefusedError(command, NOT_STARTED)
    if root.state in {State.FINISHED, State.REVOKED}:
        raise CommandRefusedError(command, f"the task is {root.state}, nothing more can be done to it")
    if root.state is State.ROLLING_BACK and command.verb is not Verb.REVOKE:
        raise CommandRefusedError(command, f"the task is {root.state}, {command.verb} has to wait")
    on_task, on_node = _EFFECTS[command.verb]
    effect = on_task if node.index == ROOT else on_node
    if effect is None:
        allowed = "a node, not the task" if node.index == ROOT else f"the task ({TASK!r}), not a node"
        raise CommandRefusedError(command, f"{command.verb} takes {allowed}")
    effect(engine, node, command)


def _demand(condition: bool, command: Command, reason: str) -> None:  # noqa: FBT001  # reads as a sentence
    if not condition:
        raise CommandRefusedError(command, reason)


def _row(engine: Engine, node: GraphNode, command: Command, *states: State) -> Row:
    """The node's row, which must be in one of these states."""
    row = engine.rows.get(node.index)
    shown = row.state if row and row.state is not State.APPOINTED else "not reached"
    if row is None or row.state not in states:
        inside = _failed_inside(engine, node) if State.FAILED in states else None
        if inside:
            raise CommandRefusedError(command, f"the node has failed because of {inside!r}; {command.verb} that one")
        raise CommandRefusedError(command, f"the node is {shown}, {command.verb} needs {' or '.join(states)}")
    return row


def _failed_inside(engine: Engine, node: GraphNode) -> str | None:
    """The first failed node inside a subprocess, which is what makes the subprocess show FAILED too."""
    for index, row in engine.rows.items():
        if row.state is State.FAILED and node.index in _around(engine, index):
            return engine.graph.nodes[index].path or engine.graph.nodes[index].id
    return None


# -- the task


def _pause_task(engine: Engine, _node: GraphNode, command: Command) -> None:
    root = engine.rows[ROOT]
    going = root.state in {State.RUNNING, State.READY}
    _demand(going, command, f"the task is {root.state}, pause needs RUNNING")
    engine.put(ROOT, root._replace(state=State.SUSPENDED))


def _resume_task(engine: Engine, _node: GraphNode, command: Command) -> None:
    root = engine.rows[ROOT]
    _demand(root.state is State.SUSPENDED, command, f"the task is {root.state}, resume needs SUSPENDED")
    unseen = engine.setting.generation == 1 and engine.holds(ROOT)
    engine.put(ROOT, root._replace(state=State.READY if unseen else State.RUNNING))
    engine.release(ROOT)
    engine.block_again()


def _revoke_task(engine: Engine, _node: GraphNode, _command: Command) -> None:
    root = engine.rows[ROOT]
    finish = engine.now if engine.setting.generation == 1 else None
    engine.put(ROOT, root._replace(state=State.REVOKED, finish=finish))
    for index, row in list(engine.rows.items()) if engine.setting.generation == 1 else ():
        inside = engine.graph.nodes[index].kind is NodeKind.SUBPROCESS
        if inside and row.state in {State.RUNNING, State.SUSPENDED, State.BLOCKED}:
            engine.put(index, row._replace(state=State.REVOKED))


# -- a node


def _retry(engine: Engine, node: GraphNode, command: Command) -> None:
    _row(engine, node, command, State.FAILED)
    _demand(node.kind in {NodeKind.ACTIVITY, NodeKind.SUBPROCESS}, command, "only activities can be retried")
    engine.make_ready(node.index)


def _skip(engine: Engine, node: GraphNode, command: Command) -> None:
    row = _row(engine, node, command, State.FAILED)
    way = Verb.SKIP_CONDITIONAL if node.kind is NodeKind.CONDITIONAL else Verb.SKIP_EXCLUSIVE
    _demand(node.kind in {NodeKind.ACTIVITY, NodeKind.SUBPROCESS}, command, f"a gateway is skipped with {way}")
    engine.put(node.index, _skipped(engine, row))
    engine.wake(node.index)
    engine.go(node.next)


def _skip_exclusive(engine: Engine, node: GraphNode, command: Command) -> None:
    _skip_gateway(engine, node, command, [command.data])


def _skip_conditional(engine: Engine, node: GraphNode, command: Command) -> None:
    arms = command.data if isinstance(command.data, list) else [command.data]
    _demand(bool(arms), command, "at least one arm has to be taken")
    _skip_gateway(engine, node, command, arms)


def _skip_gateway(engine: Engine, node: GraphNode, command: Command, arms: list[object]) -> None:
    """Goes on behind a failed gateway, into these arms."""
    row = _row(engine, node, command, State.FAILED)
    kind = NodeKind.EXCLUSIVE if command.verb is Verb.SKIP_EXCLUSIVE else NodeKind.CONDITIONAL
    branch = node.step
    if node.kind is not kind or not isinstance(branch, Branch):
        raise CommandRefusedError(command, f"only {_A[kind]} gateway can be skipped with {command.verb}")
    names = [arm.name for arm in branch.arms]
    for arm in arms:
        _demand(arm in names, command, f"no arm {arm!r}; the gateway's arms are {', '.join(names)}")
    engine.put(node.index, _skipped(engine, row))
    engine.wake(node.index)
    engine.split(node, [node.arms[names.index(name)] for name in dict.fromkeys(map(str, arms))])


def _skipped(engine: Engine, row: Row) -> Row:
    """A failed row that was skipped; generation 1 keeps the version and sets both times to now."""
    done = row._replace(state=State.FINISHED, skip=True, finish=engine.now, ex_data=None)
    if engine.setting.generation == 1:
        return done._replace(start=engine.now)
    return done._replace(version=row.version + 1)


def _forced_fail(engine: Engine, node: GraphNode, command: Command) -> None:
    _row(engine, node, command, State.RUNNING)
    _demand(node.kind is NodeKind.ACTIVITY, command, "only activities can be failed by force")
    text = command.data if isinstance(command.data, str) else TERMINATED.format(user="admin")
    engine.terminate(node.index, text)


def _callback(engine: Engine, node: GraphNode, command: Command) -> None:
    _row(engine, node, command, State.RUNNING)
    step = node.step
    _demand(isinstance(step, Activity) and step.waits, command, "the node does not wait for a callback")
    answer = command.data if isinstance(command.data, dict) else {}
    if answer.get("result") is False:
        engine.fail(node.index, answer.get("ex_data", "callback failed"))
    else:
        engine.succeed(node.index)


def _pause_node(engine: Engine, node: GraphNode, command: Command) -> None:
    row = engine.rows.get(node.index)
    if row and row.state is State.RUNNING and node.kind is NodeKind.SUBPROCESS:
        engine.put(node.index, row._replace(state=State.SUSPENDED))
        return
    _demand(node.index not in engine.appointed, command, "the node's pause is already appointed")
    state = row.state if row else None
    begun = state not in {None, State.READY, State.APPOINTED}
    _demand(not begun, command, f"the node is {state}, pause needs a node not yet begun")
    engine.appointed.add(node.index)
    # Engine 2 makes the node's row now: its place among its siblings is that of the appointment (captured).
    if row is None and engine.setting.generation == 2:
        engine.put(node.index, Row(State.APPOINTED))


def _resume_node(engine: Engine, node: GraphNode, command: Command) -> None:
    row = engine.rows.get(node.index)
    if node.index in engine.appointed:
        engine.appointed.discard(node.index)
        if row and row.state is State.SUSPENDED:
            engine.put(node.index, row._replace(state=State.READY))
        if engine.holds(node.index):
            engine.wake(node.index)
        engine.release(node.index)
        return
    row = _row(engine, node, command, State.SUSPENDED)
    engine.put(node.index, row._replace(state=State.RUNNING))
    if engine.holds(node.index):
        engine.wake(node.index)
    engine.release(node.index)
    engine.block_again()


# -- rollback


def _rollback(engine: Engine, node: GraphNode, command: Command) -> None:
    """The nodes behind the target are undone one message each, last first; then the target runs again."""
    _demand(engine.setting.generation == 2, command, "this engine knows no rollback")
    _row(engine, node, command, State.FINISHED, State.FAILED)
    undone = _undone(engine, node, command)
    engine.drop_tokens()
    engine.put(ROOT, engine.rows[ROOT]._replace(state=State.ROLLING_BACK))
    moment = engine.now
    for index in reversed(undone[1:]):
        moment += engine.setting.dispatch
        if engine.rows[index].state is State.FINISHED:
            engine.send(moment, _undo, engine, index)
    engine.send(moment + engine.setting.dispatch, _run_again, engine, node.index, tuple(undone))


def _undone(engine: Engine, node: GraphNode, command: Command) -> list[int]:
    """The reached nodes from the target on, which must all be behind it, while nothing else is under way."""
    root, scope = engine.rows[ROOT].state, engine.rows[node.parent].state
    _demand(root not in HOLDING, command, f"the task is {root}")
    _demand(scope is State.RUNNING, command, f"the subprocess around the node is {scope}")
    rows = engine.rows
    busy = any(
        row.state is State.RUNNING and engine.graph.nodes[i].kind is NodeKind.ACTIVITY for i, row in rows.items()
    )
    _demand(not busy, command, "a node is running")
    reached = list(rows)
    undone = reached[reached.index(node.index) :]
    behind = _behind(engine, node.index)
    around = {ROOT, *_around(engine, node.index)}
    others = {index for index in reached if index not in undone and index not in around}
    # A token on its way to a converging gateway may be another arm's.
    tokens = engine.tokens()
    arriving = any(engine.graph.nodes[index].kind is NodeKind.CONVERGE for index in tokens)
    apart = arriving or not behind.issuperset(undone) or not behind.issuperset(tokens)
    apart = apart or any(rows[index].state not in {State.FINISHED, State.APPOINTED} for index in others)
    _demand(not apart, command, "another arm of the flow is not behind the node and goes on")
    return undone


def _behind(engine: Engine, index: int) -> set[int]:
    """A node, all that its token can reach inside its subprocess or the task, and what is inside of those."""
    found, stack = set[int](), [index]
    while stack:
        node = engine.graph.nodes[stack.pop()]
        if node.index in found:
            continue
        found.add(node.index)
        onward = (node.next, node.first, node.back, *node.arms)
        stack.extend(other for other in onward if other != NOWHERE)
    return found


def _around(engine: Engine, index: int) -> Iterator[int]:
    """The subprocesses around a node, the innermost first."""
    while (index := engine.graph.nodes[index].parent) != ROOT:
        yield index


def _undo(engine: Engine, index: int) -> None:
    if engine.rows[ROOT].state is State.ROLLING_BACK:
        engine.put(index, engine.rows[index]._replace(state=State.ROLL_BACK_SUCCESS))


def _run_again(engine: Engine, target: int, undone: tuple[int, ...]) -> None:
    root = engine.rows[ROOT]
    if root.state is State.ROLLING_BACK:
        engine.remove(undone)
        engine.put(ROOT, root._replace(state=State.RUNNING))
        engine.go(target)


_Effect = Callable[[Engine, GraphNode, Command], None]


_EFFECTS: dict[Verb, tuple[_Effect | None, _Effect | None]] = {
    Verb.START: (None, None),  # done by `obey` itself: it is the one that needs no running task
    Verb.PAUSE: (_pause_task, _pause_node),
    Verb.RESUME: (_resume_task, _resume_node),
    Verb.REVOKE: (_revoke_task, None),
    Verb.RETRY: (None, _retry),
    Verb.SKIP: (None, _skip),
    Verb.FORCED_FAIL: (None, _forced_fail),
    Verb.CALLBACK: (None, _callback),
    Verb.ROLLBACK: (None, _rollback),
    Verb.SKIP_EXCLUSIVE: (None, _skip_exclusive),
    Verb.SKIP_CONDITIONAL: (None, _skip_conditional),
}
"""What each verb does to the task, and to a node; None where it does nothing there."""
