"""Schemas as TypeScript types: each part with a name once, all else written where it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from taskmock.contracts.export.components import SCHEME, pascal
from taskmock.contracts.findings.pointer import escaped
from taskmock.contracts.validation.form import located
from taskmock.schemas import STATUS

_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
_FREE = {"object": "{ [key: string]: unknown }", "array": "unknown[]"}
_NAME = re.compile(r"[A-Za-z_$][0-9A-Za-z_$]*")
_STATES = {"field-state": "NodeState", "field-task-state": "TaskState"}


class Script:
    """Writes types, and keeps the declarations that they refer to in the order in which they are met."""

    def __init__(self) -> None:
        self._declared: dict[str, str] = {}

    def declarations(self) -> Iterator[str]:
        """The text of each part that has a name."""
        return iter(self._declared.values())

    def type_at(self, uri: str) -> str:
        """The type of the part of a schema that stands somewhere; parts that have a name are declared."""
        place, schema = located(uri)
        name = _part_name(place)
        if name is None or not _is_declared(schema):
            return self._type(place, schema)
        if name not in self._declared:
            self._declared[name] = ""  # it may contain itself
            self._declared[name] = self._declaration(name, place, schema)
        return name

    def interface(self, name: str, uri: str, schema: dict[str, Any], *, comment: str) -> str:
        """The declaration of an object with fields."""
        required = schema.get("required", ())
        lines: list[str] = []
        for field in schema["properties"]:
            place, found = located(f"{uri}/properties/{escaped(field)}")
            optional = "" if field in required else "?"
            lines += [f"  /** {_comment(found)} */", f"  {_key(field)}{optional}: {self.type_at(place)};"]
        return block(comment, f"interface {name}", lines)

    def _declaration(self, name: str, uri: str, schema: dict[str, Any]) -> str:
        if "properties" in schema:
            return self.interface(name, uri, schema, comment=_comment(schema))
        return f"/** {_comment(schema)} */\nexport type {name} = {self._type(uri, schema)};\n"

    def _type(self, uri: str, schema: dict[str, Any]) -> str:
        if "const" in schema:
            return json.dumps(schema["const"])
        if "enum" in schema:
            return union(json.dumps(value) for value in schema["enum"])
        if "oneOf" in schema:
            return union(self.type_at(f"{uri}/oneOf/{index}") for index in range(len(schema["oneOf"])))
        if "if" in schema:
            return union(self.type_at(f"{uri}/{branch}") for branch in ("then", "else"))
        kinds = schema.get("type", ())
        return union(self._of_kind(kind, uri, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds))

    def _of_kind(self, kind: str, uri: str, schema: dict[str, Any]) -> str:
        if kind == "array" and "items" in schema:
            inner = self.type_at(f"{uri}/items")
            return f"({inner})[]" if " | " in inner else f"{inner}[]"
        if kind == "object" and "properties" in schema:
            fields = (self._inline(uri, schema, name) for name in schema["properties"])
            return f"{{ {'; '.join(fields)} }}"
        if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
            return f"{{ [key: string]: {self.type_at(f'{uri}/additionalProperties')} }}"
        if kind == "object" and schema.get("maxProperties") == 0:
            return "Record<string, never>"
        return _PLAIN.get(kind) or _FREE[kind]

    def _inline(self, uri: str, schema: dict[str, Any], name: str) -> str:
        optional = "" if name in schema.get("required", ()) else "?"
        return f"{_key(name)}{optional}: {self.type_at(f'{uri}/properties/{escaped(name)}')}"


def _is_declared(schema: dict[str, Any]) -> bool:
    """Whether a part is worth a name: objects with fields, choices, and lists of values that a client compares."""
    return any(keyword in schema for keyword in ("properties", "oneOf", "if")) or len(schema.get("enum", ())) > 2


def _part_name(uri: str) -> str | None:
    """The name of one of a document's `$defs`; None of what stands inside of something."""
    document, _, pointer = uri.partition("#")
    tokens = pointer.split("/")
    if len(tokens) != 3 or tokens[1] != "$defs":
        return None
    owner, *_ = document.removeprefix(SCHEME).split(":")
    part = pascal(tokens[2].removeprefix("field-"))
    if owner == "pipeline":
        return part if part.startswith("Pipeline") else f"Pipeline{part}"
    if owner == STATUS:
        return _STATES.get(tokens[2]) or f"Status{part}"
    return pascal(owner) + part


def _comment(schema: dict[str, Any]) -> str:
    return str(schema.get("description") or schema.get("title", "")).replace("*/", "* /")


def _key(name: str) -> str:
    return name if _NAME.fullmatch(name) else json.dumps(name)


def block(comment: str, head: str, lines: Iterable[str]) -> str:
    """An exported declaration with its comment: the head, and lines in braces."""
    return "\n".join([f"/** {comment} */", f"export {head} {{", *lines, "}", ""])


def union(types: Iterable[str]) -> str:
    """A type that is any of some types, each of them once."""
    return " | ".join(dict.fromkeys(types)) or "unknown"
