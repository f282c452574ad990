"""The mock server inside another program: started and stopped with a `with` block."""

from __future__ import annotations

import dataclasses
import math
import secrets
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from taskmock.contracts.verify.host import is_local
from taskmock.mockserver.app import App
from taskmock.mockserver.clock import Clock, ClockMode, WallClock
from taskmock.mockserver.front.thread import FrontThread
from taskmock.mockserver.gateways.auth import Auth
from taskmock.mockserver.gateways.choice import ALL, CHOICES, doors_of
from taskmock.mockserver.house_rules import HouseRules
from taskmock.mockserver.journal import JournalEntry
from taskmock.mockserver.phrases import pool_for
from taskmock.mockserver.playback import Playback
from taskmock.mockserver.record import DEFAULT_SESSION, Opening
from taskmock.mockserver.scenario import Scenario
from taskmock.mockserver.session import Session, Task
from taskmock.mockserver.session_name import SESSION_FIELDS
from taskmock.mockserver.shelf import Shelf
from taskmock.mockserver.store import MemoryStore
from taskmock.schemas import EDITIONS, chosen

if TYPE_CHECKING:
    from typing import Self
    from wsgiref.types import StartResponse, WSGIEnvironment


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a mock server is set up; None leaves a thing to its default.

    `scenario` is a name or a file that plays for all tasks; `scenarios` are folders of further ones; `clock` is where
    the time comes from, or the name of a `mode`: wall, polls, manual, instant; `speed` says how fast the wall's time
    goes; `session_from` is the credential field that names the session; with `strict_sessions` a call must name one;
    `admin_token` is what calls of the admin API must show; without `admin` there is none; `gateway` says which
    doors there are: esb, esb-legacy, apigw, all; `auth` declares who may call, or is a file that does; without
    `quirks` the real system's flaws are left out.

    Raises:
        ValueError: A value that cannot be, with those that can.
    """

    seed: str | int = "0"
    edition: str | None = None
    scenario: str | Path | Scenario | None = None
    scenarios: tuple[Path, ...] = ()
    clock: Clock | str | None = None
    mode: ClockMode = ClockMode.WALL
    speed: float = 1.0
    locale: str = "en"
    session_from: str | None = None
    strict_sessions: bool = False
    admin_token: str | None = None
    admin: bool = True
    gateway: str = ALL
    auth: str | Path | Auth | None = None
    quirks: bool = True

    def __post_init__(self) -> None:
        """Refuses what would go wrong at the first poll only, and takes a number as a seed, a word as a clock."""
        for name, value in _settled(self).items():
            object.__setattr__(self, name, value)


def _settled(settings: Settings) -> dict[str, object]:
    """The values of settings that may be said in several ways, each in one.

    Raises:
        ValueError: One cannot be, with those that can.
    """
    clock, mode = settings.clock, settings.mode
    if isinstance(clock, str):
        mode = ClockMode(chosen("clock", clock, _MODES))
        clock = None
    elif clock is not None and not callable(getattr(clock, "now", None)):
        raise ValueError(f"a clock is one of {', '.join(_MODES)}, or a clock such as ManualClock(), not {clock!r}")
    if settings.edition is not None:
        chosen("edition", settings.edition, EDITIONS)
    if settings.session_from is not None:
        chosen("credential for session_from", settings.session_from, SESSION_FIELDS)
    chosen("gateway", settings.gateway, CHOICES)
    if settings.admin_token is not None and not settings.admin_token.strip():
        raise ValueError("the admin token is empty; allowed: a text that others cannot guess, or no token at all")
    speed = settings.speed
    if isinstance(speed, bool) or not isinstance(speed, (int, float)) or not 0 < speed < math.inf:
        raise ValueError(f"a speed is a positive number, not {speed!r}")
    if isinstance(settings.seed, bool) or not isinstance(settings.seed, (str, int)):
        raise ValueError(f"a seed is a text or a whole number, not {settings.seed!r}")
    return {
        "seed": str(settings.seed),
        "clock": clock,
        "mode": ClockMode(chosen("mode", str(mode), _MODES)),
        "scenarios": _folders(settings.scenarios),
    }


def _folders(given: object) -> tuple[Path, ...]:
    """The folders of a list, or the one folder that stands for itself."""
    folders = given if isinstance(given, (list, tuple)) else [given]
    wrong = [folder for folder in folders if not isinstance(folder, (str, Path)) or not Path(folder).is_dir()]
    if wrong:
        raise ValueError(f"scenarios are folders of scenario files, and there is no folder {str(wrong[0])!r}")
    return tuple(map(Path, folders))


_MODES = tuple(map(str, ClockMode))


def check_exposure(host: str, settings: Settings) -> None:
    """Refuses to open the admin API to other machines.

    Raises:
        ValueError: The host is not this machine alone, and the admin API wants no token.
    """
    if settings.admin and settings.admin_token is None and not is_local(host):
        raise ValueError(
            f"other machines can reach the host {host!r}, and anybody there could use the admin API; "
            "give it a token (the variable TASKMOCK_ADMIN_TOKEN, --admin-token, admin-token in taskmock.toml, "
            "Settings(admin_token=...)), leave it out (--no-admin, Settings(admin=False)), or listen on 127.0.0.1"
        )


def build_app(settings: Settings) -> App:
    """The application of a mock server, not yet on any socket.

    Raises:
        ScenarioNotFoundError, ScenarioError: The scenario is not there, or its file is broken.
        LocaleError: Nobody knows the locale.
        AuthError: The file of declarations is broken.
    """
    pool_for(settings.locale)
    shelf = Shelf(settings.scenarios, check=_refuse_broken)
    default = None
    if isinstance(settings.scenario, Scenario):
        shelf.add(settings.scenario)
        default = settings.scenario.name
    elif settings.scenario is not None:
        default = shelf.take(settings.scenario).name
    clock = WallClock() if settings.clock is None or isinstance(settings.clock, str) else settings.clock
    opening = Opening(seed=str(settings.seed), clock=clock, mode=settings.mode, speed=settings.speed)
    playback = Playback(
        opening=opening,
        store=MemoryStore(),
        shelf=shelf,
        default=default,
        edition=settings.edition,
        locale=settings.locale,
    )
    rules = HouseRules(
        doors=doors_of(settings.gateway),
        auth=_auth(settings.auth),
        session_from=settings.session_from,
        strict_sessions=settings.strict_sessions,
        admin_token=settings.admin_token,
        admin=settings.admin,
        quirks=settings.quirks,
    )
    return App(playback, rules)


def _auth(given: str | Path | Auth | None) -> Auth | None:
    if given is None or isinstance(given, Auth):
        return given
    from taskmock.mockserver.loader.auth_file import load_auth

    return load_auth(Path(given))


def _refuse_broken(scenario: Scenario, path: Path) -> None:
    # Loaded when a user's file is: judging takes the judge, which a start without one does not need.
    from taskmock.mockserver.file_linter import refuse_broken

    refuse_broken(scenario, path)


class MockServer:
    """A mock server in a thread of its own, on a free port of this machine unless told otherwise.

    `with MockServer(scenario="orders.yaml", clock=ManualClock()) as mock:` serves until the block ends; `async with`
    does the same without blocking the caller's event loop. `settings` are the fields of `Settings`.

    Raises:
        ValueError: `host` lets other machines in, and the admin API has no token.
    """

    def __init__(
        self,
        scenario: str | Path | Scenario | None = None,
        *,
        clock: Clock | str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        settings: Settings | None = None,
    ) -> None:
        base = settings or Settings()
        check_exposure(host, base)
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

    def session(self, name: str | None = None) -> ServerSession:
        """A session by name; a new one, that nobody else has, where none is given."""
        return ServerSession(self.app, name or f"s-{secrets.token_hex(8)}", base=self.url)

    def play(self, scenario: str | Path | Scenario | None = None, task_id: str | None = None) -> Task:
        """Opens a task of the default session; `scenario` None plays what the server plays by default."""
        return self.session(DEFAULT_SESSION).play(scenario, task_id)

    def requests(self) -> tuple[JournalEntry, ...]:
        """All calls so far, the oldest first."""
        return self.app.journal.find()

    def _serving(self, host: str, port: int) -> None:
        self._url = base_url(host, port)

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


def base_url(host: str, port: int) -> str:
    """The URL of a server at an address, without a slash at its end."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


class ServerSession(Session):
    """A session of a running server: its `url`, and the server as a WSGI application for it alone."""

    def __init__(self, app: App, name: str, *, base: str) -> None:
        super().__init__(app.stage, name, base=base)
        self._app = app

    def app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The mock as a WSGI application, all calls belonging to this session (for `httpx.WSGITransport` and such)."""
        return self._app(environ | {"HTTP_X_MOCK_SESSION": self.name}, start_response)
