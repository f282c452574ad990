"""The line of a call in the journal: what it was about, and what was said on both sides."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

from taskmock.mockserver.api.protocol import Outcome, Prepared, Subject
from taskmock.mockserver.core.errors import ScenarioError, ScenarioNotFoundError
from taskmock.mockserver.core.graph import AddressError
from taskmock.mockserver.http.message import Call
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.poll import Polled, Reading
from taskmock.mockserver.playback.record import Record
from taskmock.mockserver.sessions.journal import JournalEntry
from taskmock.mockserver.sessions.redaction import redacted, redacted_answer, redacted_body
from taskmock.mockserver.sessions.session import SessionContext


class AnsweredCall(NamedTuple):
    """A call and what was answered; `subject` and `prepared` are None where it could not be read that far."""

    call: Call
    session: str
    outcome: Outcome
    subject: Subject | None = None
    prepared: Prepared | None = None


def entry_of(answered: AnsweredCall, context: SessionContext) -> JournalEntry:
    """What the journal keeps of a call: of a poll no body, as its answer can be written again."""
    call, outcome, subject = answered.call, answered.outcome, answered.subject
    if outcome.polled is not None and answered.prepared is not None:
        more = _of_poll(outcome.polled, answered.prepared)
    else:
        more = _of_task(answered, context.playback) | {
            "body": redacted_body(call.body, context.api.secrets),
            "kept": redacted_answer(outcome.reply.body, context.api.secrets),
            "faults": outcome.faults,
        }
    return JournalEntry(
        id=context.journal.number(),
        at=context.playback.opening.clock.now(),
        session=answered.session,
        method=call.method,
        target=redacted(call.target, context.api.secrets),
        status=outcome.reply.status,
        code=outcome.code,
        message=outcome.message,
        quirks=outcome.quirks,
        call=subject and subject.call,
        **more,
    )


def _of_poll(polled: Polled, prepared: Prepared) -> dict[str, Any]:
    key = polled.record.key
    return {
        "task_id": key.task_id,
        "scenario": key.scenario,
        "reading": polled.reading,
        "polled": True,
        "faults": tuple(fault.kind.value for fault in polled.faults),
        "refused": tuple(map(str, polled.playing.history.refused_by(polled.reading.moment))),
        "again": functools.partial(prepared.again, polled.past),
    }


def _of_task(answered: AnsweredCall, playback: Playback) -> dict[str, Any]:
    """What is known of the task that any other call is about, refused or not."""
    outcome, subject = answered.outcome, answered.subject
    task_id = outcome.task_id or (subject and subject.task_id)
    node_id = subject and subject.node_id
    found = {"task_id": task_id, "scenario": outcome.scenario, "node_id": node_id}
    if task_id is None:
        return found
    record = playback.latest(answered.session, task_id)
    if record is None:
        return found | {"scenario": outcome.scenario or _meant(answered.session, task_id, playback)}
    return found | {"scenario": record.key.scenario} | _of_record(record, node_id, playback)


def _meant(session: str, task_id: str, playback: Playback) -> str | None:
    """The scenario that a task is to play which was not begun; None where none is named."""
    plan = playback.store.plan(session)
    name = plan.scenario_of(task_id) or playback.default
    try:
        found = playback.catalog.scenario(name, plan.held_for(task_id)) if name else None
    except (ScenarioNotFoundError, ScenarioError):
        return None
    return found.name if found and found.play_for(task_id) else None


def _of_record(record: Record, node_id: str | None, playback: Playback) -> dict[str, Any]:
    try:
        history = playback.history(record)
    except (ScenarioNotFoundError, ScenarioError):
        return {}
    reading = Reading(playback.seen_moment(record, history), record.time.polls)
    if node_id is None:
        return {"reading": reading}
    graph = history.graph
    try:
        node = graph.nodes[graph.find(node_id)]
    except AddressError:
        return {"reading": reading}
    return {"reading": reading, "node": graph.address_of(node.index) if node.path else None, "node_id": node.id}
