"""Reports as text for people, and the lines on a finding or a report that other formats share."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from taskmock.contracts.findings.baseline import names_pattern
from taskmock.contracts.findings.cause import Cause, CauseGroup, shown
from taskmock.contracts.findings.foreign_text import printable
from taskmock.contracts.findings.pointer import pointer_shape
from taskmock.contracts.findings.report import ALL, Report
from taskmock.contracts.findings.violation import Severity, Violation

LISTED = 20
"""Most verdicts that a job's log and summary list, with or without findings."""


def notable(reports: Sequence[tuple[str, Report]]) -> Sequence[tuple[str, Report]]:
    """The reports that a job lists: all, unless they are many; then those with findings."""
    return reports if len(reports) <= LISTED else [(source, report) for source, report in reports if report.groups]


def text_report(report: Report, *, source: str = "", every: bool = False) -> str:
    """A report as plain text: one line of verdict, then the findings by code, at most three lines each."""
    return report.text(source=source, every=every)


def text_reports(reports: Sequence[tuple[str, Report]], *, every: bool = False) -> str:
    """Reports as plain text one after the other, with a summary behind several."""
    lines = [text_report(report, source=source, every=every) for source, report in reports]
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


def cause_line(cause: Cause) -> str:
    """A finding as it is shown on one line: like `finding_line`, with the polls and the values of all of them."""
    found = cause.first
    if len(cause.violations) < 2:
        return _with_origin(found, finding_line(found))
    told = dataclasses.replace(found, message=cause.message)
    if cause.change:
        told = dataclasses.replace(told, expected="", value="")
    line = finding_line(told)
    return _with_origin(found, f"{line}; {printable(cause.change)}" if cause.change else line)


def _with_origin(violation: Violation, line: str) -> str:
    if violation.follows is None:
        return line
    return f"{line}; {printable(f'follows from {violation.follows.code} at {violation.follows.pointer}')}"


def case_message(group: CauseGroup) -> str:
    """What is wrong in a failed test case: the one finding of its code, or the first one and how many there are."""
    first, number = cause_line(group.causes[0]), len(group.causes) + group.hidden
    return first if number == 1 else f"{number:,} findings, the first: {first}"


def likeness(violation: Violation) -> tuple[str, ...]:
    """What a finding shares with the same one in another run: its code, its severity, its place by shape and names."""
    return violation.code, violation.severity, pointer_shape(violation.pointer), names_pattern(violation)


def more_lines(report: Report, *, every: bool = False) -> Iterator[str]:
    """A line on what follows from the findings, where something does and is not shown; then the `hidden_lines`."""
    told = shown(report.groups)
    if told.followers and not every:
        one = told.followers == 1
        yield f"{told.followers:,} more {'follows' if one else 'follow'} from {'this' if one else 'these'}: {ALL}"
    yield from hidden_lines(report)


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
