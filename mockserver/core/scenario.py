"""A scenario: what is played for which tasks. Pure data, whether a file, the generator or code made it."""

from __future__ import annotations

import dataclasses
import fnmatch
import functools
import hashlib
import json
import re
from typing import NamedTuple

from taskmock.mockserver.core.command import TASK, Command, Verb
from taskmock.mockserver.core.fault import Fault
from taskmock.mockserver.core.flow import Flow
from taskmock.mockserver.core.plain import Data, arm_names, duration_data, fault_data, flow_data, given

REAL, KIND = "real", "kind"
QUIRKS = (REAL, KIND)
"""Whether a scenario is played with the traps of the real engine, or by a kinder one."""

ON_REQUEST = "on_request"
"""The start, in a scenario file, of a task that stays CREATED until it is started."""


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

    def as_data(self) -> Data:
        """The event in the words of `events:`."""
        trigger, command = self.trigger, self.command
        if trigger.at is not None:
            data = given(at=duration_data(trigger.at))
        else:
            times = None if trigger.times == 1 else trigger.times
            data = given(
                when=f"{trigger.node} {trigger.state}", after=duration_data(trigger.after or None), times=times
            )
        data[command.verb.value] = command.target
        takes_arms = command.verb in {Verb.SKIP_EXCLUSIVE, Verb.SKIP_CONDITIONAL}
        return data | given(**{"take" if takes_arms else "data": command.data})


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

    def as_data(self) -> Data:
        """The script in the words of a scenario file, without the task that it is for."""
        if self.frames:
            data: Data = {"frames": [{"at": duration_data(frame.at), "body": frame.body} for frame in self.frames]}
        else:
            data = given(
                start=ON_REQUEST if self.start is None else duration_data(self.start or None),
                dispatch=duration_data(self.dispatch or None),
                expires=duration_data(self.expires),
                flow=flow_data(self.flow),
                events=[event.as_data() for event in self.events] or None,
            )
        return data | given(faults=[fault_data(fault) for fault in self.faults] or None)

    def task_data(self) -> Data:
        """The task that the script is for, in the words of `task:`."""
        ids = [int(pattern) if _NUMBER.match(pattern) else pattern for pattern in self.ids]
        return given(id=ids[0] if len(ids) == 1 else ids or None, name=self.name or None, root_id=self.id)


_NUMBER = re.compile(r"[1-9][0-9]{0,17}(?!\n)$")  # a task id that people write as a number


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scenario:
    """A named script for one task or several; `edition` and `quirks` (one of `QUIRKS`) None leave it to the server.

    `title`, `careless` (what goes wrong in careless clients), `tags` and `ends` (the documented end state) are for
    people and for lists.
    """

    name: str
    plays: tuple[Play, ...]
    edition: str | None = None
    quirks: str | None = None
    title: str = ""
    careless: str = ""
    tags: tuple[str, ...] = ()
    ends: str | None = None

    def as_data(self) -> Data:
        """The scenario in the words of a scenario file."""
        data: Data = {"format": 1, "scenario": self.name}
        data |= given(
            title=self.title or None,
            careless=self.careless or None,
            ends=self.ends,
            edition=self.edition,
            quirks=self.quirks,
            tags=list(self.tags) or None,
        )
        if len(self.plays) == 1:
            play = self.plays[0]
            return data | given(task=play.task_data() or None) | play.as_data()
        return data | {"tasks": [play.task_data() | play.as_data() for play in self.plays]}

    @functools.cached_property
    def digest(self) -> str:
        """The content in the words of a scenario file as 16 hex digits: equal content, equal digest, in every process.

        The order of arms counts, and that of the keys of a recorded body, as a client may see them; the order of other
        keys does not.
        """
        flows = dataclasses.replace(self, plays=tuple(dataclasses.replace(play, frames=()) for play in self.plays))
        arms = [list(arm_names(play.flow)) for play in self.plays]
        bodies = [[(frame.at, frame.body) for frame in play.frames] for play in self.plays]
        content = json.dumps(flows.as_data(), default=repr, sort_keys=True) + json.dumps([arms, bodies], default=repr)
        return hashlib.sha256(content.encode("ascii")).hexdigest()[:16]

    def play_for(self, task_id: str) -> Play | None:
        """The first script that is meant for a task id; None where the scenario has none."""
        return next((play for play in self.plays if play.plays(task_id)), None)


class PinnedScenario(NamedTuple):
    """The scenario that a session plays under a name, until the next `edit` of the scenario that all play by it."""

    scenario: Scenario
    edit: int
