"""Schemas and examples among the components of an OpenAPI document: each once, under a name that others refer to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from taskmock.contracts.validation.form import located, part_at, resolved
from taskmock.schemas import load_example

SCHEME = "urn:taskmock:"


_WORD = re.compile(r"[^0-9A-Za-z]+")


def pascal(text: str) -> str:
    """Some words as one name: `get_task_list` is `GetTaskList`."""
    return "".join(word[:1].upper() + word[1:] for word in _WORD.split(text) if word)


def part_name(uri: str) -> str:
    """The name of a part of a schema by where it stands: a whole document, or one of its `$defs`."""
    document, _, pointer = uri.partition("#")
    *owner, kind = document.removeprefix(SCHEME).split(":")
    part = pointer.rpartition("/")[2]
    if not owner:
        return pascal(part) if pascal(part).startswith(pascal(kind)) else pascal(kind) + pascal(part)
    return pascal(" ".join(owner)) + pascal(part or kind)


_PREFIX = "#/components/schemas/"


_META = frozenset({"$schema", "$id", "$defs", "$comment"})


_NO_NEWLINE = r"$(?!\n)"
"""What patterns end in so that Python's `$` means the end; in OpenAPI's dialect it does so by itself."""


class Components:
    """Collects the parts of schemas and the examples that a document refers to."""

    def __init__(self) -> None:
        self.schemas: dict[str, Any] = {}
        self.examples: dict[str, Any] = {}

    def examples_of(self, operation: str, editions: Sequence[str]) -> dict[str, dict[str, str]]:
        """References to a good answer of a call in some editions, by edition; one that is the same is there once."""
        found: dict[str, dict[str, str]] = {}
        told: list[Any] = []
        for edition in reversed(editions):
            value = load_example(edition, "response", operation=operation)
            if value not in told:
                told.append(value)
                name = pascal(f"{operation} {edition}")
                self.examples[name] = {"summary": f"An answer of {operation}, edition {edition}.", "value": value}
                found[edition] = {"$ref": f"#/components/examples/{name}"}
        return found

    def reference(self, uri: str) -> dict[str, str]:
        """A reference to the part of a schema that stands somewhere; all that it refers to becomes a component too."""
        self._collect([uri])
        return {"$ref": _PREFIX + part_name(uri)}

    def inlined(self, uri: str) -> dict[str, Any]:
        """The part itself, where it really stands; what it refers to becomes a component."""
        place, part = located(uri)
        waiting: list[str] = []
        exported: dict[str, Any] = _exported(part, place, waiting)
        self._collect(waiting)
        return exported

    def _collect(self, waiting: list[str]) -> None:
        while waiting:
            place = waiting.pop()
            name = part_name(place)
            if name not in self.schemas:
                self.schemas[name] = _exported(part_at(place), place, waiting)


def _exported(value: Any, uri: str, waiting: list[str]) -> Any:  # noqa: ANN401 - decoded JSON
    """A piece of the schema at `uri` as it stands in OpenAPI; the places that it refers to are added to `waiting`."""
    if isinstance(value, list):
        return [_exported(item, uri, waiting) for item in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, item in value.items():
        if key == "$ref":
            place = resolved(item, uri)
            waiting.append(place)
            found[key] = _PREFIX + part_name(place)
        elif key == "pattern" and isinstance(item, str):
            found[key] = item.replace(_NO_NEWLINE, "$")
        elif key not in _META:
            found[key] = _exported(item, uri, waiting)
    return found
