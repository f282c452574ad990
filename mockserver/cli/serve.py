"""`taskmock serve`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from taskmock.contracts.findings.foreign_text import harmless, printable
from taskmock.mockserver.cli.options import EDITION, ConfiguredCommand, SetUpError, scenario_dir_option
from taskmock.mockserver.cli.settings_file import is_there
from taskmock.mockserver.clock import ClockMode
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.presenter import state_at
from taskmock.mockserver.playback.record import RecordKey
from taskmock.mockserver.playback.store import RecordGoneError
from taskmock.mockserver.sessions.journal import Exchange, JournalEntry
from taskmock.schemas import ALL, GATEWAYS, SESSION_FIELDS

if TYPE_CHECKING:
    from taskmock.mockserver.server.app import App


_HELP = """Serve the mock API until Ctrl-C.

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


def _token(_context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """The token, "" where its variable is there but empty, which click takes for a variable that is not there."""
    return "" if value is None and is_there(str(option.envvar)) else value


@click.command(
    name="serve",
    cls=ConfiguredCommand,
    help=_HELP,
    everyday=("port", "scenario", "scenario_dir", "edition", "clock", "speed", "seed", "gateway", "verbose"),
)
@click.option("--host", envvar="TASKMOCK_HOST", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "-p",
    "--port",
    envvar="TASKMOCK_PORT",
    type=click.IntRange(0, 65535),
    default=8070,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--port-file",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="TASKMOCK_PORT_FILE",
    help="Write the port here once it answers.",
)
@click.option("--seed", envvar="TASKMOCK_SEED", default="0", show_default=True, help="What all trees are drawn from.")
@click.option(
    "--edition",
    envvar="TASKMOCK_EDITION",
    type=EDITION,
    help="Whose words are spoken; else the scenario's, else doc-2019.",
)
@click.option("--scenario", envvar="TASKMOCK_SCENARIO", help="A scenario by name, or a scenario file, for all tasks.")
@scenario_dir_option
@click.option(
    "--clock",
    envvar="TASKMOCK_CLOCK",
    type=click.Choice([mode.value for mode in ClockMode]),
    default="wall",
    show_default=True,
    help="What moves a task: time, each poll, nobody, or it is at its end at once.",
)
@click.option(
    "--speed",
    envvar="TASKMOCK_SPEED",
    type=click.FloatRange(0, 100_000, min_open=True),
    default=1.0,
    show_default=True,
    help="How many times faster than the wall's time tasks run.",
)
@click.option(
    "--locale",
    envvar="TASKMOCK_LOCALE",
    default="en",
    show_default=True,
    help="Language of names: en, zh, or any of Faker's such as ja_JP (with taskmock[faker]).",
)
@click.option(
    "--session-from",
    envvar="TASKMOCK_SESSION_FROM",
    type=click.Choice(SESSION_FIELDS),
    help="Credential that names the session.",
)
@click.option(
    "--strict-sessions",
    envvar="TASKMOCK_STRICT_SESSIONS",
    is_flag=True,
    help="Refuse calls that name no session.",
)
@click.option(
    "--admin-token",
    envvar="TASKMOCK_ADMIN_TOKEN",
    callback=_token,
    help="What calls of the admin API must show; better in the variable, as others can read flags.",
)
@click.option(
    "--admin/--no-admin",
    envvar="TASKMOCK_ADMIN",
    default=True,
    show_default=True,
    help="Whether there is an admin API; without it only the call for health is answered.",
)
@click.option(
    "--gateway",
    envvar="TASKMOCK_GATEWAY",
    type=click.Choice((*GATEWAYS, ALL)),
    default=ALL,
    show_default=True,
    help="The real gateways to play: the ESB (new or old), the API gateway, or esb and apigw, each on its own paths.",
)
@click.option(
    "--auth",
    envvar="TASKMOCK_AUTH",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Declares apps, secrets, users, tokens and permissions; without it any credentials will do.",
)
@click.option(
    "--quirks/--no-quirks",
    envvar="TASKMOCK_QUIRKS",
    default=True,
    show_default=True,
    help="Whether to play the real server's known flaws too.",
)
@click.option("--verbose", envvar="TASKMOCK_VERBOSE", is_flag=True, help="One line for each call, on standard error.")
def serve_command(
    *,
    host: str,
    port: int,
    port_file: Path | None,
    verbose: bool,
    scenario_dir: tuple[Path, ...],
    **options: Any,  # noqa: ANN401  # fields of `Settings`
) -> None:
    """Serves until it is told to end."""
    from taskmock.mockserver.http.listener import BindError
    from taskmock.mockserver.http.process import run_server
    from taskmock.mockserver.server.mock_server import base_url

    app = _app(host, {**options, "scenarios": scenario_dir})
    _warn_of_broken(scenario_dir)
    if verbose:
        app.observers.append(CallLog(app.playback))
    edition = app.playback.default_edition

    def ready(at: str, on: int) -> None:
        if port_file is not None:
            _write_port(port_file, on)
        click.echo(harmless(f"taskmock ready on {base_url(at, on)} (edition {edition})"))

    try:
        run_server(app, host=host, port=port, on_ready=ready)
    except BindError as error:
        raise SetUpError(str(error)) from None


def _app(host: str, options: Mapping[str, Any]) -> App:
    from taskmock.mockserver.core.errors import ScenarioNotFoundError
    from taskmock.mockserver.server.mock_server import check_exposure
    from taskmock.mockserver.server.settings import Settings, build_app

    try:
        settings = Settings(**options)
        check_exposure(host, settings)
        return build_app(settings)
    except (ScenarioNotFoundError, ValueError) as error:
        raise SetUpError(str(error)) from None


def _warn_of_broken(folders: tuple[Path, ...]) -> None:
    """Says which files of the folders cannot be played, which calls for them would only find out later."""
    if not folders:
        return
    from taskmock.mockserver.dry_run.lint_file import refuse_broken
    from taskmock.mockserver.scenarios import ScenarioError, load_scenario
    from taskmock.mockserver.scenarios.catalog import Catalog
    from taskmock.mockserver.scenarios.folder import scenario_files

    catalog = Catalog(folders)
    for folder in folders:
        problems = []
        for path in scenario_files(folder):
            try:
                refuse_broken(load_scenario(path, find=catalog.scenario), path)
            except ScenarioError as error:
                problems.append(str(error))
        if problems:
            many = f"{len(problems)} file{'s' * (len(problems) > 1)} in {folder} cannot be played"
            click.echo(harmless("\n".join([f"Warning: {many}:", *problems])), err=True)


class CallLog:
    """Writes a line for each call to standard error (a `CallObserver`)."""

    def __init__(self, playback: Playback) -> None:
        self._playback = playback

    def observe(self, exchange: Exchange) -> None:
        """Writes the line of a call."""
        click.echo(call_line(self._playback, exchange.entry), err=True)


def _write_port(path: Path, port: int) -> None:
    """Writes the port in one step, so that nobody reads half of it."""
    whole = path.with_name(path.name + ".part")
    try:
        whole.write_text(f"{port}\n", encoding="ascii")
        whole.replace(path)
    except OSError as error:
        raise SetUpError(f"cannot write the port file {path}: {error.strerror}") from None


def call_line(playback: Playback, entry: JournalEntry) -> str:
    """`GET 200 session=default task=10 scenario=generated at=3.2s poll=4 state=RUNNING`, and faults or an error."""
    path = entry.target.partition("?")[0]
    parts = [entry.method, str(entry.status), path, f"session={entry.session}"]
    if entry.task_id is not None:
        parts.append(f"task={entry.task_id}")
    if entry.scenario is not None:
        parts.append(f"scenario={entry.scenario}")
    if entry.reading is not None:
        parts += [f"at={entry.reading.moment / SECOND:g}s", f"poll={entry.reading.poll}"]
        parts += [f"state={state}" for state in [_state(playback, entry)] if state]
    if entry.faults:
        parts.append(f"fault={','.join(entry.faults)}")
    if entry.code or entry.message:
        parts.append(f"error={entry.code} {entry.message}")
    line = "".join(character if character.isprintable() else " " for character in " ".join(parts))
    return printable(line)[:500]


def _state(playback: Playback, entry: JournalEntry) -> str | None:
    """The task's state at the reading, before any fault; None where the task has been forgotten meanwhile."""
    if entry.reading is None or entry.task_id is None:
        return None
    key = RecordKey(entry.session, entry.scenario or "", entry.task_id)
    try:
        return state_at(playback.presenter, playback.history(playback.record(key)), entry.reading.moment)
    except RecordGoneError:
        return None
