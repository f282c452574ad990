"""All that is remembered of a task and of its session; with the scenario it gives every answer, in any process."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import ClassVar, NamedTuple

from taskmock.mockserver.clock import EPOCH, Clock
from taskmock.mockserver.core.command import TASK, Entry, Verb
from taskmock.mockserver.core.fault import Fault
from taskmock.mockserver.core.scenario import REAL, Event, PinnedScenario, Play, Scenario, Trigger
from taskmock.mockserver.core.state import State
from taskmock.mockserver.core.task_time import ClockMode, TaskTime


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


DEFAULT_SESSION = "default"
"""The session of a call that names none."""


TASK_ID = "10"
"""The task id of the document's example: what plays where no call names another."""


class RecordKey(NamedTuple):
    """Whose record it is: one session playing one scenario for one task id."""

    session: str
    scenario: str
    task_id: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Dormant:
    """A command behind so many of the log, of no effect until the scenario allows it; `why` says why it does not."""

    entry: Entry
    behind: int
    why: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One task of one session.

    `digest` is the scenario's content, `seed` what all is drawn from, `epoch` the absolute time of reading 0 in ms
    since 1970, `time` the task's clock. `log` holds accepted commands, `faults` those that were added to the
    scenario's, `spent` how many answers each fault has had (the scenario's first), `calls` how many calls of
    each name there were beside polls. `dormant` are the commands that the
    scenario, since it was edited, does not allow. With `quirks` the real engine's traps are there. `api` is what
    the API has noted of the task; nothing but the API reads it.
    """

    key: RecordKey
    digest: str
    seed: str
    epoch: int
    time: TaskTime = dataclasses.field(default_factory=TaskTime)
    log: tuple[Entry, ...] = ()
    faults: tuple[Fault, ...] = ()
    spent: tuple[int, ...] = ()
    calls: Mapping[str, int] = dataclasses.field(default_factory=dict)
    dormant: tuple[Dormant, ...] = ()
    quirks: bool = True
    api: Mapping[str, str] = dataclasses.field(default_factory=dict)

    COUNTERS: ClassVar[tuple[str, ...]] = ("spent", "calls", "api")
    """Fields that answers change by themselves, as polls do `time`: they tell nothing that somebody has done."""

    def only_counts_since(self, before: Record) -> bool:
        """Whether nothing but answers has changed the record since it was `before`."""
        if self.time.polls > before.time.polls:
            return True
        # By identity, as 1 and 1.0 are equal but not the same text.
        settled = (field.name for field in dataclasses.fields(self) if field.name not in self.COUNTERS)
        return all(getattr(self, name) is getattr(before, name) for name in settled)

    @property
    def commands(self) -> tuple[Entry, ...]:
        """All commands in the order in which they were given, dormant ones too."""
        given = [*self.log]
        for number, asleep in enumerate(self.dormant):
            given.insert(asleep.behind + number, asleep.entry)
        return tuple(given)

    def without(self, faults: tuple[Fault, ...], own: int) -> Record:
        """The record without such of the faults that were added; its scenario has so many of its `own`."""
        spent = (*self.spent, *[0] * (own + len(self.faults) - len(self.spent)))
        stays = [number for number, fault in enumerate(self.faults, own) if fault not in faults]
        kept = tuple(self.faults[number - own] for number in stays)
        return dataclasses.replace(self, faults=kept, spent=(*spent[:own], *(spent[number] for number in stays)))

    def until(self, moment: int) -> Record:
        """The record without the commands that were given behind a moment."""
        log = tuple(entry for entry in self.log if entry.at <= moment)
        dormant = tuple(asleep for asleep in self.dormant if asleep.entry.at <= moment)
        return dataclasses.replace(self, log=log, dormant=dormant)

    @property
    def draw_key(self) -> str:
        """What ids and versions are drawn from: the same in every session and after a restart."""
        return f"{self.seed}:{self.key.scenario}:{self.key.task_id}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """What a session has settled for its tasks; None leaves it to the server.

    `tasks` names the scenario of single tasks by their id, `scenario` that of all others. `held` is what the session
    means by these names, by task id, None for all other tasks; what is not there is what all sessions mean. `created`
    are the tasks that clients have made, by their id; `numbered` is the highest number that one of them got. `faults`
    are those that are added to each task at its first touch.
    """

    scenario: str | None = None
    tasks: Mapping[str, str] = dataclasses.field(default_factory=dict)
    held: Mapping[str | None, tuple[PinnedScenario, ...]] = dataclasses.field(default_factory=dict)
    created: Mapping[str, CreatedTask] = dataclasses.field(default_factory=dict)
    numbered: int = 0
    mode: ClockMode | None = None
    speed: float | None = None
    faults: tuple[Fault, ...] = ()

    def held_for(self, task_id: str | None) -> tuple[PinnedScenario, ...]:
        """What the session means by scenarios' names for a task (None: for any), what counts first coming first."""
        return tuple(pinned for key in dict.fromkeys((task_id, None)) for pinned in self.held.get(key, ()))

    def holding(self, task_id: str | None, pinned: PinnedScenario) -> Mapping[str | None, tuple[PinnedScenario, ...]]:
        """What the session means once it means another scenario for a task; earlier ones of other names stay known."""
        others = (one for one in self.held.get(task_id, ()) if one.scenario.name != pinned.scenario.name)
        return {**self.held, task_id: (pinned, *others)}

    def scenario_of(self, task_id: str) -> str | None:
        """The name of what a task plays; None where the session leaves it to the server."""
        if task_id in self.tasks:
            return self.tasks[task_id]
        return self.created[task_id].scenario if task_id in self.created else self.scenario


NO_PLAN = SessionPlan()
"""The plan of a session that has settled nothing."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How new records begin: their seed, what moves their clocks, and whether the real engine's traps are there."""

    seed: str
    clock: Clock
    mode: ClockMode = ClockMode.WALL
    speed: float = 1.0
    quirks: bool = True

    def record(self, key: RecordKey, digest: str, plan: SessionPlan, *, quirks: str | None = None) -> Record:
        """A record at its first touch: the wall's time starts it now, every other clock at `EPOCH`.

        `quirks` is what its scenario says of them.
        """
        mode, real = plan.mode or self.mode, self.quirks if quirks is None else quirks == REAL
        timed = mode is ClockMode.WALL and not self.clock.fixed
        start = self.clock.now() if timed else EPOCH
        time = TaskTime.begun(mode, plan.speed or self.speed, start, follows=self.clock.fixed)
        return Record(key=key, digest=digest, seed=self.seed, epoch=start, time=time, faults=plan.faults, quirks=real)
