"""A session and its tasks in the hands of a test or of the admin API: what plays, its clock, what is done to it."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import re
from pathlib import Path

from taskmock.mockserver.clock import ClockMode
from taskmock.mockserver.command import Command, Verb
from taskmock.mockserver.gateways.door import Door, Operation
from taskmock.mockserver.gateways.esb import ESB
from taskmock.mockserver.gateways.gate import Gate
from taskmock.mockserver.graph import AddressError
from taskmock.mockserver.journal import Journal, JournalEntry
from taskmock.mockserver.operations import CommandRefusedError
from taskmock.mockserver.playback import Asked, Playback
from taskmock.mockserver.polling import Polling, polling_in
from taskmock.mockserver.record import DEFAULT_SESSION, TASK_ID, Held, Record, RecordKey, SessionPlan
from taskmock.mockserver.scenario import Scenario
from taskmock.mockserver.session_name import session_prefix
from taskmock.mockserver.taskclock import TaskClock
from taskmock.mockserver.turn import state_at
from taskmock.schemas import chosen, load_operations

_STATUS = Operation.of(load_operations()["get_task_status"])

_WILDCARD = re.compile(r"[*?]|\[([^]!])[^]]*(?:(\])|\Z)")


@dataclasses.dataclass(frozen=True, slots=True)
class Stage:
    """Where sessions play: what answers them, what is written down of them, who is let in, and the ways in."""

    playback: Playback
    journal: Journal
    gate: Gate = dataclasses.field(default_factory=Gate)
    doors: tuple[Door, ...] = (ESB,)

    @property
    def door(self) -> Door:
        """The first way in."""
        return self.doors[0]


class Session:
    """One session of a mock server: its own tasks, clocks and calls. `url` has the session in it."""

    def __init__(self, stage: Stage, name: str, *, base: str = "") -> None:
        self._stage = stage
        self.name = name
        self.url = base if name == DEFAULT_SESSION else base + session_prefix(name)

    def settle(self, *, scenario: str | Path | Scenario | None = None, clock: str | None = None) -> None:
        """Settles what the tasks that this session has yet to touch play, and what moves their clocks.

        Raises:
            ScenarioNotFoundError, ScenarioError: The scenario is not there, or its file is broken.
            ValueError: `clock` is no clock mode.
        """
        held = None if scenario is None else self._held(scenario)
        mode = None if clock is None else ClockMode(chosen("clock", clock, tuple(map(str, ClockMode))))

        def settled(plan: SessionPlan) -> SessionPlan:
            if held is not None:
                plan = dataclasses.replace(plan, scenario=held.scenario.name, held={**plan.held, None: held})
            return plan if mode is None else dataclasses.replace(plan, mode=mode)

        self._stage.playback.store.replan(self.name, settled)

    def play(self, scenario: str | Path | Scenario | None = None, task_id: str | None = None) -> Task:
        """Opens a task; a scenario of None is what the session or the server plays by default.

        Where no task id is given it is one that the scenario plays for, `TASK_ID` if it can be.

        Raises:
            ScenarioNotFoundError, ScenarioError: The scenario is not there, or its file is broken.
            ValueError: The scenario plays for other task ids.
        """
        playback = self._stage.playback
        if scenario is not None or task_id is None or task_id not in self.plan.created:
            task_id = self._cast(scenario, task_id)
        record = playback.open(Asked(session=self.name, task_id=task_id))
        return Task(playback, record.key, base=self.url, door=self._stage.door)

    def requests(self, task_id: str | None = None) -> tuple[JournalEntry, ...]:
        """The calls of this session, or of one of its tasks, the oldest first."""
        return self._stage.journal.find(self.name, task_id)

    def wait_for_requests(
        self, count: int = 1, *, task_id: str | None = None, within: float = 10
    ) -> tuple[JournalEntry, ...]:
        """The calls of this session, or of one of its tasks, as soon as there are `count`; waits `within` s at most.

        Raises:
            TimeoutError: There were fewer.
        """

        def fits(entry: JournalEntry) -> bool:
            return entry.session == self.name and task_id in {None, entry.task_id}

        seen = self._stage.journal.wait_for(fits, count=count, timeout=within)
        if seen < count:
            whose = f"the session {self.name!r}" + ("" if task_id is None else f" for the task {task_id!r}")
            raise TimeoutError(f"{seen} of {count} calls of {whose} came within {within:g} s")
        return self.requests(task_id)

    async def wait_for_requests_async(
        self, count: int = 1, *, task_id: str | None = None, within: float = 10
    ) -> tuple[JournalEntry, ...]:
        """The same while the caller's event loop goes on."""
        return await asyncio.to_thread(self.wait_for_requests, count, task_id=task_id, within=within)

    def polling(self, task_id: str) -> Polling:
        """How often, and at which intervals, one of the session's tasks was polled."""
        return polling_in(self.requests(task_id))

    def records(self) -> tuple[Record, ...]:
        """What is remembered of the session's tasks, the oldest first."""
        return self._stage.playback.store.records(self.name)

    def forget(self) -> None:
        """Forgets the session's tasks; the next poll starts them anew."""
        self._stage.playback.store.forget(self.name)

    @property
    def plan(self) -> SessionPlan:
        """What the session has settled."""
        return self._stage.playback.store.plan(self.name)

    def _cast(self, scenario: str | Path | Scenario | None, task_id: str | None) -> str:
        """Settles what a task plays from now on, and gives its id."""
        playback = self._stage.playback
        if scenario is not None:
            held = self._held(scenario)
            name, task_id = held.scenario.name, _played_id(held.scenario, task_id)
            playback.store.replan(self.name, functools.partial(_with_task, task_id=task_id, name=name, held=held))
            return task_id
        plan = self.plan
        if plan.scenario is None:
            return task_id or TASK_ID
        task_id = task_id or playable_id(playback.shelf.scenario(plan.scenario, plan.held_for(None)))
        playback.store.replan(self.name, functools.partial(_with_task, task_id=task_id, name=plan.scenario))
        return task_id

    def _held(self, scenario: str | Path | Scenario) -> Held:
        """What this session plays from now on, whatever others play under its name."""
        shelf = self._stage.playback.shelf
        return shelf.hold(scenario if isinstance(scenario, Scenario) else shelf.chosen(scenario))


