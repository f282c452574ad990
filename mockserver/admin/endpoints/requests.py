"""The journal: which calls came, how many, and waiting until so many have come. Words and paths are WireMock's."""

from __future__ import annotations

import dataclasses

from taskmock.mockserver.admin.endpoint import AdminCall, AdminError, Answered, Endpoint, Schema, list_of
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.sessions.journal import MOST_WAITS, Criteria, JournalEntry, TooFewCallsError

_CRITERIA: dict[str, Schema] = {
    "session": {"type": "string", "description": "Calls of this session only."},
    "task": {"type": "string", "description": "Calls for this task only."},
    "method": {"type": "string", "description": "Calls of this HTTP method only."},
    "status": {
        "type": "integer",
        "minimum": 100,
        "maximum": 599,
        "description": "Calls that were answered with this HTTP status.",
    },
    "fault": {"type": "string", "description": "Calls that met a fault of this kind; `any` for any kind."},
    "call": {"type": "string", "description": "Calls of this name only."},
    "node": {"type": "string", "description": "Calls that name this node: its name, path or id."},
    "body": {"type": "string", "description": "Calls in whose body this text stands."},
}
_SAID: dict[str, Schema] = {
    **_CRITERIA,
    "body": {
        "type": ["string", "object"],
        "description": 'Text that stands in the body, or parameters in it: {"name": "value"}.',
    },
}
_WAIT: dict[str, Schema] = {
    **_SAID,
    "count": {"type": "integer", "minimum": 1, "description": "So many calls in all; 1 where it is not said."},
    "timeout": {"type": "number", "minimum": 0, "maximum": 60, "description": "Seconds to wait at most; 10."},
}


def list_requests(call: AdminCall) -> Answered:
    """The calls that fit the query, the oldest first."""
    return Answered(body={"requests": [_shown(entry) for entry in call.context.journal.find(Criteria(**call.query))]})


def find_requests(call: AdminCall) -> Answered:
    """The calls that fit the body, the oldest first."""
    return Answered(body={"requests": [_shown(entry) for entry in call.context.journal.find(Criteria(**call.said))]})


def show_request(call: AdminCall) -> Answered:
    """One call with what was answered; a poll's answer is written again."""
    number = call.path["number"]
    entry = call.context.journal.entry(int(number))
    if entry is None:
        raise AdminError(404, f"there is no call {number!r} in the journal (any more)")
    return Answered(body={**_shown(entry), "answer": entry.answer})


def count_requests(call: AdminCall) -> Answered:
    """How many calls fit the body."""
    return Answered(body={"count": len(call.context.journal.find(Criteria(**call.said)))})


def wait_for_requests(call: AdminCall) -> Answered:
    """Answers once so many calls that fit the body have come, or says after the time-out how many there were."""
    criteria = dict(call.said)
    count, timeout = criteria.pop("count", 1), criteria.pop("timeout", 10)
    waiting = call.context.journal.waiting
    if not waiting.acquire(blocking=False):
        raise AdminError(429, "as many calls as can wait already", allowed=f"{MOST_WAITS} at once")
    try:
        seen = call.context.journal.wait_for(Criteria(**criteria), count=count, timeout=timeout)
    except TooFewCallsError as error:
        raise AdminError(408, f"{error.seen} of {count} calls came within {timeout} s", count=error.seen) from None
    finally:
        waiting.release()
    return Answered(body={"count": seen})


def clear_requests(call: AdminCall) -> Answered:
    """Forgets all calls."""
    call.context.journal.clear()
    return Answered()


def reset(call: AdminCall) -> Answered:
    """Forgets all sessions and calls, or those of one session; scenarios stay."""
    only = call.said.get("session")
    for name in [only] if only is not None else call.playback.store.sessions():
        call.playback.store.forget(name)
    call.context.journal.clear(only)
    return Answered()


def _shown(entry: JournalEntry) -> dict[str, object]:
    names = (field.name for field in dataclasses.fields(entry) if field.name not in {"kept", "again"})
    shown = {name: getattr(entry, name) for name in names}
    shown["at"] = entry.at / SECOND
    if entry.reading is not None:
        shown["reading"] = {"seconds": entry.reading.moment / SECOND, "poll": entry.reading.poll}
    return shown | {"answer": None if entry.again else entry.kept}


_SESSION: dict[str, Schema] = {"session": {"type": "string", "description": "This session only."}}
_REQUEST: dict[str, Schema] = {
    "id": {"type": "integer", "description": "The call's number."},
    "at": {"type": "number", "description": "Seconds since 1970 by the mock's clock."},
    "session": {"type": "string"},
    "method": {"type": "string"},
    "target": {"type": "string", "description": "Path and query, secrets blotted out."},
    "status": {"type": "integer", "description": "The HTTP status of the answer."},
    "code": {"type": "integer", "description": "The code in its envelope."},
    "message": {"type": "string", "description": "What a refusal says."},
    "task_id": {"type": ["string", "null"]},
    "scenario": {"type": ["string", "null"]},
    "reading": {"type": ["object", "null"], "description": "Seconds on the task's clock, and the polls so far."},
    "polled": {"type": "boolean", "description": "Whether the call was a poll of a status."},
    "faults": {"type": "array", "items": {"type": "string"}},
    "quirks": {
        "type": "array",
        "items": {"type": "string"},
        "description": "The traps of the real engine that the call has triggered.",
    },
    "refused": {
        "type": "array",
        "items": {"type": "string"},
        "description": "The scripted events that the engine had refused by then, and why.",
    },
    "call": {"type": ["string", "null"], "description": "The API's name of the call."},
    "node_id": {"type": ["string", "null"], "description": "The node that the call names."},
    "node": {"type": ["string", "null"], "description": "The path of that node."},
    "body": {"type": "string", "description": "What the call said, secrets blotted out; of polls nothing."},
    "answer": {"type": ["string", "null"], "description": "What was answered; of polls in `/requests/{number}` alone."},
}
_REQUESTS = {"requests": list_of(_REQUEST)}
_COUNT: dict[str, Schema] = {"count": {"type": "integer", "minimum": 0}}

ENDPOINTS = (
    Endpoint("GET", "/requests", "List the calls", list_requests, query=_CRITERIA, gives=_REQUESTS),
    Endpoint("GET", "/requests/{number}", "Show a call", show_request, gives=_REQUEST),
    Endpoint("DELETE", "/requests", "Forget all calls", clear_requests),
    Endpoint("POST", "/requests/find", "Find calls", find_requests, body=_SAID, gives=_REQUESTS),
    Endpoint("POST", "/requests/count", "Count calls", count_requests, body=_SAID, gives=_COUNT),
    Endpoint("POST", "/requests/wait", "Wait for calls", wait_for_requests, body=_WAIT, gives=_COUNT),
    Endpoint("POST", "/reset", "Forget sessions and calls", reset, body=_SESSION),
)
"""What there is under `/__admin/requests`, and the reset."""
