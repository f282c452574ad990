"""Reports as JSON for machines."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from taskmock.contracts.findings.cause import Cause, shown
from taskmock.contracts.findings.foreign_text import harmless_json
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.violation import Violation

FORMAT = 1
"""The version of the JSON report (`report.schema.json`)."""


FIELDS = ("code", "pointer", "path", "message", "expected", "value", "source", "severity", "poll")
"""What the report tells of a finding."""


def json_report(reports: Sequence[tuple[str, Report]]) -> str:
    """Reports with their sources as one JSON document in plain ASCII, as `report.schema.json` describes it."""
    document = {
        "format": FORMAT,
        "ok": all(report.ok for _, report in reports),
        "reports": [report_document(report, source=source) for source, report in reports],
    }
    return harmless_json(json.dumps(document, indent=2))


def report_document(report: Report, *, source: str = "") -> dict[str, Any]:
    """A report as an object for JSON; `violations` are those kept, `codes` counts all of them.

    `causes` are the findings as the other formats show them: without what follows, and once for all polls.
    """
    codes: dict[str, int] = {}
    for group in report.groups:
        codes[group.code] = codes.get(group.code, 0) + group.total
    return {
        "source": source,
        "subject": report.subject,
        "operation": report.operation,
        "target": report.target,
        "ok": report.ok,
        "edition": report.edition,
        "basis": report.basis,
        "strictness": report.strictness,
        "nodes": report.nodes,
        "errors": report.errors,
        "warnings": report.warnings,
        "accepted": report.accepted,
        "complete": report.complete,
        "notes": list(report.notes),
        "codes": codes,
        "causes": [_cause(cause) for cause in shown(report.groups).causes()],
        "violations": [_violation(violation) for violation in report.violations],
    }


def _violation(violation: Violation) -> dict[str, Any]:
    fields = {name: getattr(violation, name) for name in FIELDS}
    return {**fields, "follows": None if violation.follows is None else dataclasses.asdict(violation.follows)}


def _cause(cause: Cause) -> dict[str, Any]:
    """One finding as it is shown in other formats; its violations have its code and its pointer."""
    found = cause.first
    return {
        "code": found.code,
        "severity": found.severity,
        "pointer": found.pointer,
        "path": found.path,
        "message": found.sentence,
        "polls": cause.polls,
        "change": cause.change,
    }
