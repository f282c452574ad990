"""Reports as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from taskmock.contracts.findings.foreign_text import harmless_json
from taskmock.contracts.findings.report import Report

FORMAT = 1
"""The version of the JSON report (`report.schema.json`)."""


FIELDS = ("code", "pointer", "path", "message", "expected", "value", "source", "severity")
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
    """A report as an object for JSON; `violations` are those kept, `codes` counts all of them."""
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
        "violations": [{name: getattr(violation, name) for name in FIELDS} for violation in report.violations],
    }
