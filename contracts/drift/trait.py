"""How a value is told without telling it: its type, the form it is written in; itself only where it is a word."""

from __future__ import annotations

import re

from taskmock.contracts.violation import clip

_FORMS = (
    (re.compile(r"[0-9a-f]{32}"), "32 hex digits"),
    (re.compile(r"n[0-9a-f]{31}"), "n and 31 hex digits"),
    (re.compile(r"v[0-9a-f]{32}"), "v and 32 hex digits"),
    (re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"), "a UUID"),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}"), "a time with offset"),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"), "a time without offset"),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}.*"), "a time of ISO 8601"),
    (re.compile(r"[0-9]+"), "digits"),
)
_WORD = re.compile(r"[A-Za-z][A-Za-z_-]*")
"""What may be told itself: a state, a word of a vocabulary."""


def said_type(value: object) -> str:
    """The JSON type of a decoded value, as schemas call it."""
    kinds = {type(None): "null", bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    return kinds.get(type(value), "object")


def said_form(code: str, value: object) -> str:
    """The form of a value that is not as it should be, by the finding's code."""
    if code == "field.range":
        return "a smaller number"
    if code == "field.missing":
        return "lacking a field"
    if not isinstance(value, str):
        return said_type(value)
    if value == "":
        return "an empty text"
    return next((name for form, name in _FORMS if form.fullmatch(value)), "a text of another form")


def said_value(value: object) -> str:
    """A value itself where it is a word, a small number or a constant; else its form."""
    if isinstance(value, str):
        return clip(value) if _WORD.fullmatch(value) else said_form("", value)
    return said_type(value) if isinstance(value, (dict, list, float)) else clip(value)
