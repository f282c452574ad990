"""What was asked and answered, bounded by bytes; secrets never get in."""

from __future__ import annotations

import collections
import dataclasses
import itertools
import threading
from collections.abc import Callable
from urllib.parse import unquote_plus

from taskmock.mockserver.playback.poll import Reading

JOURNAL_BYTES = 16 * 1024 * 1024
"""About how much memory the journal may take; the oldest entries go first."""

MOST_WAITS = 8
"""Calls of the admin API that may wait for other calls at once; each holds a thread."""

_SECRETS = frozenset({"bk_app_secret", "bk_token", "access_token", "bk_ticket"})
_ENTRY_BYTES = 640  # with its numbers, short texts and the reading


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One call: `at` in ms since 1970 by the server's clock, `target` without secrets, what was answered.

    `task_id` and `scenario` are None where the call reached no task, `reading` where it asked for no status; `code` is
    the envelope's, `faults` are the kinds of the faults that the call met.
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

    @property
    def weight(self) -> int:
        """About how many bytes the entry takes."""
        # A text with but one wide character takes four bytes for each.
        message = len(self.message) * (1 if self.message.isascii() else 4)
        return _ENTRY_BYTES + len(self.session) + len(self.target) + message


class Journal:
    """The latest calls of all sessions, in their order; `watch` is shown each one as it comes."""

    def __init__(self, *, limit: int = JOURNAL_BYTES) -> None:
        self.watch: Callable[[JournalEntry], None] | None = None
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
        if self.watch is not None:
            self.watch(entry)

    def wait_for(self, fits: Callable[[JournalEntry], bool], *, count: int, timeout: float) -> int:
        """How many calls that fit have come, as soon as there are `count`, or after so many seconds."""
        with self._lock:
            seen = sum(map(fits, self._entries))
            known = self._added

            def enough() -> bool:
                # Each call is looked at once, however many are kept.
                nonlocal seen, known
                new = itertools.islice(reversed(self._entries), self._added - known)
                seen, known = seen + sum(map(fits, new)), self._added
                return seen >= count

            self._lock.wait_for(enough, timeout)
            return seen

    def clear(self, session: str | None = None) -> None:
        """Forgets all calls, or those of one session."""
        with self._lock:
            kept = [entry for entry in self._entries if session not in {None, entry.session}]
            self._entries = collections.deque(kept)
            self._weight = sum(entry.weight for entry in kept)

    def find(self, session: str | None = None, task_id: str | None = None) -> tuple[JournalEntry, ...]:
        """The calls of a session, of a task, or of everybody, the oldest first."""
        with self._lock:
            entries = tuple(self._entries)
        return tuple(
            entry for entry in entries if session in {None, entry.session} and task_id in {None, entry.task_id}
        )


def redacted(target: str) -> str:
    """A request target with the values of all secrets blotted out; takes time in proportion to its length."""
    return "&".join("#".join(map(_blotted, part.split("#"))) for part in target.split("&"))


def _blotted(pair: str) -> str:
    """What stands between two `&` or `#`; its key ends at the first `=` that has one before it."""
    end = pair.find("=")
    while end >= 0 and pair[end - 1 : end] in {"", "?", "="}:
        end = pair.find("=", end + 1)
    if end < 0:
        return pair
    start = max(pair.rfind("?", 0, end), pair.rfind("=", 0, end)) + 1
    # A key may be percent-encoded, as everything in a target.
    return f"{pair[:end]}=***" if unquote_plus(pair[start:end]).strip().lower() in _SECRETS else pair
