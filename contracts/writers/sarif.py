"""Reports as SARIF 2.1.0, which code scanning of GitHub, Azure DevOps and editors read: a result for each finding."""

from __future__ import annotations

import collections
import hashlib
import importlib.metadata
import json
import re
import urllib.parse
from collections.abc import Iterator, Sequence
from typing import Any

from taskmock.contracts.findings.cause import shown
from taskmock.contracts.findings.foreign_text import harmless_json, printable
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.violation import Severity, Violation
from taskmock.contracts.writers.plain import cause_line, file_of, likeness, more_lines

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning"}

FINGERPRINT = "taskmock/v1"
"""What names a finding that is the same in the answers of another run."""

_DRIVE = re.compile(r"[A-Za-z]:/")


def sarif_report(reports: Sequence[tuple[str, Report]], *, every: bool = False) -> str:
    """Reports with their sources as one run of SARIF, in plain ASCII."""
    rules: dict[str, int] = {}
    seen: collections.Counter[tuple[str, ...]] = collections.Counter()
    results = [result for source, report in reports for result in _results(source, report, rules, seen, every=every)]
    sources = {violation.code: violation.source for _, report in reports for violation in report.violations}
    driver = {
        "name": "taskmock",
        "version": importlib.metadata.version("taskmock"),
        "rules": [_rule(code, sources[code]) for code in rules],
    }
    invocation = {
        "executionSuccessful": True,
        "toolExecutionNotifications": [
            note for source, report in reports for note in _notes(source, report, every=every)
        ],
    }
    run = {"tool": {"driver": driver}, "invocations": [invocation], "results": results}
    return harmless_json(json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2))


def _rule(code: str, source: str) -> dict[str, Any]:
    return {"id": code, "shortDescription": {"text": printable(source) or code}}


def _results(
    source: str, report: Report, rules: dict[str, int], seen: collections.Counter[tuple[str, ...]], *, every: bool
) -> Iterator[dict[str, Any]]:
    file, test = file_of(source)
    for cause in shown(report.groups, every=every).causes():
        violation = cause.first
        alike = (f"{test}{file}", *likeness(violation))
        seen[alike] += 1
        yield {
            "ruleId": violation.code,
            "ruleIndex": rules.setdefault(violation.code, len(rules)),
            "level": LEVELS[violation.severity],
            "message": {"text": f"{test}{cause_line(cause)}"},
            "locations": [_location(file or report.subject, violation)],
            "partialFingerprints": {FINGERPRINT: _digest(*alike, str(seen[alike]))},
        }


def _digest(*identity: str) -> str:
    return hashlib.sha256("\0".join(identity).encode("utf-8", "backslashreplace")).hexdigest()


def _location(file: str, violation: Violation) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": _uri(file)}, "region": {"startLine": 1}}
    location: dict[str, Any] = {"physicalLocation": place}
    if violation.pointer:
        logical = {"fullyQualifiedName": violation.pointer, **({"name": violation.path} if violation.path else {})}
        location["logicalLocations"] = [logical]
    return location


def _uri(file: str) -> str:
    """A file as a reference that stands for it in a URI."""
    quoted = urllib.parse.quote(file.removeprefix("./"), errors="backslashreplace")
    if _DRIVE.match(file):
        return f"file:///{file[:2]}{urllib.parse.quote(file[2:], errors='backslashreplace')}"
    return f"file://{quoted}" if quoted.startswith("/") else quoted


def _notes(source: str, report: Report, *, every: bool) -> Iterator[dict[str, Any]]:
    """What is told of a document besides its findings."""
    name = printable(source or report.subject)
    for line in (*report.notes, *more_lines(report, every=every)):
        yield {"level": "note", "message": {"text": f"{name}: {printable(line)}"}}
