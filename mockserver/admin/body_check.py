"""Whether the body of an admin call is what its endpoint takes: the few words of JSON Schema that endpoints use.

The judge's validator speaks of answers, in the judge's words; what people type here wants one plain sentence.
"""

from __future__ import annotations

import difflib
import json
from typing import Any

from taskmock.mockserver.admin.endpoint import Endpoint, Schema

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def body_flaw(said: object, endpoint: Endpoint) -> str | None:
    """What is wrong with a body, in one sentence; None where nothing is."""
    properties = endpoint.body or {}
    if not isinstance(said, dict):
        return "the body is no JSON object"
    for name in said:
        if name not in properties:
            closest = difflib.get_close_matches(name, properties, n=1)
            return f"unknown property {name!r}" + (f"; did you mean {closest[0]!r}?" if closest else "")
    for name in endpoint.required:
        if name not in said:
            return f"property {name!r} is missing"
    return next((flaw for name, value in said.items() if (flaw := _flaw(name, value, properties[name]))), None)


def _flaw(name: str, value: Any, schema: Schema) -> str | None:  # noqa: ANN401  # decoded JSON
    shown = json.dumps(value)[:60]
    if "const" in schema and value is not schema["const"]:
        return f"{name} is {shown}; allowed: {json.dumps(schema['const'])}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{name} is {shown}; allowed: {', '.join(json.dumps(word) for word in schema['enum'])}"
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    if kinds and not any(_is(value, kind) for kind in kinds):
        return f"{name} is {shown}; allowed: {' or '.join(kinds)}"
    return _out_of_range(name, value, schema)


def _out_of_range(name: str, value: Any, schema: Schema) -> str | None:  # noqa: ANN401  # decoded JSON
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            return f"{name} is empty; allowed: at least {schema['minItems']}"
        wrong = next((item for item in value if not _is(item, schema["items"]["type"])), None)
        return None if wrong is None else f"{name} holds {json.dumps(wrong)[:60]}; allowed: objects"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        least, most = schema.get("minimum", float("-inf")), schema.get("maximum", float("inf"))
        if not least <= value <= most or value <= schema.get("exclusiveMinimum", float("-inf")):
            return f"{name} is {value}; allowed: {max(least, schema.get('exclusiveMinimum', least))} to {most}"
    return None


def _is(value: object, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and not (isinstance(value, bool) and kind in {"integer", "number"})
