"""Where records are kept: in memory, bounded, each change one atomic step."""

from __future__ import annotations

import collections
import dataclasses
import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from taskmock.mockserver.clock import steady_seconds
from taskmock.mockserver.playback.record import NO_PLAN, Record, RecordKey, SessionPlan

T = TypeVar("T")

MOST_SESSIONS = 10_000
"""Sessions that are remembered; the one longest untouched goes first."""

MOST_TASKS = 10_000
"""Tasks that one session remembers; the oldest goes first."""

LONGEST_IDLE = 24 * 3600.0
"""Seconds for which an untouched session is remembered."""


class RecordGoneError(LookupError):
    """A record that is not there: the task is yet untouched, or its session was forgotten."""

    def __init__(self, key: RecordKey) -> None:
        self.key = key
        super().__init__(f"the session {key.session!r} has no task {key.task_id!r} (any more)")


class Store(Protocol):
    """What playback needs of any store; every call is one atomic step."""

    def open(self, key: RecordKey, make: Callable[[], Record]) -> Record:
        """The record of a key, made at its first touch."""

    def change(self, key: RecordKey, update: Callable[[Record], tuple[Record, T]]) -> T:
        """Puts what `update` makes of a record in its place, and gives back what else `update` gives.

        Raises:
            RecordGoneError: There is no such record.
        """

    def records(self, session: str) -> tuple[Record, ...]:
        """All records of a session, the oldest first."""

    def plan(self, session: str) -> SessionPlan:
        """What a session has settled."""

    def replan(self, session: str, update: Callable[[SessionPlan], SessionPlan]) -> SessionPlan:
        """Puts what `update` makes of a session's plan in its place, in one atomic step."""

    def sessions(self) -> tuple[str, ...]:
        """All sessions, the one longest untouched first."""

    def __contains__(self, session: str) -> bool:
        """Whether there is a session of that name."""

    def forget(self, session: str) -> None:
        """Forgets a session with all its records."""


@dataclasses.dataclass(slots=True)
class SessionMemory:
    """What is remembered of a session; `touched` is when it was touched last, in steady seconds."""

    touched: float = 0.0
    plan: SessionPlan = NO_PLAN
    records: dict[RecordKey, Record] = dataclasses.field(default_factory=dict)


class MemoryStore:
    """Records of this process. `steady` gives seconds that only go forward, also when the time of day is set."""

    def __init__(
        self,
        *,
        most_sessions: int = MOST_SESSIONS,
        most_tasks: int = MOST_TASKS,
        longest_idle: float = LONGEST_IDLE,
        steady: Callable[[], float] = steady_seconds,
    ) -> None:
        self._most_sessions = most_sessions
        self._most_tasks = most_tasks
        self._longest_idle = longest_idle
        self._steady = steady
        self._lock = threading.RLock()
        self._sessions: collections.OrderedDict[str, SessionMemory] = collections.OrderedDict()

    def open(self, key: RecordKey, make: Callable[[], Record]) -> Record:
        """The record of a key, made at its first touch."""
        with self._lock:
            records = self._touched(key.session).records
            if key not in records:
                records[key] = make()
                if len(records) > self._most_tasks:
                    self._lose(next(iter(records)), records)
            return records[key]

    def change(self, key: RecordKey, update: Callable[[Record], tuple[Record, T]]) -> T:
        """Puts what `update` makes of a record in its place, and gives back what else `update` gives."""
        with self._lock:
            found = self._found(key.session)
            if found is None or key not in found.records:
                raise RecordGoneError(key)
            found.records[key], value = update(found.records[key])
            return value

    def records(self, session: str) -> tuple[Record, ...]:
        """All records of a session, the oldest first."""
        with self._lock:
            found = self._found(session)
            return tuple(found.records.values()) if found else ()

    def plan(self, session: str) -> SessionPlan:
        """What a session has settled."""
        with self._lock:
            found = self._found(session)
            return found.plan if found else NO_PLAN

    def replan(self, session: str, update: Callable[[SessionPlan], SessionPlan]) -> SessionPlan:
        """Puts what `update` makes of a session's plan in its place, in one atomic step."""
        with self._lock:
            found = self._touched(session)
            found.plan = update(found.plan)
            return found.plan

    def sessions(self) -> tuple[str, ...]:
        """All sessions, the one longest untouched first."""
        with self._lock:
            self._forget_idle()
            return tuple(self._sessions)

    def __contains__(self, session: str) -> bool:
        """Whether there is a session of that name."""
        with self._lock:
            self._forget_idle()
            return session in self._sessions

    def forget(self, session: str) -> None:
        """Forgets a session with all its records."""
        with self._lock:
            if session in self._sessions:
                self._drop(session)

    # -- steps that a store with more than memory adds to; the lock is held

    def _found(self, session: str) -> SessionMemory | None:
        """What is remembered of a session, if anything."""
        return self._sessions.get(session)

    def _drop(self, session: str) -> None:
        """Forgets a session, at whosever wish."""
        del self._sessions[session]

    def _lose(self, key: RecordKey, records: dict[RecordKey, Record]) -> None:
        """Forgets a task for which there is no more room."""
        del records[key]

    def _touched(self, name: str) -> SessionMemory:
        self._forget_idle()
        session = self._found(name) or self._sessions.setdefault(name, SessionMemory())
        session.touched = self._steady()
        self._sessions.move_to_end(name)
        while len(self._sessions) > self._most_sessions:
            self._drop(next(iter(self._sessions)))
        return session

    def _forget_idle(self) -> None:
        """Forgets the sessions that were not touched for long: they are the first ones."""
        oldest = self._steady() - self._longest_idle
        while self._sessions and next(iter(self._sessions.values())).touched < oldest:
            self._drop(next(iter(self._sessions)))
