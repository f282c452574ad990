"""Every place of an answer that is judged by itself, found without recursion and without a depth limit."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from taskmock.contracts.findings.violation import SEPARATOR, Strictness, Violation, clip
from taskmock.contracts.findings.wording import expectation, guess, kind_of, sentence
from taskmock.contracts.validation.form import Form, Kind, form_at
from taskmock.contracts.validation.structure import Place, field_violations, is_sound
from taskmock.contracts.validation.walk import escaped


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """One place: its decoded value, the form that it must have, the key that it hangs under, and what it hangs in.

    `among` is the form whose choices this one is from. Pointer and path are worked out only when a finding needs them.
    """

    value: Any
    form: Form
    key: str | int = ""
    parent: Spot | None = None
    among: Form | None = None
    prefix: str = "/data"

    @property
    def pointer(self) -> str:
        """The JSON Pointer of the place in the whole body (RFC 6901)."""
        keys = [spot.key for spot in self.lineage() if spot.parent is not None]
        return self.prefix + "".join(f"/{escaped(str(key))}" for key in reversed(keys))

    @property
    def path(self) -> str:
        """The names of what encloses the place, outermost first, and its own; the whole's where it is that."""
        spots = list(self.lineage())
        names = [label for spot in reversed(spots[:-1]) if (label := spot.label)]
        return SEPARATOR.join(names) or spots[-1].label

    @property
    def label(self) -> str:
        """What people call the place; "" where it has no name."""
        name = self.value.get("name") if isinstance(self.value, dict) else None
        return name if isinstance(name, str) else ""

    def lineage(self) -> Iterator[Spot]:
        """The place itself, then what encloses it, up to the whole."""
        spot: Spot | None = self
        while spot is not None:
            yield spot
            spot = spot.parent


def walk_spots(data: object, form: Form | None) -> Iterator[Spot]:
    """Yields the whole, then every place inside it that has a form of its own, outer before inner, in their order.

    What is not of its form's type is passed over: the object around it reports that.
    """
    stack = [] if form is None else _spots(data, form, "", None)
    while stack:
        spot = stack.pop()
        yield spot
        inner = [found for key, item, uri in _inside(spot) for found in _spots(item, form_at(uri), key, spot)]
        stack.extend(reversed(inner))


def _inside(spot: Spot) -> Iterator[tuple[str | int, Any, str]]:
    """What is inside a place and judged by itself: its key, its value, and where its form stands."""
    form, value = spot.form, spot.value
    if form.kind is Kind.OBJECT:
        yield from ((name, value[name], uri) for name, uri in form.inner.items() if name in value)
    elif form.kind is Kind.MAP:
        yield from ((key, item, form.entry) for key, item in value.items())
    elif form.kind is Kind.LIST:
        yield from ((index, item, form.entry) for index, item in enumerate(value))


def _spots(value: object, form: Form, key: str | int, parent: Spot | None) -> list[Spot]:
    """The place of a value, none where it cannot be judged."""
    if form.kind is Kind.CHOICE and isinstance(value, dict):
        return [Spot(value, chosen_form(value, form), key, parent, among=form)]
    return [Spot(value, form, key, parent)] if isinstance(value, form.holds) else []


def chosen_form(value: dict[str, Any], choice: Form) -> Form:
    """The form among several that a value is most like: by what tells them apart first, then by the fields it has.

    A constant of one form alone tells nothing apart: a node that is READY again has the fields of one that has run.
    """
    apart = discriminator(choice)
    return max(map(form_at, choice.choices), key=lambda form: _likeness(value, form, apart and apart[0]))


def discriminator(choice: Form) -> tuple[str, tuple[str, ...]] | None:
    """The field that tells the choices apart, with its values; None where no field does."""
    constants = [form_at(uri).constants for uri in choice.choices]
    name = next((name for name in constants[0] if all(name in found for found in constants)), None)
    return None if name is None else (name, tuple(found[name] for found in constants))


def _likeness(value: dict[str, Any], form: Form, apart: str | None) -> tuple[bool, int, int]:
    matched = apart is not None and value.get(apart) == form.constants[apart]
    known = sum(name in form.fields for name in value)
    missing = sum(name not in value for name in form.required)
    return matched, known, -missing


def spot_violations(spot: Spot, edition: str, strictness: Strictness) -> Iterator[Violation]:
    """Yields every structural finding of one place, the places inside it aside."""
    if spot.form.kind is Kind.OBJECT:
        yield from _object_violations(spot, edition, strictness)
    elif spot.form.kind in {Kind.MAP, Kind.LIST}:
        yield from _entry_violations(spot)


def _object_violations(spot: Spot, edition: str, strictness: Strictness) -> Iterator[Violation]:
    form, shape = spot.form, spot.form.shape
    if shape is None or is_sound(spot.value, shape, children=form.inner):
        return
    place = Place(spot.pointer, spot.path, expectation(form.schema), edition, "node")
    told_apart = _told_apart(spot)
    for found in field_violations(spot.value, shape, place, strictness=strictness, children=form.inner):
        if told_apart is not None and found.pointer == told_apart.pointer and found.code == "field.value":
            yield told_apart
        else:
            yield found


def _told_apart(spot: Spot) -> Violation | None:
    """The finding that a field which tells several forms apart names none of them."""
    apart = None if spot.among is None else discriminator(spot.among)
    if apart is None:
        return None
    name, values = apart
    value = spot.value.get(name)
    if not isinstance(value, str) or value in values:
        return None
    return Violation(
        code="field.value",
        pointer=f"{spot.pointer}/{escaped(name)}",
        path=spot.path,
        message=f"`{name}` has the wrong value{guess(value, values)}",
        expected=f"one of {', '.join(values)}",
        value=clip(value),
        source=sentence(spot.form.fields[name]),
    )


def _entry_violations(spot: Spot) -> Iterator[Violation]:
    """Finds entries of a map or a list that are not of its entries' type."""
    entry = form_at(spot.form.entry)
    entries = spot.value.items() if isinstance(spot.value, dict) else enumerate(spot.value)
    for key, item in entries:
        if not isinstance(item, entry.holds):
            yield Violation(
                code="field.type",
                pointer=f"{spot.pointer}/{escaped(str(key))}",
                path=spot.path,
                message=f"the entry {clip(key)} is {kind_of(item)}",
                expected=_kind(entry),
                value=clip(item),
                source=sentence(spot.form.schema),
            )


def _kind(form: Form) -> str:
    return "a list" if form.kind is Kind.LIST else "an object"
