"""Scenarios: which there are, their text, new ones, and a running task taken away as one."""

from __future__ import annotations

from taskmock.mockserver.admin.endpoint import AdminCall, AdminError, Answered, Endpoint, Schema, list_of, record_of
from taskmock.mockserver.admin.moments import replay_command, taken_scenario
from taskmock.mockserver.core.errors import ScenarioNotFoundError
from taskmock.mockserver.scenarios import ScenarioError, dump_scenario, read_scenario
from taskmock.mockserver.scenarios.catalog import Catalog


def list_scenarios(call: AdminCall) -> Answered:
    """All scenarios by name; of one whose file is broken, what is wrong."""
    catalog = call.catalog
    return Answered(body={"scenarios": [_listed(catalog, name) for name in catalog.names()]})


def _listed(catalog: Catalog, name: str) -> dict[str, object]:
    try:
        found = catalog.scenario(name)
    except (ScenarioError, ScenarioNotFoundError) as error:
        return {"name": name, "problem": str(error)}
    return {word: getattr(found, word) for word in ("name", "title", "tags", "ends", "edition")}


def show_scenario(call: AdminCall) -> Answered:
    """A scenario as the text of a scenario file."""
    return Answered(text=dump_scenario(call.catalog.scenario(call.path["scenario"])))


def put_scenario(call: AdminCall) -> Answered:
    """Puts a scenario, YAML or JSON, on the shelf. Tasks that play one of that name go on with it from where they are.

    Operations that it does not allow are `dropped` from their log.
    """
    name = call.path["scenario"]
    scenario = read_scenario(call.data, source=name, resolve=call.catalog.scenario)
    if scenario.name != name:
        raise AdminError(400, f"the text is scenario {scenario.name!r}, the path says {name!r}; they must agree")
    call.catalog.add(scenario)
    return Answered(body={"name": name, "digest": scenario.digest})


def delete_scenario(call: AdminCall) -> Answered:
    """Takes a scenario that was put here off the shelf; one that came from a file is that file's again."""
    if not call.catalog.remove(call.path["scenario"]):
        raise ScenarioNotFoundError(call.path["scenario"], call.catalog.names())
    return Answered()


def take_away(call: AdminCall) -> Answered:
    """A running task as a scenario file that plays the same again: its script, what was done to it as events."""
    record = record_of(call)
    text = dump_scenario(taken_scenario(call.playback, record))
    # Recorded answers come as JSON, which has no comments.
    return Answered(text=text if text.startswith("{") else f"{replay_command(record)}\n{text}")


_SCENARIO = "/scenarios/{scenario}"
_OF_TASK = "/sessions/{session}/tasks/{task}/scenario"
_PUT: dict[str, Schema] = {"name": {"type": "string"}, "digest": {"type": "string"}}
_LISTED: dict[str, Schema] = {
    "name": {"type": "string"},
    "title": {"type": "string"},
    "tags": {"type": "array", "items": {"type": "string"}},
    "ends": {"type": ["string", "null"]},
    "edition": {"type": ["string", "null"]},
    "problem": {"type": "string", "description": "What is wrong with its file."},
}

ENDPOINTS = (
    Endpoint("GET", "/scenarios", "List the scenarios", list_scenarios, gives={"scenarios": list_of(_LISTED)}),
    Endpoint("GET", _SCENARIO, "Show a scenario's text", show_scenario, gives=None),
    Endpoint("PUT", _SCENARIO, "Put a scenario", put_scenario, raw=True, gives=_PUT),
    Endpoint("DELETE", _SCENARIO, "Take a scenario back", delete_scenario),
    Endpoint("GET", _OF_TASK, "Take a task away as a scenario", take_away, gives=None),
)
"""What there is under `/__admin/scenarios`, and a task as a scenario."""
