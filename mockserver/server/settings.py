"""The settings of a mock server, and the application that they make."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

from taskmock.mockserver.api.bk_sops.access.auth import Auth
from taskmock.mockserver.api.bk_sops.documents.presenter import PRESENTER
from taskmock.mockserver.api.bk_sops.gateways.registry import gateways_of
from taskmock.mockserver.clock import Clock, ClockMode, WallClock
from taskmock.mockserver.core.scenario import Scenario
from taskmock.mockserver.generation.names import pool_for
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.record import Opening
from taskmock.mockserver.playback.store import MemoryStore
from taskmock.mockserver.scenarios.catalog import Catalog
from taskmock.mockserver.server.app import App, HouseRules
from taskmock.mockserver.sessions.names import SESSION_FIELDS
from taskmock.schemas import ALL, EDITIONS, GATEWAYS, chosen


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
    chosen("gateway", settings.gateway, (*GATEWAYS, ALL))
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


def build_app(settings: Settings) -> App:
    """The application of a mock server, not yet on any socket.

    Raises:
        ScenarioNotFoundError, ScenarioError: The scenario is not there, or its file is broken.
        LocaleError: Nobody knows the locale.
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
    clock = WallClock() if settings.clock is None or isinstance(settings.clock, str) else settings.clock
    opening = Opening(seed=str(settings.seed), clock=clock, mode=settings.mode, speed=settings.speed)
    playback = Playback(
        opening=opening,
        store=MemoryStore(),
        catalog=catalog,
        presenter=PRESENTER,
        default=default,
        edition=settings.edition,
        locale=settings.locale,
    )
    rules = HouseRules(
        gateways=gateways_of(settings.gateway),
        auth=_auth(settings.auth),
        session_from=settings.session_from,
        strict_sessions=settings.strict_sessions,
        admin_token=settings.admin_token,
        admin=settings.admin,
        quirks=settings.quirks,
    )
    return App(playback, catalog, rules)


def _auth(given: str | Path | Auth | None) -> Auth | None:
    if given is None or isinstance(given, Auth):
        return given
    from taskmock.mockserver.api.bk_sops.access.auth_file import load_auth

    return load_auth(Path(given))


def _refuse_broken(scenario: Scenario, path: Path) -> None:
    # Loaded when a user's file is: judging takes the judge, which a start without one does not need.
    from taskmock.mockserver.dry_run.lint_file import refuse_broken

    refuse_broken(scenario, path)
