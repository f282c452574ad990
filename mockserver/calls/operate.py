"""The calls of the API that change a task, as the system behind the doors carries them out and refuses them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from taskmock.mockserver.calls.call import Answer, ApiCall, Done
from taskmock.mockserver.calls.codes import INVALID_OPERATION, UNKNOWN
from taskmock.mockserver.command import TASK, Command, Verb
from taskmock.mockserver.gateways.refusal import RefusedError
from taskmock.mockserver.graph import AddressError
from taskmock.mockserver.operations import NOT_STARTED, STARTED, TERMINATED, CommandRefusedError
from taskmock.mockserver.playback import Asked, Playback
from taskmock.mockserver.record import RecordKey
from taskmock.mockserver.store import RecordGoneError

INVALID_COMMAND = "task command is invalid"
"""What is said of an action that there is none of (fact)."""

NO_NODE = "node({node}) does not exist"

_TASK_ACTIONS = {"start": Verb.START, "pause": Verb.PAUSE, "resume": Verb.RESUME, "revoke": Verb.REVOKE}
_NODE_ACTIONS = {
    "retry": Verb.RETRY,
    "skip": Verb.SKIP,
    "forced_fail": Verb.FORCED_FAIL,
    "pause": Verb.PAUSE,
    "resume": Verb.RESUME,
    "pause_subproc": Verb.PAUSE,
    "resume_subproc": Verb.RESUME,
    "callback": Verb.CALLBACK,
    "skip_exg": Verb.SKIP_EXCLUSIVE,
}


def _answer(command: Callable[[ApiCall], Command]) -> Answer:
    """What does to the task of a call's session what the call asks for; nobody need have touched the task before."""

    def answer(playback: Playback, call: ApiCall) -> Done:
        return Done(data={}, message="success", key=_carried_out(playback, call, command(call)))

    return answer


def _carried_out(playback: Playback, call: ApiCall, command: Command) -> RecordKey:
    asked = call.asked()
    try:
        return _given(playback, asked, command)
    except CommandRefusedError as error:
        if error.reason in {NOT_STARTED, STARTED}:
            raise RefusedError(INVALID_OPERATION, error.reason) from None
        raise RefusedError(UNKNOWN, _traceback(command, asked.task_id, error.reason)) from None
    except AddressError:
        reason = NO_NODE.format(node=command.target)
        raise RefusedError(UNKNOWN, _traceback(command, asked.task_id, reason)) from None


def _given(playback: Playback, asked: Asked, command: Command) -> RecordKey:
    while True:
        key = playback.open(asked).key
        try:
            playback.command(key, command)
        except RecordGoneError:
            continue  # forgotten in this very moment
        return key


def _traceback(command: Command, task_id: str, reason: str) -> str:
    # Clients that show `message` to people meet a traceback here, as they do on a real deployment.
    return (
        f"task[id={task_id}] {command.verb} error: Traceback (most recent call last):\n"
        f'  File "engine/api.py", line 1, in {command.verb}\n'
        f"engine.exceptions.InvalidOperationError: {reason}\n"
    )


def _start(_call: ApiCall) -> Command:
    return Command(verb=Verb.START)


def _operate_task(call: ApiCall) -> Command:
    return Command(verb=_verb(_TASK_ACTIONS, call.needed["action"]), target=TASK)


def _operate_node(call: ApiCall) -> Command:
    verb = _verb(_NODE_ACTIONS, call.needed["action"])
    data: object = None
    if verb is Verb.CALLBACK:
        data = _payload(call.said.get("data"))
    elif verb is Verb.SKIP_EXCLUSIVE:
        data = call.said.get("flow_id")
    elif verb is Verb.FORCED_FAIL:
        data = TERMINATED.format(user=call.user)
    return Command(verb=verb, target=_node(call, verb), data=data)


def _callback(call: ApiCall) -> Command:
    return Command(verb=Verb.CALLBACK, target=_node(call, Verb.CALLBACK), data=_payload(call.said.get("callback_data")))


def _node(call: ApiCall, verb: Verb) -> str:
    """The node that a call names; the word that scenario files have for the task is nobody's id."""
    node_id = call.needed["node_id"]
    if node_id == TASK:
        raise RefusedError(UNKNOWN, _traceback(Command(verb=verb), call.needed["task_id"], NO_NODE.format(node=TASK)))
    return node_id


def _payload(said: object) -> object:
    """A callback's payload, which a form carries as JSON text; None where it is nothing that a node understands."""
    if isinstance(said, str):
        try:
            said = json.loads(said)
        except (ValueError, RecursionError):
            return None
    return said if isinstance(said, dict) else None


def _verb(actions: Mapping[str, Verb], action: str) -> Verb:
    if action not in actions:
        raise RefusedError(INVALID_OPERATION, INVALID_COMMAND)
    return actions[action]


OPERATIONS: Mapping[str, Answer] = {
    "start_task": _answer(_start),
    "operate_task": _answer(_operate_task),
    "operate_node": _answer(_operate_node),
    "node_callback": _answer(_callback),
}
"""The calls that change a task, by name."""
