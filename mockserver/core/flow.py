"""The parts of a task: activities, subprocesses, gateways with their arms, loops. Pure data without ids or a clock.

Durations are whole milliseconds throughout the pure core. Parts that no engine could run raise a ValueError when they
are made.
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


def _check_fails(fails: object) -> None:
    if isinstance(fails, bool):
        raise ValueError(f"fails is {fails}; allowed: what ex_data says, a text or a mapping; None where nothing fails")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One execution of an activity: how long it runs, and what `ex_data` says if it fails (None: it succeeds)."""

    takes: int = SECOND
    fails: object = None

    def __post_init__(self) -> None:
        _check_fails(self.fails)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AutoRetry:
    """The engine's own retry of a failed activity: at most `max` times in all, each `after` ms after the failure.

    Retries by hand do not count, and the passes of a loop share the number (bk-sops: one counter for each node).
    """

    max: int
    after: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A leaf that runs for a time, and succeeds or fails.

    Attempt number n (by `retry`, in each pass of a loop) is `attempts[n]`, the last one for all later retries.
    `waits`: it runs until its callback, at most `at_most` ms (None: for ever), then goes on by itself.
    `times_out`: after that many ms of running the engine terminates it (FAILED). `ignored`: a failure counts as
    FINISHED with `error_ignored`. `retryable`, `skippable`: whether it can be when it has failed. `loop`: how many
    passes it makes by itself, `limit` the rerun limit of these (None:
    that of the `Loop` around it, if any). `id`: pinned node id.
    """

    name: str
    attempts: tuple[Attempt, ...] = (Attempt(),)
    waits: bool = False
    at_most: int | None = None
    times_out: int | None = None
    auto_retry: AutoRetry | None = None
    ignored: bool = False
    retryable: bool = True
    skippable: bool = True
    loop: int = 1
    limit: int | None = None
    id: str | None = None

    def __post_init__(self) -> None:
        if not self.attempts:
            raise ValueError(f"the node {self.name!r} has no attempt; allowed: one or more")
        if self.waits and (len(self.attempts) > 1 or self.attempts[0].fails is not None):
            raise ValueError(f"the node {self.name!r} waits: the callback says whether it fails, not its attempts")
        if self.at_most is not None and not self.waits:
            raise ValueError(f"the node {self.name!r} has at_most, but does not wait")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Subprocess:
    """A node with a flow of its own. `fails`: it fails on its own inputs, before any child is reached."""

    name: str
    flow: Flow
    fails: object = None
    id: str | None = None

    def __post_init__(self) -> None:
        _check_fails(self.fails)


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

    def __post_init__(self) -> None:
        names = [arm.name for arm in self.arms]
        if len(set(names)) < len(names):
            raise ValueError(f"two arms of the {self.kind} gateway have one name: {', '.join(names)}")
        if not set(self.take) <= set(names):
            raise ValueError(f"the {self.kind} gateway takes {', '.join(self.take)}; its arms are {', '.join(names)}")
        if self.kind is BranchKind.PARALLEL and set(self.take) != set(names):
            raise ValueError("a parallel gateway takes all its arms")
        if self.kind is BranchKind.EXCLUSIVE and len(self.take) > 1:
            raise ValueError("an exclusive gateway takes one arm, or none")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """A part of the flow that the exclusive gateway behind it repeats, `times` passes in all.

    `limit` is the rerun limit of its nodes: the pass after that many reruns makes a node FAILED (None: no limit).
    """

    times: int
    flow: Flow
    limit: int | None = None


Step = Activity | Subprocess | Branch | Loop
Flow = tuple[Step, ...]
