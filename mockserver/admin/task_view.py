"""One task as the admin API shows it."""

from __future__ import annotations

from taskmock.mockserver.admin.endpoint import ADMIN, AdminCall, AdminError, Schema
from taskmock.mockserver.admin.moment import events_of, link_of
from taskmock.mockserver.clock import ClockMode
from taskmock.mockserver.loader.writer import event_data
from taskmock.mockserver.pipeline import SECOND
from taskmock.mockserver.playback import Playback
from taskmock.mockserver.record import Record
from taskmock.mockserver.turn import state_at

MOST_CHANGES = 1000
"""The most moments of changes that are listed."""

_CLOCK: Schema = {
    "type": "object",
    "properties": {
        "mode": {"enum": [mode.value for mode in ClockMode]},
        "seconds": {"type": "number", "description": "How far the task is."},
        "speed": {"type": "number"},
        "frozen": {"type": "boolean"},
        "changes": {
            "type": "array",
            "items": {"type": "number"},
            "description": f"When the answer changes, the first {MOST_CHANGES} times.",
        },
    },
}

TASK_SCHEMA: dict[str, Schema] = {
    "id": {"type": "string"},
    "session": {"type": "string"},
    "scenario": {"type": "string"},
    "digest": {"type": "string", "description": "The scenario's content."},
    "seed": {"type": "string"},
    "state": {"type": ["string", "null"], "description": "What the task shows; null where a recorded answer has none."},
    "clock": _CLOCK,
    "epoch": {"type": "number", "description": "The task's creation, in seconds since 1970."},
    "polls": {"type": "integer"},
    "log": {"type": "array", "items": {"type": "object"}, "description": "What was done to it, as `events:`."},
    "dropped": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Operations that an edit of the scenario took out of the log, and why.",
    },
    "link": {"type": "string", "description": "Puts any mock of the same scenarios at this moment (GET)."},
}
"""The properties of a task."""


def record_of(call: AdminCall) -> Record:
    """The record of the task that the path names, the latest one where it has played several scenarios.

    Raises:
        AdminError: There is none.
    """
    found = [record for record in call.session.records() if record.key.task_id == call.path["task"]]
    if not found:
        known = list(dict.fromkeys(record.key.task_id for record in call.session.records()))
        raise AdminError(404, f"this session has no task {call.path['task']!r}; PUT opens it", known=known[:100])
    return call.playback.record(found[-1].key)


def shown_task(playback: Playback, record: Record) -> dict[str, object]:
    """A task's record as JSON."""
    history, moment = playback.history(record), playback.moment(record)
    return {
        "id": record.key.task_id,
        "session": record.key.session,
        "scenario": record.key.scenario,
        "digest": record.digest,
        "seed": record.seed,
        "state": state_at(history, playback.seen_moment(record)),
        "clock": {
            "mode": record.mode,
            "seconds": moment / SECOND,
            "speed": record.speed,
            "frozen": record.frozen,
            "changes": [change / SECOND for change in history.moments[:MOST_CHANGES]],
        },
        "epoch": record.epoch / SECOND,
        "polls": record.polls,
        "log": [event_data(event) for event in events_of(record.log)],
        "dropped": record.dropped,
        "link": ADMIN + link_of(playback, record),
    }
