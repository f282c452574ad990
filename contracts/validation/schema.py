"""The JSON Schema engines behind one interface: which fields of an object fail which keyword.

Only this module knows jsonschema and jsonschema-rs. The fast engine may only be handed shallow values (it overflows the
stack on deep ones), so `shallow` cuts every value down first; the reference engine serves tests.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import jsonschema

LEVELS_KEPT = 2
"""Levels of objects and lists kept below a field; no schema of a shape looks deeper."""

_INNER = frozenset({"properties", "additionalProperties", "items"})

LARGEST = 2**63 - 1
"""Largest integer that every version of the fast engine takes."""


@dataclasses.dataclass(frozen=True, slots=True)
class Failure:
    """One keyword that a value fails, and where: the keys from the judged object down (empty: the object itself)."""

    keyword: str
    location: tuple[str | int, ...]


Check: TypeAlias = Callable[[dict[str, Any]], bool]
Search: TypeAlias = Callable[[dict[str, Any]], Iterator[Failure]]


@dataclasses.dataclass(frozen=True, slots=True)
class Shape:
    """One compiled object schema: its fields with their resolved schemas, those required, and the engine's verdict."""

    name: str
    fields: dict[str, dict[str, Any]]
    required: tuple[str, ...]
    whole_numbers: tuple[str, ...]
    is_valid: Check
    failures: Search


def object_shape(name: str, schema: dict[str, Any], *, engine: str = "fast") -> Shape:
    """The shape of an object schema that refers to nothing outside itself, and looks no deeper than `LEVELS_KEPT`."""
    return compiled_shape(name, schema, schema, engine=engine)


def schema_defects(schema: object) -> Iterator[str]:
    """Yields what keeps a document from being a JSON Schema (draft 2020-12), the deepest first, then by place."""
    import jsonschema

    if not isinstance(schema, (dict, bool)):
        yield "a schema is an object, true or false"
        return
    validator = jsonschema.Draft202012Validator(jsonschema.Draft202012Validator.META_SCHEMA)
    try:
        failed = sorted(validator.iter_errors(schema), key=lambda error: (-len(error.absolute_path), error.json_path))
    except RecursionError:
        yield "it nests too deep"
        return
    for error in failed:
        path = "".join(f"/{key}" for key in error.absolute_path)
        yield f"the value at {path or 'the top'} is not what it may be there{_allowed(error)}"


def is_pattern(text: str) -> bool:
    """Whether a text is a regular expression that both engines understand."""
    import jsonschema_rs

    try:
        re.compile(text)
        jsonschema_rs.validator_for({"pattern": text})
    except (re.error, ValueError, OverflowError, RecursionError):
        return False
    return True


def _allowed(error: jsonschema.ValidationError) -> str:
    """What the meta-schema allows where it is not kept, in words; "" where words would not help."""
    allowed: Any = error.validator_value
    if error.validator == "anyOf":  # only `type` has alternatives
        names: Any = next((inner.validator_value for inner in error.context or () if inner.validator == "enum"), ())
        return f": one of {', '.join(names)}, or a list of them" if names else ""
    if error.validator == "enum":
        return f": one of {', '.join(map(str, allowed))}"
    if error.validator == "type":
        return f": {' or '.join([allowed] if isinstance(allowed, str) else allowed)}"
    return f": {error.validator} {allowed}" if isinstance(allowed, int | float) else ""


def shallow(value: dict[str, Any], *, children: Collection[str] = ()) -> dict[str, Any]:
    """A copy of an object that every engine can take: `children` emptied to stubs, nesting cut, plain scalars."""
    cut = dict(value)
    for key, item in value.items():
        if isinstance(item, (dict, list)):
            cut[key] = _stub(item) if key in children else _cut(item)
    return cut


def _stub(item: dict[str, Any] | list[Any]) -> object:
    if isinstance(item, dict):
        return {"": None} if item else {}
    return [None] if item else []


def _cut(item: object, levels: int = LEVELS_KEPT) -> object:
    if isinstance(item, dict):
        return {key: _cut(inner, levels - 1) for key, inner in item.items()} if levels else {}
    if isinstance(item, list):
        return [_cut(inner, levels - 1) for inner in item] if levels else []
    return item


def compiled_shape(name: str, schema: dict[str, Any], body: dict[str, Any], *, engine: str = "fast") -> Shape:
    """The shape of an object schema; `body` is the part of it that has the fields."""
    fields = {key: _resolved(field, schema) for key, field in body["properties"].items()}
    nested = frozenset(key for key, field in fields.items() if not _INNER.isdisjoint(field))
    check, search = _reference_engine(schema) if engine == "reference" else _fast_engine(schema, nested)
    return Shape(
        name=name,
        fields=fields,
        required=tuple(body["required"]),
        whole_numbers=tuple(key for key, field in fields.items() if field.get("type") == "integer"),
        is_valid=check,
        failures=search,
    )


def _resolved(field: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = field.get("$ref")
    if reference is None:
        return field
    resolved: dict[str, Any] = schema["$defs"][reference.removeprefix("#/$defs/")]
    return resolved


def _fast_engine(schema: dict[str, Any], nested: frozenset[str]) -> tuple[Check, Search]:
    """The fast engine's verdict and failures.

    Its locations are ambiguous inside objects (the key "00" comes as 0, an empty key not at all), so failures in the
    fields of `nested`, whose schemas look inside, are asked of the reference engine.
    """
    import jsonschema_rs

    validator = jsonschema_rs.validator_for(schema)

    def check(instance: dict[str, Any]) -> bool:
        try:
            return validator.is_valid(instance)
        except (ValueError, OverflowError):  # a subclass of str or a huge integer: sound JSON, but not for the engine
            return validator.is_valid(_plain(instance))

    def search(instance: dict[str, Any]) -> Iterator[Failure]:
        found = [
            Failure(str(error.schema_path[-1]), tuple(error.instance_path))
            for error in validator.iter_errors(_plain(instance))
        ]
        if any(failure.location and failure.location[0] in nested for failure in found):
            _, exact = _reference_engine(schema)
            return exact(instance)
        return iter(found)

    return check, search


def _reference_engine(schema: dict[str, Any]) -> tuple[Check, Search]:
    import jsonschema

    validator = jsonschema.Draft202012Validator(schema)

    def search(instance: dict[str, Any]) -> Iterator[Failure]:
        for error in validator.iter_errors(instance):
            yield Failure(str(error.validator), tuple(error.absolute_path))

    return validator.is_valid, search


def _plain(instance: dict[str, Any]) -> dict[str, Any]:
    """The same object with every text an exact `str` and every integer within 64 bits, so that no verdict changes."""
    return {str.__str__(key): _plain_item(item) for key, item in instance.items()}


def _plain_item(item: object) -> object:
    if isinstance(item, dict):
        return _plain(item)
    if isinstance(item, list):
        return [_plain_item(inner) for inner in item]
    if isinstance(item, int) and not isinstance(item, bool):
        return max(-LARGEST, min(item, LARGEST))
    return str.__str__(item) if isinstance(item, str) else item
