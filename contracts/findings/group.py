"""Findings by code: those kept, all of them counted, and memory bounded whatever comes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from taskmock.contracts.findings.violation import Severity, Violation

KEPT = 1_000
"""Most findings of one code that a report keeps; the rest are counted."""

KEPT_CHARACTERS = 8_000_000
"""Most text that the kept findings hold together (pointers of very deep nodes are long)."""

COUNTED_CHARACTERS = 64_000_000
"""Most text that is looked at before judging stops and the report is marked incomplete."""


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """All findings of one code and severity: how many there are, and those kept, in the order found."""

    code: str
    severity: Severity
    total: int
    violations: tuple[Violation, ...]


def grouped(violations: Iterable[Violation]) -> tuple[tuple[Group, ...], bool]:
    """The findings by code, errors first, then in the order of first appearance; and whether all were looked at."""
    kept: dict[tuple[str, Severity], list[Violation]] = {}
    totals: dict[tuple[str, Severity], int] = {}
    characters = held = 0
    complete = True
    for violation in violations:
        key = (violation.code, violation.severity)
        totals[key] = totals.get(key, 0) + 1
        group = kept.setdefault(key, [])
        size = len(violation.pointer) + len(violation.path)
        characters += size
        if not group or (len(group) < KEPT and held + size <= KEPT_CHARACTERS):
            group.append(violation)
            held += size + sum(map(len, violation.reads))
        if characters > COUNTED_CHARACTERS:
            complete = False
            break
    groups = [Group(code, severity, totals[code, severity], tuple(group)) for (code, severity), group in kept.items()]
    return tuple(sorted(groups, key=lambda group: group.severity is Severity.WARNING)), complete
