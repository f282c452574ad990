"""JSON Pointers (RFC 6901), and their shape: the names that the contract knows, without ids and other keys."""

from __future__ import annotations

import functools

ANY = "*"
"""What stands for a key that the contract does not know: an id, an undocumented field."""


def escaped(key: str) -> str:
    """A key as a token of a JSON Pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def pointer_shape(pointer: str) -> str:
    """A pointer in which every key but the documented fields is a star: `/data/children/*/retry`."""
    return "/".join(token if is_documented(token) else ANY for token in pointer.split("/"))


def is_documented(token: str) -> bool:
    """Whether a token of a pointer is a field that some call documents (or the empty start of the pointer)."""
    return token in _documented()


@functools.cache
def _documented() -> frozenset[str]:
    from taskmock.schemas import bundled, editions_of, load_operations, load_schema

    schemas = [
        load_schema(edition, name, operation=operation)
        for operation in load_operations()
        for edition in editions_of(operation)
        for name in ("request", "response")
    ]
    return frozenset({""}.union(*(_fields(bundled(schema)) for schema in schemas)))


def _fields(schema: object) -> set[str]:
    """The names of all properties in a schema, whatever they belong to."""
    found: set[str] = set()
    stack = [schema]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            properties = value.get("properties")
            found.update(properties if isinstance(properties, dict) else ())
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return found
