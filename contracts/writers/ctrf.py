"""Reports in the Common Test Report Format (ctrf.io): a failed test for each code that a document breaks."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
from collections.abc import Iterator, Sequence
from typing import Any

from taskmock.contracts.findings.cause import CauseGroup, shown
from taskmock.contracts.findings.foreign_text import harmless_json, printable
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.violation import Severity
from taskmock.contracts.writers.plain import case_message, cause_line, file_of, more_lines

VERSION = "1.0.0"
"""The version of the format."""

UNDATED = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""The moment of a report whose time is not known; the format demands one."""

STATUSES = ("passed", "failed", "skipped", "pending", "other")


def ctrf_report(
    reports: Sequence[tuple[str, Report]], *, moment: dt.datetime | None = None, every: bool = False
) -> str:
    """Reports with their sources as one document in plain ASCII; `moment` is when they were made."""
    at = int((moment or UNDATED).timestamp() * 1000)
    tests = [test for source, report in reports for test in _tests(source, report, every=every)]
    summary: dict[str, Any] = {status: sum(test["status"] == status for test in tests) for status in STATUSES}
    document = {
        "reportFormat": "CTRF",
        "specVersion": VERSION,
        "generatedBy": "taskmock",
        "results": {
            "tool": {"name": "taskmock", "version": importlib.metadata.version("taskmock")},
            "summary": {"tests": len(tests), **summary, "suites": len(reports), "start": at, "stop": at},
            "tests": tests,
        },
    }
    return harmless_json(json.dumps(document, indent=2))


def _tests(source: str, report: Report, *, every: bool) -> Iterator[dict[str, Any]]:
    """Yields the tests that a document is: one for each code that it breaks, a passed one where it breaks none."""
    file, _ = file_of(source)
    name = printable(source) or report.subject
    shown_of = shown(report.groups, every=every)
    broken = [group for group in shown_of.groups if group.severity is Severity.ERROR]
    warnings = [f"warning {cause.first.code}: {cause_line(cause)}" for cause in shown_of.causes(Severity.WARNING)]
    told = [*(f"note: {printable(note)}" for note in report.notes), *warnings, *more_lines(report, every=every)]
    shared = {"duration": 0, "suite": [name], **({"filePath": file} if file else {})}
    for number, group in enumerate(broken):
        more = {"stdout": told} if told and not number else {}
        yield {"name": group.code, "status": "failed", **shared, **_failure(group), **more, "extra": _terms(report)}
    if not broken:
        more = {"stdout": told} if told else {}
        yield {"name": f"contract.{report.edition}", "status": "passed", **shared, **more, "extra": _terms(report)}


def _failure(group: CauseGroup) -> dict[str, Any]:
    return {"message": case_message(group), "trace": "\n".join(map(cause_line, group.causes))}


def _terms(report: Report) -> dict[str, Any]:
    """By what the document was judged, for programs."""
    names = ("subject", "operation", "edition", "basis", "strictness", "nodes", "errors", "warnings", "accepted")
    return {"taskmock": {name: getattr(report, name) for name in names}}
