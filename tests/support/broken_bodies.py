"""Many ways to break a good answer, one at a time, for tests that ask whether two judges agree."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

ODD_VALUES = (
    None,
    True,
    False,
    0,
    1,
    -1,
    2**60,
    1.0,
    1.5,
    "",
    "x",
    "0",
    "FINISHED",
    "CREATED",
    "EXPIRED",
    [],
    [1],
    {},
    {"a": {}},
)
"""Values of every JSON type, put in the place of every field."""


def broken_bodies(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields answers with one field dropped, replaced or added, in the envelope and on every level, and how."""
    for where in places(body):
        for key in _at(body, where):
            yield f"drop {key} at {where}", _changed(body, where, key)
            for value in ODD_VALUES:
                yield f"{key} = {value!r} at {where}", _changed(body, where, key, value)
        for value in ODD_VALUES:
            yield f"added = {value!r} at {where}", _changed(body, where, "added", value)


def places(body: dict[str, Any]) -> list[tuple[str, ...]]:
    """The keys to the envelope, to the task, and to the first node of every level below it."""
    found: list[tuple[str, ...]] = [()]
    inner = body.get("data")
    where: tuple[str, ...] = ("data",)
    while isinstance(inner, dict):
        found.append(where)
        children = inner.get("children")
        if not children:
            break
        key = next(reversed(children))
        inner, where = children[key], (*where, "children", key)
    return found


def _at(body: dict[str, Any], where: tuple[str, ...]) -> dict[str, Any]:
    for key in where:
        body = body[key]
    return body


_DROP = object()


def _changed(body: dict[str, Any], where: tuple[str, ...], key: str, value: object = _DROP) -> dict[str, Any]:
    changed = copy.deepcopy(body)
    target = _at(changed, where)
    if value is _DROP:
        del target[key]
    else:
        target[key] = copy.deepcopy(value)
    return changed
