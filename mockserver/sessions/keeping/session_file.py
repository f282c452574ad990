"""The SQLite file that sessions are kept in: rows of text. What the texts mean is not known here."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3

PATIENCE = 3.0
"""Seconds for which a file is waited for that another server still has, one that is about to end."""

ASIDE = ".aside"
"""What the name of a file ends in that could not be read and was put aside."""

_ALL = 2**63 - 1
"""A moment after all others."""

_BESIDE = ("-wal", "-shm", "-journal")
_LOCKED = ("SQLITE_BUSY", "SQLITE_LOCKED")
_BROKEN = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR", "SQLITE_FORMAT", "SQLITE_MISMATCH")
_TABLES = """
CREATE TABLE about (version TEXT NOT NULL);
CREATE TABLE sessions (name TEXT PRIMARY KEY, touched INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE parts (place INTEGER PRIMARY KEY, session TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
                    body TEXT NOT NULL, UNIQUE (session, kind, key));
CREATE TABLE scenarios (digest TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE shelf (name TEXT PRIMARY KEY, put INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
"""


class KeepingError(Exception):
    """Sessions cannot be kept; the text says why."""


class _OtherFileError(Exception):
    """The file holds something else."""


class Part(NamedTuple):
    """One piece of a session: of which kind, which of that kind, and its content (None: it is gone)."""

    kind: str
    key: str
    body: str | None


class Change(NamedTuple):
    """What is new of a session: when it was touched, in ms since 1970, and the parts that changed."""

    touched: int
    parts: tuple[Part, ...]


class Rows(NamedTuple):
    """All that a file holds: the sessions, those longest untouched first, their parts in order, and the scenarios."""

    sessions: Mapping[str, int]
    parts: Mapping[str, tuple[Part, ...]]
    scenarios: Mapping[str, str]
    shelf: Mapping[str, str]


class SessionFile:
    """An open file of kept sessions, which no other program can have at the same time.

    Every write is one transaction that outlives the death of this process. Not for several threads at once.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def open(
        cls, path: Path, *, version: str, since: int, fresh: bool = False, patience: float = PATIENCE
    ) -> tuple[SessionFile, Rows, str | None]:
        """The file at a path with all that it holds, made where it is not there, for this user alone.

        Sessions that were not touched `since` a moment are deleted, with `fresh` all of them. A file that cannot be
        read, or that is of another `version`, is put aside; the text says so.

        Raises:
            KeepingError: The file cannot be made or written, or another server has it.
        """
        said = None
        with _reported(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.chmod(0o700)
            try:
                file = cls(path, _opened(path, version, patience))
                return file, file._rows(_ALL if fresh else since), None
            except _OtherFileError as error:
                aside = _put_aside(path)
                said = f"the sessions kept in {path} cannot be read: {error}; the file is {aside.name} now"
            file = cls(path, _opened(path, version, patience))
            return file, file._rows(since), said

    def _rows(self, since: int) -> Rows:
        """All that the file holds, but what is too old: that is deleted.

        Raises:
            _OtherFileError: It cannot be read; the file is closed.
        """
        with _closed_on_errors(self._connection), self._transaction() as run:
            run("DELETE FROM parts WHERE session IN (SELECT name FROM sessions WHERE touched < ?)", (since,))
            run("DELETE FROM sessions WHERE touched < ?", (since,))
            run("DELETE FROM shelf WHERE put < ? AND NOT EXISTS (SELECT 1 FROM sessions)", (since,))
            sessions = dict(run("SELECT name, touched FROM sessions ORDER BY touched"))
            parts: dict[str, list[Part]] = {}
            for session, *part in run("SELECT session, kind, key, body FROM parts ORDER BY place"):
                parts.setdefault(session, []).append(Part(*part))
            scenarios = dict(run("SELECT digest, body FROM scenarios"))
            shelf = dict(run("SELECT name, body FROM shelf"))
        return Rows(sessions, {name: tuple(of) for name, of in parts.items()}, scenarios, shelf)

    def write(
        self,
        *,
        gone: Iterable[str] = (),
        changes: Mapping[str, Change] | None = None,
        scenarios: Mapping[str, str] | None = None,
        shelf: Mapping[str, tuple[int, str]] | None = None,
        unplayed: Iterable[str] = (),
    ) -> None:
        """Deletes the sessions that are `gone`, then writes what is new, all or nothing.

        What is put on the `shelf` has the moment at which it was. Of `scenarios` the `unplayed` ones are deleted.

        Raises:
            KeepingError: The file cannot be written.
        """
        with _reported(self.path), self._transaction() as run:
            for name in gone:
                run("DELETE FROM sessions WHERE name = ?", (name,))
                run("DELETE FROM parts WHERE session = ?", (name,))
            for digest, body in (scenarios or {}).items():
                run("INSERT INTO scenarios VALUES (?, ?) ON CONFLICT DO NOTHING", (digest, body))
            for name, put in (shelf or {}).items():
                run("INSERT OR REPLACE INTO shelf VALUES (?, ?, ?)", (name, *put))
            for digest in unplayed:
                run("DELETE FROM scenarios WHERE digest = ?", (digest,))
            for name, change in (changes or {}).items():
                run("INSERT OR REPLACE INTO sessions VALUES (?, ?)", (name, change.touched))
                for part in change.parts:
                    _write_part(run, name, part)

    def close(self) -> None:
        """Ends the use of the file, which others may have then."""
        with contextlib.suppress(KeepingError), _reported(self.path):
            self._connection.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Run]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection.execute
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.execute("COMMIT")


if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., sqlite3.Cursor]


def _write_part(run: Run, session: str, part: Part) -> None:
    kind, key, body = part
    if body is None:
        run("DELETE FROM parts WHERE session = ? AND kind = ? AND key = ?", (session, kind, key))
    else:
        run(
            "INSERT INTO parts (session, kind, key, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (session, kind, key) DO UPDATE SET body = excluded.body",
            (session, kind, key, body),
        )


def _opened(path: Path, version: str, patience: float) -> sqlite3.Connection:
    """A connection that has the file for itself, its tables being there.

    Raises:
        _OtherFileError: It cannot be read, or its version is another one.
        sqlite3.Error, OSError: It cannot be used.
    """
    import sqlite3

    # SQLite makes its own files with the mode of this one.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)
    connection = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
    with _closed_on_errors(connection):
        # With a lock that is never given back, no shared memory is needed, which network file systems have not.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            for statement in filter(str.strip, _TABLES.split(";")):
                connection.execute(statement)
            connection.execute("INSERT INTO about VALUES (?)", (version,))
        found = connection.execute("SELECT version FROM about").fetchone()
        connection.execute("COMMIT")
        if found != (version,):
            raise _OtherFileError(f"they are of another version of taskmock ({found and found[0]}, not {version})")
    return connection


@contextlib.contextmanager
def _closed_on_errors(connection: sqlite3.Connection) -> Iterator[None]:
    """Closes a connection where it cannot be used.

    Raises:
        _OtherFileError: The file cannot be read.
    """
    import sqlite3

    try:
        yield
    except BaseException as error:
        connection.close()
        # Python's own errors, of text that is no UTF-8, have no name.
        name = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
        if isinstance(error, sqlite3.DatabaseError) and name.startswith(_BROKEN):
            raise _OtherFileError(str(error)) from None
        raise


def _put_aside(path: Path) -> Path:
    """Renames a file and removes what SQLite had beside it."""
    aside = path.with_name(path.name + ASIDE)
    path.replace(aside)
    for ending in _BESIDE:
        path.with_name(path.name + ending).unlink(missing_ok=True)
    return aside


@contextlib.contextmanager
def _reported(path: Path) -> Iterator[None]:
    """Reports errors of SQLite and of the file system in words.

    Raises:
        KeepingError: With what cannot be done.
    """
    try:
        import sqlite3
    except ImportError:
        raise KeepingError("this Python has no sqlite3") from None
    try:
        yield
    except sqlite3.Error as error:
        locked = getattr(error, "sqlite_errorname", "").startswith(_LOCKED)
        raise KeepingError(f"another server has {path}" if locked else f"{path}: {error}") from None
    except OSError as error:
        raise KeepingError(f"{path}: {error.strerror or error}") from None
