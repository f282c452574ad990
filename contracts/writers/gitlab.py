"""Reports as a code quality report of GitLab: each finding is an issue of the file that it was found in."""

from __future__ import annotations

import collections
import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from taskmock.contracts.findings.foreign_text import harmless_json
from taskmock.contracts.findings.pointer import pointer_shape
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.violation import Severity, Violation
from taskmock.contracts.writers.plain import file_of, finding_line, hidden_lines

SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor"}


def gitlab_report(reports: Sequence[tuple[str, Report]]) -> str:
    """Reports with their sources as one JSON list in plain ASCII.

    A finding's fingerprint leaves out ids and times, so that GitLab knows it again in the answers of another run.
    """
    seen: collections.Counter[tuple[str, ...]] = collections.Counter()
    issues = [issue for source, report in reports for issue in _issues(source, report, seen)]
    return harmless_json(json.dumps(issues, indent=2))


def _issues(source: str, report: Report, seen: collections.Counter[tuple[str, ...]]) -> Iterator[dict[str, Any]]:
    file, test = file_of(source)
    path = file.removeprefix("./")
    for violation in report.violations:
        likeness = (f"{test}{path}", *_likeness(violation))
        seen[likeness] += 1
        description = f"{test}{finding_line(violation)}"
        severity = SEVERITIES[violation.severity]
        yield _issue(path, violation.code, description, severity, (*likeness, str(seen[likeness])))
    for line in hidden_lines(report):
        yield _issue(path, "taskmock", f"{test}{line}", "info", (f"{test}{path}", line))


def _likeness(violation: Violation) -> tuple[str, str, str]:
    """What a finding shares with the same one in another run: its code, its severity and the shape of its place."""
    return violation.code, violation.severity, pointer_shape(violation.pointer)


def _issue(path: str, name: str, description: str, severity: str, identity: tuple[str, ...]) -> dict[str, Any]:
    return {
        "description": description,
        "check_name": name,
        "fingerprint": hashlib.sha256("\0".join(identity).encode("utf-8", "backslashreplace")).hexdigest(),
        "severity": severity,
        "location": {"path": path, "lines": {"begin": 1}},
    }
