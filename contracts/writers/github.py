"""Reports as workflow commands of GitHub Actions: each finding becomes an annotation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taskmock.contracts.findings.cause import shown
from taskmock.contracts.findings.foreign_text import printable
from taskmock.contracts.findings.report import ALL, Report, verdict_line
from taskmock.contracts.writers.plain import cause_line, file_of, hidden_lines, notable

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def github_report(reports: Sequence[tuple[str, Report]], *, every: bool = False) -> str:
    """Reports with their sources as `::error` and `::warning` commands, and a `::notice` with each notable verdict."""
    return "\n".join(line for source, report in notable(reports) for line in _lines(source, report, every=every))


def _lines(source: str, report: Report, *, every: bool) -> Iterator[str]:
    path, test = file_of(source)
    file = printable(path).translate(_PROPERTY)

    def command(name: str, title: str, text: str) -> str:
        return f"::{name} file={file},title={title}::{test.translate(_DATA)}{text.translate(_DATA)}"

    for cause in shown(report.groups, every=every).causes():
        yield command(cause.first.severity, cause.first.code, cause_line(cause))
    notes = (f"note: {printable(note)}" for note in report.notes)
    for line in (*notes, *hidden_lines(report), verdict_line(report, hint="" if every else ALL)):
        yield command("notice", "taskmock", line)
