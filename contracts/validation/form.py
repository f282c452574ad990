"""What the schema of a call allows at one place, compiled one level deep, so that checks need no recursion.

A form is named by the place of its schema: `urn:taskmock:pipeline#/$defs/activity`. What is inside it is compiled on
first use, so schemas may contain themselves.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
from collections.abc import Mapping
from typing import Any

from taskmock.contracts.findings.pointer import escaped
from taskmock.contracts.validation.schema import Shape, object_shape
from taskmock.schemas import load_by_id


class Kind(enum.StrEnum):
    """How a place is judged: an object field by field, a map or a list entry by entry, one of several, or as a tree.

    A `TREE` is judged by its nodes, each of which is a `NODE`.
    """

    OBJECT = "object"
    MAP = "map"
    LIST = "list"
    CHOICE = "choice"
    TREE = "tree"
    NODE = "node"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Form:
    """What is allowed at one place.

    `inner` are the places of an object's fields that are judged by themselves, `entry` is the place of the entries of a
    map or list (of a node: the field that holds further nodes), `choices` are those of which one applies, and `among`
    is the form whose choices this one is from.
    """

    uri: str
    kind: Kind
    schema: dict[str, Any]
    shape: Shape | None = None
    inner: Mapping[str, str] = dataclasses.field(default_factory=dict)
    entry: str = ""
    choices: tuple[str, ...] = ()
    among: Form | None = None

    @property
    def fields(self) -> Mapping[str, dict[str, Any]]:
        """The fields of an object with their schemas; none of anything else."""
        return self.shape.fields if self.shape is not None else {}

    @property
    def required(self) -> tuple[str, ...]:
        """The fields that an object must have; none of anything else."""
        return self.shape.required if self.shape is not None else ()

    @property
    def constants(self) -> Mapping[str, str]:
        """The fields of an object that have one value only, with it."""
        return {name: field["const"] for name, field in self.fields.items() if "const" in field}

    @property
    def holds(self) -> type[dict[str, Any] | list[Any]]:
        """The Python type of a value that can be judged by this form."""
        return list if self.kind is Kind.LIST else dict


@functools.cache
def form_at(uri: str) -> Form:
    """The form of the place where a schema stands, references followed."""
    uri, schema = located(uri)
    if "oneOf" in schema:
        choices = tuple(located(f"{uri}/oneOf/{index}")[0] for index in range(len(schema["oneOf"])))
        return Form(uri, Kind.CHOICE, schema, choices=choices)
    if "if" in schema:
        return Form(uri, Kind.TREE, schema)
    if "properties" in schema:
        flat, inner = flat_schema(uri, schema)
        return Form(uri, Kind.OBJECT, schema, shape=object_shape(uri, flat), inner=inner)
    keyword = "items" if "items" in schema else "additionalProperties"
    kind = Kind.LIST if keyword == "items" else Kind.MAP
    return Form(uri, kind, schema, entry=located(f"{uri}/{keyword}")[0])


@functools.cache
def alternatives(choice: Form) -> tuple[Form, ...]:
    """The forms of which one applies where one of several is allowed."""
    return tuple(dataclasses.replace(form_at(uri), among=choice) for uri in choice.choices)


def is_nested(uri: str) -> bool:
    """Whether what is inside a place is judged at places of its own: it has objects in it that have fields."""
    uri, schema = located(uri)
    if any(keyword in schema for keyword in ("oneOf", "if", "properties")):
        return True
    return any(
        isinstance(schema.get(key), dict) and is_nested(f"{uri}/{key}") for key in ("items", "additionalProperties")
    )


@functools.cache
def located(uri: str) -> tuple[str, dict[str, Any]]:
    """The schema at a place, and the place where it really stands: references lead there."""
    while True:
        schema = part_at(uri)
        reference = schema.get("$ref")
        if reference is None or "properties" in schema:
            return uri, schema
        uri = resolved(reference, uri)


def resolved(reference: str, uri: str) -> str:
    """The place that a reference in some document leads to."""
    return uri.partition("#")[0] + reference if reference.startswith("#") else reference


@functools.cache
def part_at(uri: str) -> dict[str, Any]:
    """The schema that stands at a place, be it a mere reference."""
    document, _, pointer = uri.partition("#")
    schema: Any = _document(document)
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        schema = schema[int(key)] if isinstance(schema, list) else schema[key]
    found: dict[str, Any] = schema
    return found


@functools.cache
def _document(uri: str) -> dict[str, Any]:
    return load_by_id(uri)


def flat_schema(uri: str, schema: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """An object schema without what is judged at places of its own, and those places by field."""
    properties: dict[str, dict[str, Any]] = {}
    inner: dict[str, str] = {}
    for name in schema["properties"]:
        place, field = located(f"{uri}/properties/{escaped(name)}")
        if is_nested(place):
            inner[name] = place
            said: dict[str, Any] = {key: field[key] for key in ("title", "description", "$comment") if key in field}
            properties[name] = {**said, "type": field.get("type", "object")}
        else:
            properties[name] = _whole(place, field)
    flat = {"type": "object", "required": schema.get("required", []), "properties": properties}
    return {**flat, "additionalProperties": schema.get("additionalProperties", True)}, inner


def _whole(uri: str, field: dict[str, Any]) -> dict[str, Any]:
    """A field that is judged whole: entries that stand elsewhere are brought in."""
    found = dict(field)
    for keyword in ("items", "additionalProperties"):
        if isinstance(field.get(keyword), dict):
            found[keyword] = _whole(*located(f"{uri}/{keyword}"))
    return found
