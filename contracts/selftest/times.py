"""Kinds of mutation that break times: absent or set against the state, out of order, outside the parent's or now."""

from __future__ import annotations

from collections.abc import Callable

from taskmock.contracts.api.bk_sops.edition import ENGINES
from taskmock.contracts.api.bk_sops.tree import walk_tree
from taskmock.contracts.selftest.mutation import (
    Mutant,
    Mutate,
    Specimen,
    Wanted,
    after,
    any_node,
    broken,
    first_pass,
    has,
    in_state,
    is_below,
    is_failed_leaf,
    is_full,
    outermost,
    shifted,
)
from taskmock.contracts.validation.walk import Place

YEAR = 366 * 86_400


def timed(field: str, wanted: Wanted) -> Wanted:
    """Whether a wanted node has a time."""
    return lambda node: is_full(node) and node.value[field] and wanted(node)


def misplaced(code: str, field: str, wanted: Wanted, offset: int) -> Mutate:
    """A time of a node is another: its own start shifted."""
    return broken(code, timed("start_time", wanted), {field: after("start_time", offset)})


def unset(field: str, wanted: Wanted) -> Mutate:
    """A time is absent that the state demands."""
    return broken("times.missing", timed(field, wanted), {field: ...})


def time_of_nothing(field: str, *states: str) -> Mutate:
    """A time is set where the state has none."""
    return broken(
        "times.unexpected",
        lambda node: in_state(*states)(node) and not node.value.get(field, 0) and is_below(node),
        {field: lambda node: outermost(node)["start_time"]},
    )


def unreal_time(specimen: Specimen) -> Mutant | None:
    """A time on a day that no year has."""
    field = specimen.draw.choice(["start_time", "finish_time"])
    node = specimen.pick(timed(field, any_node))
    if node is None:
        return None
    node.value[field] = specimen.draw.choice(["2026-02-30 10:00:00 +0800", "2025-02-29 10:00:00 +0800"])
    return specimen.found("times.calendar", node, field)


def child_outside(code: str, field: str, offset: int, wanted: Wanted) -> Mutate:
    """A child starts before, or finishes after, its parent."""

    def is_inside(node: Place) -> object:
        parent = node.parent
        return parent and node.value[field] and parent.value[field] and first_pass(parent) and wanted(parent)

    def moved(node: Place) -> str | None:
        return None if node.parent is None else shifted(node.parent.value[field], offset)

    return broken(code, is_inside, {field: moved})


def elapsed_off(code: str, wanted: Wanted, offset: int) -> Mutate:
    """An elapsed time that does not agree."""
    return broken(
        code,
        has("elapsed_time", lambda node: is_full(node) and wanted(node)),
        {"elapsed_time": lambda node: node.value["elapsed_time"] + offset},
    )


def one_of_many_open(node: Place) -> bool:
    """Whether a node goes on, and at least two others do."""
    return is_open(node) and sum(is_open(other) for other in walk_tree(outermost(node))) > 2


def is_open(node: Place) -> bool:
    """Whether a node has started and not finished."""
    return bool(node.value.get("start_time")) and not node.value.get("finish_time")


def is_finished_in_open_task(node: Place) -> bool:
    """Whether a node below a task that goes on is FINISHED."""
    return is_below(node) and in_state("FINISHED")(node) and is_open(next(walk_tree(outermost(node))))


def ended(node: Place) -> bool:
    """Whether a node has both times for good."""
    return in_state("FINISHED")(node) or is_failed_leaf(node)


def both_times(node: Place) -> bool:
    """Whether a node has both times."""
    return bool(node.value["start_time"] and node.value["finish_time"])


def running(node: Place) -> bool:
    """Whether a node is RUNNING in its first pass."""
    return in_state("RUNNING")(node) and first_pass(node)


def failed_above(node: Place) -> object:
    """Whether a node with children is FAILED in its first pass."""
    return in_state("FAILED")(node) and node.children and first_pass(node)


def caught(trap: str, edition: str, state: str, field: str, **fields: object) -> Mutate:
    """A leaf is as only a trap of the engine leaves it."""

    def may_be_caught(node: Place) -> object:
        return is_below(node) and in_state(state)(node) and not node.children and first_pass(node)

    return broken(f"trap.{trap}", may_be_caught, fields, field, only={edition})


def of_task(field: str) -> Callable[[Place], object]:
    """What the task has in a field."""
    return lambda node: outermost(node)[field]


SINCE_THE_TASK = {"start_time": of_task("start_time"), "elapsed_time": of_task("elapsed_time")}
IN_ONE_SECOND = {"start_time": of_task("start_time"), "finish_time": of_task("start_time"), "elapsed_time": 0}
BEFORE_ITS_START = {"finish_time": after("start_time", -5), "elapsed_time": -5}

TRAPS: dict[str, Mutate] = {
    "running-node-paused": caught("paused-running-node", "v2", "READY", "start_time", **SINCE_THE_TASK),
    "failed-node-resumed": caught("resumed-failed-node", "v2", "READY", "finish_time", **IN_ONE_SECOND),
    "appointed-node-resumed": caught(
        "resumed-appointed-node", "v2", "RUNNING", "start_time", start_time=None, elapsed_time=0
    ),
    "start-event-paused": caught(
        "paused-start-event", "v1", "FAILED", "finish_time", **SINCE_THE_TASK, finish_time=None
    ),
    "node-run-again": caught("run-again", "v1", "RUNNING", "finish_time", **BEFORE_ITS_START),
}
"""What is wrong but for a trap, and so a warning."""

MUTATIONS: dict[str, Mutate] = {
    "unreal-time": unreal_time,
    "finish-before-start": misplaced(
        "times.order", "finish_time", lambda node: ended(node) and node.value["finish_time"], -1
    ),
    "finish-while-running": misplaced("times.unexpected", "finish_time", running, 5),
    "finish-above-failed": misplaced("times.unexpected", "finish_time", failed_above, 5),
    "finished-without-finish": unset("finish_time", in_state("FINISHED")),
    "failed-without-finish": unset("finish_time", is_failed_leaf),
    "ended-without-start": unset("start_time", ended),
    "running-without-start": unset("start_time", in_state("RUNNING", "NODE_SUSPENDED")),
    "start-before-running": time_of_nothing("start_time", "READY", "LOOP_READY"),
    "finish-while-suspended": time_of_nothing("finish_time", "SUSPENDED", "READY", "LOOP_READY"),
    "child-before-parent": child_outside("times.child-start", "start_time", -1, any_node),
    "child-after-parent": child_outside("times.child-finish", "finish_time", 1, in_state("FINISHED")),
    "skipped-later": broken(
        "skip.moment", lambda node: node.value.get("skip") is True, {"start_time": after("start_time", -1)}, only={"v1"}
    ),
    "finish-in-the-future": broken(
        "times.future", is_finished_in_open_task, {"finish_time": after("finish_time", YEAR)}, only=ENGINES
    ),
    "elapsed-too-long": elapsed_off("elapsed.difference", both_times, 3),
    "elapsed-too-short": elapsed_off("elapsed.difference", both_times, -3),
    "elapsed-before-start": elapsed_off("elapsed.not-started", lambda node: node.value["start_time"] is None, 7),
    "elapsed-negative": elapsed_off("elapsed.negative", is_open, -YEAR),
    "elapsed-of-another-moment": elapsed_off("elapsed.now", one_of_many_open, 60),
    **TRAPS,
}
