"""The words of structural findings: what a failed keyword means for a field, in one sentence of ours."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from taskmock import schemas
from taskmock.contracts.findings.violation import clip

LONGEST_GUESS = 64
"""Longest name for which a closest match is looked for, in characters."""

CODES = {
    "type": "field.type",
    "pattern": "field.pattern",
    "minimum": "field.range",
    "maximum": "field.range",
    "maxItems": "field.range",
    "maxLength": "field.range",
    "minLength": "field.empty",
    "required": "field.missing",
}
"""The finding of a failed keyword; any other one is a `field.value`."""


def kind_of(value: object) -> str:
    """The JSON type of a decoded value, with its article."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int):
        return "an integer"
    if isinstance(value, float):
        return "a number with a fraction or exponent"
    if isinstance(value, str):
        return "a string"
    return "an object" if isinstance(value, dict) else "a list"


def json_type(value: object) -> str:
    """The JSON type of a decoded value, as schemas call it."""
    kinds = {type(None): "null", bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    return kinds.get(type(value), "object")


def expectation(field: dict[str, Any]) -> str:
    """What a field allows, in the words that its schema has for title."""
    return str(field["title"])


def sentence(field: dict[str, Any]) -> str:
    """The sentence of the document, or of the engine, on a field, with the source in brackets."""
    description, source = field.get("description", ""), field.get("$comment", "")
    return f"{description} [{source}]" if source else str(description)


def complaint(name: str, keyword: str, value: object) -> str:
    """What is wrong with the field `name` that fails a keyword."""
    if keyword == "type":
        return f"`{name}` is {kind_of(value)}"
    if keyword == "pattern":
        return f"`{name}` is empty" if value == "" else f"`{name}` has the wrong form"
    if keyword == "minimum":
        return f"`{name}` is too small"
    if keyword == "maximum":
        return f"`{name}` is too large"
    if keyword == "maxLength" and isinstance(value, str):
        return f"`{name}` has {len(value):,} characters"
    if keyword == "maxItems" and isinstance(value, list):
        return f"`{name}` has {len(value):,} items"
    if keyword == "required":
        return f"`{name}` lacks a field"
    if keyword == "minLength":
        return f"`{name}` is empty"
    return f"`{name}` has the wrong value"


@functools.lru_cache(maxsize=512)
def closest(name: str, allowed: tuple[str, ...]) -> str:
    """The allowed name most like a given one, "" where none is near."""
    if len(name) > LONGEST_GUESS:
        return ""
    return schemas.closest(name, reversed(allowed))


def counted(number: int, noun: str) -> str:
    """A number with its noun, in the plural unless it is one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def guess(name: str, allowed: Iterable[str]) -> str:
    """A question for the closest allowed name, to be put behind a sentence; "" where none is near."""
    found = closest(name, tuple(allowed))
    return f"; did you mean {clip(found)}?" if found else ""


def listed(words: Iterable[str]) -> str:
    """Some words in a fixed order, as a sentence names them: `FAILED, NODE_SUSPENDED or SUSPENDED`."""
    *most, last = sorted(words)
    return f"{', '.join(most)} or {last}" if most else last
