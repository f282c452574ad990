"""Kinds of mutation that break how a node's state, and what was done about its failure, fit those around it."""

from __future__ import annotations

from collections.abc import Callable

from taskmock.contracts.selftest.mutation import Mutant, Mutation, Specimen, first_pass, in_state, is_below, is_full
from taskmock.contracts.validation.walk import Place, walk

SUSPENDED = frozenset({"SUSPENDED", "NODE_SUSPENDED"})
EVERY, ENGINES, OLD = "doc-2019 v1 v2", "v1 v2", "doc-2019 v1"
UNFINISHED = in_state("RUNNING", "FAILED", "SUSPENDED", "READY")


def states_below(node: Place) -> set[object]:
    """The states of a node's children."""
    return {child.get("state") for child in node.children.values()}


def parent_stated(name: str, code: str, state: str, wanted: Callable[[Place], object], editions: str) -> Mutation:
    """A parent is in a state that its children contradict."""

    def mutate(specimen: Specimen) -> Mutant | None:
        node = specimen.pick(lambda node: is_full(node) and wanted(node))
        if node is None or specimen.edition not in editions.split():
            return None
        node.value["state"] = state
        return specimen.found(code, node, "state")

    return Mutation(name, mutate)


def child_stated(name: str, code: str, state: str, above: str, editions: str) -> Mutation:
    """A child is in a state that contradicts its parent."""

    def mutate(specimen: Specimen) -> Mutant | None:
        node = specimen.pick(lambda node: node.parent is not None and in_state(above)(node.parent))
        if node is None or node.parent is None or specimen.edition not in editions.split():
            return None
        node.value["state"] = state
        return specimen.found(code, node.parent, "state")

    return Mutation(name, mutate)


def stood_still(node: Place) -> bool:
    """Whether a FAILED task of engine 1 shows nothing after its failure: no retry, no skip, no later start."""
    below = list(walk(node.value))[1:]
    ends = [leaf.value["finish_time"] for leaf in below if in_state("FAILED")(leaf) and not leaf.children]
    quiet = all(leaf.value["state"] in {"FINISHED", "FAILED"} and leaf.value["retry"] == 0 for leaf in below)
    if not node.children or not in_state("FAILED")(node) or not quiet:
        return False
    return all(leaf.value["start_time"] <= max(ends) for leaf in below)


def finished_without_children(specimen: Specimen) -> Mutant | None:
    """A FINISHED task that went through nothing."""
    data = specimen.data
    if specimen.state != "FINISHED" or (data["version"] and data.get("parent_id") != data["id"]):
        return None
    data["children"] = {}
    return specimen.found("parent.finished-empty", specimen.top, "children")


def created_with_children(specimen: Specimen) -> Mutant | None:
    """The document's CREATED task, with the children and times of another."""
    if specimen.edition != "doc-2019" or not specimen.data.get("children"):
        return None
    specimen.data["state"] = "CREATED"
    expected = (("parent.created", "/data/children"), ("times.unexpected", "/data/start_time"))
    return Mutant(specimen.body, expected)


def marked(name: str, code: str, field: str, wanted: Callable[[Place], object], **marks: bool) -> Mutation:
    """A node is marked as what it cannot be."""

    def mutate(specimen: Specimen) -> Mutant | None:
        node = specimen.pick(lambda node: is_below(node) and first_pass(node) and field in node.value and wanted(node))
        if node is None:
            return None
        node.value.update(marks)
        return specimen.found(code, node, field)

    return Mutation(name, mutate)


def finished_with_marks(node: Place) -> bool:
    """Whether a FINISHED node says whether its error was ignored."""
    return in_state("FINISHED")(node) and "error_ignored" in node.value


MUTATIONS = (
    parent_stated("running-over-failed", "parent.running", "RUNNING", lambda n: "FAILED" in states_below(n), "v2"),
    parent_stated("running-over-suspended", "parent.running", "RUNNING", lambda n: states_below(n) & SUSPENDED, "v2"),
    parent_stated("running-on-after-failure", "parent.running-over-failed", "RUNNING", stood_still, OLD),
    parent_stated(
        "failed-over-nothing-failed",
        "parent.failed",
        "FAILED",
        lambda n: first_pass(n) and n.children and "FAILED" not in states_below(n),
        EVERY,
    ),
    child_stated("failed-over-running", "parent.failed-over-running", "RUNNING", "FAILED", OLD),
    parent_stated(
        "node-suspended-over-nothing",
        "parent.node-suspended",
        "NODE_SUSPENDED",
        lambda n: not states_below(n) & SUSPENDED,
        ENGINES,
    ),
    parent_stated("blocked-over-nothing", "parent.blocked", "BLOCKED", lambda n: not n.children, "v1"),
    child_stated("blocked-over-running", "parent.blocked", "RUNNING", "BLOCKED", "v1"),
    child_stated("finished-over-running", "parent.finished", "RUNNING", "FINISHED", EVERY),
    child_stated("finished-over-failed", "parent.finished", "FAILED", "FINISHED", EVERY),
    parent_stated(
        "finished-too-early",
        "parent.finished",
        "FINISHED",
        lambda n: states_below(n) & {"RUNNING", "FAILED", "SUSPENDED"},
        EVERY,
    ),
    Mutation("finished-without-children", finished_without_children),
    Mutation("created-over-children", created_with_children),
    marked("skipped-while-unfinished", "skip.state", "skip", UNFINISHED, skip=True),
    marked(
        "ignored-while-unfinished",
        "error-ignored.state",
        "error_ignored",
        UNFINISHED,
        error_ignorable=True,
        error_ignored=True,
    ),
    marked(
        "ignored-and-skipped",
        "error-ignored.skip",
        "skip",
        finished_with_marks,
        error_ignorable=True,
        error_ignored=True,
        skip=True,
    ),
    marked(
        "ignored-but-not-ignorable",
        "error-ignored.ignorable",
        "error_ignorable",
        in_state("FINISHED"),
        error_ignorable=False,
        error_ignored=True,
    ),
)
