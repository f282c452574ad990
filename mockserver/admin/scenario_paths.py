"""Scenarios: which there are, their text, new ones, and a running task taken away as one."""

from __future__ import annotations

import dataclasses

from taskmock.mockserver.admin.endpoint import AdminCall, AdminError, Answered, Endpoint
from taskmock.mockserver.admin.session_paths import record_of
from taskmock.mockserver.loader import dump_scenario, read_scenario
from taskmock.mockserver.scenario import Event, Trigger
from taskmock.mockserver.shelf import ScenarioNotFoundError

_YAML = "application/yaml"


def list_scenarios(call: AdminCall) -> Answered:
    """All scenarios by name."""
    shelf = call.playback.shelf
    listed = [
        {"name": found.name, "title": found.title, "tags": found.tags, "ends": found.ends, "edition": found.edition}
        for found in shelf
    ]
    return Answered(body={"scenarios": listed})


def show_scenario(call: AdminCall) -> Answered:
    """A scenario as the text of a scenario file."""
    return Answered(text=dump_scenario(call.playback.shelf.scenario(call.path["scenario"])), content_type=_YAML)


def put_scenario(call: AdminCall) -> Answered:
    """Puts a scenario, YAML or JSON, on the shelf; tasks that play it follow the new one from where they are."""
    name = call.path["scenario"]
    scenario = read_scenario(call.text, source=name, resolve=call.playback.shelf.scenario)
    if scenario.name != name:
        raise AdminError(400, f"the text is scenario {scenario.name!r}, the path says {name!r}; they must agree")
    call.playback.shelf.add(scenario)
    return Answered(body={"name": name, "digest": scenario.digest})


def delete_scenario(call: AdminCall) -> Answered:
    """Takes a scenario that was put here off the shelf; one that came from a file is that file's again."""
    if not call.playback.shelf.remove(call.path["scenario"]):
        raise ScenarioNotFoundError(call.path["scenario"], call.playback.shelf.names())
    return Answered(body={})


def take_away(call: AdminCall) -> Answered:
    """A running task as a scenario file of its own: the script, and what was done to the task as events."""
    record = record_of(call)
    playback = call.playback
    done = tuple(Event(trigger=Trigger(at=entry.at), command=entry.command) for entry in record.log)
    play = playback.play_of(record)
    scenario = playback.scenario_of(record)
    taken = dataclasses.replace(
        play,
        ids=(record.key.task_id,),
        events=(*play.events, *done),
        faults=(*play.faults, *record.faults),
    )
    return Answered(text=dump_scenario(dataclasses.replace(scenario, plays=(taken,))), content_type=_YAML)


_SCENARIO = "/scenarios/{scenario}"

ENDPOINTS = (
    Endpoint(method="GET", path="/scenarios", summary="List the scenarios", answer=list_scenarios),
    Endpoint(method="GET", path=_SCENARIO, summary="Show a scenario's text", answer=show_scenario),
    Endpoint(method="PUT", path=_SCENARIO, summary="Put a scenario", answer=put_scenario, raw=True),
    Endpoint(method="DELETE", path=_SCENARIO, summary="Take a scenario back", answer=delete_scenario),
    Endpoint(
        method="GET",
        path="/sessions/{session}/tasks/{task}/scenario",
        summary="Take a task away as a scenario",
        answer=take_away,
    ),
)
"""What there is under `/__admin/scenarios`, and a task as a scenario."""
