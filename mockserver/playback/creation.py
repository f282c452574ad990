"""A task that a client has made from a template: what it asked for, and the scenario that the task plays. Pure."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping

from taskmock.mockserver.core.command import TASK, Verb
from taskmock.mockserver.core.scenario import Event, Play, Scenario, Trigger
from taskmock.mockserver.core.state import State


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CreatedTask:
    """What a client asked for when it made a task.

    `scenario` is the name of what the task plays. `constants` are the values of its global variables by their keys, as
    decoded JSON. `api` is what else the API remembers of the call; nothing but the API reads it.
    """

    name: str
    template_id: str
    scenario: str
    creator: str
    constants: Mapping[str, object] = dataclasses.field(default_factory=dict)
    api: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def written(self) -> str:
        """What was asked for, as JSON."""
        fields = dataclasses.asdict(self)
        return json.dumps(fields | fields.pop("api"), separators=(",", ":"))

    @classmethod
    def read(cls, text: str, api_fields: Iterable[str]) -> CreatedTask:
        """What `written` has written, with these fields of the API's own.

        Raises:
            ValueError: It is something else.
        """
        try:
            said = json.loads(text)
        except RecursionError:
            said = None
        api_fields = tuple(api_fields)
        names = {field.name for field in dataclasses.fields(cls) if field.name != "api"} | {*api_fields}
        if not isinstance(said, dict) or said.keys() != names:
            raise ValueError(f"not a JSON object of {', '.join(sorted(names))}")
        constants = said.pop("constants")
        if not isinstance(constants, dict) or not all(isinstance(value, str) for value in said.values()):
            raise ValueError("constants is an object, all else is text")
        return cls(constants=constants, api={name: said.pop(name) for name in api_fields}, **said)


def created_scenario(scenario: Scenario, name: str, task_id: str) -> Scenario:
    """What a task that a client has made plays of a scenario: CREATED until a command starts it, under its own name.

    What the script does at its moments it does as long after the start as it would otherwise.
    """
    play = scenario.play_for(task_id) or scenario.plays[0]
    if play.frames:
        return dataclasses.replace(scenario, plays=(dataclasses.replace(play, ids=(task_id,)),))
    begun = play.start if play.start is not None else _scripted_start(play)
    events = tuple(_after_start(event, begun) for event in play.events if event.command.verb is not Verb.START)
    made = dataclasses.replace(play, ids=(task_id,), name=name, start=None, events=events)
    return dataclasses.replace(scenario, plays=(made,))


def _scripted_start(play: Play) -> int:
    moments = (event.trigger.at for event in play.events if event.command.verb is Verb.START)
    return next((moment for moment in moments if moment is not None), 0)


def _after_start(event: Event, begun: int) -> Event:
    if event.trigger.at is None:
        return event
    after = max(0, event.trigger.at - begun)
    return dataclasses.replace(event, trigger=Trigger(node=TASK, state=State.RUNNING, after=after))
