"""A session and its tasks, as tests and the admin API have them: what plays, what was asked, what is forgotten."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from taskmock.mockserver.api.protocol import Api
from taskmock.mockserver.clock import checked_speed
from taskmock.mockserver.core.errors import ScenarioError, ScenarioNotFoundError
from taskmock.mockserver.core.fault import Fault
from taskmock.mockserver.core.scenario import PinnedScenario, Scenario
from taskmock.mockserver.core.task_time import ClockMode
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.poll import Playing, Query
from taskmock.mockserver.playback.record import DEFAULT_SESSION, TASK_ID, Record, RecordKey, SessionPlan
from taskmock.mockserver.playback.store import RecordGoneError
from taskmock.mockserver.scenarios.catalog import Catalog, check_named
from taskmock.mockserver.sessions.journal import Criteria, Journal, JournalEntry, TooFewCallsError
from taskmock.mockserver.sessions.names import scenario_prefix, session_prefix
from taskmock.mockserver.sessions.polling import Polling, polling_in
from taskmock.mockserver.sessions.task import Task
from taskmock.schemas import chosen
from taskmock.schemas.argument import demand

Said = str | Mapping[str, Any] | None
"""What a call has in its body: a text, or parameters by their names."""

_WILDCARD = re.compile(r"[*?]|\[([^]!])[^]]*(?:(\])|\Z)")


@dataclasses.dataclass(frozen=True, slots=True)
class SessionContext:
    """What all sessions of a server share: the player, the scenarios, the journal, and the API that answers."""

    playback: Playback
    catalog: Catalog
    journal: Journal
    api: Api


class Session:
    """One session of a mock server: its own tasks, clocks and calls. `url` has the session in it."""

    def __init__(self, context: SessionContext, name: str, *, base: str = "") -> None:
        self._context = context
        self.name = name
        self.url = base if name == DEFAULT_SESSION else base + session_prefix(name)

    def settle(self, *, scenario: str | Path | Scenario | None = None, clock: str | None = None) -> None:
        """Settles what the tasks that this session has yet to touch play, and what moves their clocks.

        Raises:
            ScenarioNotFoundError, ScenarioError: The scenario is not there, or its file is broken.
            ValueError: `clock` is no clock mode.
        """
        check_named("settle(scenario=…)", scenario)
        pinned = None if scenario is None else self._pinned(scenario)
        if clock is None:
            self.change_plan(pinned=pinned)
        else:
            self.change_plan(pinned=pinned, mode=ClockMode(chosen("clock", clock, tuple(map(str, ClockMode)))))

    def set_speed(self, speed: float) -> None:
        """Lets the session's tasks go so many times as fast as time: the open ones from where they are, and all others.

        Tasks that polls move go on as they did.

        Raises:
            ValueError: `speed` is none.
        """
        speed, playback = checked_speed(speed), self._context.playback

        def paced(record: Record, playing: Playing) -> tuple[Record, None]:
            time = record.time.at_speed(speed, playing.history.moments, playback.opening.clock.now())
            return dataclasses.replace(record, time=time), None

        self.change_plan(speed=speed)
        for record in self.records():
            with contextlib.suppress(RecordGoneError, ScenarioNotFoundError, ScenarioError):
                playback.change(record.key, paced)

    def add_faults(self, faults: tuple[Fault, ...]) -> None:
        """Lets all tasks of the session meet faults, the open ones from now on, until they are taken back."""
        self._change_faults(
            lambda held: (*held, *faults),
            lambda record, _: (dataclasses.replace(record, faults=(*record.faults, *faults)), None),
        )

    def clear_faults(self) -> None:
        """Takes the session's faults back; those that were added to single tasks stay."""
        faults = self.plan.faults
        self._change_faults(
            lambda _: (), lambda record, playing: (record.without(faults, len(playing.play.faults)), None)
        )

    def _change_faults(
        self,
        plan: Callable[[tuple[Fault, ...]], tuple[Fault, ...]],
        task: Callable[[Record, Playing], tuple[Record, None]],
    ) -> None:
        playback = self._context.playback
        playback.store.replan(self.name, lambda found: dataclasses.replace(found, faults=plan(found.faults)))
        for record in self.records():
            with contextlib.suppress(RecordGoneError, ScenarioNotFoundError, ScenarioError):
                playback.change(record.key, task)

    def change_plan(
        self,
        *,
        pinned: PinnedScenario | None = None,
        anew: bool = False,
        **changes: Any,  # noqa: ANN401  # the fields of a plan
    ) -> None:
        """Changes fields of the session's plan (see `SessionPlan`): None leaves one to the server.

        `pinned` is what its tasks play, whatever others play under that name; with `anew` the session and its tasks
        are forgotten first.

        Raises:
            ScenarioNotFoundError, ScenarioError: The scenario is not there, or its file is broken; nothing is changed.
        """
        store = self._context.playback.store
        if changes.get("scenario") is not None:
            self._context.catalog.scenario(changes["scenario"])
        if anew:
            store.forget(self.name)

        def changed(plan: SessionPlan) -> SessionPlan:
            if pinned is not None:
                plan = dataclasses.replace(plan, scenario=pinned.scenario.name, held=plan.holding(None, pinned))
            return dataclasses.replace(plan, **changes)

        store.replan(self.name, changed)

    def play(self, scenario: str | Path | Scenario | None = None, task_id: str | None = None) -> Task:
        """Opens a task; a scenario of None is what the session or the server plays by default.

        Where no task id is given it is one that the scenario plays for, `TASK_ID` if it can be.

        Raises:
            ScenarioNotFoundError, ScenarioError: The scenario is not there, or its file is broken.
            ValueError: The scenario plays for other task ids.
        """
        __tracebackhide__ = True
        check_named("play(scenario)", scenario)
        demand("play(task_id=…)", task_id, str | None, "a task's id as text")
        playback = self._context.playback
        if scenario is not None or task_id is None or task_id not in self.plan.created:
            task_id = self._cast(scenario, task_id)
        record = playback.open(Query(session=self.name, task_id=task_id))
        return self.task(record.key)

    def task(self, key: RecordKey) -> Task:
        """A task of this session that is open."""
        return Task(self._context.playback, key, address=self._address)

    def requests(
        self,
        task_id: str | None = None,
        *,
        call: str | None = None,
        node: str | None = None,
        body: Said = None,
    ) -> tuple[JournalEntry, ...]:
        """The calls of this session, the oldest first: of one of its tasks, of one name, for a node, saying something.

        `node` is a name, path or id, `body` a text in the call's body, or parameters that it has.
        """
        demand("requests(task_id)", task_id, str | None, "a task's id as text")
        return self._context.journal.find(self._criteria("requests", task_id, call, node, body))

    def wait_for_requests(
        self,
        count: int = 1,
        *,
        task_id: str | None = None,
        within: float = 10,
        call: str | None = None,
        node: str | None = None,
        body: Said = None,
    ) -> tuple[JournalEntry, ...]:
        """The calls of this session, or those that fit, as soon as there are `count`; waits `within` seconds at most.

        Raises:
            TimeoutError: There were fewer.
        """
        demand("wait_for_requests(count)", count, int, "a whole number")
        demand("wait_for_requests(task_id=…)", task_id, str | None, "a task's id as text")
        demand("wait_for_requests(within=…)", within, int | float, "seconds as a number")
        if not 0 <= within <= threading.TIMEOUT_MAX:
            raise ValueError(
                f"wait_for_requests(within=…) takes 0 to {threading.TIMEOUT_MAX:g} seconds, not {within!r}"
            )
        criteria = self._criteria("wait_for_requests", task_id, call, node, body)
        try:
            self._context.journal.wait_for(criteria, count=count, timeout=within)
        except TooFewCallsError as error:
            whose = f"the session {self.name!r}" + ("" if task_id is None else f" for the task {task_id!r}")
            raise TimeoutError(f"{error.seen} of {count} calls of {whose} came within {within:g} s") from None
        return self._context.journal.find(criteria)

    async def wait_for_requests_async(
        self,
        count: int = 1,
        *,
        within: float = 10,
        **which: Any,  # noqa: ANN401  # what `wait_for_requests` takes
    ) -> tuple[JournalEntry, ...]:
        """The same while the caller's event loop goes on."""
        return await asyncio.to_thread(self.wait_for_requests, count, within=within, **which)

    def polling(self, task_id: str) -> Polling:
        """How often, and at which intervals, one of the session's tasks was polled."""
        return polling_in(self.requests(task_id))

    def records(self) -> tuple[Record, ...]:
        """What is remembered of the session's tasks, the oldest first."""
        return self._context.playback.store.records(self.name)

    def forget(self) -> None:
        """Forgets the session's tasks; the next poll starts them anew."""
        self._context.playback.store.forget(self.name)

    @property
    def plan(self) -> SessionPlan:
        """What the session has settled."""
        return self._context.playback.store.plan(self.name)

    def _criteria(self, asked: str, task_id: str | None, call: str | None, node: str | None, body: Said) -> Criteria:
        demand(f"{asked}(call=…)", call, str | None, "the name of a call as text")
        demand(f"{asked}(node=…)", node, str | None, "a node's name, path or id as text")
        demand(f"{asked}(body=…)", body, str | Mapping | None, "text, or parameters by their names")
        return Criteria(session=self.name, task=task_id, call=call, node=node, body=body)

    def _address(self, key: RecordKey) -> str:
        """The URL of a task: the session's call for its id, with the scenario in it where that call means another."""
        playback, plan = self._context.playback, self.plan
        name = plan.scenario_of(key.task_id) or playback.default
        try:
            meant = playback.scenario_for(name, key.task_id, playback.opening.seed, plan=plan).name
        except (ScenarioNotFoundError, ScenarioError):  # taken off the shelf meanwhile
            meant = None
        own = "" if meant == key.scenario else scenario_prefix(key.scenario)
        return self.url + own + self._context.api.poll_url(key.task_id)

    def _cast(self, scenario: str | Path | Scenario | None, task_id: str | None) -> str:
        """Settles what a task plays from now on, and gives its id."""
        playback = self._context.playback
        if scenario is not None:
            held = self._pinned(scenario)
            name, task_id = held.scenario.name, played_id(held.scenario, task_id)
            playback.store.replan(self.name, functools.partial(_with_task, task_id=task_id, name=name, held=held))
            return task_id
        plan = self.plan
        if plan.scenario is None:
            return task_id or TASK_ID
        task_id = task_id or playable_id(playback.catalog.scenario(plan.scenario, plan.held_for(None)))
        playback.store.replan(self.name, functools.partial(_with_task, task_id=task_id, name=plan.scenario))
        return task_id

    def _pinned(self, scenario: str | Path | Scenario) -> PinnedScenario:
        """What this session plays from now on, whatever others play under its name."""
        catalog = self._context.catalog
        return catalog.hold(scenario if isinstance(scenario, Scenario) else catalog.chosen(scenario))


