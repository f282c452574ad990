"""Whether an admin call says what its endpoint takes: the few words of JSON Schema that endpoints use.

The judge's validator speaks of answers, in the judge's words; what people type here wants one plain sentence.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from taskmock.mockserver.admin.endpoint import AdminError, Endpoint, Schema
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
_FLAGS = {"true": True, "false": False}


def checked_body(said: dict[str, Any], endpoint: Endpoint) -> dict[str, Any]:
    """A decoded body that says what its endpoint takes.

    Raises:
        AdminError: What is wrong with it, in one sentence.
    """
    return _checked(said, endpoint.body or {}, endpoint.required, what="property")


def checked_query(query: Mapping[str, str], endpoint: Endpoint) -> dict[str, Any]:
    """A query that says what its endpoint takes, with numbers and flags where the endpoint wants them.

    Raises:
        AdminError: What is wrong with it, in one sentence.
    """
    read = {name: _read(text, endpoint.query.get(name, {}).get("type")) for name, text in query.items()}
    return _checked(read, endpoint.query, endpoint.needed, what="argument")


def _read(text: str, kind: object) -> object:
    """What a text stands for where something else than text is wanted; the text where it is no such thing."""
    if kind == "boolean" and text in _FLAGS:
        return _FLAGS[text]
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


def _checked(
    said: dict[str, Any], properties: Mapping[str, Schema], required: tuple[str, ...], *, what: str
) -> dict[str, Any]:
    for name in said:
        if name not in properties:
            raise AdminError(400, f"unknown {what} {name!r}{hint(name, properties)}", allowed=sorted(properties))
    for name in required:
        if name not in said:
            raise AdminError(400, f"{what} {name!r} is missing", allowed=sorted(properties))
    for name, value in said.items():
        _check(name, value, properties[name])
    return said


def _check(name: str, value: Any, schema: Schema) -> None:  # noqa: ANN401  # decoded JSON
    shown = _shown(value)[:60]
    if "const" in schema and value is not schema["const"]:
        raise _refusal(name, f"is {shown}", json.dumps(schema["const"]), [schema["const"]])
    if "enum" in schema and value not in schema["enum"]:
        words = schema["enum"]
        raise _refusal(name, f"is {shown}", ", ".join(map(json.dumps, words)), words)
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    if kinds and not any(_is(value, kind) for kind in kinds):
        raise _refusal(name, f"is {shown}", " or ".join(kinds), kinds)
    _check_range(name, value, schema)


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _check_range(name: str, value: Any, schema: Schema) -> None:  # noqa: ANN401  # decoded JSON
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            raise _refusal(name, "is empty", f"at least {schema['minItems']}")
        for item in value:
            if not _is(item, schema["items"]["type"]):
                raise _refusal(name, f"holds {_shown(item)[:60]}", "objects")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        above, least = schema.get("exclusiveMinimum"), schema.get("minimum", float("-inf"))
        most = schema.get("maximum", float("inf"))
        if not least <= value <= most or (above is not None and value <= above):
            allowed = f"{least} to {most}" if above is None else f"more than {above}, at most {most}"
            text = _shown(value)
            raise _refusal(name, f"is {text if len(text) <= 30 else text[:29] + '…'}", allowed)


def _refusal(name: str, wrong: str, said: str, allowed: Sequence[Any] = ()) -> AdminError:
    """The error of a value: what it is, and what is allowed, in words and as a list where that is another one."""
    return AdminError(400, f"{name} {wrong}; allowed: {said}", allowed=allowed or [said])


def _is(value: object, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and not (isinstance(value, bool) and kind in {"integer", "number"})
