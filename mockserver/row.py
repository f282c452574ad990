"""What the engine knows of a node at a moment. Pure data."""

from __future__ import annotations

from typing import NamedTuple

from taskmock.mockserver.state import State


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


class Change(NamedTuple):
    """A row as it is from a moment on; None: the row is gone (rollback)."""

    at: int
    node: int
    row: Row | None
