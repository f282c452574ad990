"""A moment of a task, taken away as a scenario of its own."""

from __future__ import annotations

import dataclasses
import json

from taskmock.mockserver.core.scenario import Scenario
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.poll import played
from taskmock.mockserver.playback.record import Record
from taskmock.mockserver.sessions.replay_link import events_of


def taken_scenario(playback: Playback, record: Record) -> Scenario:
    """A task as a scenario: its script, what was done to it as events, the faults that were added.

    Under the same seed and name it draws the same ids and versions.
    """
    _, scenario, _, play, edition, history = playback.playing(record)
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


def replay_command(record: Record) -> str:
    """How the answers of a taken scenario come out again, as a comment for its file."""
    return f"# taskmock serve --seed {json.dumps(record.seed, ensure_ascii=False)} --scenario FILE"
