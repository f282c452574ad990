"""Links for browsers, through a dev server's proxy too: into a session and a scenario, or to a moment of a task."""

from __future__ import annotations

import dataclasses
import json
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from werkzeug.http import dump_cookie

from taskmock.mockserver.admin.endpoint import SPEED, AdminCall, AdminError, Answered, Endpoint, Schema
from taskmock.mockserver.clock import EPOCH
from taskmock.mockserver.core.draw import draw_hex
from taskmock.mockserver.core.engine.engine import ENGINE
from taskmock.mockserver.core.errors import ScenarioError
from taskmock.mockserver.core.fault import Fault
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.core.scenario import QUIRKS, REAL
from taskmock.mockserver.core.task_time import FURTHEST, ClockMode, TaskTime
from taskmock.mockserver.playback.poll import Playing, Query, played
from taskmock.mockserver.playback.presenter import check_fault
from taskmock.mockserver.playback.record import TASK_ID, Record, RecordKey, SessionPlan
from taskmock.mockserver.scenarios.reader.scenario_file import (
    read_injected_faults,
    read_injected_log,
    read_linked_faults,
)
from taskmock.mockserver.sessions.names import SESSION_COOKIE, checked_session
from taskmock.mockserver.sessions.replay_link import REPLAY
from taskmock.mockserver.sessions.session import Session, played_id
from taskmock.mockserver.sessions.task_clock import Turn

_NEXT: dict[str, Schema] = {
    "next": {"type": "string", "description": "Where the browser goes then: a path of this site, such as /tasks/10."}
}
_USE: dict[str, Schema] = {
    "scenario": {"type": "string", "description": "What the session's tasks play."},
    "session": {"type": "string", "description": "The session's name; a new one where it is not said."},
    "clock": {"enum": [mode.value for mode in ClockMode], "description": "What moves the session's tasks."},
    "speed": {**SPEED, "description": "How many times as fast as time the session's tasks go."},
    "task": {"type": "string", "description": "The task that is opened; one that the scenario plays, 10 if it can be."},
    "at": {"type": "number", "minimum": 0, "maximum": FURTHEST, "description": "Where its clock is then, in seconds."},
    "seek": {"type": "string", "description": "The same by a name, such as `failed` or `Copy B start`."},
    "frozen": {"type": "boolean", "description": "Whether its clock stands there."},
    "fault": {
        "type": "string",
        "description": "What answers of the task (none named: of all tasks) meet: `http:502`, or JSON as `faults:`.",
    },
    **_NEXT,
}
_ABOUT_TASK = ("task", "at", "seek", "frozen")
"""Arguments about one task."""
_TURNS = {"set": "at", "seek": "seek", "frozen": "frozen"}
"""What is done to its clock, and the argument that says so."""
_LATEST = 253_370_736_000_000
_REPLAY: dict[str, Schema] = {
    "scenario": {"type": "string", "description": "What the task plays; `generated` for a generated task."},
    "digest": {"type": "string", "description": "The scenario's content."},
    "edition": {"type": "string", "description": "Whose words are spoken."},
    "task": {"type": "string", "description": "The task's id."},
    "seed": {"type": "string", "description": "What ids and versions are drawn from."},
    "engine": {"type": "integer", "description": "Whose rules made the history; 1 where it is not said."},
    "quirks": {"enum": [*QUIRKS], "description": "Whether the real engine's traps are there; real."},
    "epoch": {
        "type": "integer",
        "minimum": 0,
        "maximum": _LATEST,
        "description": "The task's creation, ms since 1970.",
    },
    "reading": {"type": "number", "minimum": 0, "maximum": FURTHEST, "description": "Seconds on the task's clock."},
    "polls": {"type": "integer", "minimum": 0, "maximum": 2**53, "description": "Polls so far."},
    "log": {"type": "string", "description": "What was done to the task: JSON, as `events:` of scenario files."},
    "faults": {"type": "string", "description": "Faults that were added: JSON, as `faults:` of scenario files."},
    "spent": {"type": "string", "description": "How many answers each fault has had: a JSON list of numbers."},
    "calls": {"type": "string", "description": "How many calls of each name there were: JSON, [[name, number]]."},
    "created": {"type": "string", "description": "What a client has made the task with: JSON."},
}
_THERE: dict[str, Schema] = {
    "session": {"type": "string", "description": "The session's name; one of the link's own where it is not said."},
    **_NEXT,
}


