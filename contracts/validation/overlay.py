"""A user's own contract: an edition with added and changed fields.

Nothing here reads files or knows how schemas are checked.
"""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import Any

SOURCE = "the overlay"
"""The source that a finding names for fields that an overlay changes."""

_KINDS = {
    "null": "null",
    "boolean": "true or false",
    "integer": "an integer",
    "number": "a number",
    "string": "a string",
    "array": "a list",
    "object": "an object",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Overlay:
    """An edition, extended: `changes` are the shapes' fields by name, as canonical JSON, so that equal ones are equal.

    `source` says where it came from (a file's name).
    """

    extends: str
    source: str
    changes: str

    @property
    def fields(self) -> dict[str, dict[str, Any]]:
        """The changes of each field, by shape; False takes a field away."""
        decoded: dict[str, dict[str, Any]] = json.loads(self.changes)
        return decoded


def overlay_of(extends: str, fields: dict[str, dict[str, Any]], *, source: str = "an overlay") -> Overlay:
    """The overlay of an edition with some fields by shape; they are taken to be sound."""
    return Overlay(extends, source, json.dumps(fields, sort_keys=True))


def overlaid(schema: dict[str, Any], overlay: Overlay | None) -> dict[str, Any]:
    """A schema with an overlay's changes to the shapes in its `$defs`; changes the schema itself."""
    for name, fields in overlay.fields.items() if overlay else ():
        shape = schema["$defs"][name]
        for field, said in fields.items():
            _change(shape, field, said, schema["$defs"])
    return schema


def _change(shape: dict[str, Any], name: str, said: Any, shapes: dict[str, Any]) -> None:  # noqa: ANN401  # decoded JSON
    """Merges an overlay's changes of a field into a shape: by keyword, null takes a keyword away, false the field."""
    properties, required = shape["properties"], shape["required"]
    demanded = name in required
    if said is False:
        properties.pop(name, None)
        demanded = False
    else:
        known = _resolved(properties.get(name, {}), shapes)
        demanded = said.get("required", demanded)
        changes = {keyword: value for keyword, value in said.items() if keyword != "required"}
        merged = {**known, **changes}
        merged = {keyword: value for keyword, value in merged.items() if value is not None}
        if changes and "title" not in changes:
            merged.pop("title", None)
        properties[name] = titled({"description": "A field of the overlay's own.", **merged, "$comment": SOURCE})
    shape["required"] = [*(each for each in required if each != name), *([name] if demanded else [])]


def _resolved(field: dict[str, Any], shapes: dict[str, Any]) -> dict[str, Any]:
    reference = field.get("$ref")
    return copy.deepcopy(shapes[reference.removeprefix("#/$defs/")] if reference else field)


def titled(field: dict[str, Any]) -> dict[str, Any]:
    """A field's schema with a title wherever it has none: the words in which a finding says what is expected."""
    inner = {
        keyword: titled(field[keyword])
        for keyword in ("items", "additionalProperties")
        if isinstance(field.get(keyword), dict)
    }
    if "properties" in field:
        inner["properties"] = {name: titled(part) for name, part in field["properties"].items()}
    return {"title": _title(field), **field, **inner}


def _title(field: dict[str, Any]) -> str:
    if "const" in field:
        return json.dumps(field["const"], ensure_ascii=False)
    if "enum" in field:
        values = [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in field["enum"]]
        return f"one of {', '.join(values)}"
    types = [field["type"]] if isinstance(field.get("type"), str) else field.get("type", ())
    kinds = [_KINDS[kind] for kind in types]
    said = f"{', '.join(kinds[:-1])} or {kinds[-1]}" if len(kinds) > 1 else "".join(kinds) or "anything"
    limits = [
        f"{word} {field[keyword]}"
        for keyword, word in (("pattern", "like"), ("minimum", "at least"), ("maximum", "at most"))
        if keyword in field
    ]
    return ", ".join([said, *limits])
