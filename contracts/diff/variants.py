"""A schema's conditions told apart: what it demands in each case that its `if` and `anyOf` distinguish."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from taskmock.contracts.diff.source import Conjunction, Located, Source, canonical, without

MAX_CONDITIONS = 8
"""Most conditions of one value that are told apart; each doubles the cases."""

Case: TypeAlias = Mapping[str, bool]
"""Which conditions hold, by their canonical text."""

_CONDITIONAL = frozenset({"if", "then", "else"})


def conditions_of(source: Source, conjunction: Conjunction) -> dict[str, Located]:
    """Every condition that the schemas put, those inside `then` and `else` too, by canonical text."""
    found: dict[str, Located] = {}
    waiting = [conjunction]
    done: set[str] = set()
    while waiting:
        for piece in source.pieces(waiting.pop()):
            if not isinstance(piece.value, dict) or "if" not in piece.value or canonical(piece.value) in done:
                continue
            done.add(canonical(piece.value))
            found.setdefault(canonical(piece.value["if"]), piece.inner("if"))
            waiting.extend((piece.inner(keyword),) for keyword in ("then", "else") if keyword in piece.value)
    return found


def cases_of(conditions: Mapping[str, Located]) -> Iterator[Case]:
    """Yields every way in which conditions can hold together."""
    for truths in itertools.product((True, False), repeat=len(conditions)):
        case = dict(zip(conditions, truths, strict=True))
        if not _contradicts(conditions, case):
            yield case


def pieces_in(source: Source, conjunction: Conjunction, case: Case) -> Conjunction:
    """The schemas that a value must fit in one case: free of `$ref`, `allOf` and conditions."""
    found: list[Located] = []
    waiting = list(source.pieces(conjunction))
    done: set[str] = set()
    while waiting:
        piece = waiting.pop(0)
        text = canonical(piece.value)
        if text in done:
            continue
        done.add(text)
        if isinstance(piece.value, dict) and "if" in piece.value:
            branch = "then" if case[canonical(piece.value["if"])] else "else"
            if branch in piece.value:
                waiting.extend(source.pieces((piece.inner(branch),)))
            piece = without(piece, _CONDITIONAL)
        found.append(piece)
    return tuple(found)


def label_of(condition: object) -> str:
    """A condition on one field's value in brackets, `[state=CREATED]`; "" for any other condition."""
    decided = _decided(condition)
    return "[" + ", ".join(f"{name}={value}" for name, value in decided.items()) + "]" if decided else ""


def decided(condition: Located, *, holds: bool) -> Located:
    """What a condition on one field's value says of the field in both schemas: its value, or a value it has not."""
    fields = condition.value.get("properties", {}) if isinstance(condition.value, dict) else {}
    said = {
        name: {"const": field["const"]} if holds else {"not": {"const": field["const"]}}
        for name, field in fields.items()
        if isinstance(field, dict) and "const" in field and len(fields) == 1
    }
    return Located({"properties": said} if said else {}, condition.pointer)


def _contradicts(conditions: Mapping[str, Located], case: Case) -> bool:
    """Whether two conditions that hold want different values of one field."""
    wanted: dict[str, str] = {}
    for text, holds in case.items():
        for name, value in _decided(conditions[text].value).items() if holds else ():
            if wanted.setdefault(name, value) != value:
                return True
    return False


def _decided(condition: object) -> dict[str, str]:
    """The fields whose one value a condition names."""
    properties = condition.get("properties", {}) if isinstance(condition, dict) else {}
    return {
        name: field["const"] if isinstance(field["const"], str) else canonical(field["const"])
        for name, field in properties.items()
        if isinstance(field, dict) and "const" in field
    }