def _with_task(plan: SessionPlan, *, task_id: str, name: str, held: Held | None = None) -> SessionPlan:
    """A session's plan in which a task plays a scenario, and none that a client has made of one."""
    created = {key: creation for key, creation in plan.created.items() if key != task_id}
    meant = plan.held if held is None else {**plan.held, task_id: held}
    return dataclasses.replace(plan, tasks={**plan.tasks, task_id: name}, held=meant, created=created)


def _played_id(scenario: Scenario, task_id: str | None) -> str:
    """The task id that a scenario is to play for, one of its own where none is given.

    Raises:
        ValueError: The scenario plays for other task ids.
    """
    if task_id is not None and scenario.play_for(task_id) is None:
        ids = ", ".join(pattern for play in scenario.plays for pattern in play.ids)
        raise ValueError(f"the scenario {scenario.name!r} does not play for the task {task_id!r}; allowed: {ids}")
    return playable_id(scenario) if task_id is None else task_id


def playable_id(scenario: Scenario) -> str:
    """A task id that a scenario plays for, `TASK_ID` where that is one."""
    ids = scenario.plays[0].ids
    if not ids or scenario.play_for(TASK_ID):
        return TASK_ID
    # The simplest text that a glob stands for: its characters, one digit for each wildcard, one of each set.
    return _WILDCARD.sub(_character, ids[0])


def _character(found: re.Match[str]) -> str:
    """The first of a set; of anything else, as of a set that nothing closes, the text with a digit per wildcard."""
    return found[1] if found[2] else found[0].replace("*", "1").replace("?", "1")


class Task:
    """A task that plays: its id, the URL that answers it, its clock, and what can be done to it."""

    def __init__(self, playback: Playback, key: RecordKey, *, base: str, door: Door = ESB) -> None:
        self._playback = playback
        self._key = key
        self.id = key.task_id
        self.scenario = key.scenario
        query = {
            "bk_app_code": "app",
            "bk_app_secret": "secret",
            "bk_username": "user",
            "bk_biz_id": "2",
            "task_id": self.id,
        }
        self.url = base + door.target(_STATUS, query)
        self.clock = TaskClock(self._playback, key)
        self.commands = Commands(self._playback, key)

    @property
    def ends(self) -> str:
        """The state that the task is in when nothing more happens by itself."""
        history = self._playback.history(self._playback.record(self._key))
        return str(state_at(history, history.moments[-1]))


class Commands:
    """What somebody may do to the task and its nodes, each at the task's present reading.

    Raises, each of them:
        CommandRefusedError: The task's state does not allow it; nothing has changed.
        AddressError: The address names no node, or several.
    """

    def __init__(self, playback: Playback, key: RecordKey) -> None:
        self._playback = playback
        self._key = key

    def _give(self, verb: Verb, target: str, data: object = None) -> None:
        __tracebackhide__ = True
        try:
            self._playback.command(self._key, Command(verb=verb, target=target, data=data))
        except (CommandRefusedError, AddressError) as error:
            # A test that gives the command is shown its own line, and nothing of what is behind it.
            raise error.with_traceback(None) from None

    def pause(self, target: str = "task") -> None:
        """Pauses the task, a subprocess, or a node that has yet to begin."""
        __tracebackhide__ = True
        self._give(Verb.PAUSE, target)

    def resume(self, target: str = "task") -> None:
        """Resumes what was paused."""
        __tracebackhide__ = True
        self._give(Verb.RESUME, target)

    def revoke(self) -> None:
        """Ends the task for good."""
        __tracebackhide__ = True
        self._give(Verb.REVOKE, "task")

    def retry(self, node: str) -> None:
        """Tries a failed node again."""
        __tracebackhide__ = True
        self._give(Verb.RETRY, node)

    def skip(self, node: str) -> None:
        """Goes on behind a failed node."""
        __tracebackhide__ = True
        self._give(Verb.SKIP, node)

    def forced_fail(self, node: str) -> None:
        """Ends a running node: FAILED."""
        __tracebackhide__ = True
        self._give(Verb.FORCED_FAIL, node)

    def callback(self, node: str, *, result: bool = True, ex_data: object = "callback failed") -> None:
        """Calls back to a waiting node, which then succeeds or fails."""
        __tracebackhide__ = True
        self._give(Verb.CALLBACK, node, None if result else {"result": False, "ex_data": ex_data})

    def rollback(self, node: str) -> None:
        """Undoes what came after a node, and runs it again."""
        __tracebackhide__ = True
        self._give(Verb.ROLLBACK, node)
