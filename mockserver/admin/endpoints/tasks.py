"""Tasks of a session: opened, their clocks moved, operated on, made to fail."""

from __future__ import annotations

import dataclasses
from typing import Any

from taskmock.mockserver.admin.endpoint import (
    SPEED,
    AdminCall,
    AdminError,
    Answered,
    Endpoint,
    Schema,
    list_of,
    record_of,
)
from taskmock.mockserver.clock import FURTHEST, ClockMode
from taskmock.mockserver.core.engine.traps import names_of
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.core.plain import fault_data
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.poll import Playing, Query
from taskmock.mockserver.playback.presenter import check_fault, state_at
from taskmock.mockserver.playback.record import Record
from taskmock.mockserver.scenarios.reader.scenario_file import read_given_commands, read_given_faults
from taskmock.mockserver.sessions.quirk_notice import quirk_header, tell
from taskmock.mockserver.sessions.replay_link import events_of, link_of
from taskmock.mockserver.sessions.seek import WORDS
from taskmock.mockserver.sessions.task_clock import TaskClock, Turn

MOST_CHANGES = 1000
"""The most moments of changes that are listed."""


_CLOCK_STATE: Schema = {
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
    "clock": _CLOCK_STATE,
    "epoch": {"type": "number", "description": "The task's creation, in seconds since 1970."},
    "polls": {"type": "integer"},
    "log": {"type": "array", "items": {"type": "object"}, "description": "What was done to it, as `events:`."},
    "dropped": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Operations that the scenario, since it was edited, does not allow, and why.",
    },
    "link": {"type": "string", "description": "Puts any mock of the same scenarios at this moment (GET)."},
}
"""The properties of a task."""


def shown_task(playback: Playback, record: Record) -> dict[str, object]:
    """A task's record as JSON."""
    history = playback.history(record)
    moment, seen = playback.moment(record, history), playback.seen_moment(record, history)
    return {
        "id": record.key.task_id,
        "session": record.key.session,
        "scenario": record.key.scenario,
        "digest": record.digest,
        "seed": record.seed,
        "state": state_at(playback.presenter, history, seen),
        "clock": {
            "mode": record.time.mode,
            "seconds": moment / SECOND,
            "speed": record.time.speed,
            "frozen": record.time.frozen,
            "changes": [change / SECOND for change in history.moments[:MOST_CHANGES]],
        },
        "epoch": record.epoch / SECOND,
        "polls": record.time.polls,
        "log": [event.as_data() for event in events_of(record.log)],
        "dropped": [asleep.why for asleep in record.dormant],
        "link": link_of(playback, record),
    }


def show_task(call: AdminCall) -> Answered:
    """One task as it is now: the record, its state, when its tree changes, and a link to this very moment."""
    return Answered(body=shown_task(call.playback, record_of(call)))


def play_task(call: AdminCall) -> Answered:
    """Opens a task, playing a scenario; the record is made now and not at the first poll."""
    name = call.said.get("scenario")
    call.session.play(None if name is None else call.context.catalog.scenario(name), call.path["task"])
    return show_task(call)


def move_clock(call: AdminCall) -> Answered:
    """Moves a task's clock, changes its speed, stops it or lets it go on, in this order and all in one step.

    Of what moves it the body says one thing at most. A task that was not yet polled is opened.
    """
    moves = [name for name in call.said if name in _MOVES]
    if not call.said or len(moves) > 1:
        wrong = f"{moves[0]!r} and {moves[1]!r} both move the clock" if moves else "say at least one thing"
        raise AdminError(400, wrong, allowed=list(_MOVES) if moves else sorted(_CLOCK))
    turn, session, task = Turn.of(**call.said), call.path["session"], call.path["task"]
    found = call.playback.latest(session, task)
    if found is None:
        query = Query(session=session, task_id=task)
        record, playing = call.playback.draft(query, call.session.plan)
        turn.done(record, playing.history, call.playback.presenter, call.playback.opening.clock.now())
        found = call.playback.open(query)
    TaskClock(call.playback, found.key).turn(turn)
    return show_task(call)


def give_commands(call: AdminCall) -> Answered:
    """Gives operations to a task at its present moment, all or none, in the words of scenario files' `events:`."""
    said: list[dict[str, Any]] = call.said["commands"]
    timed = sorted({word for operation in said for word in ("at", "when", "after", "times") if word in operation})
    if timed:
        raise AdminError(400, f"{timed[0]!r} is for scenario files", allowed="operations, which happen at once")
    commands = read_given_commands(call.data)
    record = call.playback.command(record_of(call).key, *commands)
    names = names_of(call.playback.sprung(record, len(commands)))
    tell(names, record.key.task_id)
    return dataclasses.replace(show_task(call), headers=(quirk_header(names),) if names else ())


