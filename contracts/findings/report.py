"""The verdict on one document."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

from taskmock.contracts.findings.foreign_text import harmless, printable
from taskmock.contracts.findings.group import Group, grouped
from taskmock.contracts.findings.violation import Severity, Strictness, Violation
from taskmock.contracts.findings.wording import counted
from taskmock.schemas import STATUS

LINES = 160
"""Most lines of one report's text, roughly; a report with few codes shows more findings of each."""


DETAILED = 30
"""Most codes of which the text shows findings; any more are only counted."""


SHOWN = 10
"""Most findings of one code that the text shows."""


WIDTH = 160
"""Longest path or pointer that the text shows whole, in characters."""


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """The verdict on one request or response.

    `subject` is `request`, `response`, `history`, `agreement` or `coverage`, of the call `operation`; `edition` the one
    judged by (`auto` where a body could not even be read) and `basis` how it was chosen; `nodes` counts the judged
    nodes of the tree; `complete` is False where judging stopped because there was too much to report; `accepted` counts
    findings that a baseline took out; `target` is what was asked, where a live server was: the method and the URL
    without its query, which may hold credentials; `of_tree` is False where the call answers with something else than
    the tree of one task; `notes` say what of it was not judged, and why.
    """

    subject: str
    edition: str
    basis: str
    strictness: str
    nodes: int = 0
    groups: tuple[Group, ...] = ()
    complete: bool = True
    accepted: int = 0
    operation: str = STATUS
    target: str = ""
    of_tree: bool = True
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, violations: Iterable[Violation], subject: str, edition: tuple[str, str], **more: Any) -> Report:  # noqa: ANN401
        """The verdict on a subject out of its findings, with the edition that was judged by and how it was chosen."""
        groups, complete = grouped(violations)
        strictness = more.pop("strictness", Strictness.DOCUMENTED.value)
        return cls(subject, *edition, strictness, groups=groups, complete=complete, **more)

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


def verdict_text(report: Report, *, source: str = "") -> str:
    """A report as plain text: one line of verdict, then the findings by code, at most three lines each."""
    name = printable(source or report.subject)
    lines = [f"{'PASS' if report.ok else 'FAIL'} {name}: {_counts(report)}", f"  {verdict_terms(report)}"]
    lines += [f"  asked: {printable(report.target)}"] if report.target else []
    lines += [f"  note: {printable(note)}" for note in report.notes]
    if report.groups:
        share = (LINES - 3 * len(report.groups)) // (3 * len(report.groups))
        for group in report.groups[:DETAILED]:
            lines.extend(_group_lines(group, shown=min(SHOWN, max(1, share))))
        lines.extend(_head(group) for group in report.groups[DETAILED:])
    if not report.complete:
        lines.append("  ... judging stopped here: there is more than a report can hold")
    return harmless("\n".join(lines))


def _counts(report: Report) -> str:
    parts = [counted(report.errors, "error")] if report.errors else []
    parts += [counted(report.warnings, "warning")] if report.warnings else []
    treeless = report.of_tree and report.subject == "response" and not report.nodes
    found = " and ".join(parts) or ("a failure answer, no tree to judge" if treeless else "no findings")
    if report.nodes:
        found = f"{found} in {counted(report.nodes, 'node')}"
    return f"{found}, {report.accepted:,} accepted by the baseline" if report.accepted else found


def verdict_terms(report: Report) -> str:
    """By what a document was judged: the call where it has no tree, edition and strictness."""
    call = "" if report.of_tree else f"{report.operation}, "
    return f"{call}edition {report.edition} ({report.basis}), strictness {report.strictness}"


def _group_lines(group: Group, *, shown: int) -> Iterator[str]:
    """A group's lines; what all its findings share stands once, at the head."""
    source = _shared({violation.source for violation in group.violations})
    expected = _shared({violation.expected for violation in group.violations}) if group.total > 1 else ""
    yield _head(group) + (f": {printable(source)}" if source else "")
    if expected:
        yield f"    expected of each: {printable(expected)}"
    for violation in group.violations[:shown]:
        yield from _violation_lines(violation, with_source=not source, with_expected=not expected)
    hidden = group.total - min(shown, len(group.violations))
    if hidden:
        yield f"    ... and {hidden:,} more"


def _head(group: Group) -> str:
    warning = "warning " if group.severity is Severity.WARNING else ""
    return f"  {warning}{group.code} ({group.total:,})"


def _shared(texts: set[str]) -> str:
    return next(iter(texts)) if len(texts) == 1 else ""


def _violation_lines(violation: Violation, *, with_source: bool, with_expected: bool) -> Iterator[str]:
    place = _shortened(printable(violation.path))
    named = f'"{place}": ' if place else ""  # quoted: a name that began a line could be a command to a CI service
    yield f"    {named}{printable(violation.message)}"
    details = [f"at {_shortened(printable(violation.pointer))}"] if violation.pointer else []
    details += [f"expected {printable(violation.expected)}"] if violation.expected and with_expected else []
    details += [f"found {printable(violation.value)}"] if violation.value else []
    if details:
        yield f"      {', '.join(details)}"
    if violation.source and with_source:
        yield f"      {printable(violation.source)}"


def _shortened(text: str) -> str:
    half = (WIDTH - 5) // 2
    return text if len(text) <= WIDTH else f"{text[:half]} ... {text[-half:]}"


def with_findings(report: Report, violations: Iterable[Violation]) -> Report:
    """A report with some findings more."""
    groups, complete = grouped(violations)
    both = sorted((*groups, *report.groups), key=lambda group: group.severity is Severity.WARNING)
    return dataclasses.replace(report, groups=tuple(both), complete=report.complete and complete)
