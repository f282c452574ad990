"""A link to a moment of a task: it puts any mock of the same scenarios at that moment."""

from __future__ import annotations

import functools
import json
from urllib.parse import urlencode

from taskmock.mockserver.core.command import Entry
from taskmock.mockserver.core.engine.engine import ENGINE
from taskmock.mockserver.core.fault import POLLS
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.core.plain import fault_data
from taskmock.mockserver.core.scenario import KIND, Event, Trigger
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.poll import Playing, Polled, Reading
from taskmock.mockserver.playback.record import Record

ADMIN = "/__admin"
"""What all paths of the admin API start with."""

REPLAY = "/replay"
"""Where a link leads, under the admin API."""

LONGEST_LINK = 4000
"""The most characters of a link in a header: servers and proxies refuse longer lines."""


def events_of(log: tuple[Entry, ...]) -> tuple[Event, ...]:
    """What was done to a task, as the events of a scenario."""
    return tuple(Event(trigger=Trigger(at=entry.at), command=entry.command) for entry in log)


def link_of(playback: Playback, record: Record) -> str:
    """The call that puts any mock at a record's moment: scenario, seed, reading and log are all in it."""
    playing = playback.playing(record)
    reading = Reading(playback.moment(record, playing.history), record.time.polls)
    return _link(record, playing, reading, record.spent)


def link_to(polled: Polled) -> str | None:
    """The call that puts any mock where its next poll gets this answer; None if it is too long."""
    record, spent = polled.record, polled.record.spent
    if spent:
        faults = (*polled.playing.play.faults, *record.faults)
        met = [any(fault is one for one in polled.faults) for fault in faults]
        spent = tuple(had - held for had, held in zip(spent, met, strict=False))
    before = Reading(polled.reading.moment, polled.reading.poll - 1)
    link = _link(record, polled.playing, before, spent if any(spent) else ())
    return link if len(link) <= LONGEST_LINK + len(ADMIN) else None


def _link(record: Record, playing: Playing, reading: Reading, spent: tuple[int, ...]) -> str:
    task = _task(record.key.scenario, record.digest, playing.edition.name, record.key.task_id, record.seed)
    link = f"{ADMIN}{REPLAY}?{task}&epoch={record.epoch}&reading={reading.moment / SECOND!r}&polls={reading.poll}"
    if not record.quirks:
        link += f"&quirks={KIND}"
    if record.api:
        link += f"&{urlencode(record.api)}"
    lists = {
        "log": [event.as_data() for event in events_of(record.log)],
        "faults": [fault_data(fault) for fault in record.faults],
        "spent": list(spent),
    }
    if any(fault.on != (POLLS,) for fault in (*playing.play.faults, *record.faults)):
        lists["calls"] = [[name, count] for name, count in record.calls.items()]
    more = {name: json.dumps(found, separators=(",", ":")) for name, found in lists.items() if found}
    if playing.creation is not None:
        more["created"] = playing.creation.written()
    return f"{link}&{urlencode(more)}" if more else link


@functools.lru_cache(maxsize=4096)
def _task(scenario: str, digest: str, edition: str, task: str, seed: str) -> str:
    """The part of a link that is the same at all moments of a task: worked out once, as every answer has a link."""
    return urlencode(
        {"scenario": scenario, "digest": digest, "edition": edition, "task": task, "seed": seed, "engine": ENGINE}
    )
