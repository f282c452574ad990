"""The calls of the API that change a task, as the system behind the gateways carries them out and refuses them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from taskmock.mockserver.api.bk_sops.calls.call import Answer, ApiCall, Done, said_json
from taskmock.mockserver.api.bk_sops.calls.snapshot import TaskSnapshot, snapshot, snapshot_of
from taskmock.mockserver.api.bk_sops.calls.task import facts_of
from taskmock.mockserver.api.bk_sops.documents.edition import written_version
from taskmock.mockserver.api.bk_sops.documents.sequence_flow import flows_from, sequence_flows
from taskmock.mockserver.api.bk_sops.documents.task import is_claimed
from taskmock.mockserver.api.bk_sops.errors import INVALID_OPERATION, PARAMETERS, UNKNOWN, RefusedError
from taskmock.mockserver.api.bk_sops.request import text_of
from taskmock.mockserver.core.command import TASK, Command, Verb
from taskmock.mockserver.core.engine.effects import ENDED, NOT_STARTED
from taskmock.mockserver.core.engine.operator import INVALID
from taskmock.mockserver.core.engine.task_effects import STARTED
from taskmock.mockserver.core.engine.traps import names_of
from taskmock.mockserver.core.errors import CommandRefusedError
from taskmock.mockserver.core.graph import AddressError, GraphNode, NodeKind
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.record import Record

INVALID_COMMAND = "task command is invalid"
"""What is said of an action that there is none of (fact)."""

NO_NODE = (
    "节点状态请求失败: 任务[ID: {task}]中未找到节点[ID: {node}]. 请重试. 如持续失败可联系管理员处理 | nodes_action"
)
"""What `operate_node` says of a node that the task does not have (the real server's own words)."""

NO_NODE_TO_CALL = "task[{task}] does not have node[{node}]"
"""The same of `node_callback`."""

CRASHED = (
    "节点操作失败: 节点[ID: {node}], 任务[ID: {task}]操作失败: {why}, 请重试. 如持续失败可联系管理员处理 | nodes_action"
)
"""What is said where the server itself fails over a node (its own words)."""

NO_RETRY_SUBPROCESS = "非法请求: 当前引擎不支持子流程重试, 请联系管理员升级 | retry_subprocess_v1"
"""What engine 1 says of `retry_subprocess`."""

FINISHED = "task with current_flow:finished cannot be {action}ed"
"""What is said of an operation on a task that has ended (the real server's own words)."""

UNCLAIMED = "task with current_flow:func_claim cannot be {action}ed"
"""What is said of a task that has to be claimed first (the real server's own words)."""

RETRY_SUBPROCESS = "retry_subprocess"
"""The action that is a retry for subprocesses alone."""

_TASK_ACTIONS = {"start": Verb.START, "pause": Verb.PAUSE, "resume": Verb.RESUME, "revoke": Verb.REVOKE}
_NODE_ACTIONS = {
    "retry": Verb.RETRY,
    "skip": Verb.SKIP,
    "forced_fail": Verb.FORCED_FAIL,
    "pause": Verb.PAUSE,
    "resume": Verb.RESUME,
    "pause_subproc": Verb.PAUSE_SUBPROCESS,
    "resume_subproc": Verb.RESUME_SUBPROCESS,
    "callback": Verb.CALLBACK,
    "skip_exg": Verb.SKIP_EXCLUSIVE,
    "skip_cpg": Verb.SKIP_CONDITIONAL,
    RETRY_SUBPROCESS: Verb.RETRY,
}

_Order = Callable[[ApiCall, TaskSnapshot], Command]
"""What a call asks for, as a command for its task."""


def _answer(order: _Order) -> Answer:
    """A call that gives its command to a task of its session, which need not have been touched before."""

    def answer(playback: Playback, call: ApiCall) -> Done:
        record = playback.with_task(call.query(), lambda polled: _carried_out(playback, call, order, snapshot(polled)))
        return Done(data={}, message="success", key=record.key, quirks=names_of(playback.sprung(record)))

    return answer


def _carried_out(playback: Playback, call: ApiCall, order: _Order, task: TaskSnapshot) -> Record:
    key, command = task.record.key, order(call, task)
    try:
        record = playback.command(key, command)
    except CommandRefusedError as error:
        if error.reason == ENDED:
            raise RefusedError(INVALID_OPERATION, FINISHED.format(action=command.verb)) from None
        if error.reason in {NOT_STARTED, STARTED}:
            raise RefusedError(INVALID_OPERATION, error.reason) from None
        raise _refused(task, command.verb, error.reason, error.raised) from None
    return record


def _refused(task: TaskSnapshot, verb: str, reason: str, raised: str = INVALID) -> RefusedError:
    """What the engine itself refuses; clients that show `message` to people meet a traceback, as they really do.

    Engine 1 raises nothing, and says why.
    """
    if not task.edition.retries_subprocesses:
        return RefusedError(UNKNOWN, reason)
    last = raised if reason == raised else f"{raised or INVALID}: {reason}"
    return RefusedError(
        UNKNOWN,
        f'fail: Traceback (most recent call last):\n  File "bamboo_engine/api.py", line 1, in {verb}\n{last}\n',
    )


# -- the task


def _start(_call: ApiCall, task: TaskSnapshot) -> Command:
    _check_claimed(task, "start")
    return Command(verb=Verb.START)


def _operate_task(call: ApiCall, task: TaskSnapshot) -> Command:
    verb = _verb(_TASK_ACTIONS, call.needed["action"])
    _check_claimed(task, verb)
    return Command(verb=verb, target=TASK)


def _check_claimed(task: TaskSnapshot, action: str) -> None:
    if not is_claimed(task.creation):
        raise RefusedError(INVALID_OPERATION, UNCLAIMED.format(action=action))


# -- a node


def _operate_node(call: ApiCall, task: TaskSnapshot) -> Command:
    payload, inputs = (_object(call, name) for name in ("data", "inputs"))
    action, task_id = call.needed["action"], call.needed["task_id"]
    node_id = _node_id(call, task, UNKNOWN, NO_NODE)
    if action not in _NODE_ACTIONS:
        raise RefusedError(UNKNOWN, INVALID_COMMAND)  # with this code, whatever the system itself says (fact)
    verb = _NODE_ACTIONS[action]
    data: object = None
    if verb is Verb.CALLBACK:
        data = payload
    elif verb is Verb.RETRY:
        data = inputs or None  # no inputs at all are no new ones
        if action == RETRY_SUBPROCESS:
            _check_subprocess(call, task)
    elif verb is Verb.SKIP_EXCLUSIVE:
        data = _arms(call, task, [call.said.get("flow_id")])[0]
    elif verb is Verb.SKIP_CONDITIONAL:
        # The call passes none of what this action wants: it cannot work (fact).
        raise RefusedError(UNKNOWN, CRASHED.format(node=node_id, task=task_id, why="'flow_ids'"))
    elif verb is Verb.FORCED_FAIL:
        data = task.edition.dialect.terminated.format(user=call.user)
    return Command(verb=verb, target=node_id, data=data)


def _callback(call: ApiCall, task: TaskSnapshot) -> Command:
    node_id, version = _node_id(call, task, PARAMETERS, NO_NODE_TO_CALL), text_of(call.said, "version")
    if version and task.edition.node_versions:
        _check_version(call, task, version)
    payload = said_json(call.said, "callback_data", None)
    # None where it is nothing that a node understands.
    return Command(verb=Verb.CALLBACK, target=node_id, data=payload if isinstance(payload, dict) else None)


def _node_id(call: ApiCall, task: TaskSnapshot, code: int, words: str) -> str:
    """The id of the node that a call names, refused with a code and words where the task has no such node."""
    node_id = call.needed["node_id"]
    if node_id == TASK or _node(call, task) is None:  # the word for the task in scenario files is no id
        raise RefusedError(code, words.format(task=call.needed["task_id"], node=node_id))
    return node_id


def _node(call: ApiCall, task: TaskSnapshot) -> GraphNode | None:
    """The node that a call names, if the task has it."""
    graph = task.history.graph
    try:
        return graph.nodes[graph.find(call.needed["node_id"])]
    except AddressError:
        return None


def _object(call: ApiCall, name: str) -> dict[str, object]:
    """A parameter that has to be an object; a form carries it as JSON text."""
    said = said_json(call.said, name, {})
    if not isinstance(said, dict):
        raise RefusedError(PARAMETERS, f"{name} field is not a valid object")
    return said


def _check_subprocess(call: ApiCall, task: TaskSnapshot) -> None:
    node = _node(call, task)
    if not task.edition.retries_subprocesses:
        raise RefusedError(UNKNOWN, NO_RETRY_SUBPROCESS)
    if node is not None and node.kind is not NodeKind.SUBPROCESS:
        raise _refused(task, RETRY_SUBPROCESS, f"node({node.id}) type is not SubProcess")


def _check_version(call: ApiCall, task: TaskSnapshot, version: str) -> None:
    node = _node(call, task)
    row = None if node is None else task.tree.rows.get(node.index)
    if node is not None and row is not None and version != f"v{written_version(task.record.draw_key, node.id, row)}":
        raise _refused(task, Verb.CALLBACK, f"node version {version} not exist")


def _arms(call: ApiCall, task: TaskSnapshot, flow_ids: list[object]) -> list[object]:
    """The arms that lines of a gateway lead into; what is no line's id may be the name of an arm, as people say it."""
    node = _node(call, task)
    flows = sequence_flows(task.history.graph, key=task.record.draw_key, prefix=task.edition.prefix)
    named: dict[object, str] = {} if node is None else {flow.id: flow.arm for flow in flows_from(flows, node.index)}
    return [named.get(flow_id, flow_id) if isinstance(flow_id, str) else flow_id for flow_id in flow_ids]


def _verb(actions: Mapping[str, Verb], action: str) -> Verb:
    if action not in actions:
        raise RefusedError(INVALID_OPERATION, INVALID_COMMAND)
    return actions[action]


_started = _answer(_start)


def _start_task(playback: Playback, call: ApiCall) -> Done:
    """Starts a task; a server tells where people look at it and says nothing else (fact)."""
    done = _started(playback, call)
    task = snapshot_of(playback, call.query())
    if not task.edition.served:
        return done
    told = {"task_url": facts_of(task, call).url}
    return Done(data=told, message=None, beside=told, key=done.key, quirks=done.quirks)


CALLS: Mapping[str, Answer] = {
    "start_task": _start_task,
    "operate_task": _answer(_operate_task),
    "operate_node": _answer(_operate_node),
    "node_callback": _answer(_callback),
}
"""The calls that change a task, by name."""
