"""The differences between two contracts: as findings, as text for people and as JSON for machines."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence

from taskmock.contracts.diff.change import Change, Direction, Weight
from taskmock.contracts.findings.foreign_text import harmless, harmless_json, printable
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.violation import Severity, Strictness, Violation

FORMAT = 1
"""The version of the JSON form."""

PLACES = 4
"""Most places of a change that the text names."""


@dataclasses.dataclass(frozen=True, slots=True)
class Aside:
    """What a report leaves out: changes that a severity file ignores, and those that a baseline accepts."""

    ignored: int = 0
    accepted: int = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What is told of the former."""
        return (f"ignored as the severity file says: {self.ignored:,}",) if self.ignored else ()


NOTHING = Aside()


def diff_report(old: str, new: str, changes: Iterable[Change], aside: Aside = NOTHING) -> Report:
    """The differences as findings: what breaks is an error, all else a warning; places are those in the schemas."""
    return Report.of(
        [_violation(change) for change in changes],
        "diff",
        (new, f"compared with {old}"),
        strictness=Strictness.STRICT.value,
        notes=aside.notes,
    )


def left_in(report: Report, changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes that are still in a report from which a baseline has taken some out."""
    if not report.accepted:
        return tuple(changes)
    left = {(violation.code, violation.pointer, violation.path) for violation in report.violations}
    return tuple(change for change in changes if _identity(change) in left)


def _identity(change: Change) -> tuple[str, str, str]:
    return change.code, change.pointer, ", ".join(place or "the body" for place in change.places)


def _violation(change: Change) -> Violation:
    code, pointer, places = _identity(change)
    severity = Severity.ERROR if change.weight is Weight.BREAKING else Severity.WARNING
    source = f"{change.direction}, {change.weight}, by the {change.side} schema"
    message = f"{change.message} ({change.direction}, {change.weight})"
    return Violation(code, pointer, places, message, source=source, severity=severity)


def diff_text(old: str, new: str, changes: Sequence[Change], aside: Aside = NOTHING) -> str:
    """The differences as text: one line of verdict, then each by weight and direction, breaking ones first."""
    verdict = "BREAKING" if is_breaking(changes) else "COMPATIBLE" if changes or aside != NOTHING else "SAME"
    counts = counts_by_weight(changes)
    told = ", ".join(f"{number} {weight}" for weight, number in counts.items() if number) or "no differences"
    lines = [f"{verdict} {printable(old)} -> {printable(new)}: {told}"]
    lines += [f"  {note}" for note in aside.notes]
    lines += [f"  accepted by the baseline: {aside.accepted:,}"] if aside.accepted else []
    for weight in Weight:
        for direction in (Direction.RESPONSE, Direction.REQUEST):
            lines.extend(_section(direction, weight, changes))
    return harmless("\n".join(lines))


def diff_json(old: str, new: str, changes: Sequence[Change], aside: Aside = NOTHING) -> str:
    """The differences as one JSON document in plain ASCII."""
    document = {
        "format": FORMAT,
        "old": old,
        "new": new,
        "ok": not is_breaking(changes),
        "counts": counts_by_weight(changes),
        "ignored": aside.ignored,
        "accepted": aside.accepted,
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
