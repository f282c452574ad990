"""Sessions and their tasks: who they are, what they play, their clocks, what is done to them."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from taskmock.mockserver.admin.endpoint import AdminCall, AdminError, Answered, Endpoint, Schema
from taskmock.mockserver.clock import ClockMode
from taskmock.mockserver.graph import ROOT, AddressError
from taskmock.mockserver.loader.injected import read_injected_commands, read_injected_faults
from taskmock.mockserver.operations import CommandRefusedError
from taskmock.mockserver.pipeline import SECOND
from taskmock.mockserver.play import Session
from taskmock.mockserver.record import Record
from taskmock.mockserver.taskclock import SeekError, TaskClock

_CLOCKS = [mode.value for mode in ClockMode]
_SEEKS = ("next", "back", "failed", "end", "start")

_PLAN: dict[str, Schema] = {
    "scenario": {"type": ["string", "null"], "description": "What tasks play; null leaves it to the server."},
    "clock": {"enum": [*_CLOCKS, None], "description": "What moves tasks yet to be touched; null: the server's."},
    "speed": {"type": ["number", "null"], "exclusiveMinimum": 0, "description": "Times the wall's time."},
}


def list_sessions(call: AdminCall) -> Answered:
    """All sessions, the one longest untouched first."""
    names = call.playback.store.sessions()
    return Answered(body={"sessions": [_session(Session(call.stage, name)) for name in names]})


def show_session(call: AdminCall) -> Answered:
    """One session: what it has settled, and its tasks."""
    return Answered(body=_session(call.session))


def settle_session(call: AdminCall) -> Answered:
    """Settles what a session's tasks play and what moves their clocks."""
    session, said = call.session, call.said
    if said.get("scenario") is not None:
        call.playback.shelf.scenario(said["scenario"])
    store = call.playback.store
    plan = store.plan(session.name)
    if "scenario" in said:
        plan = dataclasses.replace(plan, scenario=said["scenario"])
    if "clock" in said:
        plan = dataclasses.replace(plan, mode=ClockMode(said["clock"]) if said["clock"] else None)
    if "speed" in said:
        plan = dataclasses.replace(plan, speed=said["speed"])
    store.settle(session.name, plan)
    return show_session(call)


def forget_session(call: AdminCall) -> Answered:
    """Forgets a session with all its tasks; the next poll starts them anew."""
    call.session.forget()
    return Answered(body={})


def show_task(call: AdminCall) -> Answered:
    """One task as it is now: the record, its state and when its tree changes."""
    return Answered(body=_task(call, record_of(call)))


def play_task(call: AdminCall) -> Answered:
    """Opens a task, playing a scenario; the record is made now and not at the first poll."""
    call.session.play(call.said.get("scenario"), call.path["task"])
    return show_task(call)


def move_clock(call: AdminCall) -> Answered:
    """Moves, stops or restarts a task's clock; exactly one of the body's properties."""
    if len(call.said) != 1:
        raise AdminError(400, "say exactly one thing", allowed=sorted(_CLOCK))
    record = record_of(call)
    clock = TaskClock(call.playback, record.key)
    [(what, value)] = call.said.items()
    try:
        _turn(clock, what, value)
    except SeekError as error:
        raise AdminError(409, str(error)) from None
    return show_task(call)


def _turn(clock: TaskClock, what: str, value: Any) -> None:  # noqa: ANN401  # decoded JSON
    match what:
        case "advance":
            clock.advance(value)
        case "set":
            clock.set(value)
        case "seek":
            {"next": clock.next, "back": clock.back, "failed": clock.failed, "end": clock.end, "start": clock.rewind}[
                value
            ]()
        case "frozen":
            (clock.freeze if value else clock.run)()
        case _:
            clock.restart()


def give_commands(call: AdminCall) -> Answered:
    """Gives operations to a task at its present moment, in order, in the words of scenario files' `events:`."""
    said = [{"at": "0s", **operation} for operation in call.said["commands"]]
    commands = read_injected_commands(json.dumps(said))
    record = record_of(call)
    for command in commands:
        try:
            call.playback.command(record.key, command)
        except CommandRefusedError as error:
            raise AdminError(409, str(error), reason=error.reason) from None
        except AddressError as error:
            raise AdminError(404, str(error), matches=error.matches, closest=error.closest) from None
    return show_task(call)


def list_faults(call: AdminCall) -> Answered:
    """The faults of a task: those of its scenario, then those that were added."""
    record = record_of(call)
    faults = (*call.playback.play_of(record).faults, *record.faults)
    return Answered(body={"faults": [dataclasses.asdict(fault) for fault in faults]})


