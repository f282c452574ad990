"""What a conjunction of schemas demands in all, keyword by keyword, ready to be compared."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from taskmock.contracts.diff.source import Conjunction, Located, canonical, parts_of
from taskmock.contracts.findings.wording import json_type

TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")
"""Every type of JSON; `number` means those with a fraction, where `integer` stands beside it."""

ANNOTATIONS = ("title", "description", "$comment", "examples", "default", "deprecated", "readOnly", "writeOnly")
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains")
MARKS = ("pattern", "format", "multipleOf", "uniqueItems", "contentEncoding", "contentMediaType")
SINGLE = ("items", "additionalProperties", "propertyNames", "contains", "unevaluatedProperties", "unevaluatedItems")
NAMED = ("properties", "patternProperties", "dependentSchemas")

OF_TYPE = {
    "string": {"minLength", "maxLength", "pattern", "format", "contentEncoding", "contentMediaType"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    "array": {"items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains"}
    | {"unevaluatedItems"},
    "object": {"properties", "patternProperties", "additionalProperties", "propertyNames", "required"}
    | {"minProperties", "maxProperties", "dependentRequired", "dependentSchemas", "unevaluatedProperties"},
}
"""The keywords that speak of values of one type only."""


@dataclasses.dataclass(slots=True)
class Demands:
    """The demands of one conjunction; a pointer of "" and an empty collection where a keyword is not there."""

    never: bool = False
    types: frozenset[str] = frozenset(TYPES)
    values: tuple[Any, ...] | None = None
    bounds: dict[str, float] = dataclasses.field(default_factory=dict)
    marks: dict[str, frozenset[str]] = dataclasses.field(default_factory=dict)
    required: frozenset[str] = frozenset()
    dependent: dict[str, frozenset[str]] = dataclasses.field(default_factory=dict)
    single: dict[str, Conjunction] = dataclasses.field(default_factory=dict)
    named: dict[str, dict[str, Conjunction]] = dataclasses.field(default_factory=dict)
    prefix: dict[int, Conjunction] = dataclasses.field(default_factory=dict)
    choices: tuple[tuple[Located, ...], ...] = ()
    forbidden: tuple[Located, ...] = ()
    annotations: dict[str, Any] = dataclasses.field(default_factory=dict)
    pointers: dict[str, str] = dataclasses.field(default_factory=dict)

    def pointer(self, keyword: str) -> str:
        """Where a keyword stands; the schema itself where it does not."""
        return self.pointers.get(keyword, self.pointers[""])

    def speaks_of(self, keyword: str) -> bool:
        """Whether a keyword can matter for the types that are allowed."""
        kind = next((kind for kind, keywords in OF_TYPE.items() if keyword in keywords), "")
        return not kind or kind in self.types or (kind == "number" and "integer" in self.types)


def demands_of(pieces: Conjunction) -> Demands:
    """The demands of schemas that are already free of `$ref` and `allOf`; conditions are passed over."""
    own = [piece for piece in pieces if not isinstance(piece.value, dict) or piece.value]
    form = Demands(pointers={"": (own or pieces)[0].pointer if pieces else ""})
    for piece in pieces:
        if piece.value is False:
            form.never = True
        elif isinstance(piece.value, dict):
            _take(form, piece)
    if form.values is not None:
        _settle_values(form)
    return form


def _settle_values(form: Demands) -> None:
    """Leaves out values that are forbidden or of a wrong type; every value of a small type is no choice."""
    forbidden = {canonical(value) for part in form.forbidden for value in _constants(part.value)}
    form.forbidden = tuple(part for part in form.forbidden if not _constants(part.value))
    held = [v for v in form.values or () if canonical(v) not in forbidden and type_of(v) in form.types]
    form.types &= frozenset(type_of(value) for value in held)
    every = {"null": {"null"}, "boolean": {"true", "false"}}
    whole = {text for kind in form.types for text in every.get(kind, {""})}
    form.values = None if held and whole == {canonical(value) for value in held} else tuple(held)


def _constants(schema: object) -> list[Any]:
    """The values that a schema of one `const` or `enum` names."""
    if not isinstance(schema, dict) or len(schema) != 1:
        return []
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def _take(form: Demands, piece: Located) -> None:
    for keyword in piece.value:
        form.pointers.setdefault(keyword, f"{piece.pointer}/{keyword}")
    for keyword in ANNOTATIONS:
        if keyword in piece.value:
            form.annotations.setdefault(keyword, piece.value[keyword])
    _take_values(form, piece.value)
    _take_bounds(form, piece.value)
    form.required |= frozenset(piece.value.get("required", ()))
    for name, others in piece.value.get("dependentRequired", {}).items():
        form.dependent[name] = form.dependent.get(name, frozenset()) | frozenset(others)
    for keyword in SINGLE:
        if keyword in piece.value:
            form.single[keyword] = (*form.single.get(keyword, ()), piece.inner(keyword))
    for keyword in NAMED:
        for name, part in parts_of(piece, keyword).items():
            held = form.named.setdefault(keyword, {})
            held[name] = (*held.get(name, ()), part)
    for index in range(len(piece.value.get("prefixItems", ()))):
        form.prefix[index] = (*form.prefix.get(index, ()), piece.inner("prefixItems", index))
    for keyword in ("anyOf", "oneOf"):
        members = range(len(piece.value.get(keyword, ())))
        if members:
            form.choices = (*form.choices, tuple(piece.inner(keyword, index) for index in members))
    if "not" in piece.value:
        form.forbidden = (*form.forbidden, piece.inner("not"))


def _take_values(form: Demands, schema: dict[str, Any]) -> None:
    if "type" in schema:
        form.types &= expanded([schema["type"]] if isinstance(schema["type"], str) else schema["type"])
    for values in ([schema["const"]] if "const" in schema else None, schema.get("enum")):
        if values is not None:
            wanted = {canonical(value) for value in values}
            held = values if form.values is None else [v for v in form.values if canonical(v) in wanted]
            form.values = tuple(held)


def _take_bounds(form: Demands, schema: dict[str, Any]) -> None:
    for keywords, tighter in ((LOWER, max), (UPPER, min)):
        for keyword in schema.keys() & keywords:
            form.bounds[keyword] = tighter(schema[keyword], form.bounds.get(keyword, schema[keyword]))
    for keyword in MARKS:
        if keyword in schema and schema[keyword] is not False:
            form.marks[keyword] = form.marks.get(keyword, frozenset()) | {str(schema[keyword])}


def expanded(types: Iterable[str]) -> frozenset[str]:
    """Types with those that they include: every integer is a number."""
    found = frozenset(types)
    return found | {"integer"} if "number" in found else found


def type_of(value: object) -> str:
    """The JSON type of a decoded value; a number without a fraction is an integer."""
    if isinstance(value, float) and value.is_integer():
        return "integer"
    return json_type(value)


def said_types(types: Iterable[str]) -> str:
    """Types in a fixed order, as a sentence names them."""
    found = set(types)
    if found >= set(TYPES):
        return "any type"
    if "number" in found:
        found.discard("integer")
    names = [name for name in TYPES if name in found]
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else "".join(names) or "nothing"
