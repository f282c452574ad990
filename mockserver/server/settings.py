"""The settings of a mock server, and the application that they make."""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Callable
from pathlib import Path
from types import UnionType
from typing import ClassVar

from taskmock.mockserver.admin.router import AdminRouter
from taskmock.mockserver.api.bk_sops.access.auth import Auth
from taskmock.mockserver.api.bk_sops.api import BkSopsApi
from taskmock.mockserver.api.protocol import Api
from taskmock.mockserver.clock import Clock, WallClock
from taskmock.mockserver.core.scenario import Scenario
from taskmock.mockserver.core.task_time import ClockMode
from taskmock.mockserver.generation.names import pool_for
from taskmock.mockserver.http.callers import CallerPolicy
from taskmock.mockserver.http.origin import allowed_host, allowed_origin
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.record import Opening
from taskmock.mockserver.playback.store import MemoryStore, Store
from taskmock.mockserver.scenarios.catalog import Catalog, check_named
from taskmock.mockserver.server.app import App
from taskmock.mockserver.sessions.journal import Journal
from taskmock.mockserver.sessions.names import SessionRule
from taskmock.mockserver.sessions.session import SessionContext
from taskmock.schemas import ALL, GATEWAYS, KNOWN, SESSION_FIELDS, chosen
from taskmock.schemas.argument import demand

_MODES = tuple(map(str, ClockMode))

_SWITCH = (bool, "True or False")
_TAKEN: dict[str, tuple[type | UnionType, str]] = {
    "locale": (str, "a locale's name as text"),
    "strict_sessions": _SWITCH,
    "admin_token": (str | None, "a text"),
    "admin": _SWITCH,
    "cors": _SWITCH,
    "auth": (str | os.PathLike | Auth | None, "the path of a file of declarations, or an Auth"),
    "quirks": _SWITCH,
}
"""What kinds of values fields take of which every value can be, or that are read later."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a mock server is set up; None leaves a thing to its default.

    `scenario` is a name or a file that plays for all tasks; `scenarios` are folders of further ones; `clock` is where
    the time comes from, or the name of a `mode`: wall, polls, manual, instant; `speed` says how fast the wall's time
    goes; `session_from` is the credential field that names the session; with `strict_sessions` a call must name one;
    `admin_token` is what calls of the admin API must show; without `admin` there is none; `allow_hosts` are names
    that the mock answers to beside the usual ones, `allow_origins` origins whose pages may call it, and without
    `cors` no page of another origin may; `gateway` says which gateways there are: esb, esb-legacy, apigw, all; `auth`
    declares who may call, or is a file that does; without `quirks` the real system's flaws are left out.

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
    allow_hosts: tuple[str, ...] = ()
    allow_origins: tuple[str, ...] = ()
    cors: bool = True
    gateway: str = ALL
    auth: str | Path | Auth | None = None
    quirks: bool = True

    EDITIONS: ClassVar[tuple[str, ...]] = KNOWN
    """What `edition` may be; a subclass for another API has that API's."""

    SESSION_FIELDS: ClassVar[tuple[str, ...]] = SESSION_FIELDS
    """What `session_from` may be; likewise."""

    def __post_init__(self) -> None:
        """Refuses what would only fail at the first poll, and puts what can be said in several ways into one."""
        for name, (kinds, takes) in _TAKEN.items():
            is_secret = name in {"admin_token", "auth"}
            demand(f"Settings({name}=…)", getattr(self, name), kinds, takes, is_secret=is_secret)
        check_named("Settings(scenario=…)", self.scenario)
        clock = self.clock
        if clock is not None and not isinstance(clock, str) and not callable(getattr(clock, "now", None)):
            raise ValueError(f"a clock is one of {', '.join(_MODES)}, or a clock such as ManualClock(), not {clock!r}")
        what, mode = ("clock", clock) if isinstance(clock, str) else ("mode", str(self.mode))
        mode = ClockMode(chosen(what, mode, _MODES))
        if self.edition is not None:
            chosen("edition", self.edition, self.EDITIONS)
        if self.session_from is not None:
            chosen("credential for session_from", self.session_from, self.SESSION_FIELDS)
        chosen("gateway", self.gateway, (*GATEWAYS, ALL))
        if self.admin_token is not None and not self.admin_token.strip():
            raise ValueError("the admin token is empty; allowed: a text that others cannot guess, or no token at all")
        speed, seed = self.speed, self.seed
        if isinstance(speed, bool) or not isinstance(speed, (int, float)) or not 0 < speed < math.inf:
            raise ValueError(f"a speed is a positive number, not {speed!r}")
        if isinstance(seed, bool) or not isinstance(seed, (str, int)):
            raise ValueError(f"a seed is a text or a whole number, not {seed!r}")
        settled = {
            "seed": str(seed),
            "clock": None if isinstance(clock, str) else clock,
            "mode": mode,
            "scenarios": _folders(self.scenarios),
            "allow_hosts": _texts("allow_hosts", self.allow_hosts, allowed_host),
            "allow_origins": _texts("allow_origins", self.allow_origins, allowed_origin),
        }
        for name, value in settled.items():
            object.__setattr__(self, name, value)  # frozen from here on


