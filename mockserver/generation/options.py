"""The options of a generated task, and which of them no task can meet. Nothing here draws anything."""

from __future__ import annotations

import dataclasses

from taskmock.mockserver.core.state import State

MAX_DEPTH = 100
"""Levels of nodes below the task at most."""

STATES = {
    "doc-2019": ("CREATED", "RUNNING", "FAILED", "SUSPENDED", "REVOKED", "FINISHED"),
    "v1": ("CREATED", "RUNNING", "FAILED", "SUSPENDED", "REVOKED", "FINISHED", "EXPIRED"),
    "v1@3.6.10": ("CREATED", "RUNNING", "FAILED", "SUSPENDED", "REVOKED", "FINISHED"),
    "v2": ("CREATED", "RUNNING", "FAILED", "SUSPENDED", "REVOKED", "FINISHED", "NODE_SUSPENDED", "EXPIRED"),
}
"""The states of a task that can be asked for, by edition."""

ALONE = frozenset({State.CREATED, State.EXPIRED})
"""The states of a task that has no node below it."""


class GenerateError(ValueError):
    """Options that no tree can meet: the text names the limit that was crossed."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GenerateOptions:
    """The options of a generated task; None leaves a property to the seed.

    `nodes` counts visible nodes, the task among them; `depth` levels of nodes below the task; `breadth` is the
    most arms of a gateway; `state` is the task's at the end; `plain` leaves out retries, loops and the like.
    """

    nodes: int | None = None
    depth: int | None = None
    breadth: int = 4
    state: str | None = None
    edition: str = "doc-2019"
    locale: str = "en"
    plain: bool = False


def least_nodes(state: str | None, depth: int | None = None) -> int:
    """The smallest tree, the task counted, that can be in a state with that many levels below the task."""
    if state in ALONE or (state is None and depth is None):
        return 1
    levels = max(1, depth or 1)
    # Each level has its start event; finished ones their end event too; all but the deepest hold a subprocess.
    return 1 + levels * (2 if state == State.FINISHED else 1) + levels - 1 + 1


def check_options(nodes: int, state: State | None, options: GenerateOptions) -> None:
    """Refuses options that no tree can meet; `nodes` and `state` are drawn where the options leave them open.

    Raises:
        GenerateError: With the limit that was crossed.
    """
    if nodes < 1:
        raise GenerateError(f"{nodes} nodes are no tree; at least 1, the task itself")
    if options.breadth < 2:
        raise GenerateError(f"a breadth of {options.breadth} is no gateway; at least 2")
    if options.depth is not None and not 1 <= options.depth <= MAX_DEPTH:
        raise GenerateError(f"a depth of {options.depth} is out of reach; allowed: 1 to {MAX_DEPTH}")
    if state in ALONE and (nodes > 1 or (options.depth or 1) > 1):
        raise GenerateError(f"a task that is {state} has no node below it; allowed: 1 node")
    if state in ALONE:
        return
    least = 2 if state is None else least_nodes(state, options.depth)
    if state is None and options.depth is not None:
        least = max(least, least_nodes(State.FAILED, options.depth))
    if nodes < least:
        deep = f" with {options.depth} levels below it" if options.depth else ""
        raise GenerateError(
            f"a task{f' that is {state}' if options.state else ''}{deep} has at least {least} nodes, not {nodes}"
        )
