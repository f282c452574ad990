"""Reports as text for people and as JSON for machines."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from typing import Any

from taskmock.contracts.report import Group, Report
from taskmock.contracts.violation import Severity, Violation

LINES = 160
"""Most lines of one report's text, roughly; a report with few codes shows more findings of each."""

DETAILED = 30
"""Most codes of which the text shows findings; any more are only counted."""

SHOWN = 10
"""Most findings of one code that the text shows."""

WIDTH = 160
"""Longest path or pointer that the text shows whole, in characters."""

FORMAT = 1
"""The version of the JSON report (`report.schema.json`)."""


def text_report(report: Report, *, source: str = "") -> str:
    """A report as plain text: one line of verdict, then the findings by code, at most three lines each."""
    name = _printable(source or report.subject)
    lines = [f"{'PASS' if report.ok else 'FAIL'} {name}: {_counts(report)}", f"  {_terms(report)}"]
    if report.groups:
        share = (LINES - 3 * len(report.groups)) // (3 * len(report.groups))
        for group in report.groups[:DETAILED]:
            lines.extend(_group_lines(group, shown=min(SHOWN, max(1, share))))
        lines.extend(_head(group) for group in report.groups[DETAILED:])
    if not report.complete:
        lines.append("  ... judging stopped here: there is more than a report can hold")
    return "\n".join(lines)


def text_summary(reports: Sequence[Report]) -> str:
    """One line on several reports."""
    failed = sum(not report.ok for report in reports)
    return f"{len(reports)} checked: {len(reports) - failed} passed, {failed} failed"


def json_report(reports: Sequence[tuple[str, Report]]) -> str:
    """Reports with their sources as one JSON document in plain ASCII, as `report.schema.json` describes it."""
    document = {
        "format": FORMAT,
        "ok": all(report.ok for _, report in reports),
        "reports": [report_document(report, source=source) for source, report in reports],
    }
    return json.dumps(document, indent=2)


def report_document(report: Report, *, source: str = "") -> dict[str, Any]:
    """A report as an object for JSON; `violations` are those kept, `codes` counts all of them."""
    codes: dict[str, int] = {}
    for group in report.groups:
        codes[group.code] = codes.get(group.code, 0) + group.total
    return {
        "source": source,
        "subject": report.subject,
        "ok": report.ok,
        "edition": report.edition,
        "basis": report.basis,
        "strictness": report.strictness,
        "nodes": report.nodes,
        "errors": report.errors,
        "warnings": report.warnings,
        "complete": report.complete,
        "codes": codes,
        "violations": [dataclasses.asdict(violation) for violation in report.violations],
    }


def _counts(report: Report) -> str:
    parts = [_counted(report.errors, "error")] if report.errors else []
    parts += [_counted(report.warnings, "warning")] if report.warnings else []
    found = " and ".join(parts) or "no findings"
    return f"{found} in {_counted(report.nodes, 'node')}" if report.nodes else found


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _terms(report: Report) -> str:
    return f"edition {report.edition} ({report.basis}), strictness {report.strictness}"


def _group_lines(group: Group, *, shown: int) -> Iterator[str]:
    """A group's lines; what all its findings share stands once, at the head."""
    source = _shared({violation.source for violation in group.violations})
    expected = _shared({violation.expected for violation in group.violations}) if group.total > 1 else ""
    yield _head(group) + (f": {_printable(source)}" if source else "")
    if expected:
        yield f"    expected {_printable(expected)}"
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
    place = _shortened(_printable(violation.path))
    yield f"    {place + ': ' if place else ''}{_printable(violation.message)}"
    details = [f"at {_shortened(_printable(violation.pointer))}"] if violation.pointer else []
    details += [f"expected {_printable(violation.expected)}"] if violation.expected and with_expected else []
    details += [f"found {violation.value}"] if violation.value else []
    if details:
        yield f"      {', '.join(details)}"
    if violation.source and with_source:
        yield f"      {_printable(violation.source)}"


def _printable(text: str) -> str:
    """Text without control characters: names come from whoever named the nodes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def _shortened(text: str) -> str:
    half = (WIDTH - 5) // 2
    return text if len(text) <= WIDTH else f"{text[:half]} ... {text[-half:]}"
