"""The differences between two contracts as text for people and as JSON for machines."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence

from taskmock.contracts.diff.change import Change, Direction, Weight
from taskmock.contracts.findings.foreign_text import harmless, harmless_json, printable

FORMAT = 1
"""The version of the JSON form."""

PLACES = 4
"""Most places of a change that the text names."""


def diff_text(old: str, new: str, changes: Sequence[Change]) -> str:
    """The differences as text: one line of verdict, then each by weight and direction, breaking ones first."""
    verdict = "BREAKING" if is_breaking(changes) else "COMPATIBLE" if changes else "SAME"
    counts = counts_by_weight(changes)
    told = ", ".join(f"{number} {weight}" for weight, number in counts.items() if number) or "no differences"
    lines = [f"{verdict} {printable(old)} -> {printable(new)}: {told}"]
    for weight in Weight:
        for direction in (Direction.RESPONSE, Direction.REQUEST):
            lines.extend(_section(direction, weight, changes))
    return harmless("\n".join(lines))


def diff_json(old: str, new: str, changes: Sequence[Change]) -> str:
    """The differences as one JSON document in plain ASCII."""
    document = {
        "format": FORMAT,
        "old": old,
        "new": new,
        "ok": not is_breaking(changes),
        "counts": counts_by_weight(changes),
        "changes": [dataclasses.asdict(change) for change in changes],
    }
    return harmless_json(json.dumps(document, indent=2))


def is_breaking(changes: Iterable[Change]) -> bool:
    """Whether any of the changes breaks those who are there already."""
    return any(change.weight is Weight.BREAKING for change in changes)


def counts_by_weight(changes: Iterable[Change]) -> dict[str, int]:
    """How many changes there are of each weight, zeros included."""
    weights = [change.weight for change in changes]
    return {weight.value: weights.count(weight) for weight in Weight}


def _section(direction: Direction, weight: Weight, changes: Iterable[Change]) -> Iterator[str]:
    own = [change for change in changes if change.direction is direction and change.weight is weight]
    if own:
        yield f"  {direction}, {weight} ({len(own)})"
    for change in own:
        yield f"    {change.code}: {printable(change.message)}"
        yield f"      {_places(change)} ({change.side} schema, {printable(change.pointer) or 'top'})"


def _places(change: Change) -> str:
    named = [printable(place) or "the body" for place in change.places[:PLACES]]
    hidden = len(change.places) - len(named)
    return "at " + ", ".join(named) + (f" and {hidden} more" if hidden else "")
