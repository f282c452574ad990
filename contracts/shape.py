"""The shape of a place: its JSON Pointer with the names that the contract knows, and without ids and other keys."""

from __future__ import annotations

import functools

ANY = "*"
"""What stands for a key that the contract does not know: an id, an undocumented field."""


def pointer_shape(pointer: str) -> str:
    """A pointer in which every key but the documented fields is a star: `/data/children/*/retry`."""
    return "/".join(token if is_documented(token) else ANY for token in pointer.split("/"))


def is_documented(token: str) -> bool:
    """Whether a token of a pointer is a field that some edition documents (or the empty start of the pointer)."""
    return token in _documented()


@functools.cache
def _documented() -> frozenset[str]:
    from taskmock.schemas import EDITIONS, load_schema

    found = {""}
    for edition in EDITIONS:
        stack: list[object] = [load_schema(edition, "node"), load_schema(edition, "request")]
        while stack:
            value = stack.pop()
            if isinstance(value, dict):
                properties = value.get("properties")
                found.update(properties if isinstance(properties, dict) else ())
                stack.extend(value.values())
            elif isinstance(value, list):
                stack.extend(value)
    return frozenset(found)
