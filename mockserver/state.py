"""The engine's own vocabulary of states, and which of them stop a token.

The judge has its own: engine and contract share no table, or the contract would confirm the mock.
"""

from __future__ import annotations

import enum


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
    APPOINTED = "APPOINTED"  # never shown: a pause waits for the node, its place in the order is taken


HOLDING = frozenset({State.SUSPENDED, State.REVOKED, State.ROLLING_BACK})
"""A task or subprocess in one of these lets no token in."""
