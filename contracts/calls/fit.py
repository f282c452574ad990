"""Whether each place of an answer fits its form: fields, types, values, and entries of maps and lists."""

from __future__ import annotations

from collections.abc import Iterator

from taskmock.contracts.calls.form import Form, Kind, form_at
from taskmock.contracts.calls.spot import Spot, discriminator
from taskmock.contracts.strictness import Strictness
from taskmock.contracts.structure import Place, field_violations, is_sound
from taskmock.contracts.violation import Violation, clip
from taskmock.contracts.walk import escaped
from taskmock.contracts.wording import expectation, guess, kind_of, sentence


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
