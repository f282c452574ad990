"""Sessions: who they are, what they play, what moves their clocks."""

from __future__ import annotations

from typing import Any

from taskmock.mockserver.admin.endpoint import SPEED, AdminCall, Answered, Endpoint, Schema, list_of
from taskmock.mockserver.clock import ClockMode
from taskmock.mockserver.core.plain import fault_data
from taskmock.mockserver.scenarios.reader.scenario_file import read_given_faults
from taskmock.mockserver.sessions.session import Session

_CLOCKS = [mode.value for mode in ClockMode]

_PLAN: dict[str, Schema] = {
    "scenario": {"type": ["string", "null"], "description": "What tasks play; null leaves it to the server."},
    "clock": {"enum": [*_CLOCKS, None], "description": "What moves tasks yet to be touched; null: the server's."},
    "speed": {
        **SPEED,
        "type": ["number", "null"],
        "description": "Times the wall's time, of tasks yet to be touched; null: the server's.",
    },
}
_PACE: dict[str, Schema] = {
    "speed": {**SPEED, "description": "How many times as fast as time all its tasks go from now on."}
}


def list_sessions(call: AdminCall) -> Answered:
    """All sessions, the one longest untouched first."""
    names = call.playback.store.sessions()
    return Answered(body={"sessions": [_shown(Session(call.context, name)) for name in names]})


def show_session(call: AdminCall) -> Answered:
    """One session: what it has settled, and its tasks."""
    return Answered(body=_shown(call.session))


def settle_session(call: AdminCall) -> Answered:
    """Settles what a session's tasks play and what moves their clocks. What it does not say stays as it is."""
    changes = dict(call.said)
    if "clock" in changes:
        clock = changes.pop("clock")
        changes["mode"] = ClockMode(clock) if clock else None
    call.session.change_plan(**changes)
    return show_session(call)


def pace_session(call: AdminCall) -> Answered:
    """Changes the speed of a session: of its open tasks from where they are, and of all others."""
    call.session.set_speed(call.said["speed"])
    return show_session(call)


def list_session_faults(call: AdminCall) -> Answered:
    """The faults that all tasks of a session meet."""
    return Answered(body={"faults": [fault_data(fault) for fault in call.session.plan.faults]})


def add_session_faults(call: AdminCall) -> Answered:
    """Lets all tasks of a session meet faults until they are taken back, in the words of scenario files' `faults:`."""
    call.session.add_faults(read_given_faults(call.data, ()))
    return list_session_faults(call)


def clear_session_faults(call: AdminCall) -> Answered:
    """Takes the faults of a session back; those that were added to single tasks stay."""
    call.session.clear_faults()
    return list_session_faults(call)


def forget_session(call: AdminCall) -> Answered:
    """Forgets a session with all its tasks; the next poll starts them anew."""
    call.session.forget()
    return Answered()


def _shown(session: Session) -> dict[str, object]:
    plan = session.plan
    return {
        "name": session.name,
        "scenario": plan.scenario,
        "clock": plan.mode,
        "speed": plan.speed,
        "tasks": [{"id": record.key.task_id, "scenario": record.key.scenario} for record in session.records()],
    }


_TEXT: Schema = {"type": "string"}
_SESSION = "/sessions/{session}"
_GIVES: dict[str, Schema] = {"name": _TEXT, **_PLAN, "tasks": list_of({"id": _TEXT, "scenario": _TEXT})}
_LISTED: dict[str, Schema] = {
    "sessions": {"type": "array", "items": {"type": "object", "properties": _GIVES, "required": list(_GIVES)}}
}

_OBJECTS: dict[str, Any] = {"type": "array", "items": {"type": "object"}}
_FAULTS: dict[str, Schema] = {"faults": {**_OBJECTS, "description": "As in scenario files."}}

ENDPOINTS = (
    Endpoint("GET", "/sessions", "List the sessions", list_sessions, gives=_LISTED),
    Endpoint("GET", _SESSION, "Show a session", show_session, gives=_GIVES),
    Endpoint("PUT", _SESSION, "Settle what a session plays", settle_session, body=_PLAN, gives=_GIVES),
    Endpoint(
        "POST",
        f"{_SESSION}/clock",
        "Change a session's speed",
        pace_session,
        body=_PACE,
        required=("speed",),
        gives=_GIVES,
    ),
    Endpoint("GET", f"{_SESSION}/faults", "List a session's faults", list_session_faults, gives=_FAULTS),
    Endpoint(
        "POST",
        f"{_SESSION}/faults",
        "Add faults to a session",
        add_session_faults,
        body={"faults": {**_OBJECTS, "minItems": 1, "description": 'For example [{"on": "operations", "http": 502}].'}},
        required=("faults",),
        gives=_FAULTS,
    ),
    Endpoint("DELETE", f"{_SESSION}/faults", "Take a session's faults back", clear_session_faults, gives=_FAULTS),
    Endpoint("DELETE", _SESSION, "Forget a session", forget_session),
)
"""What there is under `/__admin/sessions`, tasks aside."""
