"""Whether an admin call says what its endpoint takes: the few words of JSON Schema that endpoints use.

The judge's validator speaks of answers, in the judge's words; what people type here wants one plain sentence.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from taskmock.mockserver.admin.endpoint import Endpoint, Schema
from taskmock.schemas import hint

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


class Flaw(NamedTuple):
    """What is wrong, in one sentence, and what is allowed there: the names of properties, or a property's values."""

    said: str
    allowed: list[Any]


def body_flaw(said: Mapping[str, object], endpoint: Endpoint) -> Flaw | None:
    """What is wrong with a body, in one sentence; None where nothing is."""
    return _flaw_among(said, endpoint.body or {}, endpoint.required, what="property")


def query_flaw(said: Mapping[str, object], endpoint: Endpoint) -> Flaw | None:
    """What is wrong with a query, whose numbers `with_numbers` has read, in one sentence; None where nothing is."""
    return _flaw_among(said, endpoint.query, endpoint.needed, what="argument")


def with_numbers(query: Mapping[str, str], endpoint: Endpoint) -> dict[str, Any]:
    """The query with numbers where the endpoint wants some and the text is one."""
    return {name: _number(text, endpoint.query.get(name, {}).get("type")) for name, text in query.items()}


def _number(text: str, kind: object) -> object:
    plain = text.isascii() and len(text) <= 30
    if kind == "integer" and plain and text.isdecimal():
        return int(text)
    if kind == "number" and plain:
        try:
            number = float(text)
        except ValueError:
            return text
        return number if math.isfinite(number) else text
    return text


def _flaw_among(
    said: Mapping[str, object], properties: Mapping[str, Schema], required: tuple[str, ...], *, what: str
) -> Flaw | None:
    for name in said:
        if name not in properties:
            return Flaw(f"unknown {what} {name!r}{hint(name, properties)}", sorted(properties))
    for name in required:
        if name not in said:
            return Flaw(f"{what} {name!r} is missing", sorted(properties))
    return next((flaw for name, value in said.items() if (flaw := _flaw(name, value, properties[name]))), None)


def _flaw(name: str, value: Any, schema: Schema) -> Flaw | None:  # noqa: ANN401  # decoded JSON
    shown = json.dumps(value)[:60]
    if "const" in schema and value is not schema["const"]:
        return Flaw(f"{name} is {shown}; allowed: {json.dumps(schema['const'])}", [schema["const"]])
    if "enum" in schema and value not in schema["enum"]:
        words = schema["enum"]
        return Flaw(f"{name} is {shown}; allowed: {', '.join(map(json.dumps, words))}", words)
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    if kinds and not any(_is(value, kind) for kind in kinds):
        return Flaw(f"{name} is {shown}; allowed: {' or '.join(kinds)}", kinds)
    return _out_of_range(name, value, schema)


def _out_of_range(name: str, value: Any, schema: Schema) -> Flaw | None:  # noqa: ANN401  # decoded JSON
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            least = f"at least {schema['minItems']}"
            return Flaw(f"{name} is empty; allowed: {least}", [least])
        wrong = [item for item in value if not _is(item, schema["items"]["type"])]
        return Flaw(f"{name} holds {json.dumps(wrong[0])[:60]}; allowed: objects", ["objects"]) if wrong else None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        above, least = schema.get("exclusiveMinimum"), schema.get("minimum", float("-inf"))
        most = schema.get("maximum", float("inf"))
        if not least <= value <= most or (above is not None and value <= above):
            allowed = f"{least} to {most}" if above is None else f"more than {above}, at most {most}"
            return Flaw(f"{name} is {shown_number(value)}; allowed: {allowed}", [allowed])
    return None


def shown_number(value: float) -> str:
    """A number in few characters."""
    text = json.dumps(value)
    return text if len(text) <= 30 else text[:29] + "…"


def _is(value: object, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and not (isinstance(value, bool) and kind in {"integer", "number"})