def _folders(given: object) -> tuple[Path, ...]:
    """The folders of a list, or the one folder that stands for itself."""
    folders = given if isinstance(given, (list, tuple)) else [given]
    wrong = [folder for folder in folders if not isinstance(folder, (str, Path)) or not Path(folder).is_dir()]
    if wrong:
        raise ValueError(f"scenarios are folders of scenario files, and there is no folder {str(wrong[0])!r}")
    return tuple(map(Path, folders))


def _texts(field: str, given: object, check: Callable[[str], str]) -> tuple[str, ...]:
    """The texts of a list, or the one text that stands for itself, each in its checked form."""
    texts = given if isinstance(given, (list, tuple)) else (given,)
    for text in texts:
        demand(f"Settings({field}=…)", text, str, "texts")
    return tuple(map(check, texts))


def build_app(settings: Settings, api: Api | None = None, *, host: str = "", store: Store | None = None) -> App:
    """The application of a mock server, not yet on any socket.

    `api` is what it mocks, None for BlueKing Standard OPS; `host` is what it will listen on, a name that it answers to;
    `store` is where it keeps its records, in memory if it is not said.

    Raises:
        ScenarioNotFoundError, ScenarioError: The scenario is not there, or its file is broken.
        LocaleError: The locale is unknown.
        AuthError: The file of declarations is broken.
    """
    pool_for(settings.locale)
    catalog = Catalog(settings.scenarios, check=_refuse_broken)
    default = None
    if isinstance(settings.scenario, Scenario):
        catalog.add(settings.scenario)
        default = settings.scenario.name
    elif settings.scenario is not None:
        default = catalog.take(settings.scenario).name
    if api is None:
        api = BkSopsApi(settings.gateway, auth=settings.auth, quirks=settings.quirks)
    clock = WallClock() if settings.clock is None or isinstance(settings.clock, str) else settings.clock
    playback = Playback(
        opening=Opening(
            seed=str(settings.seed), clock=clock, mode=settings.mode, speed=settings.speed, quirks=settings.quirks
        ),
        store=MemoryStore() if store is None else store,
        catalog=catalog,
        presenter=api.presenter,
        default=default,
        edition=settings.edition,
        locale=settings.locale,
    )
    context = SessionContext(playback, catalog, Journal(), api)
    callers = CallerPolicy(settings.allow_hosts, settings.allow_origins, cors=settings.cors, host=host)
    admin = AdminRouter(context, token=settings.admin_token, closed=not settings.admin, callers=callers)
    rule = SessionRule(settings.session_from, settings.strict_sessions, api.secrets)
    return App(context, admin, rule, callers=callers)


def _refuse_broken(scenario: Scenario, path: Path) -> None:
    # Loaded when a user's file is: judging takes the judge, which a start without one does not need.
    from taskmock.mockserver.dry_run.lint_file import refuse_broken

    refuse_broken(scenario, path)
