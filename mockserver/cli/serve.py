"""`taskmock serve`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from taskmock.contracts.findings.foreign_text import harmless, printable
from taskmock.mockserver.cli.kept_sessions import keep_sessions, store_for
from taskmock.mockserver.cli.options import (
    EDITION,
    FILE,
    ConfiguredCommand,
    SetUpError,
    locale_option,
    reported_as,
    scenario_dir_option,
    setting,
)
from taskmock.mockserver.cli.settings_file import is_there
from taskmock.mockserver.clock import ClockMode
from taskmock.mockserver.core.errors import ScenarioNotFoundError
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.presenter import state_at
from taskmock.mockserver.playback.record import RecordKey
from taskmock.mockserver.playback.store import RecordGoneError, Store
from taskmock.mockserver.sessions.journal import Exchange, JournalEntry
from taskmock.schemas import ALL, GATEWAYS, SESSION_FIELDS

if TYPE_CHECKING:
    from taskmock.mockserver.server.app import App
    from taskmock.mockserver.server.reload import ReloadThread


_NOTES = {"doc-2019": ": the document of 2019; today's servers: --edition v2"}
"""What is said of an edition at the start, where it is not the one that most want."""


def _token(_context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """The token; "" where its variable is set but empty, which click treats like an unset one."""
    return "" if value is None and is_there(str(option.envvar)) else value


@click.command(
    name="serve",
    cls=ConfiguredCommand,
    everyday=("port", "scenario", "scenario_dir", "edition", "clock", "speed", "seed", "gateway", "verbose"),
)
@setting("--host", default="127.0.0.1", help="Address to listen on.")
@setting("-p", "--port", type=click.IntRange(0, 65535), default=8070, help="Port to listen on; 0 takes a free one.")
@setting("--port-file", type=FILE, help="Write the port here once it answers.")
@setting("--seed", default="0", help="Any text; all trees are drawn from it.")
@setting("--edition", type=EDITION, help="The edition that is played; else the scenario's, else doc-2019.")
@setting("--scenario", help="A scenario by name, or a scenario file, for all tasks.")
@scenario_dir_option
@setting(
    "--clock",
    type=click.Choice(list(map(str, ClockMode))),
    default="wall",
    help="What moves a task: time, each poll, or commands alone; instant: it is at its end at once.",
)
@setting(
    "--speed",
    type=click.FloatRange(0, 100_000, min_open=True),
    default=1.0,
    help="How many times faster than the time of day tasks run.",
)
@locale_option
@setting("--session-from", type=click.Choice(SESSION_FIELDS), help="Credential that names the session.")
@setting("--strict-sessions", is_flag=True, help="Refuse calls that name no session.")
@setting(
    "--admin-token",
    callback=_token,
    help="What calls of the admin API must show; better in the variable, as others can read flags.",
)
@setting(
    "--admin/--no-admin",
    default=True,
    help="Whether there is an admin API; without it only the call for health is answered.",
)
@setting(
    "--allow-host",
    multiple=True,
    metavar="NAME",
    help="A name that the mock answers to beside local ones; .NAME with all names below it, * all; may be repeated.",
)
@setting(
    "--allow-origin",
    multiple=True,
    metavar="ORIGIN",
    help="An origin whose pages may call the API, beside localhost's; may be repeated.",
)
@setting("--cors/--no-cors", default=True, help="Whether pages of other origins, localhost's too, may call the API.")
@setting(
    "--gateway",
    type=click.Choice((*GATEWAYS, ALL)),
    default=ALL,
    help="The real gateways to play: the ESB (new or old), the API gateway, or esb and apigw, each on its own paths.",
)
@setting(
    "--auth",
    metavar="FILE",
    type=FILE,
    help="Declares apps, secrets, users, tokens and permissions; without it any credentials will do.",
)
@setting("--quirks/--no-quirks", default=True, help="Whether to play the real server's known flaws too.")
@setting(
    "--state/--no-state",
    default=True,
    help="Whether sessions that somebody settled outlive a restart; never in CI, and never on port 0.",
)
@setting("--fresh", is_flag=True, help="Forget the sessions of the server before.")
@setting(
    "--reload/--no-reload",
    default=True,
    help="Whether scenario files that are edited, new or deleted count while the server runs.",
)
@setting("--verbose", is_flag=True, help="One line for each call, on standard error.")
def serve_command(
    *,
    host: str,
    port: int,
    port_file: Path | None,
    verbose: bool,
    state: bool,
    fresh: bool,
    reload: bool,
    scenario_dir: tuple[Path, ...],
    allow_host: tuple[str, ...],
    allow_origin: tuple[str, ...],
    **options: Any,  # noqa: ANN401  # fields of `Settings`
) -> None:
    """Serve the mock API until Ctrl-C.

    Any task id works at once: an unknown one gets a believable tree that runs
    from CREATED to an end, always the same one for the same seed and id.

    \b
      taskmock serve
      curl 'http://127.0.0.1:8070/api/c/compapi/v2/sops/get_task_status/?\\
    bk_app_code=a&bk_app_secret=b&bk_token=c&bk_biz_id=2&task_id=10'

    A session has its own tasks and clocks. Name one in the URL
    (http://127.0.0.1:8070/__s/NAME/api/...), in the header X-Mock-Session, in the
    cookie taskmock_session, or in a credential (--session-from bk_username).
    """
    from taskmock.mockserver.http.listener import BindError
    from taskmock.mockserver.http.process import run_server
    from taskmock.mockserver.server.mock_server import base_url

    lists = {"scenarios": scenario_dir, "allow_hosts": allow_host, "allow_origins": allow_origin}
    store = store_for(port, state=state)
    app = _app(host, {**options, **lists}, store)
    files = _followed_files(app, options["scenario"], reload=reload)
    if verbose:
        app.observers.append(CallLog(app.playback))

    def ready(at: str, on: int) -> None:
        if port_file is not None:
            _write_port(port_file, on)
        edition = app.playback.default_edition
        click.echo(harmless(f"taskmock ready on {base_url(at, on)} (edition {edition}{_NOTES.get(edition, '')})"))
        # No call is answered before this function ends.
        kept = store and keep_sessions(app, store, port, fresh=fresh)
        if kept:
            click.echo(kept)

    try:
        with reported_as(SetUpError, BindError):
            run_server(app, host=host, port=port, on_ready=ready)
    finally:
        if files is not None:
            files.stop()
        if store is not None:
            store.close()


def _app(host: str, options: Mapping[str, Any], store: Store | None) -> App:
    """The application; `options` are fields of `Settings`."""
    from taskmock.mockserver.server.mock_server import check_exposure
    from taskmock.mockserver.server.settings import Settings, build_app

    with reported_as(SetUpError, ScenarioNotFoundError, ValueError):
        settings = Settings(**options)
        check_exposure(host, settings)
        return build_app(settings, host=host, store=store)


def _followed_files(app: App, scenario: object, *, reload: bool) -> ReloadThread | None:
    """Warns of scenario files that cannot be played before a call asks for one, and follows them if asked to."""
    from taskmock.mockserver.server.reload import Reloader, ReloadThread, file_of

    reloader = Reloader(app.playback, app.context.catalog, file=file_of(scenario), say=_say)
    if not reloader.has_files:
        return None
    folders: dict[Path, list[str]] = {}
    for path, problem in reloader.start():
        folders.setdefault(path.parent, []).append(problem)
    for folder, problems in folders.items():
        many = f"{len(problems)} file{'s' * (len(problems) > 1)} in {folder} cannot be played"
        _say("\n".join([f"Warning: {many}:", *problems]))
    if not reload:
        return None
    thread = ReloadThread(reloader)
    thread.start()
    return thread


def _say(text: str) -> None:
    """Says something on standard error."""
    click.echo(harmless(text), err=True)


class CallLog:
    """Writes a line for each call to standard error (a `CallObserver`)."""

    def __init__(self, playback: Playback) -> None:
        self._playback = playback

    def observe(self, exchange: Exchange) -> None:
        """Writes the line of a call."""
        click.echo(call_line(self._playback, exchange.entry), err=True)


def _write_port(path: Path, port: int) -> None:
    """Writes the port in one step, so that no program reads half of it."""
    whole = path.with_name(path.name + ".part")
    try:
        whole.write_text(f"{port}\n", encoding="ascii")
        whole.replace(path)
    except OSError as error:
        raise SetUpError(f"cannot write the port file {path}: {error.strerror}") from None


def call_line(playback: Playback, entry: JournalEntry) -> str:
    """`GET 200 session=default task=10 scenario=generated at=3.2s poll=4 state=RUNNING`, and faults or an error."""
    reading = entry.reading
    fields = {
        "session": entry.session,
        "task": entry.task_id,
        "scenario": entry.scenario,
        "at": reading and f"{reading.moment / SECOND:g}s",
        "poll": reading.poll if reading and entry.polled else None,
        "state": _state(playback, entry),
        "fault": ",".join(entry.faults) or None,
        "error": f"{entry.code} {entry.message}" if entry.code or entry.message else None,
    }
    parts = [entry.method, str(entry.status), entry.target.partition("?")[0]]
    parts += [f"{name}={value}" for name, value in fields.items() if value is not None]
    line = "".join(character if character.isprintable() else " " for character in " ".join(parts))
    return printable(line)[:500]


def _state(playback: Playback, entry: JournalEntry) -> str | None:
    """The task's state at the reading, before any fault; None where the task no longer exists."""
    if entry.reading is None or entry.task_id is None:
        return None
    key = RecordKey(entry.session, entry.scenario or "", entry.task_id)
    try:
        return state_at(playback.presenter, playback.history(playback.record(key)), entry.reading.moment)
    except RecordGoneError:
        return None
