"""What a task is made of: activities, subprocesses, gateways with their arms, loops. Pure data, no time, no ids.

Durations are whole milliseconds throughout the pure core.
"""

from __future__ import annotations

import dataclasses
import enum

SECOND = 1000
"""Milliseconds in a second."""


class BranchKind(enum.StrEnum):
    """The three gateways that split a flow into arms."""

    PARALLEL = "parallel"
    EXCLUSIVE = "exclusive"
    CONDITIONAL = "conditional"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One execution of an activity: how long it runs, and what `ex_data` says if it fails (None: it succeeds)."""

    takes: int = SECOND
    fails: object = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AutoRetry:
    """The engine's own retry of a failed activity: at most `max` times in a pass, each `after` ms after the failure."""

    max: int
    after: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A leaf that does something.

    Attempt number n (by `retry`, in each pass of a loop) is `attempts[n]`, the last one for all later retries.
    `waits`: it runs until somebody calls back, at most `at_most` ms (None: for ever), then goes on by itself.
    `times_out`: after that many ms of running the engine terminates it (FAILED). `ignored`: a failure counts as
    FINISHED with `error_ignored`. `loop`: how many passes it makes by itself, `limit` the rerun limit of these (None:
    that of the `Loop` around it, if any). `id`: pinned node id.
    """

    name: str
    attempts: tuple[Attempt, ...] = (Attempt(),)
    waits: bool = False
    at_most: int | None = None
    times_out: int | None = None
    auto_retry: AutoRetry | None = None
    ignored: bool = False
    loop: int = 1
    limit: int | None = None
    id: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Subprocess:
    """A node with a flow of its own. `fails`: it fails on its own inputs, before any child is reached."""

    name: str
    flow: Flow
    fails: object = None
    id: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One way out of a gateway, with the name that `take` picks it by."""

    name: str
    flow: Flow


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A gateway, its arms and the converging gateway behind them.

    `take` names the arms that are entered: all of them for `parallel`, one for `exclusive`, some for `conditional`.
    An exclusive or conditional gateway that takes none fails (no condition met).
    """

    kind: BranchKind
    arms: tuple[Arm, ...]
    take: tuple[str, ...]
    id: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """A stretch of the flow that an exclusive gateway behind it sends through again, `times` passes in all.

    `limit` is the rerun limit of its nodes: the pass after that many reruns makes a node FAILED (None: no limit).
    """

    times: int
    flow: Flow
    limit: int | None = None


Step = Activity | Subprocess | Branch | Loop
Flow = tuple[Step, ...]
