"""Reports as text for people, and the lines on a finding or a report that other formats share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taskmock.contracts.findings.foreign_text import printable
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.violation import Severity, Violation

LISTED = 20
"""Most verdicts that a job's log and summary list, with or without findings."""


def notable(reports: Sequence[tuple[str, Report]]) -> Sequence[tuple[str, Report]]:
    """The reports that a job lists: all, unless they are many; then those with findings."""
    return reports if len(reports) <= LISTED else [(source, report) for source, report in reports if report.groups]


def text_report(report: Report, *, source: str = "") -> str:
    """A report as plain text: one line of verdict, then the findings by code, at most three lines each."""
    return report.text(source=source)


def text_reports(reports: Sequence[tuple[str, Report]]) -> str:
    """Reports as plain text one after the other, with a summary behind several."""
    lines = [text_report(report, source=source) for source, report in reports]
    if len(reports) > 1:
        lines.append(text_summary([report for _, report in reports]))
    return "\n".join(lines)


def text_summary(reports: Sequence[Report]) -> str:
    """One line on several reports."""
    failed = sum(not report.ok for report in reports)
    return f"{len(reports)} checked: {len(reports) - failed} passed, {failed} failed"


def finding_line(violation: Violation) -> str:
    """A finding on one line, whole: the node by its names, what is wrong, what is allowed, what was found, where."""
    parts = [f"{violation.path}: {violation.message}" if violation.path else violation.message]
    parts += [f"expected {violation.expected}"] if violation.expected else []
    parts += [f"found {violation.value}"] if violation.value else []
    parts += [f"at {violation.pointer}"] if violation.pointer else []
    return printable("; ".join(parts))


def file_of(source: str) -> tuple[str, str]:
    """The file that a source is or, where it is the id of a test, lies in; and what introduces lines on that test."""
    file, _, test = source.partition("::")
    return file.replace("\\", "/"), f"{printable(test)}: " if test else ""


def hidden_lines(report: Report, *, severity: Severity | None = None) -> Iterator[str]:
    """A line for each code of which a report counts more findings than it keeps, and one where judging stopped."""
    for group in report.groups:
        hidden = group.total - len(group.violations)
        if hidden and severity in {None, group.severity}:
            yield f"{group.code}: {hidden:,} more that the report does not list"
    if not report.complete:
        yield "judging stopped early: there is more than a report can hold"
