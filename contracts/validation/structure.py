"""The structural findings of one object: fields missing, undocumented, misplaced, of a wrong type, form or value."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator
from typing import Any

from taskmock.contracts.findings.violation import WEIGHTS, Severity, Strictness, Violation, clip
from taskmock.contracts.findings.wording import CODES, closest, complaint, expectation, guess, sentence
from taskmock.contracts.validation.overlay import SOURCE
from taskmock.contracts.validation.schema import CHILDREN, Failure, Shape, shallow
from taskmock.contracts.validation.vocabulary import state_complaint, states_of
from taskmock.contracts.validation.walk import escaped


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where a judged object stands: JSON Pointer, path by names, what people call it, and whose states it may show."""

    pointer: str
    path: str
    what: str
    edition: str = ""
    level: str = ""


def is_sound(value: dict[str, Any], shape: Shape, *, children: Collection[str] = CHILDREN) -> bool:
    """Whether an object fits a shape exactly, undocumented fields refused; what is inside `children` does not count."""
    if not shape.is_valid(shallow(value, children=children)):
        return False
    return not any(type(value.get(name)) is float for name in shape.whole_numbers)


def field_violations(
    value: dict[str, Any],
    shape: Shape,
    place: Place,
    *,
    strictness: Strictness,
    elsewhere: frozenset[str] = frozenset(),
    children: Collection[str] = CHILDREN,
) -> Iterator[Violation]:
    """Yields every structural finding of one object; `elsewhere` are the fields of the edition's other shapes."""
    missing = tuple(name for name in shape.required if name not in value)
    unknown = tuple(name for name in value if name not in shape.fields)
    for name in missing:
        yield _missing(name, unknown, shape.fields[name], place)
    for name in unknown:
        finding = _unknown(name, value[name], missing, shape, place, strictness, known=name in elsewhere)
        if finding is not None:
            yield finding
    reported: set[tuple[str | int, ...]] = set()
    for failure in _failures(value, shape, children):
        if failure.location not in reported:
            reported.add(failure.location)
            yield _failed(failure, value, shape, place)


def _failures(value: dict[str, Any], shape: Shape, children: Collection[str]) -> Iterator[Failure]:
    """The engine's failures inside fields, types first: a wrong type fails other keywords too."""
    cut = shallow(value, children=children)
    found = [failure for failure in shape.failures(cut) if failure.location]
    yield from sorted(found, key=lambda f: (f.keyword != "type", _position(f, value), tuple(map(str, f.location))))
    for name in shape.whole_numbers:
        if type(value.get(name)) is float and value[name].is_integer():
            yield Failure("type", (name,))


def _position(failure: Failure, value: dict[str, Any]) -> int:
    return list(value).index(str(failure.location[0]))


def _missing(name: str, unknown: tuple[str, ...], field: dict[str, Any], place: Place) -> Violation:
    hint = closest(name, unknown)
    return Violation(
        code="field.missing",
        pointer=f"{place.pointer}/{escaped(name)}",
        path=place.path,
        message=f"`{name}` is missing" + (f"; is {clip(hint)} meant to be it?" if hint else ""),
        expected=expectation(field),
        source=sentence(field),
    )


def _unknown(
    name: str,
    item: object,
    missing: tuple[str, ...],
    shape: Shape,
    place: Place,
    strictness: Strictness,
    *,
    known: bool,
) -> Violation | None:
    severity = Severity.ERROR if known else WEIGHTS.get(strictness)
    if severity is None:
        return None
    if known:
        code, message = "field.misplaced", f"{clip(name)} does not belong to {place.what}"
    else:
        code, message = "field.undocumented", f"{clip(name)} is not documented{guess(name, missing)}"
    return Violation(
        code=code,
        pointer=f"{place.pointer}/{escaped(name)}",
        path=place.path,
        message=message,
        expected="only " + ", ".join(shape.fields),
        value=clip(item),
        severity=severity,
    )


def _failed(failure: Failure, value: dict[str, Any], shape: Shape, place: Place) -> Violation:
    first = str(failure.location[0])
    field, item, name = shape.fields[first], value[first], first
    for key in failure.location[1:]:
        field, item, name = _inner(field, key), item[key], f"{name}.{key}"
    code = CODES.get(failure.keyword, "field.value")
    message = complaint(name, failure.keyword, item)
    expected = expectation(field)
    if failure.keyword == "enum" and first == "state":
        known = states_of(place.edition, place.level)
        is_overlaid = field.get("$comment") == SOURCE
        if not is_overlaid:
            expected = "one of " + ", ".join(known)
        if not (is_overlaid and item in known):
            code, message = state_complaint(item, place.edition, place.level)
    return Violation(
        code=code,
        pointer=place.pointer + "".join(f"/{escaped(str(key))}" for key in failure.location),
        path=place.path,
        message=message,
        expected=expected,
        value=clip(item),
        source=sentence(field),
    )


def _inner(field: dict[str, Any], key: str | int) -> dict[str, Any]:
    """The schema of an entry of a field that is an object or a list."""
    if isinstance(key, int):
        inner: dict[str, Any] = field["items"]
    else:
        inner = field.get("properties", {}).get(key) or field["additionalProperties"]
    return inner
