"""Kinds of mutation that break a node's ids and name, and what a task tells about its failed nodes."""

from __future__ import annotations

from typing import Any

from taskmock.contracts.api.bk_sops.edition import ENGINE_1, ENGINES
from taskmock.contracts.api.bk_sops.tree import walk_tree
from taskmock.contracts.selftest.mutation import (
    NO_SUCH_ID,
    Mutant,
    Mutate,
    OneOf,
    Specimen,
    Wanted,
    answer_to,
    broken,
    has,
    in_state,
    is_below,
    is_failed_leaf,
    is_full,
    is_outermost,
    is_right_below,
    outermost,
    pointer,
)
from taskmock.contracts.validation.walk import Place

END_EVENT = "<class 'pipeline.core.flow.event.EmptyEndEvent'>"


def key_other_than_id(specimen: Specimen) -> Mutant | None:
    """A node hangs under another key."""
    node = specimen.pick(is_below)
    if node is None or node.parent is None:
        return None
    children = node.parent.value["children"]
    node.parent.value["children"] = {NO_SUCH_ID if key == node.key else key: child for key, child in children.items()}
    where = pointer(node.parent, "children", NO_SUCH_ID, "id")
    return Mutant(specimen.body, (("id.key-mismatch", where),))


def is_one_of_many(node: Place) -> bool:
    """Whether a task has at least three nodes, itself included."""
    return sum(1 for _ in walk_tree(outermost(node))) > 2


def is_whole(node: Place) -> bool:
    """Whether a node is a whole task of engine 2."""
    return node.parent is None and "id" in node.value and node.value.get("parent_id") == node.value["id"]


def is_task_of_engine_1(node: Place) -> bool:
    """Whether a node is a whole task of engine 1."""
    return node.parent is None and node.value.get("version") == ""


def move_to_another_task(top: Place) -> None:
    """Makes a task a subtree of another."""
    for node in walk_tree(top.value):
        node.value["root_id:"] = NO_SUCH_ID
    top.value["parent_id"] = NO_SUCH_ID


def end_a_revoked_task(node: Place) -> None:
    """Revokes the task that went through an end event."""
    outermost(node)["state"] = "REVOKED"
    node.value["name"] = END_EVENT


def has_not_failed(node: Place) -> bool:
    """Whether a node is a task that has started and not failed."""
    return node.parent is None and node.value.get("state") not in {"FAILED", "CREATED", "EXPIRED", None}


def is_failed_in_failed_task(node: Place) -> bool:
    """Whether a node is a FAILED leaf right below a FAILED task."""
    return is_right_below(node) and is_failed_leaf(node) and outermost(node).get("state") == "FAILED"


def is_failed_in_task_of_engine_1(node: Place) -> bool:
    """Whether a node is a FAILED leaf right below a FAILED whole task of engine 1."""
    return is_failed_in_failed_task(node) and outermost(node).get("version") == ""


def ex_data_of_another(specimen: Specimen) -> Mutant | None:
    """ex_data about a node that has not failed."""
    if specimen.edition not in ENGINES or specimen.state != "FAILED":
        return None
    leaf, other = specimen.pick(is_failed_in_failed_task), specimen.pick(in_state("FINISHED"))
    if leaf is None or other is None:
        return None
    key = specimen.draw.choice([NO_SUCH_ID, other.key])
    specimen.data["ex_data"] = {leaf.key: "disk full", key: None}
    return specimen.found("ex-data.key", specimen.top, "ex_data", key)


def stated_of(
    code: str, field: str, entry: dict[str, Any], *keys: str, wanted: Wanted = is_failed_in_failed_task
) -> Mutate:
    """A field about the failed nodes of a task has one entry; LEAF stands for the id of a FAILED leaf."""

    def mutate(specimen: Specimen) -> Mutant | None:
        leaf = specimen.pick(wanted) if specimen.edition in ENGINES else None
        if leaf is None:
            return None
        own = {"LEAF": leaf.key}
        specimen.data[field] = {own.get(key, key): value for key, value in entry.items()}
        return specimen.found(code, specimen.top, field, *(own.get(key, key) for key in keys))

    return mutate


FAILED_NODES, RETRIES = "failed_node_info", "auto_retry_status"

MUTATIONS: dict[str, Mutate] = {
    "key-other-than-id": key_other_than_id,
    "id-other-than-key": broken("id.key-mismatch", is_below, {"id": NO_SUCH_ID}),
    "id-of-the-task": broken("id.duplicate", is_below, {"id": lambda node: outermost(node)["id"]}),
    "id-not-asked-for": answer_to(
        {"task_id": NO_SUCH_ID}, broken("id.request", lambda node: is_outermost(node) and is_full(node), {}, "id")
    ),
    "parent_id-of-another": broken(
        "parent-id.mismatch",
        has("parent_id", is_below),
        {"parent_id": OneOf([NO_SUCH_ID, lambda node: node.value["id"]])},
    ),
    "parent_id-of-the-task": broken("parent-id.top", is_whole, {"parent_id": NO_SUCH_ID}),
    "root_id-of-another": broken("root-id.mismatch", has("root_id:", is_one_of_many), {"root_id:": NO_SUCH_ID}),
    "subtree-for-the-task": answer_to(
        {"task_id": 10}, broken("root-id.request", is_whole, move_to_another_task, "root_id:")
    ),
    "version-of-the-task": answer_to(
        {"task_id": "10"}, broken("version.task", is_task_of_engine_1, {"version": "0" * 32})
    ),
    "name-not-cut": broken("name.length", is_below, {"name": "发布" * 33}, only={"v1"}),
    "revoked-at-the-end": broken("revoked.end-event", is_right_below, end_a_revoked_task, only=ENGINE_1),
    "ex_data-too-early": broken("ex-data.state", has_not_failed, {"ex_data": {}}, only=ENGINES),
    "ex_data-on-a-v1-task": stated_of(
        "ex-data.task", "ex_data", {"LEAF": "disk full"}, wanted=is_failed_in_task_of_engine_1
    ),
    "ex_data-of-another": ex_data_of_another,
    "ex_data-without-the-leaf": stated_of("ex-data.missing", "ex_data", {}, "LEAF"),
    "ex_data-unasked": answer_to(
        {"task_id": "10"}, broken("ex-data.request", has("ex_data", is_outermost), {}, "ex_data")
    ),
    "info-of-another": stated_of("failed-node-info.key", FAILED_NODES, {NO_SUCH_ID: {}}, NO_SUCH_ID),
    "info-with-another-id": stated_of(
        "failed-node-info.entry", FAILED_NODES, {"LEAF": {"node_id": NO_SUCH_ID}}, "LEAF", "node_id"
    ),
    "info-with-too-many-retries": stated_of(
        "failed-node-info.entry",
        FAILED_NODES,
        {"LEAF": {"auto_retry_times": 4, "max_auto_retry_times": 3}},
        "LEAF",
        "auto_retry_times",
    ),
    "retry-of-another": stated_of(
        "auto-retry.nodes",
        RETRIES,
        {"exist_auto_retry_nodes": True, "auto_retry_nodes": [NO_SUCH_ID]},
        "auto_retry_nodes",
    ),
    "retry-of-nobody": stated_of(
        "auto-retry.nodes", RETRIES, {"exist_auto_retry_nodes": True, "auto_retry_nodes": []}, "exist_auto_retry_nodes"
    ),
}
