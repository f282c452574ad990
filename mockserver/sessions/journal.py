"""What was asked and answered, bounded by bytes; secrets never get in."""

from __future__ import annotations

import collections
import dataclasses
import itertools
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qsl

from taskmock.mockserver.core.graph import SEPARATOR
from taskmock.mockserver.http.message import Call, Reply
from taskmock.mockserver.playback.poll import Reading

JOURNAL_BYTES = 16 * 1024 * 1024
"""About how much memory the journal may take; the oldest entries go first."""

MOST_WAITS = 8
"""Calls of the admin API that may wait for other calls at once; each holds a thread."""

_ENTRY_BYTES = 640  # with its numbers, short texts and the reading
_POLL_BYTES = 560  # what a poll's answer is written from again


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One call: `at` in ms since 1970 by the server's clock, `target` and `body` without secrets, what was answered.

    `id` is its number, `call` the API's name for it, None where the path leads to no call. `task_id` is the task that
    it names; `reading` is how far that was, None where it was not begun. With `polled` the call was a poll, which was
    counted. `node_id` is the node that the call names, `node`
    its path. `code` is the envelope's, `faults` are the kinds of the faults that the call met. `quirks` names the traps
    of the real engine that the call has triggered, `refused` says which scripted events the engine had refused by a
    poll's moment. `kept` is what was answered, or its begin; a poll's answer is written `again`.
    """

    id: int = 0
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
    polled: bool = False
    faults: tuple[str, ...] = ()
    quirks: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    call: str | None = None
    node_id: str | None = None
    node: str | None = None
    body: str = ""
    kept: str = ""
    again: Callable[[], bytes | None] | None = dataclasses.field(default=None, repr=False, compare=False)

    @property
    def answer(self) -> str | None:
        """The body of the answer, before faults on the wire; None where a poll's scenario is another one by now."""
        if self.again is None:
            return self.kept
        body = self.again()
        return None if body is None else body.decode("utf-8", "replace")

    @property
    def weight(self) -> int:
        """About how many bytes the entry takes."""
        # A text with but one wide character takes four bytes for each.
        texts = (self.message, self.body, self.kept, self.node or "", self.node_id or "")
        wide = sum(len(text) * (1 if text.isascii() else 4) for text in texts)
        return _ENTRY_BYTES + len(self.session) + len(self.target) + wide + (_POLL_BYTES if self.again else 0)


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
    """Which calls are meant; None for all. `fault` is the kind of a fault that they met, `any` for any kind.

    `call` is the API's name of the call. `node` is a node that the call names: its name, path or id. `body` is text in
    the body of the call, or what its parameters are (a JSON object or a form), others aside.
    """

    session: str | None = None
    task: str | None = None
    method: str | None = None
    status: int | None = None
    fault: str | None = None
    call: str | None = None
    node: str | None = None
    body: str | Mapping[str, Any] | None = None

    def fit(self, entry: JournalEntry) -> bool:
        """Whether a call is one of them."""
        return (
            self.session in {None, entry.session}
            and self.task in {None, entry.task_id}
            and self.method in {None, entry.method}
            and self.status in {None, entry.status}
            and (self.fault is None or self.fault in entry.faults or (self.fault == "any" and bool(entry.faults)))
            and self.call in {None, entry.call}
            and (self.node is None or _is_node(self.node, entry))
            and (self.body is None or _says(entry.body, self.body))
        )


def _is_node(node: str, entry: JournalEntry) -> bool:
    return node in {entry.node, entry.node_id} or (entry.node or "").endswith(SEPARATOR + node)


def _says(body: str, wanted: str | Mapping[str, Any]) -> bool:
    if isinstance(wanted, str):
        return wanted in body
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = dict(parse_qsl(body, keep_blank_values=True))
    return _has(said, wanted)


def _has(said: object, wanted: object) -> bool:
    """Whether decoded JSON is what is wanted, members of objects that are not named aside; a form has but texts."""
    if isinstance(wanted, Mapping):
        return isinstance(said, dict) and all(key in said and _has(said[key], one) for key, one in wanted.items())
    if isinstance(said, str) and not isinstance(wanted, str):
        return said == json.dumps(wanted)
    return type(said) is type(wanted) and said == wanted


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
        self._numbers = itertools.count(1)

    def number(self) -> int:
        """A number that no other call has."""
        return next(self._numbers)

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

    def entry(self, number: int) -> JournalEntry | None:
        """The call of a number; None where it is not there any more."""
        return next((entry for entry in self.find() if entry.id == number), None)
