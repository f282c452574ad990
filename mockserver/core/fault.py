"""Faults of answers, as data: where and for how long each holds, and what the client meets."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Mapping, Sequence

from taskmock.mockserver.core.command import TASK
from taskmock.mockserver.core.draw import draw_int, draw_unit
from taskmock.mockserver.core.graph import AddressError
from taskmock.mockserver.core.state import State


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Where a fault holds; all that are given must hold together.

    `node`/`state`: while that node (or the task) is in that state. `since`/`until`: a window in ms on the task's
    clock. `polls`: these poll numbers, counted from 1; `calls`: the same of calls of one name. `answers`: only for that
    many answers. `chance`: with that seeded probability, 0 to 1.
    """

    node: str | None = None
    state: str | None = None
    since: int | None = None
    until: int | None = None
    polls: tuple[int, ...] = ()
    calls: tuple[int, ...] = ()
    answers: int | None = None
    chance: float | None = None


class FaultKind(enum.StrEnum):
    """What the client meets; values are the words of scenario files."""

    HTTP = "http"  # value: the status
    ENVELOPE = "envelope"  # value: {code, message, data?}
    BODY = "body"  # value: the text that is answered instead (HTML, a traceback, not JSON)
    DELAY = "delay"  # value: ms, or [least, most] for a seeded draw
    DRIP = "drip"  # value: {bytes, every: ms}
    TRUNCATE = "truncate"  # value: bytes of the body that get through
    RESET = "reset"  # value: bytes of the body before the reset
    EMPTY = "empty"  # the connection closes without an answer
    CONTENT_LENGTH = "content_length"  # value: the wrong number
    RATE_LIMIT = "rate_limit"  # value: {limit, reset: ms}
    STALE = "stale"  # value: {for: ms, workers: n}: the answer cache of the real server
    BREAK = "break"  # value: {node, drop|retype|rename|add|state …}: a contract break at a node


ACCOMPANYING = frozenset({FaultKind.DELAY, FaultKind.DRIP, FaultKind.STALE, FaultKind.BREAK})
"""Faults with which the client gets a tree all the same."""

POLLS, OPERATIONS = "status", "operations"
"""What a fault may be on, beside calls by their names: polls, and all calls that change a task."""

UNDONE = frozenset({FaultKind.HTTP, FaultKind.ENVELOPE, FaultKind.BODY, FaultKind.RATE_LIMIT, FaultKind.EMPTY})
"""Faults that keep a call from being carried out, unless they say otherwise."""

UNDOING = UNDONE | {FaultKind.RESET}
"""Faults that can do so: they need nothing of the good answer."""

OF_POLLS = frozenset({FaultKind.STALE, FaultKind.BREAK})
"""Faults that only an answer with a tree can have."""

REPLACING = frozenset(
    {
        FaultKind.HTTP,
        FaultKind.ENVELOPE,
        FaultKind.BODY,
        FaultKind.TRUNCATE,
        FaultKind.RESET,
        FaultKind.EMPTY,
        FaultKind.CONTENT_LENGTH,
        FaultKind.RATE_LIMIT,
    }
)
"""Faults that keep the tree from the client: a poll that meets one does not move a `polls` clock."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: what, with which value, within which bounds.

    `on` are the calls that meet it. `carried_out` says whether such a call has its effect all the same; None leaves it
    to the kind.
    """

    kind: FaultKind
    value: object = None
    bounds: Bounds = Bounds()
    on: tuple[str, ...] = (POLLS,)
    carried_out: bool | None = None

    @property
    def undoes(self) -> bool:
        """Whether a call that meets it is not carried out."""
        return self.kind in UNDONE if self.carried_out is None else not self.carried_out


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PollContext:
    """A call that is about to be answered: its moment in ms on the task's clock, and its number, counted from 1.

    `words` are what faults may be on to be met by it. The number of a poll is that of all polls, that of any other call
    counts those of its name.

    Chance is drawn from `key`; `state` gives the state that a node (by address) shows at the moment, None if unreached.
    `query` are the flags of the poll, which have answer caches of their own; "" for none.
    """

    moment: int
    poll: int
    key: str
    state: Callable[[str], State | str | None]
    query: str = ""
    words: frozenset[str] = frozenset({POLLS})


def holding(faults: Sequence[Fault], spent: Sequence[int], context: PollContext) -> tuple[int, ...]:
    """The positions of the faults that hold for a poll; `spent` says how many answers each has had so far."""
    padded = (*spent, *[0] * len(faults))
    return tuple(
        n
        for n, fault in enumerate(faults)
        if not context.words.isdisjoint(fault.on) and _holds(fault.bounds, n, padded[n], context)
    )


def counted(spent: Sequence[int], held: Sequence[int]) -> tuple[int, ...]:
    """How many answers each fault has had after these have held once more."""
    size = max([len(spent), *(number + 1 for number in held)])
    padded = (*spent, *[0] * (size - len(spent)))
    return tuple(answers + (n in held) for n, answers in enumerate(padded))


def _holds(bounds: Bounds, number: int, spent: int, context: PollContext) -> bool:
    if bounds.answers is not None and spent >= bounds.answers:
        return False
    if bounds.polls and context.poll not in bounds.polls:
        return False
    if bounds.calls and context.poll not in bounds.calls:
        return False
    if bounds.since is not None and context.moment < bounds.since:
        return False
    if bounds.until is not None and context.moment >= bounds.until:
        return False
    if bounds.state is not None and _state(bounds.node or TASK, context) != bounds.state:
        return False
    return bounds.chance is None or draw_unit(context.key, "fault", number, context.poll) < bounds.chance


def _state(address: str, context: PollContext) -> State | str | None:
    try:
        return context.state(address)
    except AddressError:
        return None  # the scenario was edited after the fault was added


def cached_moment(value: Mapping[str, int], context: PollContext) -> int:
    """The moment that the real server's answer cache still shows: each worker renews its own every `for` ms.

    Which of the `workers` answers is drawn by poll, so with several of them answers go backwards; each query is kept
    and renewed by itself (facts).
    """
    span = max(1, value["for"])
    worker = draw_int(0, value["workers"] - 1, context.key, "worker", context.poll)
    query = (context.query,) if context.query else ()
    offset = draw_int(0, span - 1, context.key, "offset", worker, *query)
    return max(0, (context.moment - offset) // span * span + offset)
