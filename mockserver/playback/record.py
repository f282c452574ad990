"""All that is remembered of a task. With the scenario it gives every answer, in any process."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

from taskmock.mockserver.clock import EPOCH, Clock
from taskmock.mockserver.core.command import Entry
from taskmock.mockserver.core.fault import Fault
from taskmock.mockserver.core.scenario import PinnedScenario
from taskmock.mockserver.core.task_time import ClockMode, TaskTime
from taskmock.mockserver.playback.creation import CreatedTask

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
class Record:
    """One task of one session.

    `digest` is the scenario's content, `seed` what all is drawn from, `epoch` the absolute time of reading 0 in ms
    since 1970, `time` the task's clock. `log` holds accepted commands, `faults` those that were added to the
    scenario's, `spent` how many answers each fault has had (the scenario's first). `dropped` says which commands an
    edit of the scenario took out of the log, and why. `api` is what the API has noted of the task; nothing but the
    API reads it.
    """

    key: RecordKey
    digest: str
    seed: str
    epoch: int
    time: TaskTime = dataclasses.field(default_factory=TaskTime)
    log: tuple[Entry, ...] = ()
    faults: tuple[Fault, ...] = ()
    spent: tuple[int, ...] = ()
    dropped: tuple[str, ...] = ()
    api: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def draw_key(self) -> str:
        """What ids and versions are drawn from: the same in every session and after a restart."""
        return f"{self.seed}:{self.key.scenario}:{self.key.task_id}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """What a session has settled for its tasks; None leaves it to the server.

    `tasks` names the scenario of single tasks by their id, `scenario` that of all others. `held` is what the session
    means by these names, by task id, None for all other tasks; what is not there is what all sessions mean. `created`
    are the tasks that clients have made, by their id; `numbered` is the highest number that one of them got.
    """

    scenario: str | None = None
    tasks: Mapping[str, str] = dataclasses.field(default_factory=dict)
    held: Mapping[str | None, PinnedScenario] = dataclasses.field(default_factory=dict)
    created: Mapping[str, CreatedTask] = dataclasses.field(default_factory=dict)
    numbered: int = 0
    mode: ClockMode | None = None
    speed: float | None = None

    def held_for(self, task_id: str | None) -> tuple[PinnedScenario, ...]:
        """What the session means by scenarios' names for a task (None: for any), what counts first coming first."""
        return tuple(self.held[key] for key in dict.fromkeys((task_id, None)) if key in self.held)

    def scenario_of(self, task_id: str) -> str | None:
        """The name of what a task plays; None where the session leaves it to the server."""
        if task_id in self.tasks:
            return self.tasks[task_id]
        return self.created[task_id].scenario if task_id in self.created else self.scenario


NO_PLAN = SessionPlan()
"""The plan of a session that has settled nothing."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How new records begin: their seed, and what moves their clocks."""

    seed: str
    clock: Clock
    mode: ClockMode = ClockMode.WALL
    speed: float = 1.0

    def record(self, key: RecordKey, digest: str, plan: SessionPlan) -> Record:
        """A record at its first touch: the wall's time starts it now, every other clock at `EPOCH`."""
        mode = plan.mode or self.mode
        timed = mode is ClockMode.WALL and not self.clock.fixed
        start = self.clock.now() if timed else EPOCH
        time = TaskTime.begun(mode, plan.speed or self.speed, start, follows=self.clock.fixed)
        return Record(key=key, digest=digest, seed=self.seed, epoch=start, time=time)
