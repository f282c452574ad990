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


def broken(data: dict[str, Any], address: str | None, value: Mapping[str, Any]) -> None:
    """Breaks a node (by id, or by name) of an answer in place; None is the task. One that is not there breaks nothing.

    `value` is what scenario files say under `break`: `drop: FIELD`, `retype: {FIELD: TYPE}`, `rename: {OLD: NEW}`,
    `add: {FIELD: VALUE}` or `state: WORD`.
    """
    node = data if address is None else _found(data, address)
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


def _found(data: dict[str, Any], address: str) -> dict[str, Any] | None:
    stack: list[Any] = [data]
    while stack:
        node = stack.pop()
        if not isinstance(node, dict):
            continue
        if address in {node.get("id"), node.get("name")}:
            return node
        children = node.get("children")
        if isinstance(children, dict):
            stack.extend(reversed(children.values()))
    return None