def use(call: AdminCall) -> Answered:
    """Settles a session, forgets what it has played, and sets the cookie that names it.

    Where the link says anything of one task, that is opened at its moment. Then the browser is sent to `next`, or told
    what was done.
    """
    query, playback = call.query, call.playback
    name = checked_session(query.get("session") or f"s-{secrets.token_hex(4)}")
    target = _checked_next(query.get("next"))
    scenario, clock, speed = query.get("scenario"), query.get("clock"), query.get("speed")
    plan = SessionPlan(scenario=scenario, mode=ClockMode(clock) if clock else None, speed=speed)
    record = None
    if not query.keys().isdisjoint({*_ABOUT_TASK, "fault"}):
        record, playing = _drafted(call, name, plan)
        faults = _faults(call, plan, playing)
        plan = plan if "task" in query else dataclasses.replace(plan, faults=faults)
        record = dataclasses.replace(_turned(call, record, playing), faults=faults)
    session = Session(call.context, name)
    session.change_plan(anew=True, scenario=scenario, mode=plan.mode, speed=speed, faults=plan.faults)
    task = url = None
    if record is not None and not query.keys().isdisjoint(_ABOUT_TASK):
        playback.store.open(record.key, lambda: record)
        task, url = record.key.task_id, session.task(record.key).url
    told = {"session": name, "scenario": scenario, "clock": clock, "task": task, "url": url, "next": target}
    return _sent(name, target, told)


def _drafted(call: AdminCall, session: str, plan: SessionPlan) -> tuple[Record, Playing]:
    """The task that a link names, or one that its scenario plays, as it begins; nothing is kept yet."""
    playback, task = call.playback, call.query.get("task")
    name = plan.scenario or playback.default
    if name is not None and (task is None or plan.scenario is not None):
        task = played_id(playback.catalog.scenario(name), task)
    return playback.draft(Query(session=session, task_id=task or TASK_ID), plan)


def _faults(call: AdminCall, plan: SessionPlan, playing: Playing) -> tuple[Fault, ...]:
    """The faults of a link; their nodes are those of the task, unless that is any task."""
    query, playback = call.query, call.playback
    faults = read_linked_faults(query["fault"], playing.play.frames) if "fault" in query else ()
    if "task" in query or plan.scenario or playback.default:
        for fault in faults:
            check_fault(playback.presenter, playing.history, fault)
    return faults


def _turned(call: AdminCall, record: Record, playing: Playing) -> Record:
    """The record of a task at the moment of a link."""
    query, playback = call.query, call.playback
    if "at" in query and "seek" in query:
        raise AdminError(400, "'at' and 'seek' both move the clock", allowed=["at", "seek"])
    now, dated = playback.opening.clock.now(), record.epoch != EPOCH
    turn = Turn.of(**{name: query[said] for name, said in _TURNS.items() if said in query})
    record = turn.done(record, playing.history, playback.presenter, now)
    if not dated:
        return record
    # A standing clock has the date of those that time does not move; a running one began as long ago.
    moment = record.time.reading(playing.history.moments, now)
    return dataclasses.replace(record, epoch=EPOCH if record.time.frozen else max(0, record.epoch - moment))


def replay(call: AdminCall) -> Answered:
    """Puts a session of its own at a moment of a task, which stands still there; the task's JSON has such links.

    The next poll there gets what a poll at that moment got here, byte for byte.
    """
    query, playback = call.query, call.playback
    if query.get("engine", 1) != ENGINE:
        said = f"the link was made by engine {query.get('engine', 1)} of taskmock, this mock has engine {ENGINE}"
        raise AdminError(409, said, allowed="a link that this version of taskmock has made")
    name = checked_session(query.get("session") or f"replay-{draw_hex(sorted(query.items()))[:8]}")
    target = _checked_next(query.get("next"))
    plan = _plan(call)
    scenario = playback.scenario_for(query["scenario"], query["task"], query["seed"], plan=plan)
    record = _record(call, RecordKey(name, scenario.name, query["task"]), scenario.digest)
    edition = playback.edition_of(scenario)
    if edition.name != query["edition"]:
        said = f"the link speaks {query['edition']}, this mock {edition.name}"
        raise AdminError(409, said, allowed=f"taskmock serve --edition {query['edition']}")
    if (scenario.name, scenario.digest) != (query["scenario"], query["digest"]):
        raise AdminError(
            409,
            f"the scenario {query['scenario']!r} is another one here than where the link was made",
            allowed="the same scenario: GET …/tasks/{task}/scenario there, PUT it here; generated: the same --locale",
            here=scenario.digest,
            link=query["digest"],
        )
    play = scenario.play_for(record.key.task_id)
    assert play is not None  # noqa: S101  # a scenario without one is never chosen
    played(record, play, edition)  # refuses a log that cannot be, before anything has changed
    session = Session(call.context, name)
    session.change_plan(anew=True, tasks=plan.tasks, created=plan.created)
    playback.store.open(record.key, lambda: record)
    return _sent(name, target, {"session": name, "url": session.task(record.key).url, "next": target})