def _with_task(plan: SessionPlan, *, task_id: str, name: str, held: PinnedScenario | None = None) -> SessionPlan:
    """A session's plan in which a task plays a scenario, and none that a client has made of one."""
    created = {key: creation for key, creation in plan.created.items() if key != task_id}
    meant = plan.held if held is None else plan.holding(task_id, held)
    return dataclasses.replace(plan, tasks={**plan.tasks, task_id: name}, held=meant, created=created)


def played_id(scenario: Scenario, task_id: str | None) -> str:
    """The task id that a scenario is to play for, one of its own where none is given.

    Raises:
        ValueError: The scenario plays for other task ids.
    """
    if task_id is not None and scenario.play_for(task_id) is None:
        ids = ", ".join(pattern for play in scenario.plays for pattern in play.ids)
        raise ValueError(f"the scenario {scenario.name!r} does not play for the task {task_id!r}; allowed: {ids}")
    return playable_id(scenario) if task_id is None else task_id


def playable_id(scenario: Scenario) -> str:
    """A task id that a scenario plays for, `TASK_ID` where that is one.

    Raises:
        ValueError: The scenario has no task.
    """
    if not scenario.plays:
        raise ValueError(f"the scenario {scenario.name!r} has no task to play")
    ids = scenario.plays[0].ids
    if not ids or scenario.play_for(TASK_ID):
        return TASK_ID
    # The simplest text that a glob stands for: its characters, one digit for each wildcard, one of each set.
    return _WILDCARD.sub(_character, ids[0])


def _character(found: re.Match[str]) -> str:
    """The first of a set; of anything else, as of a set that nothing closes, the text with a digit per wildcard."""
    return found[1] if found[2] else found[0].replace("*", "1").replace("?", "1")
