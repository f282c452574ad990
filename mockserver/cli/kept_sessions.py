"""Whether and where `taskmock serve` keeps sessions, and what it says of them."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from taskmock.contracts.findings.foreign_text import harmless
from taskmock.mockserver.cli.settings_file import in_ci, state_folder
from taskmock.mockserver.clock import WallClock
from taskmock.mockserver.core.flow import SECOND

if TYPE_CHECKING:
    from taskmock.mockserver.server.app import App
    from taskmock.mockserver.sessions.keeping.sqlite_store import SqliteStore

_DIGITS = 16


def store_for(port: int, *, state: bool) -> SqliteStore | None:
    """A store that can keep sessions; None where none are kept: without `state`, on any free port, and in CI."""
    if not state or port == 0 or in_ci():
        return None
    from taskmock.mockserver.sessions.keeping.sqlite_store import SqliteStore

    return SqliteStore()


def state_file(folder: Path, port: int) -> Path:
    """The file of the sessions of a server that was started in a folder on a port.

    Raises:
        RuntimeError: The user has no home.
    """
    name = hashlib.sha256(f"{folder}\n{port}".encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return state_folder() / "taskmock" / f"{name}.sqlite"


def keep_sessions(app: App, store: SqliteStore, port: int, *, fresh: bool) -> str | None:
    """Takes up the sessions of the server before this one and keeps them from now on; a line that says so, if any.

    The port must be this server's already: so no other one comes in between.
    """
    from taskmock.mockserver.sessions.keeping.session_file import KeepingError

    try:
        kept = store.keep_in(state_file(Path.cwd(), port), app.context.catalog, fresh=fresh)
    except (KeepingError, RuntimeError, OSError) as error:
        click.echo(harmless(f"Warning: sessions will not outlive this server: {error}"), err=True)
        return None
    if not kept.sessions:
        return None
    many = f"{kept.sessions} session{'s' * (kept.sessions > 1)} kept from {_told(kept.latest)}"
    return f"{many} (taskmock serve --fresh begins anew)"


def _told(moment: int) -> str:
    """A moment in ms since 1970 by the time of day here, with its date if that is another day."""
    when, now = (dt.datetime.fromtimestamp(at / SECOND).astimezone() for at in (moment, WallClock().now()))
    return when.strftime("%H:%M" if when.date() == now.date() else "%Y-%m-%d %H:%M")