def _plan(call: AdminCall) -> SessionPlan:
    """What the session of a link plays: one scenario for one task, which a client may have made."""
    query, created = call.query, {}
    task = query["task"]
    if "created" in query:
        try:
            created[task] = call.context.api.read_creation(call.playback, task, query["created"])
        except ScenarioError:
            raise
        except ValueError as error:
            raise AdminError(400, f"created: {error}", allowed="what the link had") from None
    return SessionPlan(tasks={task: query["scenario"]}, created=created)


def _record(call: AdminCall, key: RecordKey, digest: str) -> Record:
    query = call.query
    if query["epoch"] + query["reading"] * SECOND > _LATEST:
        raise AdminError(400, "epoch and reading lead behind the year 9998", allowed="what the link had")
    return Record(
        key=key,
        digest=digest,
        seed=query["seed"],
        epoch=query["epoch"],
        time=TaskTime.standing(
            round(query["reading"] * SECOND), call.playback.opening.clock.now(), polls=query["polls"]
        ),
        log=read_injected_log(query["log"]) if "log" in query else (),
        faults=read_injected_faults(query["faults"]) if "faults" in query else (),
        spent=_spent(query.get("spent", "[]")),
        calls=_calls(query.get("calls", "[]")),
        quirks=query.get("quirks", REAL) == REAL,
        api={name: query[name] for name in call.context.api.notes if name in query},
    )


def _spent(text: str) -> tuple[int, ...]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(type(number) is int and 0 <= number < 2**53 for number in found):
        raise AdminError(400, f"spent is {text[:80]!r}", allowed="a JSON list of numbers: [2,0]")
    return tuple(found)


def _calls(text: str) -> dict[str, int]:
    try:
        return {str(name): _spent(json.dumps([number]))[0] for name, number in json.loads(text)}
    except (ValueError, TypeError, RecursionError, AdminError):
        raise AdminError(400, f"calls is {text[:80]!r}", allowed='JSON, names and numbers: [["NAME",2]]') from None


def _sent(session: str, target: str | None, body: dict[str, object]) -> Answered:
    cookie = dump_cookie(SESSION_COOKIE, session, path="/", samesite="Lax", httponly=True)
    if target is None:
        return Answered(body=body, headers=(("Set-Cookie", cookie),))
    return Answered(body=body, status=303, headers=(("Set-Cookie", cookie), ("Location", target)))


def _checked_next(target: str | None) -> str | None:
    """A path of this very site: anything that a browser could take for another host is refused."""
    if target is None:
        return None
    plain = target.startswith("/") and not target.startswith("//") and target.isascii() and target.isprintable()
    if not plain or "\\" in target or _host(target):
        raise AdminError(400, f"next {target[:80]!r} leads elsewhere", allowed="a path of this site, such as /tasks/10")
    return target


def _host(target: str) -> str:
    try:
        parts = urlsplit(target)
    except ValueError:
        return target
    return parts.scheme or parts.netloc


_LED: dict[str, Schema] = {
    "session": {"type": "string"},
    "next": {"type": ["string", "null"]},
}


_USED: dict[str, Schema] = {
    "scenario": {"type": ["string", "null"]},
    "clock": {"type": ["string", "null"]},
    "task": {"type": ["string", "null"], "description": "The task that was opened."},
    "url": {"type": ["string", "null"], "description": "The call that answers it, a path."},
}


def link_endpoints(notes: Mapping[str, Schema]) -> tuple[Endpoint, ...]:
    """The links for browsers; `notes` describes what an API notes in the records of tasks."""
    return (
        Endpoint(
            "GET",
            "/use",
            "Put a browser into a session",
            use,
            query=_USE,
            gives={**_LED, **_USED},
            leads=True,
        ),
        Endpoint(
            "GET",
            REPLAY,
            "Put a browser at a moment of a task",
            replay,
            query={**_REPLAY, **notes, **_THERE},
            needed=("scenario", "digest", "edition", "task", "seed", "epoch", "reading", "polls"),
            gives={**_LED, "url": {"type": "string", "description": "The call that answers the moment, a path."}},
            leads=True,
        ),
    )
