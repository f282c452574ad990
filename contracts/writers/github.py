"""Reports as workflow commands of GitHub Actions: each finding becomes an annotation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taskmock.contracts.findings.foreign_text import printable
from taskmock.contracts.findings.report import Report
from taskmock.contracts.writers.plain import file_of, finding_line, hidden_lines, notable

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def github_report(reports: Sequence[tuple[str, Report]]) -> str:
    """Reports with their sources as `::error` and `::warning` commands, and a `::notice` with each notable verdict."""
    return "\n".join(line for source, report in notable(reports) for line in _lines(source, report))


def _lines(source: str, report: Report) -> Iterator[str]:
    path, test = file_of(source)
    file = printable(path).translate(_PROPERTY)

    def command(name: str, title: str, text: str) -> str:
        return f"::{name} file={file},title={title}::{test.translate(_DATA)}{text.translate(_DATA)}"

    for violation in report.violations:
        yield command(violation.severity, violation.code, finding_line(violation))
    for line in (*hidden_lines(report), report.text().splitlines()[0]):
        yield command("notice", "taskmock", line)
