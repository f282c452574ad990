"""Kinds of mutation that break how a node's state, and what was done about its failure, fit those around it."""

from __future__ import annotations

from collections.abc import Collection

from taskmock.contracts.api.bk_sops.edition import ENGINE_1, ENGINES
from taskmock.contracts.api.bk_sops.tree import walk_tree
from taskmock.contracts.selftest.mutation import (
    Mutant,
    Mutate,
    Specimen,
    Wanted,
    broken,
    first_pass,
    in_state,
    is_below,
    is_full,
)
from taskmock.contracts.validation.walk import Place
from taskmock.schemas import EDITIONS

SUSPENDED = frozenset({"SUSPENDED", "NODE_SUSPENDED"})
UNFINISHED = in_state("RUNNING", "FAILED", "SUSPENDED", "READY")


def states_below(node: Place) -> set[object]:
    """The states of a node's children."""
    return {child.get("state") for child in node.children.values()}


def over(*states: str) -> Wanted:
    """Whether a node has a child in one of the states."""
    return lambda node: states_below(node) & set(states)


def parent_stated(code: str, state: str, wanted: Wanted, only: Collection[str] = EDITIONS) -> Mutate:
    """A parent is in a state that its children contradict."""
    return broken(code, lambda node: is_full(node) and wanted(node), {"state": state}, only=only)


def child_stated(code: str, state: str, above: str, only: Collection[str] = EDITIONS) -> Mutate:
    """A child is in a state that contradicts its parent."""

    def mutate(specimen: Specimen) -> Mutant | None:
        node = specimen.pick(lambda node: node.parent is not None and in_state(above)(node.parent))
        if node is None or node.parent is None or specimen.edition not in only:
            return None
        node.value["state"] = state
        return specimen.found(code, node.parent, "state")

    return mutate


def stood_still(node: Place) -> bool:
    """Whether a FAILED task of engine 1 shows nothing after its failure: no retry, no skip, no later start."""
    below = list(walk_tree(node.value))[1:]
    ends = [leaf.value["finish_time"] for leaf in below if in_state("FAILED")(leaf) and not leaf.children]
    quiet = all(leaf.value["state"] in {"FINISHED", "FAILED"} and leaf.value["retry"] == 0 for leaf in below)
    if not node.children or not in_state("FAILED")(node) or not quiet:
        return False
    return all(leaf.value["start_time"] <= max(ends) for leaf in below)


def nothing_failed_below(node: Place) -> object:
    """Whether a node in its first pass has children, none of which has failed."""
    return first_pass(node) and node.children and "FAILED" not in states_below(node)


def is_finished_task(node: Place) -> bool:
    """Whether a node is a FINISHED task, not a subtree of one."""
    return in_state("FINISHED")(node) and is_whole_task(node)


def created_with_children(specimen: Specimen) -> Mutant | None:
    """The document's CREATED task, with the children and times of another."""
    if specimen.edition != "doc-2019" or not specimen.data.get("children"):
        return None
    specimen.data["state"] = "CREATED"
    expected = (("parent.created", "/data/children"), ("times.unexpected", "/data/start_time"))
    return Mutant(specimen.body, expected)


def marked(code: str, field: str, wanted: Wanted, **marks: bool) -> Mutate:
    """A node is marked as what it cannot be."""
    return broken(
        code,
        lambda node: is_below(node) and first_pass(node) and field in node.value and wanted(node),
        marks,
        field,
    )


def finished_with_marks(node: Place) -> bool:
    """Whether a FINISHED node says whether its error was ignored."""
    return in_state("FINISHED")(node) and "error_ignored" in node.value


def in_what_goes_on(node: Place) -> object:
    """Whether a node is below one that was not revoked and has not ended."""
    return node.parent and is_full(node.parent) and not in_state("REVOKED", "FINISHED")(node.parent)


def is_whole_task(node: Place) -> bool:
    """Whether a node is a task that has started, not a subtree of one."""
    data = node.value
    is_part = bool(data.get("version")) and data.get("parent_id") != data.get("id")
    return node.parent is None and is_full(node) and not is_part


MUTATIONS: dict[str, Mutate] = {
    "revoked-in-what-goes-on": broken("parent.revoked", in_what_goes_on, {"state": "REVOKED"}),
    "skipped-task": broken("skip.task", is_whole_task, {"skip": True}),
    "running-over-failed": parent_stated("parent.running", "RUNNING", over("FAILED"), {"v2"}),
    "running-over-suspended": parent_stated("parent.running", "RUNNING", over(*SUSPENDED), {"v2"}),
    "running-on-after-failure": parent_stated("parent.running-over-failed", "RUNNING", stood_still, ENGINE_1),
    "failed-over-nothing-failed": parent_stated("parent.failed", "FAILED", nothing_failed_below),
    "failed-over-running": child_stated("parent.failed-over-running", "RUNNING", "FAILED", ENGINE_1),
    "node-suspended-over-nothing": parent_stated(
        "parent.node-suspended", "NODE_SUSPENDED", lambda node: not over(*SUSPENDED)(node), ENGINES
    ),
    "blocked-over-nothing": parent_stated("parent.blocked", "BLOCKED", lambda node: not node.children, {"v1"}),
    "blocked-over-running": child_stated("parent.blocked", "RUNNING", "BLOCKED", {"v1"}),
    "finished-over-running": child_stated("parent.finished", "RUNNING", "FINISHED"),
    "finished-over-failed": child_stated("parent.finished", "FAILED", "FINISHED"),
    "finished-too-early": parent_stated("parent.finished", "FINISHED", over("RUNNING", "FAILED", "SUSPENDED")),
    "finished-without-children": broken("parent.finished-empty", is_finished_task, {"children": {}}),
    "created-over-children": created_with_children,
    "skipped-while-unfinished": marked("skip.state", "skip", UNFINISHED, skip=True),
    "ignored-while-unfinished": marked(
        "error-ignored.state", "error_ignored", UNFINISHED, error_ignorable=True, error_ignored=True
    ),
    "ignored-and-skipped": marked(
        "error-ignored.skip", "skip", finished_with_marks, error_ignorable=True, error_ignored=True, skip=True
    ),
    "ignored-but-not-ignorable": marked(
        "error-ignored.ignorable", "error_ignorable", in_state("FINISHED"), error_ignorable=False, error_ignored=True
    ),
}
