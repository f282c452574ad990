"""Kinds of mutation that break who a node is, what it is called, and what a task says of its failed nodes."""

from __future__ import annotations

from typing import Any

from taskmock.contracts.selftest.mutation import (
    NO_SUCH_ID,
    Mutant,
    Mutation,
    Specimen,
    in_state,
    is_below,
    is_full,
    is_right_below,
    pointer,
)
from taskmock.contracts.validation.walk import Place, walk

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


def id_other_than_key(specimen: Specimen) -> Mutant | None:
    """A node has another id than its key."""
    node = specimen.pick(is_below)
    if node is None:
        return None
    node.value["id"] = NO_SUCH_ID
    return specimen.found("id.key-mismatch", node, "id")


def id_of_the_task(specimen: Specimen) -> Mutant | None:
    """A node has the task's id."""
    node = specimen.pick(is_below)
    if node is None:
        return None
    node.value["id"] = specimen.data["id"]
    return specimen.found("id.duplicate", node, "id")


def id_not_asked_for(specimen: Specimen) -> Mutant | None:
    """The answer to a request for another node."""
    if not specimen.data or not is_full(specimen.top):
        return None
    return specimen.found("id.request", specimen.top, "id", request={"task_id": NO_SUCH_ID})


def parent_id_of_another(specimen: Specimen) -> Mutant | None:
    """A node names a node as its parent that does not hold it."""
    node = specimen.pick(lambda node: is_below(node) and "parent_id" in node.value)
    if node is None:
        return None
    node.value["parent_id"] = specimen.draw.choice([NO_SUCH_ID, node.value["id"]])
    return specimen.found("parent-id.mismatch", node, "parent_id")


def parent_id_of_the_task(specimen: Specimen) -> Mutant | None:
    """The task names another parent than itself."""
    if not is_whole(specimen):
        return None
    specimen.data["parent_id"] = NO_SUCH_ID
    return specimen.found("parent-id.top", specimen.top, "parent_id")


def root_id_of_another(specimen: Specimen) -> Mutant | None:
    """One of many nodes belongs to another task."""
    node = specimen.pick(lambda node: "root_id:" in node.value)
    if node is None or sum(1 for _ in walk(specimen.data)) < 3:
        return None
    node.value["root_id:"] = NO_SUCH_ID
    return specimen.found("root-id.mismatch", node, "root_id:")


def subtree_for_the_task(specimen: Specimen) -> Mutant | None:
    """A subtree where the whole task was asked for."""
    if not is_whole(specimen):
        return None
    for node in walk(specimen.data):
        node.value["root_id:"] = NO_SUCH_ID
    specimen.data["parent_id"] = NO_SUCH_ID
    return specimen.found("root-id.request", specimen.top, "root_id:", request={"task_id": 10})


def version_of_the_task(specimen: Specimen) -> Mutant | None:
    """The task of engine 1 has a version."""
    if specimen.data.get("version") != "":
        return None
    specimen.data["version"] = "0" * 32
    return specimen.found("version.task", specimen.top, "version", request={"task_id": "10"})


def name_not_cut(specimen: Specimen) -> Mutant | None:
    """A name of engine 1 longer than its column."""
    node = specimen.pick(is_below) if specimen.edition == "v1" else None
    if node is None:
        return None
    node.value["name"] = "发布" * 33
    return specimen.found("name.length", node, "name")


def revoked_at_the_end(specimen: Specimen) -> Mutant | None:
    """A revoked task of engine 1 that went through its end event."""
    node = specimen.pick(is_right_below)
    if node is None or specimen.edition == "v2":
        return None
    specimen.data["state"] = "REVOKED"
    node.value["name"] = END_EVENT
    return specimen.found("revoked.end-event", node)


def is_whole(specimen: Specimen) -> bool:
    """Whether the answer of engine 2 is about a whole task."""
    return "id" in specimen.data and specimen.data.get("parent_id") == specimen.data["id"]


def failed_leaf(specimen: Specimen) -> Place | None:
    """A FAILED leaf right below a FAILED task, where tasks may speak of failures."""
    if specimen.edition == "doc-2019" or specimen.state != "FAILED":
        return None
    return specimen.pick(lambda node: is_right_below(node) and in_state("FAILED")(node) and not node.children)


def ex_data_too_early(specimen: Specimen) -> Mutant | None:
    """ex_data on a task that has not failed."""
    if specimen.edition == "doc-2019" or specimen.state in {"FAILED", "CREATED", "EXPIRED", None}:
        return None
    specimen.data["ex_data"] = {}
    return specimen.found("ex-data.state", specimen.top, "ex_data")