def list_faults(call: AdminCall) -> Answered:
    """The faults of a task: those of its scenario, and those that were added; and how many answers each has had."""
    record = record_of(call)
    own = call.playback.playing(record).play.faults
    faults = [*own, *record.faults]
    spent = [*record.spent, *[0] * (len(faults) - len(record.spent))]
    listed = [
        {**fault_data(fault), "had": had, "added": number >= len(own)}
        for number, (fault, had) in enumerate(zip(faults, spent, strict=True))
    ]
    return Answered(body={"faults": listed})


def add_faults(call: AdminCall) -> Answered:
    """Adds faults to a task, in the words of scenario files' `faults:`."""
    found = record_of(call)
    added = read_given_faults(call.data, call.playback.playing(found).play.frames)

    def with_added(record: Record, playing: Playing) -> tuple[Record, None]:
        for fault in added:
            check_fault(call.playback.presenter, playing.history, fault)
        return dataclasses.replace(record, faults=(*record.faults, *added)), None

    call.playback.change(found.key, with_added)
    return list_faults(call)


def clear_faults(call: AdminCall) -> Answered:
    """Takes back the faults that were added; the scenario's own stay."""

    def without_added(record: Record, playing: Playing) -> tuple[Record, None]:
        return dataclasses.replace(record, faults=(), spent=record.spent[: len(playing.play.faults)]), None

    call.playback.change(record_of(call).key, without_added)
    return list_faults(call)


_MOVES: dict[str, Schema] = {
    "advance": {"type": "number", "minimum": 0, "maximum": FURTHEST, "description": "Seconds to move on."},
    "set": {"type": "number", "minimum": 0, "maximum": FURTHEST, "description": "Seconds from the task's creation."},
    "seek": {
        "type": "string",
        "description": f"A moment by its name: {', '.join(WORDS)}; NODE is an address, such as `Copy B failed`.",
    },
    "restart": {"const": True, "description": "Back to the creation, and forget what was done."},
}
"""What moves a clock."""
_CLOCK: dict[str, Schema] = {
    **_MOVES,
    "speed": {**SPEED, "description": "How many times as fast as time it goes from there."},
    "frozen": {"type": "boolean", "description": "Stop the clock, or let it go on."},
}


_TASK = "/sessions/{session}/tasks/{task}"


_OBJECTS: dict[str, Any] = {"type": "array", "items": {"type": "object"}, "minItems": 1}
_COMMANDS: dict[str, Schema] = {"commands": {**_OBJECTS, "description": 'For example [{"retry": "Copy B"}].'}}
_ADDED: dict[str, Schema] = {"faults": {**_OBJECTS, "description": 'For example [{"answers": 2, "http": 502}].'}}
_PLAY: dict[str, Schema] = {
    "scenario": {"type": ["string", "null"], "description": "What it plays; null: what the session plays."}
}
_FAULT: dict[str, Schema] = {
    "had": {"type": "integer", "description": "How many answers have met it."},
    "added": {"type": "boolean", "description": "Whether it was added to the scenario's own."},
}
_FAULTS = {"faults": list_of(_FAULT, description="As in scenario files, and:")}


ENDPOINTS = (
    Endpoint("GET", _TASK, "Show a task", show_task, gives=TASK_SCHEMA),
    Endpoint("PUT", _TASK, "Open a task", play_task, body=_PLAY, gives=TASK_SCHEMA),
    Endpoint("POST", f"{_TASK}/clock", "Move a task's clock", move_clock, body=_CLOCK, gives=TASK_SCHEMA),
    Endpoint(
        "POST",
        f"{_TASK}/commands",
        "Operate a task or its nodes",
        give_commands,
        body=_COMMANDS,
        required=("commands",),
        gives=TASK_SCHEMA,
    ),
    Endpoint("GET", f"{_TASK}/faults", "List a task's faults", list_faults, gives=_FAULTS),
    Endpoint(
        "POST", f"{_TASK}/faults", "Add faults to a task", add_faults, body=_ADDED, required=("faults",), gives=_FAULTS
    ),
    Endpoint("DELETE", f"{_TASK}/faults", "Take added faults back", clear_faults, gives=_FAULTS),
)
"""What there is under `/__admin/sessions/{session}/tasks`."""
