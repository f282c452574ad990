"""A store whose settled sessions outlive the process: it works in memory, and writes down what changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from taskmock.mockserver.clock import Clock, WallClock
from taskmock.mockserver.core.engine.engine import ENGINE
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.core.scenario import Scenario
from taskmock.mockserver.generation.generator import GENERATOR
from taskmock.mockserver.playback.record import DEFAULT_SESSION, NO_PLAN, Record, RecordKey, SessionPlan
from taskmock.mockserver.playback.store import MemoryStore, SessionMemory
from taskmock.mockserver.scenarios.catalog import Catalog
from taskmock.mockserver.sessions.keeping.codec import UnwritableError
from taskmock.mockserver.sessions.keeping.pieces import Pieces, played_scenarios, removed, warn
from taskmock.mockserver.sessions.keeping.session_file import PATIENCE, Change, KeepingError, Part, SessionFile

T = TypeVar("T")

VERSION = f"layout 1, engine {ENGINE}, generator {GENERATOR}"
"""What the content of a file depends on; the layout gets a new number where a field comes to mean something else."""

INTERVAL = 0.5
"""Seconds between two writes of what polls alone have changed: no more than a second of them is ever lost."""


class Kept(NamedTuple):
    """What was found in a file: how many sessions, and when the latest of them was touched, in ms since 1970."""

    sessions: int
    latest: int


class _News(NamedTuple):
    """What is new of a session: its plan, and the records that changed."""

    before: SessionPlan
    plan: SessionPlan
    records: tuple[tuple[RecordKey, Record | None], ...]


class SqliteStore(MemoryStore):
    """Records of this process and of the one before it. Until it is told a file nothing is written.

    A session is kept from the first thing that somebody does to it beside polling, but never the default one. What is
    done to it is in the file before the call returns; what polls change follows within a second.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        interval: float = INTERVAL,
        patience: float = PATIENCE,
        **limits: Any,  # noqa: ANN401  # those of `MemoryStore`
    ) -> None:
        super().__init__(**limits)
        self._interval = interval
        self._patience = patience
        self._clock = clock or WallClock()
        self._file: SessionFile | None = None
        self._pieces: Pieces | None = None
        self._writing = threading.Lock()  # taken before the lock of the memory, never after it
        self._kept: dict[str, SessionPlan] = {}  # the plans as they are in the file
        self._unread: dict[str, tuple[Part, ...]] = {}
        self._news: dict[str, set[RecordKey]] = {}
        self._gone: set[str] = set()
        self._put: dict[str, Scenario | None] = {}
        self._ended = threading.Event()
        self._writer: threading.Thread | None = None

    # -- the file

    def keep_in(self, path: Path, catalog: Catalog, *, fresh: bool = False) -> Kept:
        """Takes up the sessions of a file, none of them if `fresh`, and keeps there what happens from now on.

        So are the scenarios that are put into the catalog.

        Raises:
            KeepingError: The file cannot be used; nothing is kept.
        """
        now = self._clock.now()
        since = now - round(self._longest_idle * SECOND)
        file, rows, said = SessionFile.open(path, version=VERSION, since=since, fresh=fresh, patience=self._patience)
        if said:
            warn(said)
        played = played_scenarios(rows)
        pieces = Pieces(catalog, played, removed(rows))
        with self._lock:
            self._take_up(rows.sessions, rows.parts, now)
            self._file, self._pieces = file, pieces
        for scenario in pieces.shelved(rows.shelf):
            catalog.add(scenario)
        catalog.keeper = self._put_down
        file.write(unplayed=rows.scenarios.keys() - played.keys())
        self._writer = threading.Thread(target=self._write_behind, daemon=True)
        self._writer.start()
        return Kept(len(self._unread), max(rows.sessions.values(), default=0))

    def flush(self) -> None:
        """Writes down all that is new."""
        with self._writing:
            if self._file is None or self._pieces is None or not (self._news or self._gone or self._put):
                return
            with self._lock:
                gone, self._gone = self._gone, set()
                put, self._put = self._put, {}
                news = {name: self._new_of(name, keys) for name, keys in self._news.items() if name in self._kept}
                self._news = {}
            now = self._clock.now()
            try:
                changes = {name: Change(now, tuple(_parts(self._pieces, new))) for name, new in news.items()}
                shelf = {name: (now, body) for name, body in _shelved(self._pieces, put)}
                scenarios, self._pieces.unwritten = self._pieces.unwritten, {}
                self._file.write(gone=gone, changes=changes, scenarios=scenarios, shelf=shelf)
            except KeepingError as error:
                warn(f"sessions are not kept any more: {error}")
                self._stop_keeping()

    def close(self) -> None:
        """Writes down all that is new, and gives the file back."""
        self._ended.set()
        if self._writer is not None:
            self._writer.join()
        self.flush()
        with self._writing:
            self._stop_keeping()

    # -- the protocol

    def open(self, key: RecordKey, make: Callable[[], Record]) -> Record:
        """The record of a key, made at its first touch."""
        made = False

        def making() -> Record:
            nonlocal made
            made = True
            return make()

        with self._lock:
            record = super().open(key, making)
            kept = key.session in self._kept
            if kept:
                self._note(key.session, *[key] * made)
        if kept and made:  # its epoch is the moment of this very call
            self.flush()
        return record

    def change(self, key: RecordKey, update: Callable[[Record], tuple[Record, T]]) -> T:
        """Puts what `update` makes of a record in its place, and gives back what else `update` gives."""
        settles = False

        def noted(before: Record) -> tuple[Record, T]:
            nonlocal settles
            after, value = update(before)
            settles = self._settles(key, before, after)
            return after, value

        value = super().change(key, noted)
        if settles:
            self.flush()
        return value

    def replan(self, session: str, update: Callable[[SessionPlan], SessionPlan]) -> SessionPlan:
        """Puts what `update` makes of a session's plan in its place, in one atomic step."""
        with self._lock:
            plan = super().replan(session, update)
            self._keep(session)
        self.flush()
        return plan

    def forget(self, session: str) -> None:
        """Forgets a session with all its records."""
        super().forget(session)
        if session in self._gone:
            self.flush()

    # -- what is new

    def _put_down(self, name: str, scenario: Scenario | None) -> None:
        """Keeps a scenario that all sessions play from now on by its name; None: that is over."""
        with self._lock:
            self._put[name] = scenario
        self.flush()

    def _settles(self, key: RecordKey, before: Record, after: Record) -> bool:
        """Notes a change of a record, and says whether it is one that must not be lost."""
        if after is before:
            return False
        settles = not after.only_counts_since(before)
        if settles:
            self._keep(key.session)
        if key.session in self._kept:
            self._note(key.session, key)
        return settles

    def _keep(self, session: str) -> None:
        """Keeps a session from now on, with all that it has."""
        if self._file is None or session == DEFAULT_SESSION:
            return
        if session not in self._kept:
            self._kept[session] = NO_PLAN
            self._note(session, *self._sessions[session].records)
        self._note(session)

    def _note(self, session: str, *keys: RecordKey) -> None:
        self._news.setdefault(session, set()).update(keys)

    def _new_of(self, session: str, keys: set[RecordKey]) -> _News:
        memory, before = self._sessions[session], self._kept[session]
        self._kept[session] = memory.plan
        lost = keys - memory.records.keys()
        found = [key for key in memory.records if key in keys] if len(keys) > 1 else keys - lost
        records = tuple((key, memory.records.get(key)) for key in (*lost, *found))
        return _News(before, memory.plan, records)

    def _drop(self, session: str) -> None:
        super()._drop(session)
        self._unread.pop(session, None)
        self._news.pop(session, None)
        if self._kept.pop(session, None) is not None:
            self._gone.add(session)

    def _lose(self, key: RecordKey, records: dict[RecordKey, Record]) -> None:
        super()._lose(key, records)
        if key.session in self._kept:
            self._note(key.session, key)

    # -- what is taken up

    def _take_up(self, sessions: Mapping[str, int], parts: Mapping[str, tuple[Part, ...]], now: int) -> None:
        """Knows the sessions of a file by their names; what they hold is read when they are asked for."""
        steady = self._steady()
        for name, touched in sessions.items():
            if len(sessions) - len(self._gone) > self._most_sessions:
                self._gone.add(name)
                continue
            self._sessions[name] = SessionMemory(touched=steady - max(0, now - touched) / SECOND)
            self._unread[name] = parts.get(name, ())
            self._kept[name] = NO_PLAN

    def _found(self, session: str) -> SessionMemory | None:
        found = super()._found(session)
        unread = self._unread.pop(session, None) if self._unread else None
        if found is not None and unread is not None and self._pieces is not None:
            plan, records, problems = self._pieces.restored(unread)
            found.plan, found.records = plan, records
            self._kept[session] = plan
            if problems:
                said = f"of the kept session {session} not all can be read; left out: {'; '.join(problems)}"
                warn(said)
                self._gone.add(session)  # what can be read is written anew
                self._kept[session] = NO_PLAN
                self._note(session, *records)
        return found

    def _stop_keeping(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()
        with self._lock:
            self._kept.clear()
            self._news.clear()

    def _write_behind(self) -> None:
        while not self._ended.wait(self._interval):
            self.flush()


def _parts(pieces: Pieces, new: _News) -> Iterator[Part]:
    """The parts of a session that are to be written."""
    try:
        yield from pieces.plan(new.before, new.plan)
    except UnwritableError as error:
        warn(f"a plan cannot be kept: {error}")
    for key, record in new.records:
        try:
            yield pieces.record(key, record)
        except UnwritableError as error:
            warn(f"the task {key.task_id} of the session {key.session} cannot be kept: {error}")


def _shelved(pieces: Pieces, put: Mapping[str, Scenario | None]) -> Iterator[tuple[str, str]]:
    """The scenarios of the shelf that are to be written, by their names."""
    for name, scenario in put.items():
        try:
            yield name, pieces.shelf(scenario)
        except UnwritableError as error:
            warn(f"the scenario {name} cannot be kept: {error}")
