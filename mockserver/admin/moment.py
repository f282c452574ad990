"""A moment of a task, taken away: as a scenario of its own, or as a link that puts another mock at that moment."""

from __future__ import annotations

import dataclasses
import json
from urllib.parse import urlencode

from taskmock.mockserver.command import Entry
from taskmock.mockserver.loader.writer import event_data, fault_data
from taskmock.mockserver.pipeline import SECOND
from taskmock.mockserver.playback import Playback
from taskmock.mockserver.record import Record
from taskmock.mockserver.rendering import played
from taskmock.mockserver.scenario import Event, Scenario, Trigger

REPLAY = "/replay"
"""Where a link leads, under the admin API."""


def taken_scenario(playback: Playback, record: Record) -> Scenario:
    """A task as a scenario: its script, what was done to it as events, the faults that were added.

    Under the same seed and name it draws the same ids and versions.
    """
    play, scenario = playback.play_of(record), playback.scenario_of(record)
    edition = playback.edition_of(scenario)
    history = playback.history(record)
    taken = dataclasses.replace(
        play,
        ids=(record.key.task_id,),
        events=(*play.events, *events_of(record.log)),
        faults=(*play.faults, *record.faults),
    )
    if record.log and played(dataclasses.replace(record, log=()), taken, edition).changes != history.changes:
        # A scripted `when` and a client's command fell on one millisecond: only moments tell which came first.
        given = sorted((*history.given, *record.log), key=lambda entry: entry.at)
        taken = dataclasses.replace(taken, events=events_of(tuple(given)))
    return dataclasses.replace(scenario, plays=(taken,), edition=edition.name, ends=None)


def events_of(log: tuple[Entry, ...]) -> tuple[Event, ...]:
    """What was done to a task, as the events of a scenario."""
    return tuple(Event(trigger=Trigger(at=entry.at), command=entry.command) for entry in log)


def replay_command(record: Record) -> str:
    """How the answers of a taken scenario come out again, as a comment for its file."""
    return f"# taskmock serve --seed {json.dumps(record.seed, ensure_ascii=False)} --scenario FILE"


def link_of(playback: Playback, record: Record) -> str:
    """The call under `ADMIN` that puts any mock at a moment: scenario, seed, reading and log are all in it."""
    scenario = playback.scenario_of(record)
    query = {
        "scenario": scenario.name,
        "digest": record.digest,
        "edition": playback.edition_of(scenario).name,
        "task": record.key.task_id,
        "seed": record.seed,
        "epoch": record.epoch,
        "reading": playback.moment(record) / SECOND,
        "polls": record.polls,
    }
    lists = {
        "log": [event_data(event) for event in events_of(record.log)],
        "faults": [fault_data(fault) for fault in record.faults],
        "spent": list(record.spent),
    }
    query |= {name: json.dumps(found, separators=(",", ":")) for name, found in lists.items() if found}
    return f"{REPLAY}?{urlencode(query)}"
