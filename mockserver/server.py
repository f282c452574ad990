"""The mock server inside another program: started and stopped with a `with` block."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from taskmock.mockserver.app import App
from taskmock.mockserver.clock import Clock, ClockMode, WallClock
from taskmock.mockserver.command import Command, Verb
from taskmock.mockserver.front.thread import FrontThread
from taskmock.mockserver.journal import JournalEntry
from taskmock.mockserver.playback import Asked, Playback
from taskmock.mockserver.record import DEFAULT_SESSION, Opening, RecordKey, SessionPlan
from taskmock.mockserver.scenario import Scenario
from taskmock.mockserver.sessions import session_prefix
from taskmock.mockserver.shelf import Shelf
from taskmock.mockserver.store import MemoryStore
from taskmock.mockserver.taskclock import TaskClock

if TYPE_CHECKING:
    from typing import Self
    from wsgiref.types import StartResponse, WSGIEnvironment

STATUS_PATH = "/api/c/compapi/v2/sops/get_task_status/"
"""The path of the call that the document describes."""

TASK_ID = "10"
"""The task id of the document's example: what plays where nobody names another."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a mock server is set up; None leaves a thing to its default.

    `scenario` is a name or a file that plays for all tasks; `scenarios` are folders of further ones; `speed` says
    how fast the wall's time goes; `session_from` is the credential field that names the session.
    """

    seed: str = "0"
    edition: str | None = None
    scenario: str | Path | Scenario | None = None
    scenarios: tuple[Path, ...] = ()
    clock: Clock | None = None
    mode: ClockMode = ClockMode.WALL
    speed: float = 1.0
    locale: str = "en"
    session_from: str | None = None


def build_app(settings: Settings) -> App:
    """The application of a mock server, not yet on any socket.

    Raises:
        ScenarioNotFoundError, ScenarioError: The scenario is not there, or its file is broken.
        LocaleError: Nobody knows the locale.
    """
    shelf = Shelf(settings.scenarios)
    default = None
    if isinstance(settings.scenario, Scenario):
        shelf.add(settings.scenario)
        default = settings.scenario.name
    elif settings.scenario is not None:
        default = shelf.take(settings.scenario).name
    opening = Opening(seed=settings.seed, clock=settings.clock or WallClock(), mode=settings.mode, speed=settings.speed)
    playback = Playback(
        opening=opening,
        store=MemoryStore(),
        shelf=shelf,
        default=default,
        edition=settings.edition,
        locale=settings.locale,
    )
    return App(playback, session_from=settings.session_from)


class MockServer:
    """A mock server in a thread of its own, on a free port of this machine unless told otherwise.

    `with MockServer(scenario="orders.yaml", clock=ManualClock()) as mock:` serves until the block ends; `async with`
    does the same without blocking the caller's event loop. `settings` are the fields of `Settings`.
    """

    def __init__(
        self,
        scenario: str | Path | Scenario | None = None,
        *,
        clock: Clock | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        settings: Settings | None = None,
    ) -> None:
        base = settings or Settings()
        self.app = build_app(dataclasses.replace(base, scenario=scenario or base.scenario, clock=clock or base.clock))
        self._front = FrontThread(self.app)
        self._address = (host, port)
        self._url: str | None = None

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end.

        Raises:
            RuntimeError: The server is not running.
        """
        if self._url is None:
            raise RuntimeError("the mock server is not running; use it in a `with` block")
        return self._url

    def start(self) -> None:
        """Starts to serve.

        Raises:
            PortTakenError, BindError: The address cannot be used.
        """
        self._serving(*self._front.start(*self._address))

    def stop(self) -> None:
        """Answers the calls in flight and ends."""
        self._front.stop()
        self._url = None

    def session(self, name: str | None = None) -> Session:
        """A session by name; a new one, that nobody else has, where none is given."""
        return Session(self.app, name or f"s-{secrets.token_hex(8)}", base=self.url)

    def play(self, scenario: str | Path | Scenario | None = None, task_id: str | None = None) -> Task:
        """Opens a task of the default session; `scenario` None plays what the server plays by default."""
        return self.session(DEFAULT_SESSION).play(scenario, task_id)

    def requests(self) -> tuple[JournalEntry, ...]:
        """All calls so far, the oldest first."""
        return self.app.journal.find()

    def _serving(self, host: str, port: int) -> None:
        self._url = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        self._serving(*await self._front.start_async(*self._address))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._front.stop_async()
        self._url = None


