"""What was asked and answered, bounded by bytes; secrets never get in."""

from __future__ import annotations

import collections
import dataclasses
import itertools
import threading
from collections.abc import Collection
from typing import NamedTuple, Protocol
from urllib.parse import unquote_plus

from taskmock.mockserver.http.message import Call, Reply
from taskmock.mockserver.playback.poll import Reading

JOURNAL_BYTES = 16 * 1024 * 1024
"""About how much memory the journal may take; the oldest entries go first."""

MOST_WAITS = 8
"""Calls of the admin API that may wait for other calls at once; each holds a thread."""

_ENTRY_BYTES = 640  # with its numbers, short texts and the reading


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One call: `at` in ms since 1970 by the server's clock, `target` without secrets, what was answered.

    `task_id` and `scenario` are None where the call reached no task, `reading` where it asked for no status; `code` is
    the envelope's, `faults` are the kinds of the faults that the call met. `quirks` names the traps of the real engine
    that the call has triggered, `refused` says which scripted events the engine had refused by a poll's moment.
    """

    at: int
    session: str
    method: str
    target: str
    status: int
    code: int
    message: str = ""
    task_id: str | None = None
    scenario: str | None = None
    reading: Reading | None = None
    faults: tuple[str, ...] = ()
    quirks: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def weight(self) -> int:
        """About how many bytes the entry takes."""
        # A text with but one wide character takes four bytes for each.
        message = len(self.message) * (1 if self.message.isascii() else 4)
        return _ENTRY_BYTES + len(self.session) + len(self.target) + message


class Exchange(NamedTuple):
    """One call that has been answered: the call, the reply that goes out, and its line in the journal."""

    call: Call
    reply: Reply
    entry: JournalEntry


class CallObserver(Protocol):
    """Told of each call of the API once it is answered, in the thread that answers it."""

    def observe(self, exchange: Exchange) -> None:
        """Takes note of a call; it must not block, and what it raises makes the call fail."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Which calls are meant; None for all. `fault` is the kind of a fault that they met, `any` for any kind."""

    session: str | None = None
    task: str | None = None
    method: str | None = None
    status: int | None = None
    fault: str | None = None

    def fit(self, entry: JournalEntry) -> bool:
        """Whether a call is one of them."""
        return (
            self.session in {None, entry.session}
            and self.task in {None, entry.task_id}
            and self.method in {None, entry.method}
            and self.status in {None, entry.status}
            and (self.fault is None or self.fault in entry.faults or (self.fault == "any" and bool(entry.faults)))
        )


class TooFewCallsError(TimeoutError):
    """Fewer calls than awaited came in time; `seen` is how many did."""

    def __init__(self, seen: int, message: str) -> None:
        self.seen = seen
        super().__init__(message)


class Journal:
    """The latest calls of all sessions, in their order."""

    def __init__(self, *, limit: int = JOURNAL_BYTES) -> None:
        self._limit = limit
        self._weight = 0
        self._added = 0
        self._lock = threading.Condition()
        self.waiting = threading.BoundedSemaphore(MOST_WAITS)
        self._entries: collections.deque[JournalEntry] = collections.deque()

    def add(self, entry: JournalEntry) -> None:
        """Writes a call down."""
        with self._lock:
            self._entries.append(entry)
            self._weight += entry.weight
            self._added += 1
            while self._weight > self._limit:
                self._weight -= self._entries.popleft().weight
            self._lock.notify_all()

    def observe(self, exchange: Exchange) -> None:
        """Writes a call down that has been answered (a `CallObserver`)."""
        self.add(exchange.entry)

    def wait_for(self, criteria: Criteria, *, count: int, timeout: float) -> int:
        """How many calls that fit have come, as soon as there are `count`.

        Raises:
            TooFewCallsError: There were fewer after `timeout` seconds.
        """
        with self._lock:
            seen = sum(map(criteria.fit, self._entries))
            known = self._added

            def enough() -> bool:
                # Each call is looked at once, however many are kept.
                nonlocal seen, known
                new = itertools.islice(reversed(self._entries), self._added - known)
                seen, known = seen + sum(map(criteria.fit, new)), self._added
                return seen >= count

            self._lock.wait_for(enough, timeout)
        if seen < count:
            raise TooFewCallsError(seen, f"{seen} of {count} calls came within {timeout:g} s")
        return seen

    def clear(self, session: str | None = None) -> None:
        """Forgets all calls, or those of one session."""
        with self._lock:
            kept = [entry for entry in self._entries if session not in {None, entry.session}]
            self._entries = collections.deque(kept)
            self._weight = sum(entry.weight for entry in kept)

    def find(self, criteria: Criteria | None = None) -> tuple[JournalEntry, ...]:
        """The calls that fit (None: all calls), the oldest first."""
        with self._lock:
            entries = tuple(self._entries)
        return tuple(filter(criteria.fit, entries)) if criteria else entries


def redacted(target: str, secrets: Collection[str]) -> str:
    """A request target without the values of the parameters named in `secrets`; takes linear time."""
    return "&".join("#".join(_redacted(pair, secrets) for pair in part.split("#")) for part in target.split("&"))


def _redacted(pair: str, secrets: Collection[str]) -> str:
    """What stands between two `&` or `#`; its key ends at the first `=` that has one before it."""
    end = pair.find("=")
    while end >= 0 and pair[end - 1 : end] in {"", "?", "="}:
        end = pair.find("=", end + 1)
    if end < 0:
        return pair
    start = max(pair.rfind("?", 0, end), pair.rfind("=", 0, end)) + 1
    # A key may be percent-encoded, as everything in a target.
    return f"{pair[:end]}=***" if unquote_plus(pair[start:end]).strip().lower() in secrets else pair
