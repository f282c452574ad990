"""One line for each call, for whoever watches a server: who asked, for which task, and what was answered."""

from __future__ import annotations

from taskmock.contracts.foreign_text import printable
from taskmock.mockserver.journal import JournalEntry
from taskmock.mockserver.pipeline import SECOND
from taskmock.mockserver.playback import Playback
from taskmock.mockserver.record import RecordKey
from taskmock.mockserver.store import RecordGoneError
from taskmock.mockserver.turn import state_at


def call_line(playback: Playback, entry: JournalEntry) -> str:
    """`GET 200 session=default task=10 scenario=generated at=3.2s poll=4 state=RUNNING`, and faults or an error."""
    path = entry.target.partition("?")[0]
    parts = [entry.method, str(entry.status), path, f"session={entry.session}"]
    if entry.task_id is not None:
        parts.append(f"task={entry.task_id}")
    if entry.scenario is not None:
        parts.append(f"scenario={entry.scenario}")
    if entry.reading is not None:
        parts += [f"at={entry.reading.moment / SECOND:g}s", f"poll={entry.reading.poll}"]
        parts += [f"state={state}" for state in [_state(playback, entry)] if state]
    if entry.faults:
        parts.append(f"fault={','.join(entry.faults)}")
    if entry.code or entry.message:
        parts.append(f"error={entry.code} {entry.message}")
    line = "".join(character if character.isprintable() else " " for character in " ".join(parts))
    return printable(line)[:500]


def _state(playback: Playback, entry: JournalEntry) -> str | None:
    """The task's state at the reading, before any fault; None where the task has been forgotten meanwhile."""
    if entry.reading is None or entry.task_id is None:
        return None
    key = RecordKey(entry.session, entry.scenario or "", entry.task_id)
    try:
        return state_at(playback.history(playback.record(key)), entry.reading.moment)
    except RecordGoneError:
        return None
