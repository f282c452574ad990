"""Reports as a code quality report of GitLab: each finding is an issue of the file that it was found in."""

from __future__ import annotations

import collections
import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from taskmock.contracts.findings.cause import shown
from taskmock.contracts.findings.foreign_text import harmless_json, printable
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.violation import Severity
from taskmock.contracts.writers.plain import cause_line, file_of, likeness, more_lines

SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor"}


def gitlab_report(reports: Sequence[tuple[str, Report]], *, every: bool = False) -> str:
    """Reports with their sources as one JSON list in plain ASCII.

    A finding's fingerprint is of its code, its severity and its place by names, without ids, times and polls, so that
    GitLab knows it again in the answers of another run.
    """
    seen: collections.Counter[tuple[str, ...]] = collections.Counter()
    issues = [issue for source, report in reports for issue in _issues(source, report, seen, every=every)]
    return harmless_json(json.dumps(issues, indent=2))


def _issues(
    source: str, report: Report, seen: collections.Counter[tuple[str, ...]], *, every: bool
) -> Iterator[dict[str, Any]]:
    file, test = file_of(source)
    path = file.removeprefix("./")
    for cause in shown(report.groups, every=every).causes():
        violation = cause.first
        alike = (f"{test}{path}", *likeness(violation))
        seen[alike] += 1
        description = f"{test}{cause_line(cause)}"
        severity = SEVERITIES[violation.severity]
        yield _issue(path, violation.code, description, severity, (*alike, str(seen[alike])))
    for number, note in enumerate(report.notes):
        description = f"{test}note: {printable(note)}"
        yield _issue(path, "taskmock", description, "info", (f"{test}{path}", "note", str(number)))
    for number, line in enumerate(more_lines(report, every=every)):
        yield _issue(path, "taskmock", f"{test}{line}", "info", (f"{test}{path}", str(number)))


def _issue(path: str, name: str, description: str, severity: str, identity: tuple[str, ...]) -> dict[str, Any]:
    return {
        "description": description,
        "check_name": name,
        "fingerprint": hashlib.sha256("\0".join(identity).encode("utf-8", "backslashreplace")).hexdigest(),
        "severity": severity,
        "location": {"path": path, "lines": {"begin": 1}},
    }
