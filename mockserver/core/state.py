"""The engine's own states, and which of them stop a token.

The judge has its own states: if the two shared a table, the contract would only confirm the mock.
"""

from __future__ import annotations

import enum
from typing import NamedTuple


class State(enum.StrEnum):
    """A node's raw state, or the state that is shown for it."""

    CREATED = "CREATED"
    READY = "READY"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    SUSPENDED = "SUSPENDED"
    NODE_SUSPENDED = "NODE_SUSPENDED"
    BLOCKED = "BLOCKED"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    ROLLING_BACK = "ROLLING_BACK"
    ROLL_BACK_SUCCESS = "ROLL_BACK_SUCCESS"
    ROLL_BACK_FAILED = "ROLL_BACK_FAILED"


HOLDING = frozenset({State.SUSPENDED, State.REVOKED, State.ROLLING_BACK})
"""A task or subprocess in one of these lets no token in."""


class Row(NamedTuple):
    """What the engine knows of a node it has reached; times in ms on the task's clock.

    `version` counts how often the node got a new version; `since` is when the row last changed; `ex_data` is what a
    failure says; `retry` counts all retries of this pass, `auto_retries` the engine's own, of all passes.
    """

    state: State
    loop: int = 1
    retry: int = 0
    skip: bool = False
    error_ignored: bool = False
    start: int | None = None
    finish: int | None = None
    version: int = 0
    since: int = 0
    ex_data: object = None
    auto_retries: int = 0


class Trap(NamedTuple):
    """A trap of the real engine that somebody has triggered at a moment: its name, and the node that is in it."""

    at: int
    name: str
    node: int


class Change(NamedTuple):
    """The row of a node from a moment on.

    None: the node is removed (rollback); or a node that is not yet in the tree takes its place among its siblings.
    """

    at: int
    node: int
    row: Row | None
