"""Kinds of mutation that break times: absent or set against the state, out of order, outside the parent's or now."""

from __future__ import annotations

from collections.abc import Callable

from taskmock.contracts.selftest.mutation import (
    Mutant,
    Mutation,
    Specimen,
    first_pass,
    in_state,
    is_below,
    is_full,
    shifted,
)
from taskmock.contracts.validation.walk import Place, walk

YEAR = 366 * 86_400


def set_times(name: str, code: str, field: str, wanted: Callable[[Place], object], offset: int) -> Mutation:
    """A time of a node is another: its own start shifted."""

    def mutate(specimen: Specimen) -> Mutant | None:
        node = specimen.pick(lambda node: is_full(node) and node.value["start_time"] and wanted(node))
        if node is None:
            return None
        node.value[field] = shifted(node.value["start_time"], offset)
        return specimen.found(code, node, field)

    return Mutation(name, mutate)


def unset_time(name: str, field: str, wanted: Callable[[Place], object]) -> Mutation:
    """A time is absent that the state demands."""

    def mutate(specimen: Specimen) -> Mutant | None:
        node = specimen.pick(lambda node: is_full(node) and node.value[field] and wanted(node))
        if node is None:
            return None
        node.value[field] = specimen.absent
        return specimen.found("times.missing", node, field)

    return Mutation(name, mutate)


def time_of_nothing(name: str, field: str, states: tuple[str, ...]) -> Mutation:
    """A time is set where the state has none."""

    def mutate(specimen: Specimen) -> Mutant | None:
        node = specimen.pick(lambda node: in_state(*states)(node) and not node.value.get(field, 0) and is_below(node))
        if node is None:
            return None
        node.value[field] = specimen.data["start_time"]
        return specimen.found("times.unexpected", node, field)

    return Mutation(name, mutate)


def unreal_time(specimen: Specimen) -> Mutant | None:
    """A time on a day that no year has."""
    field = specimen.draw.choice(["start_time", "finish_time"])
    node = specimen.pick(lambda node: is_full(node) and node.value[field])
    if node is None:
        return None
    node.value[field] = specimen.draw.choice(["2026-02-30 10:00:00 +0800", "2025-02-29 10:00:00 +0800"])
    return specimen.found("times.calendar", node, field)


def child_outside(name: str, code: str, field: str, offset: int, wanted: Callable[[Place], object]) -> Mutation:
    """A child starts before, or finishes after, its parent."""

    def mutate(specimen: Specimen) -> Mutant | None:
        node = specimen.pick(
            lambda node: (
                node.parent is not None
                and node.value[field]
                and node.parent.value[field]
                and first_pass(node.parent)
                and wanted(node.parent)
            )
        )
        if node is None or node.parent is None:
            return None
        node.value[field] = shifted(node.parent.value[field], offset)
        return specimen.found(code, node, field)

    return Mutation(name, mutate)


def skipped_later(specimen: Specimen) -> Mutant | None:
    """A node that engine 1 skipped, with a start before the skip."""
    node = specimen.pick(lambda node: node.value.get("skip") is True) if specimen.edition == "v1" else None
    if node is None:
        return None
    node.value["start_time"] = shifted(node.value["start_time"], -1)
    return specimen.found("skip.moment", node, "start_time")


def elapsed_off(name: str, code: str, wanted: Callable[[Place], object], offset: int) -> Mutation:
    """An elapsed time that does not agree."""

    def mutate(specimen: Specimen) -> Mutant | None:
        node = specimen.pick(lambda node: is_full(node) and "elapsed_time" in node.value and wanted(node))
        if node is None:
            return None
        node.value["elapsed_time"] += offset
        return specimen.found(code, node, "elapsed_time")

    return Mutation(name, mutate)


def one_of_many_open(node: Place) -> bool:
    """Whether a node goes on, and at least two others do."""
    top = list(node.lineage())[-1]
    return is_open(node) and sum(is_open(other) for other in walk(top.value)) > 2


def is_open(node: Place) -> bool:
    """Whether a node has started and not finished."""
    return bool(node.value.get("start_time")) and not node.value.get("finish_time")


def in_the_future(specimen: Specimen) -> Mutant | None:
    """A node that finished a year after the task was read."""
    node = specimen.pick(lambda node: is_below(node) and in_state("FINISHED")(node))
    if node is None or not is_open(specimen.top) or specimen.edition == "doc-2019":
        return None
    node.value["finish_time"] = shifted(node.value["finish_time"], YEAR)
    return specimen.found("times.future", node, "finish_time")


def is_failed_leaf(node: Place) -> bool:
    """Whether a node below the task failed by itself."""
    return is_below(node) and in_state("FAILED")(node) and not node.children


def ended(node: Place) -> bool:
    """Whether a node has both times for good."""
    return in_state("FINISHED")(node) or is_failed_leaf(node)


def both_times(node: Place) -> bool:
    """Whether a node has both times."""
    return bool(node.value["start_time"] and node.value["finish_time"])


MUTATIONS = (
    Mutation("unreal-time", unreal_time),
    set_times("finish-before-start", "times.order", "finish_time", lambda n: ended(n) and n.value["finish_time"], -1),
    set_times(
        "finish-while-running", "times.unexpected", "finish_time", lambda n: in_state("RUNNING")(n) and first_pass(n), 5
    ),
    set_times(
        "finish-above-failed",
        "times.unexpected",
        "finish_time",
        lambda n: in_state("FAILED")(n) and n.children and first_pass(n),
        5,
    ),
    unset_time("finished-without-finish", "finish_time", in_state("FINISHED")),
    unset_time("failed-without-finish", "finish_time", is_failed_leaf),
    unset_time("ended-without-start", "start_time", ended),
    unset_time("running-without-start", "start_time", in_state("RUNNING", "NODE_SUSPENDED")),
    time_of_nothing("start-before-running", "start_time", ("READY", "LOOP_READY")),
    time_of_nothing("finish-while-suspended", "finish_time", ("SUSPENDED", "READY", "LOOP_READY")),
    child_outside("child-before-parent", "times.child-start", "start_time", -1, lambda _: True),
    child_outside("child-after-parent", "times.child-finish", "finish_time", 1, in_state("FINISHED")),
    Mutation("skipped-later", skipped_later),
    Mutation("finish-in-the-future", in_the_future),
    elapsed_off("elapsed-too-long", "elapsed.difference", both_times, 3),
    elapsed_off("elapsed-too-short", "elapsed.difference", both_times, -3),
    elapsed_off("elapsed-before-start", "elapsed.not-started", lambda n: n.value["start_time"] is None, 7),
    elapsed_off("elapsed-negative", "elapsed.negative", is_open, -YEAR),
    elapsed_off("elapsed-of-another-moment", "elapsed.now", one_of_many_open, 60),
)
