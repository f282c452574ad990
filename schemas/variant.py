"""Variants of editions: their facts, and the schemas that follow from an edition's by them."""

from __future__ import annotations

import dataclasses
import functools
import json
import re
from collections.abc import Mapping
from typing import Any

from taskmock.schemas import load_json

_TIME, _NULL = "YYYY-MM-DD HH:MM:SS", re.compile(r"\bnull\b")
_NOTHING: Mapping[str, Any] = {}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """How some servers differed from an edition; the file of variants says what each fact means."""

    name: str
    edition: str
    title: str
    lacks: tuple[str, ...]
    absent_time: str
    shapes: Mapping[str, Mapping[str, list[str]]]
    states_lacking: tuple[str, ...]
    tells_task_errors: bool

    def schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The variant's schema that follows from one of its edition's."""
        title = schema.get("title", "").replace(f"edition {self.edition}", f"edition {self.name}")
        varied: dict[str, Any] = self._varied(schema)
        return {**varied, "title": title} if title else varied

    def _varied(self, value: Any, shape: str = "") -> Any:  # noqa: ANN401  # decoded JSON
        if isinstance(value, list):
            return [self._varied(item) for item in value]
        if not isinstance(value, dict):
            return value
        found: dict[str, Any] = {}
        for key, inner in value.items():
            if key in {"$id", "$ref"}:
                found[key] = inner.replace(f":{self.edition}:", f":{self.name}:")
            elif key == "$defs":
                found[key] = {name: self._varied(item, name) for name, item in inner.items()}
            else:
                found[key] = self._varied(inner)
        return self._time(self._fields(found, shape))

    def _fields(self, schema: dict[str, Any], shape: str) -> dict[str, Any]:
        """The schema of an object without the fields that the variant lacks."""
        if not isinstance(schema.get("properties"), dict):
            return schema
        own = self.shapes.get(shape, _NOTHING)
        lacks = {*self.lacks, *own.get("lacks", ())}
        known = {name: field for name, field in schema["properties"].items() if name not in lacks}
        needed = [name for name in schema.get("required", ()) if name not in {*lacks, *own.get("optional", ())}]
        return {**schema, "properties": known, **({"required": needed} if "required" in schema else {})}

    def _time(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema of a time that may be absent, which is `absent_time` then and not null."""
        if schema.get("type") != ["string", "null"] or not str(schema.get("title")).startswith(_TIME):
            return schema
        absent = json.dumps(self.absent_time)
        pattern = schema["pattern"].removeprefix("^").removesuffix("$(?!\\n)")
        said: dict[str, Any] = {
            key: _NULL.sub(lambda _: absent, str(schema.get(key))) for key in ("title", "description")
        }
        return {
            **schema,
            **said,
            "$comment": f"bk-sops, {self.title}",
            "type": "string",
            "pattern": f"^(?:{pattern}|{re.escape(self.absent_time)})$(?!\\n)",
        }


@functools.cache
def variants() -> Mapping[str, Variant]:
    """Every variant by its name."""
    rows = load_json("variants.json")["variants"]
    made = (Variant(**row | {key: tuple(row[key]) for key in ("lacks", "states_lacking")}) for row in rows)
    return {variant.name: variant for variant in made}