def add_faults(call: AdminCall) -> Answered:
    """Adds faults to a task, in the words of scenario files' `faults:`."""
    added = read_injected_faults(json.dumps(call.said["faults"]))
    record = record_of(call)
    call.playback.store.change(record.key, lambda record: dataclasses.replace(record, faults=(*record.faults, *added)))
    return list_faults(call)


def clear_faults(call: AdminCall) -> Answered:
    """Takes back the faults that were added; the scenario's own stay."""
    own = len(call.playback.play_of(record_of(call)).faults)
    call.playback.store.change(
        record_of(call).key, lambda record: dataclasses.replace(record, faults=(), spent=record.spent[:own])
    )
    return list_faults(call)


def _session(session: Session) -> dict[str, object]:
    plan, records = session.plan, session.records()
    return {
        "name": session.name,
        "scenario": plan.scenario,
        "clock": plan.mode,
        "speed": plan.speed,
        "tasks": [{"id": record.key.task_id, "scenario": record.key.scenario} for record in records],
    }


def record_of(call: AdminCall) -> Record:
    """The record of the task that the path names, the latest one where it has played several scenarios."""
    found = [record for record in call.session.records() if record.key.task_id == call.path["task"]]
    if not found:
        known = list(dict.fromkeys(record.key.task_id for record in call.session.records()))
        raise AdminError(404, f"this session has no task {call.path['task']!r}; PUT opens it", known=known)
    return found[-1]


def _task(call: AdminCall, record: Record) -> dict[str, object]:
    record = call.playback.record(record.key)
    history, moment = call.playback.history(record), call.playback.moment(record)
    states = history.tree_at(moment).states
    return {
        "id": record.key.task_id,
        "session": record.key.session,
        "scenario": record.key.scenario,
        "digest": record.digest,
        "seed": record.seed,
        "state": states.get(ROOT, "CREATED"),
        "clock": {
            "mode": record.mode,
            "seconds": moment / SECOND,
            "speed": record.speed,
            "frozen": record.frozen,
            "changes": [change / SECOND for change in history.moments[:1000]],
        },
        "epoch": record.epoch / SECOND,
        "polls": record.polls,
        "log": [
            {"at": entry.at / SECOND, entry.command.verb: entry.command.target, "data": entry.command.data}
            for entry in record.log
        ],
    }


_CLOCK: dict[str, Schema] = {
    "advance": {"type": "number", "minimum": 0, "maximum": 1e9, "description": "Seconds to move on."},
    "set": {"type": "number", "minimum": 0, "maximum": 1e9, "description": "Seconds from the task's creation."},
    "seek": {"enum": list(_SEEKS), "description": "The next or earlier change, the first FAILED, the end, the start."},
    "frozen": {"type": "boolean", "description": "Stop the clock, or let time move it again."},
    "restart": {"const": True, "description": "Back to the creation, and forget what was done."},
}

_SESSION = "/sessions/{session}"
_TASK = "/sessions/{session}/tasks/{task}"
_OBJECTS: dict[str, Any] = {"type": "array", "items": {"type": "object"}, "minItems": 1}

ENDPOINTS = (
    Endpoint(method="GET", path="/sessions", summary="List the sessions", answer=list_sessions),
    Endpoint(method="GET", path=_SESSION, summary="Show a session", answer=show_session),
    Endpoint(method="PUT", path=_SESSION, summary="Settle what a session plays", answer=settle_session, body=_PLAN),
    Endpoint(method="DELETE", path=_SESSION, summary="Forget a session", answer=forget_session),
    Endpoint(method="GET", path=_TASK, summary="Show a task", answer=show_task),
    Endpoint(method="PUT", path=_TASK, summary="Open a task", answer=play_task, body={"scenario": _PLAN["scenario"]}),
    Endpoint(method="POST", path=f"{_TASK}/clock", summary="Move a task's clock", answer=move_clock, body=_CLOCK),
    Endpoint(
        method="POST",
        path=f"{_TASK}/commands",
        summary="Operate a task or its nodes",
        answer=give_commands,
        body={"commands": {**_OBJECTS, "description": 'For example [{"retry": "Copy B"}].'}},
        required=("commands",),
    ),
    Endpoint(method="GET", path=f"{_TASK}/faults", summary="List a task's faults", answer=list_faults),
    Endpoint(
        method="POST",
        path=f"{_TASK}/faults",
        summary="Add faults to a task",
        answer=add_faults,
        body={"faults": {**_OBJECTS, "description": 'For example [{"answers": 2, "http": 502}].'}},
        required=("faults",),
    ),
    Endpoint(method="DELETE", path=f"{_TASK}/faults", summary="Take added faults back", answer=clear_faults),
)
"""What there is under `/__admin/sessions`."""
