"""The edition of a body, detected from its fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from taskmock.schemas import EDITIONS, chosen

AUTO = "auto"
CHOICES = (AUTO, *EDITIONS)

TODAY = "v2"
"""The edition of today's servers."""

ENGINES, ENGINE_1 = ("v1", "v2"), ("doc-2019", "v1")
"""The editions of today's engines, and those of the first engine."""

GENERATIONS = {"doc-2019": 1, "v1": 1, "v2": 2}
"""The engine generation whose rules an edition's trees obey."""

_V2_ONLY = ("root_id:", "parent_id")
_V1_ONLY = ("state_refresh_at",)
_SINCE_V1 = ("error_ignored",)
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
            return "v1", f"the task has `{name}` but no `root_id:`"
    if data.get("state") == "EXPIRED" or (data.get("state") == "CREATED" and data.get("start_time", "") is None):
        return "v2", "a CREATED or EXPIRED body, alike in v1 and v2"
    return "doc-2019", "the task has none of the fields that later editions added"


def detected_batch_edition(body: Mapping[str, Any]) -> tuple[str, str]:
    """The edition of an answer about several tasks, detected from the first status in it that has one."""
    data = body.get("data")
    statuses = [entry.get("status") for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []
    whole = next((status for status in statuses if isinstance(status, dict) and "id" in status), None)
    edition, basis = detected_edition({"data": whole})
    is_older_v1 = edition == "doc-2019" and whole is not None and "elapsed_time" in whole
    return ("v1", "the task has no `root_id:`") if is_older_v1 else (edition, basis)


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
