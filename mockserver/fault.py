"""What goes wrong around a good answer, as data: where and for how long a fault holds, and what the client meets."""

from __future__ import annotations

import dataclasses
import enum


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Where a fault holds; all that are given must hold together.

    `node`/`state`: while that node (or the task) is in that state. `since`/`until`: a window in ms on the task's
    clock. `polls`: these poll numbers, counted from 1. `answers`: only for that many answers. `chance`: with that
    seeded probability, 0 to 1.
    """

    node: str | None = None
    state: str | None = None
    since: int | None = None
    until: int | None = None
    polls: tuple[int, ...] = ()
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
    """One fault: what, with which value, within which bounds."""

    kind: FaultKind
    value: object = None
    bounds: Bounds = Bounds()
