"""A scenario: what is played for which tasks. Pure data, however it was made (a file, the generator, code)."""

from __future__ import annotations

import dataclasses
import fnmatch
import functools
import hashlib
import json
from typing import NamedTuple

from taskmock.mockserver.core.command import TASK, Command, Verb
from taskmock.mockserver.core.fault import Fault
from taskmock.mockserver.core.flow import Flow


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """The moment of a scripted event: `at` ms on the task's clock, or `after` ms from when `node` is in `state`.

    `times` counts: 1 is the first time the node is seen entering that state, 2 the second.
    """

    at: int | None = None
    node: str = TASK
    state: str | None = None
    times: int = 1
    after: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A scripted command: the same as a client can give, given by the scenario at its trigger."""

    trigger: Trigger
    command: Command


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One recorded answer: the whole body (`result`, `data`, …) and since when, in ms on the task's clock, it holds."""

    at: int
    body: dict[str, object]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """One task's script.

    `ids`: globs of the task ids it plays for (empty: any). `start`: ms of CREATED, None until a command starts the
    task. `dispatch`: latency in ms between two engine messages. `expires`: ms after which the history is gone
    (EXPIRED), None for never. `frames`: recorded answers instead of a flow. `id`: the pinned id of the root node.
    """

    ids: tuple[str, ...] = ()
    name: str | None = None
    start: int | None = 0
    dispatch: int = 0
    flow: Flow = ()
    events: tuple[Event, ...] = ()
    faults: tuple[Fault, ...] = ()
    frames: tuple[Frame, ...] = ()
    expires: int | None = None
    id: str | None = None

    @property
    def waits_to_be_started(self) -> bool:
        """Whether the task stays CREATED until a client starts it, since no event of the script does."""
        return self.start is None and not any(event.command.verb is Verb.START for event in self.events)

    def plays(self, task_id: str) -> bool:
        """Whether this script is meant for a task id."""
        return not self.ids or any(fnmatch.fnmatchcase(task_id, pattern) for pattern in self.ids)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scenario:
    """A named script for one task or several; `edition` None leaves the choice to the server.

    `title`, `careless` (what goes wrong in careless clients), `tags` and `ends` (the documented end state) are for
    people and for lists.
    """

    name: str
    plays: tuple[Play, ...]
    edition: str | None = None
    title: str = ""
    careless: str = ""
    tags: tuple[str, ...] = ()
    ends: str | None = None

    @functools.cached_property
    def digest(self) -> str:
        """The scenario's content as 16 hex digits: equal content, equal digest, in every process.

        A recorded body's keys keep their order, which a client may see; that of keys elsewhere says nothing.
        """
        plays = tuple(dataclasses.replace(play, frames=()) for play in self.plays)
        bodies = [[(frame.at, frame.body) for frame in play.frames] for play in self.plays]
        content = json.dumps(dataclasses.replace(self, plays=plays), default=_fields_of, sort_keys=True)
        return hashlib.sha256(f"{content}{json.dumps(bodies)}".encode("ascii")).hexdigest()[:16]

    def play_for(self, task_id: str) -> Play | None:
        """The first script that is meant for a task id; None where the scenario has none."""
        return next((play for play in self.plays if play.plays(task_id)), None)


def _fields_of(value: object) -> object:
    """A value that JSON has no form for, as JSON: a part of a scenario by its fields, anything else by its `repr`."""
    if not dataclasses.is_dataclass(value):
        return repr(value)
    fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return {"": type(value).__name__, **fields}


class PinnedScenario(NamedTuple):
    """What a session was given under a scenario's name, until the `edit` after this one of what all play by it."""

    scenario: Scenario
    edit: int
