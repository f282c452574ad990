"""Scenarios: which there are, their text, new ones, and a running task taken away as one."""

from __future__ import annotations

import dataclasses
import json

from taskmock.mockserver.admin.endpoint import AdminCall, AdminError, Answered, Endpoint, Schema, list_of, record_of
from taskmock.mockserver.core.errors import ScenarioNotFoundError
from taskmock.mockserver.core.scenario import KIND, REAL, Scenario
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.poll import played
from taskmock.mockserver.playback.record import Record
from taskmock.mockserver.scenarios import ScenarioError, dump_scenario, read_scenario
from taskmock.mockserver.scenarios.catalog import Catalog
from taskmock.mockserver.sessions.replay_link import events_of


def list_scenarios(call: AdminCall) -> Answered:
    """All scenarios by name; of one whose file is broken, what is wrong."""
    catalog = call.context.catalog
    return Answered(body={"scenarios": [_listed(catalog, name) for name in catalog.names()]})


def _listed(catalog: Catalog, name: str) -> dict[str, object]:
    try:
        found = catalog.scenario(name)
    except (ScenarioError, ScenarioNotFoundError) as error:
        return {"name": name, "problem": str(error)}
    listed = {word: getattr(found, word) for word in ("name", "title", "tags", "ends", "edition")}
    return listed | ({"problem": catalog.broken[name]} if name in catalog.broken else {})


def show_scenario(call: AdminCall) -> Answered:
    """A scenario as the text of a scenario file."""
    return Answered(text=dump_scenario(call.context.catalog.scenario(call.path["scenario"])))


def put_scenario(call: AdminCall) -> Answered:
    """Puts a scenario, YAML or JSON, on the shelf. Tasks that play one of that name go on with it from where they are.

    Operations that it does not allow are `dropped`, until a later edit allows them again.
    """
    name = call.path["scenario"]
    scenario = read_scenario(call.data, source=name, resolve=call.context.catalog.scenario)
    if scenario.name != name:
        raise AdminError(400, f"the text is scenario {scenario.name!r}, the path says {name!r}; they must agree")
    call.context.catalog.add(scenario)
    return Answered(body={"name": name, "digest": scenario.digest})


def delete_scenario(call: AdminCall) -> Answered:
    """Takes a scenario that was put here off the shelf; one that came from a file is that file's again."""
    if not call.context.catalog.remove(call.path["scenario"]):
        raise ScenarioNotFoundError(call.path["scenario"], call.context.catalog.names())
    return Answered()


def take_away(call: AdminCall) -> Answered:
    """A running task as a scenario file that plays the same again: its script, what was done to it as events."""
    record = record_of(call)
    text = dump_scenario(taken_scenario(call.playback, record))
    # Recorded answers come as JSON, which has no comments.
    return Answered(text=text if text.startswith("{") else f"{replay_command(record)}\n{text}")


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
    quirks = scenario.quirks and REAL if record.quirks else KIND
    return dataclasses.replace(scenario, plays=(taken,), edition=edition.name, quirks=quirks, ends=None)


def replay_command(record: Record) -> str:
    """How the answers of a taken scenario come out again, as a comment for its file."""
    return f"# taskmock serve --seed {json.dumps(record.seed, ensure_ascii=False)} --scenario FILE"


_SCENARIO = "/scenarios/{scenario}"
_OF_TASK = "/sessions/{session}/tasks/{task}/scenario"
_PUT: dict[str, Schema] = {"name": {"type": "string"}, "digest": {"type": "string"}}
_LISTED: dict[str, Schema] = {
    "name": {"type": "string"},
    "title": {"type": "string"},
    "tags": {"type": "array", "items": {"type": "string"}},
    "ends": {"type": ["string", "null"]},
    "edition": {"type": ["string", "null"]},
    "problem": {"type": "string", "description": "What is wrong with its file; an earlier version may go on."},
}

ENDPOINTS = (
    Endpoint("GET", "/scenarios", "List the scenarios", list_scenarios, gives={"scenarios": list_of(_LISTED)}),
    Endpoint("GET", _SCENARIO, "Show a scenario's text", show_scenario, gives=None),
    Endpoint("PUT", _SCENARIO, "Put a scenario", put_scenario, raw=True, gives=_PUT),
    Endpoint("DELETE", _SCENARIO, "Take a scenario back", delete_scenario),
    Endpoint("GET", _OF_TASK, "Take a task away as a scenario", take_away, gives=None),
)
"""What there is under `/__admin/scenarios`, and a task as a scenario."""
