"""The edition of a body, detected from its fields."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from taskmock.schemas import KNOWN, VARIANTS, base_of, chosen, variant_of

AUTO = "auto"
CHOICES = (AUTO, *KNOWN)

TODAY = "v2"
"""The edition of today's servers."""

ENGINES, ENGINE_1 = ("v1", "v2"), ("doc-2019", "v1")
"""The editions of today's engines, and those of the first engine."""


@dataclasses.dataclass(frozen=True, slots=True)
class Habits:
    """What the engine of an edition does in its own way, as far as the rules on trees depend on it.

    `task_has_version`: the task has a version, as its nodes have; `goes_on_by_ready`: a task or subprocess that is set
    going again is READY, with its start; `revoked_has_finish`: whether a REVOKED task has a `finish_time`, None where
    it may; `rolls_back`: nodes can be rolled back; `never_in_node_suspended`: states that no child of NODE_SUSPENDED is
    in.
    """

    task_has_version: bool
    goes_on_by_ready: bool
    revoked_has_finish: bool | None
    rolls_back: bool
    never_in_node_suspended: frozenset[str]


_OF_ENGINE_1 = Habits(
    task_has_version=False,
    goes_on_by_ready=True,
    revoked_has_finish=True,
    rolls_back=False,
    never_in_node_suspended=frozenset({"FAILED", "RUNNING"}),
)

HABITS = {
    "doc-2019": dataclasses.replace(_OF_ENGINE_1, revoked_has_finish=None),
    "v1": _OF_ENGINE_1,
    "v2": Habits(
        task_has_version=True,
        goes_on_by_ready=False,
        revoked_has_finish=False,
        rolls_back=True,
        never_in_node_suspended=frozenset({"FAILED"}),
    ),
}
"""The habits of each edition's engine."""

_V2_ONLY = ("root_id:", "parent_id")
_V1_ONLY = ("state_refresh_at",)
_SINCE_V1 = ("error_ignored",)
_SOME_ENTRIES = ("flow_type", "current_flow", "is_deleted")
_TIMES = ("start_time", "finish_time")
_DOCUMENTED_DETAIL = ("business_id", "business_name", "instance_name", "end_time")


def checked_edition(edition: str) -> str:
    """The edition itself, `auto` included.

    Raises: ValueError with the editions there are, and the closest of them.
    """
    return chosen("edition", edition, CHOICES)


def detected_edition(body: Mapping[str, Any]) -> tuple[str, str]:
    """The edition of an answer and how it was detected.

    Failed answers, CREATED and EXPIRED bodies are alike in `v1` and `v2`: they count as `v2`, today's servers.
    """
    data = body.get("data")
    if not isinstance(data, dict) or not data:
        return "v2", "nothing in the body tells"
    for name in _V2_ONLY:
        if name in data:
            return "v2", f"the task has `{name}`"
    for name in _V1_ONLY + _SINCE_V1:
        if name in data:
            return detected_variant(data) or ("v1", f"the task has `{name}` but no `root_id:`")
    if data.get("state") == "EXPIRED" or (data.get("state") == "CREATED" and data.get("start_time", "") is None):
        return "v2", "a CREATED or EXPIRED body, alike in v1 and v2"
    return "doc-2019", "the task has none of the fields that later editions added"


def detected_variant(*trees: Mapping[str, Any]) -> tuple[str, str] | None:
    """The variant of an answer of engine 1, and how it was detected; None where it is the edition itself.

    Every node has to show it: what is mixed is a broken answer of the edition. A single node that lacks a field and
    has no time to be absent shows nothing: it may be a broken one too.
    """
    if any(name in tree for tree in trees for name in (*_V2_ONLY, *_SINCE_V1)):
        return None
    nodes = [node for tree in trees for node in _nodes(tree)]
    if any(name in node for node in nodes for name in _SINCE_V1):
        return None
    absent = {node[field] for node in nodes for field in _TIMES if field in node and node[field] in (None, "")}
    for name in VARIANTS:
        variant = variant_of(name)
        if variant is not None and absent <= {variant.absent_time} and (absent or len(nodes) > 1):
            return name, "no node has `error_ignored`, and no time is null"
    return None


def _nodes(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The nodes of a tree of any shape."""
    waiting: list[Any] = [data]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            yield node
            children = node.get("children")
            waiting.extend(children.values() if isinstance(children, Mapping) else ())


def detected_batch_edition(body: Mapping[str, Any]) -> tuple[str, str]:
    """The edition of an answer about several tasks, detected from the first status in it that has one."""
    data = body.get("data")
    entries = [entry for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []
    statuses = [entry["status"] for entry in entries if isinstance(entry.get("status"), dict)]
    whole = [status for status in statuses if "id" in status]
    edition, basis = detected_edition({"data": whole[0] if whole else None})
    if edition == "doc-2019" and "elapsed_time" in whole[0]:
        edition, basis = "v1", "the task has no `root_id:`"
    if base_of(edition) != "v1":
        return edition, basis
    is_mixed = not (_all_or_none(entries, *_SOME_ENTRIES) and _all_or_none(whole, *_V1_ONLY))
    is_alone = len(whole) == 1 and not any(name in whole[0] for name in _V1_ONLY)
    variant = None if is_mixed or is_alone else detected_variant(*whole)
    return variant or ("v1", basis if edition == "v1" else "the tasks have the fields of engine 1")


def _all_or_none(objects: Sequence[Mapping[str, Any]], *names: str) -> bool:
    """Whether all of some objects have all of these fields, or none has any."""
    return len({name in each for each in objects for name in names}) < 2


def detected_node_edition(body: Mapping[str, Any]) -> tuple[str, str]:
    """The edition of an answer about one node."""
    data = body.get("data")
    if not isinstance(data, dict) or not data:
        return undetected_edition(body)
    edition, basis = detected_edition(body) if "id" in data else _detected_by_waiting_node(data)
    return edition, basis.replace("the task", "the node")


def detected_detail_edition(body: Mapping[str, Any]) -> tuple[str, str]:
    """The edition of an answer with a pipeline tree."""
    data = body.get("data")
    if not isinstance(data, dict):
        return undetected_edition(body)
    found = next((name for name in _DOCUMENTED_DETAIL if name in data), None)
    return ("doc-2019", f"the task has `{found}`") if found else ("v2", "no field of 2019, and alike in v1 and v2")


def undetected_edition(_: Mapping[str, Any]) -> tuple[str, str]:
    """The edition of an answer that is alike in all."""
    return TODAY, "alike in all editions"


def _detected_by_waiting_node(data: Mapping[str, Any]) -> tuple[str, str]:
    if "error_ignored" in data:
        return "v1", "the node was not reached and has `error_ignored`"
    return "v2", "the node was not reached and has no `error_ignored`"
