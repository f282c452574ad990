"""The verdict on one document."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from taskmock.contracts.group import Group, grouped
from taskmock.contracts.prose import verdict_text
from taskmock.contracts.violation import Severity, Violation
from taskmock.schemas import STATUS


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """The verdict on one request or response.

    `subject` is `request`, `response`, `history`, `agreement` or `coverage`, of the call `operation`; `edition` the one
    judged by (`auto` where a body could not even be read) and `basis` how it was chosen; `nodes` counts the judged
    nodes of the tree; `complete` is False where judging stopped because there was too much to report; `accepted` counts
    findings that a baseline took out; `target` is what was asked, where a live server was: the method and the URL
    without its query, which may hold credentials.
    """

    subject: str
    edition: str
    basis: str
    strictness: str
    nodes: int
    groups: tuple[Group, ...]
    complete: bool = True
    accepted: int = 0
    operation: str = STATUS
    target: str = ""

    @property
    def ok(self) -> bool:
        """Whether the document keeps its contract: no errors, warnings allowed."""
        return self.errors == 0

    @property
    def violations(self) -> tuple[Violation, ...]:
        """The findings kept, grouped by code: every one, unless a code has more than `KEPT`."""
        return tuple(violation for group in self.groups for violation in group.violations)

    @property
    def errors(self) -> int:
        """How many errors there are, kept or not."""
        return sum(group.total for group in self.groups if group.severity is Severity.ERROR)

    @property
    def warnings(self) -> int:
        """How many warnings there are, kept or not."""
        return sum(group.total for group in self.groups if group.severity is Severity.WARNING)

    def text(self, *, source: str = "") -> str:
        """The report as text, grouped and short enough to read; `source` says where the document came from."""
        return verdict_text(self, source=source)

    def __str__(self) -> str:
        return self.text()


def with_findings(report: Report, violations: Iterable[Violation]) -> Report:
    """A report with some findings more."""
    groups, complete = grouped(violations)
    both = sorted((*groups, *report.groups), key=lambda group: group.severity is Severity.WARNING)
    return dataclasses.replace(report, groups=tuple(both), complete=report.complete and complete)
