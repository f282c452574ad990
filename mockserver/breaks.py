"""Contract breaks: a good answer made wrong at one node, so that a client's own checks can be tried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OF_TYPE: Mapping[str, Any] = {
    "string": "text",
    "integer": 7,
    "number": 0.5,
    "boolean": True,
    "null": None,
    "array": [],
    "object": {},
}
"""What a field becomes that is retyped to something its own value cannot be turned into."""


def broken(data: dict[str, Any], node_id: str | None, value: Mapping[str, Any]) -> None:
    """Breaks a node of an answer in place; None is the task, and a node that is not there leaves all as it is.

    `value` is what scenario files say under `break`: `drop: FIELD`, `retype: {FIELD: TYPE}`, `rename: {OLD: NEW}`,
    `add: {FIELD: VALUE}` or `state: WORD`.
    """
    node = data if node_id is None else _found(data, node_id)
    if node is None:
        return
    if "drop" in value:
        node.pop(value["drop"], None)
    for field, kind in value.get("retype", {}).items():
        if field in node:
            node[field] = str(node[field]) if kind == "string" else _OF_TYPE[kind]
    for old, new in value.get("rename", {}).items():
        if old in node:
            node[new] = node.pop(old)
    node |= value.get("add", {})
    if "state" in value:
        node["state"] = value["state"]


def _found(data: dict[str, Any], node_id: str) -> dict[str, Any] | None:
    stack = [data]
    while stack:
        node = stack.pop()
        if node.get("id") == node_id:
            return node
        stack.extend(child for child in node.get("children", {}).values() if isinstance(child, dict))
    return None
