"""The structural findings: fields missing, undocumented, misplaced, of a wrong type, form or value; odd entries."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from taskmock.contracts.findings.pointer import escaped
from taskmock.contracts.findings.violation import WEIGHTS, Severity, Strictness, Violation, clip
from taskmock.contracts.findings.wording import CODES, closest, complaint, expectation, guess, kind_of, sentence
from taskmock.contracts.validation.form import Kind, form_at
from taskmock.contracts.validation.overlay import SOURCE
from taskmock.contracts.validation.schema import Failure, Shape, shallow
from taskmock.contracts.validation.walk import Place, discriminator


@dataclasses.dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that a field may hold: those allowed, and the code and the message for any other word."""

    allowed: tuple[str, ...]
    complain: Callable[[str], tuple[str, str]]


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """A judged object: its JSON Pointer, its path by names, what people call it, and the words that its fields hold."""

    pointer: str
    path: str
    what: str
    vocabularies: Mapping[str, Vocabulary] = dataclasses.field(default_factory=dict)


def is_sound(value: dict[str, Any], shape: Shape, *, children: Collection[str] = ()) -> bool:
    """Whether an object fits a shape exactly, undocumented fields refused; what is inside `children` does not count."""
    if not shape.is_valid(shallow(value, children=children)):
        return False
    return not any(type(value.get(name)) is float for name in shape.whole_numbers)


def field_violations(
    value: dict[str, Any],
    shape: Shape,
    subject: Subject,
    *,
    strictness: Strictness,
    elsewhere: frozenset[str] = frozenset(),
    children: Collection[str] = (),
) -> Iterator[Violation]:
    """Yields every structural finding of one object; `elsewhere` are the fields of the edition's other shapes."""
    missing = tuple(name for name in shape.required if name not in value)
    unknown = tuple(name for name in value if name not in shape.fields)
    for name in missing:
        yield _missing(name, unknown, shape.fields[name], subject)
    for name in unknown:
        finding = _unknown(name, value[name], missing, shape, subject, strictness, known=name in elsewhere)
        if finding is not None:
            yield finding
    reported: set[tuple[str | int, ...]] = set()
    for failure in _failures(value, shape, children):
        if failure.location not in reported:
            reported.add(failure.location)
            yield _failed(failure, value, shape, subject)


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


def _missing(name: str, unknown: tuple[str, ...], field: dict[str, Any], subject: Subject) -> Violation:
    hint = closest(name, unknown)
    return Violation(
        code="field.missing",
        pointer=f"{subject.pointer}/{escaped(name)}",
        path=subject.path,
        message=f"`{name}` is missing" + (f"; is {clip(hint)} meant to be it?" if hint else ""),
        expected=expectation(field),
        source=sentence(field),
    )


def _unknown(
    name: str,
    item: object,
    missing: tuple[str, ...],
    shape: Shape,
    subject: Subject,
    strictness: Strictness,
    *,
    known: bool,
) -> Violation | None:
    severity = Severity.ERROR if known else WEIGHTS.get(strictness)
    if severity is None:
        return None
    if known:
        code, message = "field.misplaced", f"{clip(name)} does not belong to {subject.what}"
    else:
        code, message = "field.undocumented", f"{clip(name)} is not documented{guess(name, missing)}"
    return Violation(
        code=code,
        pointer=f"{subject.pointer}/{escaped(name)}",
        path=subject.path,
        message=message,
        expected="only " + ", ".join(shape.fields),
        value=clip(item),
        severity=severity,
    )


def _failed(failure: Failure, value: dict[str, Any], shape: Shape, subject: Subject) -> Violation:
    first = str(failure.location[0])
    field, item, name = shape.fields[first], value[first], first
    for key in failure.location[1:]:
        field, item, name = _inner(field, key), item[key], f"{name}.{key}"
    code = CODES.get(failure.keyword, "field.value")
    message = complaint(name, failure.keyword, item)
    expected = expectation(field)
    words = subject.vocabularies.get(first)
    if failure.keyword == "enum" and words is not None:
        is_overlaid = field.get("$comment") == SOURCE
        if not is_overlaid:
            expected = "one of " + ", ".join(words.allowed)
        if not (is_overlaid and item in words.allowed):
            code, message = words.complain(item)
    return Violation(
        code=code,
        pointer=subject.pointer + "".join(f"/{escaped(str(key))}" for key in failure.location),
        path=subject.path,
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


def place_violations(
    place: Place, strictness: Strictness, vocabularies: Mapping[str, Vocabulary]
) -> Iterator[Violation]:
    """Yields every structural finding of one place, the places inside it aside."""
    form, shape = place.form, place.form.shape
    if form.kind in {Kind.MAP, Kind.LIST}:
        yield from _entry_violations(place)
    elif shape is not None and not is_sound(place.value, shape, children=form.inner):
        subject = Subject(place.pointer, place.path, expectation(form.schema), vocabularies)
        no_choice = _no_choice(place)
        for found in field_violations(place.value, shape, subject, strictness=strictness, children=form.inner):
            is_that = no_choice is not None and (found.pointer, found.code) == (no_choice.pointer, no_choice.code)
            yield no_choice if is_that and no_choice is not None else found


def _no_choice(place: Place) -> Violation | None:
    """The finding that the field which tells several forms apart names none of them."""
    apart = None if place.form.among is None else discriminator(place.form.among)
    if apart is None:
        return None
    name, values = apart
    value = place.value.get(name)
    if not isinstance(value, str) or value in values:
        return None
    return Violation(
        code="field.value",
        pointer=f"{place.pointer}/{escaped(name)}",
        path=place.path,
        message=f"`{name}` has the wrong value{guess(value, values)}",
        expected=f"one of {', '.join(values)}",
        value=clip(value),
        source=sentence(place.form.fields[name]),
    )


def _entry_violations(place: Place) -> Iterator[Violation]:
    """Finds entries of a map or a list that are not of its entries' type."""
    entry = form_at(place.form.entry)
    entries = place.value.items() if isinstance(place.value, dict) else enumerate(place.value)
    for key, item in entries:
        if not isinstance(item, entry.holds):
            yield Violation(
                code="field.type",
                pointer=f"{place.pointer}/{escaped(str(key))}",
                path=place.path,
                message=f"the entry {clip(key)} is {kind_of(item)}",
                expected="a list" if entry.kind is Kind.LIST else "an object",
                value=clip(item),
                source=sentence(place.form.schema),
            )
