"""Reports as workflow commands of GitHub Actions: each finding becomes an annotation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taskmock.contracts.prose import printable
from taskmock.contracts.report import Report
from taskmock.contracts.writers.plain import finding_line, hidden_lines

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def github_report(reports: Sequence[tuple[str, Report]]) -> str:
    """Reports with their sources as `::error` and `::warning` commands, and a `::notice` with the verdict on each."""
    return "\n".join(line for source, report in reports for line in _lines(source, report))


def _lines(source: str, report: Report) -> Iterator[str]:
    file = printable(source.replace("\\", "/")).translate(_PROPERTY)
    for violation in report.violations:
        properties = f"file={file},title={violation.code}"
        yield f"::{violation.severity} {properties}::{finding_line(violation).translate(_DATA)}"
    for line in hidden_lines(report):
        yield f"::notice file={file},title=taskmock::{line.translate(_DATA)}"
    yield f"::notice file={file},title=taskmock::{report.text().splitlines()[0].translate(_DATA)}"