class Session:
    """One session of a mock server: its own tasks, clocks and calls. `url` has the session in it."""

    def __init__(self, app: App, name: str, *, base: str) -> None:
        self._app = app
        self.name = name
        self.url = base if name == DEFAULT_SESSION else base + session_prefix(name)

    def app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The mock as a WSGI application, all calls belonging to this session (for `httpx.WSGITransport` and such)."""
        return self._app(environ | {"HTTP_X_MOCK_SESSION": self.name}, start_response)

    def settle(self, *, scenario: str | Path | Scenario | None = None, clock: str | None = None) -> None:
        """Settles what the tasks that this session has yet to touch play, and what moves their clocks.

        Raises:
            ScenarioNotFoundError, ScenarioError: The scenario is not there, or its file is broken.
            ValueError: `clock` is no clock mode.
        """
        plan = self._plan()
        if scenario is not None:
            plan = dataclasses.replace(plan, scenario=self._taken(scenario).name)
        if clock is not None:
            plan = dataclasses.replace(plan, mode=ClockMode(clock))
        self._app.playback.store.settle(self.name, plan)

    def play(self, scenario: str | Path | Scenario | None = None, task_id: str | None = None) -> Task:
        """Opens a task; a scenario of None is what the session or the server plays by default.

        Where no task id is given it is one that the scenario plays for, `TASK_ID` if it can be.

        Raises:
            ScenarioNotFoundError, ScenarioError: The scenario is not there, or its file is broken.
        """
        playback = self._app.playback
        plan = self._plan()
        name = self._taken(scenario).name if scenario is not None else plan.scenario
        if task_id is None:
            task_id = playable_id(playback.shelf.scenario(name)) if name else TASK_ID
        if name is not None:
            plan = dataclasses.replace(plan, tasks={**plan.tasks, task_id: name})
            playback.store.settle(self.name, plan)
        record = playback.open(Asked(session=self.name, task_id=task_id))
        return Task(playback, record.key, base=self.url)

    def requests(self, task_id: str | None = None) -> tuple[JournalEntry, ...]:
        """The calls of this session, or of one of its tasks, the oldest first."""
        return self._app.journal.find(self.name, task_id)

    def forget(self) -> None:
        """Forgets the session's tasks; the next poll starts them anew."""
        self._app.playback.store.forget(self.name)

    def _plan(self) -> SessionPlan:
        return self._app.playback.store.plan(self.name)

    def _taken(self, scenario: str | Path | Scenario) -> Scenario:
        shelf = self._app.playback.shelf
        if isinstance(scenario, Scenario):
            shelf.add(scenario)
            return scenario
        return shelf.take(scenario)


def playable_id(scenario: Scenario) -> str:
    """A task id that a scenario plays for, `TASK_ID` where that is one."""
    ids = scenario.plays[0].ids
    if not ids or scenario.play_for(TASK_ID):
        return TASK_ID
    # The simplest text that a glob stands for: its characters, with one digit for each wildcard.
    return ids[0].replace("*", "1").replace("?", "1")


class Task:
    """A task that plays: its id, the URL that answers it, its clock, and what can be done to it."""

    def __init__(self, playback: Playback, key: RecordKey, *, base: str) -> None:
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
        self.url = f"{base}{STATUS_PATH}?{urlencode(query)}"
        self.clock = TaskClock(self._playback, key)
        self.commands = Commands(self._playback, key)

    @property
    def ends(self) -> str:
        """The state that the task is in when nothing more happens by itself."""
        history = self._playback.history(self._playback.record(self._key))
        states = history.tree_at(history.moments[-1]).states
        return states[0].value if states else "CREATED"


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
        self._playback.command(self._key, Command(verb=verb, target=target, data=data))

    def pause(self, target: str = "task") -> None:
        """Pauses the task, a subprocess, or a node that has yet to begin."""
        self._give(Verb.PAUSE, target)

    def resume(self, target: str = "task") -> None:
        """Resumes what was paused."""
        self._give(Verb.RESUME, target)

    def revoke(self) -> None:
        """Ends the task for good."""
        self._give(Verb.REVOKE, "task")

    def retry(self, node: str) -> None:
        """Tries a failed node again."""
        self._give(Verb.RETRY, node)

    def skip(self, node: str) -> None:
        """Goes on behind a failed node."""
        self._give(Verb.SKIP, node)

    def forced_fail(self, node: str) -> None:
        """Ends a running node: FAILED."""
        self._give(Verb.FORCED_FAIL, node)

    def callback(self, node: str, *, result: bool = True, ex_data: object = "callback failed") -> None:
        """Calls back to a waiting node, which then succeeds or fails."""
        self._give(Verb.CALLBACK, node, None if result else {"result": False, "ex_data": ex_data})

    def rollback(self, node: str) -> None:
        """Undoes what came after a node, and runs it again."""
        self._give(Verb.ROLLBACK, node)
