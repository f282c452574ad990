"""The structural findings: fields missing, undocumented, misplaced, of a wrong type, form or value; odd entries."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from taskmock.contracts.findings.rule import Finding
from taskmock.contracts.findings.violation import WEIGHTS, Strictness, Violation, clip
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
    """A judged object: its value, what people call it, its JSON Pointer and path, and the words its fields hold."""

    value: dict[str, Any]
    what: str
    pointer: str = ""
    path: str = ""
    vocabularies: Mapping[str, Vocabulary] = dataclasses.field(default_factory=dict)


def is_sound(value: dict[str, Any], shape: Shape, *, children: Collection[str] = ()) -> bool:
    """Whether an object fits a shape exactly, undocumented fields refused; what is inside `children` does not count."""
    if not shape.is_valid(shallow(value, children=children)):
        return False
    return not any(type(value.get(name)) is float for name in shape.whole_numbers)


def field_violations(
    subject: Subject,
    shape: Shape,
    *,
    strictness: Strictness,
    elsewhere: Collection[str] = (),
    children: Collection[str] = (),
) -> Iterator[Violation]:
    """Yields every structural finding of one object; `elsewhere` are the fields of the edition's other shapes."""
    value = subject.value
    missing = tuple(name for name in shape.required if name not in value)
    unknown = tuple(name for name in value if name not in shape.fields)
    for name in missing:
        hint = closest(name, unknown)
        message = f"`{name}` is missing" + (f"; is {clip(hint)} meant to be it?" if hint else "")
        field = shape.fields[name]
        yield Finding(subject, (name,), message, expectation(field)).violation("field.missing", sentence(field))
    only = "only " + ", ".join(shape.fields)
    for name in unknown:
        if name in elsewhere:
            message = f"{clip(name)} does not belong to {subject.what}"
            yield Finding(subject, (name,), message, only).violation("field.misplaced")
        elif strictness in WEIGHTS:
            message = f"{clip(name)} is not documented{guess(name, missing)}"
            yield Finding(subject, (name,), message, only).violation("field.undocumented", "", WEIGHTS[strictness])
    reported: set[tuple[str | int, ...]] = set()
    for failure in _failures(value, shape, children):
        if failure.location not in reported:
            reported.add(failure.location)
            yield _failed(failure, shape, subject)


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


def _failed(failure: Failure, shape: Shape, subject: Subject) -> Violation:
    first = str(failure.location[0])
    field, item, name = shape.fields[first], subject.value[first], first
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
    return Finding(subject, failure.location, message, expected).violation(code, sentence(field))


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
        subject = Subject(place.value, expectation(form.schema), place.pointer, place.path, vocabularies)
        no_choice = _no_choice(place)
        for found in field_violations(subject, shape, strictness=strictness, children=form.inner):
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
    message = f"`{name}` has the wrong value{guess(value, values)}"
    found = Finding(place, (name,), message, f"one of {', '.join(values)}")
    return found.violation("field.value", sentence(place.form.fields[name]))


def _entry_violations(place: Place) -> Iterator[Violation]:
    """Finds entries of a map or a list that are not of its entries' type."""
    entry = form_at(place.form.entry)
    entries = place.value.items() if isinstance(place.value, dict) else enumerate(place.value)
    for key, item in entries:
        if not isinstance(item, entry.holds):
            message, expected = f"the entry {clip(key)} is {kind_of(item)}", kind_of(entry.holds())
            yield Finding(place, (key,), message, expected).violation("field.type", sentence(place.form.schema))
