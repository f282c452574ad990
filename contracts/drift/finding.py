"""What has drifted, told from a census: one finding a field and kind, in an order that only shapes decide."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterator

from taskmock.contracts.drift.census import LABELS, Census, Sight
from taskmock.contracts.findings.wording import counted, expectation
from taskmock.schemas import KNOWN


class Kind(enum.StrEnum):
    """What may have happened to a field, or to an answer as a whole."""

    NEW_FIELD = "new-field"
    NEVER_SEEN = "never-seen"
    SOMETIMES_MISSING = "sometimes-missing"
    NEW_VALUE = "new-value"
    CHANGED_TYPE = "changed-type"
    CHANGED_FORM = "changed-form"
    UNREADABLE = "unreadable"


BODY = "body"
"""The kind of object that an answer is that cannot be read."""


_KINDS = {"type": Kind.CHANGED_TYPE, "value": Kind.NEW_VALUE, "form": Kind.CHANGED_FORM}


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One way in which answers differ from their edition.

    An answer that cannot be read is of shape `body`, with the code of its defect as what was found. Else
    `shape` is the kind of object (`answer`, `failure`, `task`, `created`, `expired`, `node`), `field` a path in it (`*`
    for any key), `found` what was seen instead, `expected` what the edition says; `count` of `total` objects show it.
    """

    kind: Kind
    edition: str
    shape: str
    field: str
    found: tuple[str, ...]
    expected: str
    count: int
    total: int

    @property
    def label(self) -> str:
        """What stands before the message: the kind, or the code of what cannot be read."""
        return ", ".join(self.found) if self.kind is Kind.UNREADABLE else self.kind

    @property
    def message(self) -> str:
        """The finding in one sentence."""
        often = "always" if self.count == self.total else f"in {self.count:,} of {self.total:,}"
        seen = ", ".join(self.found)
        if self.kind is Kind.UNREADABLE:
            return f"{self.count:,} of {counted(self.total, 'answer')} cannot be read"
        if self.kind is Kind.NEW_FIELD:
            return f"`{self.field}` is new: {seen}, {often}"
        if self.kind is Kind.NEVER_SEEN:
            return f"`{self.field}` is never there"
        if self.kind is Kind.SOMETIMES_MISSING:
            return f"`{self.field}` is missing {often}"
        return f"`{self.field}` is {seen} {often}, not {self.expected}"


def findings_of(census: Census) -> tuple[Finding, ...]:
    """Everything in which a corpus has drifted, by edition, kind of object, kind of finding and field."""
    found = [
        finding for (edition, label), sight in census.sights.items() for finding in _findings(sight, edition, label)
    ]
    kinds = tuple(Kind)
    unreadable = (
        Finding(Kind.UNREADABLE, "", BODY, "", (code,), "a JSON object", count, census.total)
        for code, count in sorted(census.unreadable.items())
    )
    return (
        *unreadable,
        *sorted(
            found,
            key=lambda f: (KNOWN.index(f.edition), LABELS.index(f.shape), kinds.index(f.kind), f.field, f.found),
        ),
    )


def _findings(sight: Sight, edition: str, label: str) -> Iterator[Finding]:
    known, total = sight.shape.fields, sight.total
    for name, count in sight.fields.items():
        if name not in known:
            types = tuple(sorted(sight.types.get(name, ())))
            yield Finding(Kind.NEW_FIELD, edition, label, name, types, "", count, total)
    for name in sight.required:
        seen = sight.fields[name]
        if seen < total:
            kind = Kind.SOMETIMES_MISSING if seen else Kind.NEVER_SEEN
            yield Finding(kind, edition, label, name, (), expectation(known[name]), total - seen, total)
    merged: dict[tuple[str, str], dict[str, int]] = {}
    for (kind_name, path, detail), count in sight.oddities.items():
        merged.setdefault((kind_name, path), {})[detail] = count
    for (kind_name, path), details in merged.items():
        expected = expectation(known[path.partition(".")[0]])
        seen = min(sum(details.values()), total)
        yield Finding(_KINDS[kind_name], edition, label, path, tuple(sorted(details)), expected, seen, total)