def ex_data_on_a_v1_task(specimen: Specimen) -> Mutant | None:
    """ex_data on a whole task of engine 1, which never has it."""
    leaf = failed_leaf(specimen)
    if leaf is None or specimen.data.get("version") != "":
        return None
    specimen.data["ex_data"] = {leaf.key: "disk full"}
    return specimen.found("ex-data.task", specimen.top, "ex_data")


def ex_data_of_another(specimen: Specimen) -> Mutant | None:
    """ex_data about a node that has not failed."""
    leaf, other = failed_leaf(specimen), specimen.pick(in_state("FINISHED"))
    if leaf is None or other is None:
        return None
    key = specimen.draw.choice([NO_SUCH_ID, other.key])
    specimen.data["ex_data"] = {leaf.key: "disk full", key: None}
    return specimen.found("ex-data.key", specimen.top, "ex_data", key)


def ex_data_without_the_leaf(specimen: Specimen) -> Mutant | None:
    """ex_data without the leaf that failed."""
    leaf = failed_leaf(specimen)
    if leaf is None:
        return None
    specimen.data["ex_data"] = {}
    return specimen.found("ex-data.missing", specimen.top, "ex_data", leaf.key)


def ex_data_unasked(specimen: Specimen) -> Mutant | None:
    """ex_data that nobody asked for."""
    if "ex_data" not in specimen.data:
        return None
    return specimen.found("ex-data.request", specimen.top, "ex_data", request={"task_id": "10"})


def spoken_of(name: str, code: str, field: str, keys: list[str], entry: dict[str, Any]) -> Mutation:
    """`failed_node_info` with one entry, `auto_retry_status` as it is; LEAF stands for the id of a FAILED leaf."""

    def mutate(specimen: Specimen) -> Mutant | None:
        leaf = failed_leaf(specimen)
        if leaf is None:
            return None
        own = {"LEAF": leaf.key}
        specimen.data[field] = {own.get(key, key): value for key, value in entry.items()}
        return specimen.found(code, specimen.top, field, *(own.get(key, key) for key in keys))

    return Mutation(name, mutate)


RETRIES = {"auto_retry_times": 4, "max_auto_retry_times": 3}

MUTATIONS = (
    Mutation("key-other-than-id", key_other_than_id),
    Mutation("id-other-than-key", id_other_than_key),
    Mutation("id-of-the-task", id_of_the_task),
    Mutation("id-not-asked-for", id_not_asked_for),
    Mutation("parent_id-of-another", parent_id_of_another),
    Mutation("parent_id-of-the-task", parent_id_of_the_task),
    Mutation("root_id-of-another", root_id_of_another),
    Mutation("subtree-for-the-task", subtree_for_the_task),
    Mutation("version-of-the-task", version_of_the_task),
    Mutation("name-not-cut", name_not_cut),
    Mutation("revoked-at-the-end", revoked_at_the_end),
    Mutation("ex_data-too-early", ex_data_too_early),
    Mutation("ex_data-on-a-v1-task", ex_data_on_a_v1_task),
    Mutation("ex_data-of-another", ex_data_of_another),
    Mutation("ex_data-without-the-leaf", ex_data_without_the_leaf),
    Mutation("ex_data-unasked", ex_data_unasked),
    spoken_of("info-of-another", "failed-node-info.key", "failed_node_info", [NO_SUCH_ID], {NO_SUCH_ID: {}}),
    spoken_of(
        "info-with-another-id",
        "failed-node-info.entry",
        "failed_node_info",
        ["LEAF", "node_id"],
        {"LEAF": {"node_id": NO_SUCH_ID}},
    ),
    spoken_of(
        "info-with-too-many-retries",
        "failed-node-info.entry",
        "failed_node_info",
        ["LEAF", "auto_retry_times"],
        {"LEAF": RETRIES},
    ),
    spoken_of(
        "retry-of-another",
        "auto-retry.nodes",
        "auto_retry_status",
        ["auto_retry_nodes"],
        {"exist_auto_retry_nodes": True, "auto_retry_nodes": [NO_SUCH_ID]},
    ),
    spoken_of(
        "retry-of-nobody",
        "auto-retry.nodes",
        "auto_retry_status",
        ["exist_auto_retry_nodes"],
        {"exist_auto_retry_nodes": True, "auto_retry_nodes": []},
    ),
)
