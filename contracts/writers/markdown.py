"""Reports as Markdown for the summary of a CI job: a table of verdicts, then a table of findings for each document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from taskmock.contracts.findings.foreign_text import printable
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.violation import Violation
from taskmock.contracts.writers.plain import hidden_lines, notable

LARGEST = 900_000
"""Most characters of findings; a job summary of GitHub holds 1 MiB."""

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>()#+!|&~@:$^=-]")


def markdown_report(reports: Sequence[tuple[str, Report]]) -> str:
    """Reports with their sources as GitHub-flavoured Markdown in which no name or value can act as markup."""
    failed = sum(not report.ok for _, report in reports)
    verdict = f"{failed} of {len(reports)} break the contract" if failed else f"{len(reports)} keep the contract"
    listed = notable(reports)
    lines = [f"## taskmock: {verdict}", "", "| | document | edition | nodes | errors | warnings |"]
    lines += ["|---|---|---|---:|---:|---:|", *(_verdict(source, report) for source, report in listed)]
    if len(listed) < len(reports):
        lines += ["", f"Without findings, and not listed: {len(reports) - len(listed)}"]
    room = LARGEST
    for source, report in reports:
        for line in _findings(source, report) if report.groups else ():
            room -= len(line.encode("utf-8"))
            if room < 0:
                return "\n".join([*lines, "", "... and more than a job summary can hold"])
            lines.append(line)
    return "\n".join(lines)


def _verdict(source: str, report: Report) -> str:
    mark = "pass" if report.ok else "**FAIL**"
    name = _plain(source or report.subject)
    return f"| {mark} | {name} | {report.edition} | {report.nodes:,} | {report.errors:,} | {report.warnings:,} |"


def _findings(source: str, report: Report) -> Iterator[str]:
    yield ""
    yield f"### {_plain(source or report.subject)}"
    yield ""
    yield "| | code | node | finding | expected | found | place |"
    yield "|---|---|---|---|---|---|---|"
    for violation in report.violations:
        yield _row(violation)
    for line in hidden_lines(report):
        yield ""
        yield f"... {_plain(line)}"


def _row(violation: Violation) -> str:
    found = violation
    cells = (_plain(found.path), _plain(found.message), _plain(found.expected), _code(found.value))
    return f"| {found.severity} | `{found.code}` | {' | '.join(cells)} | {_code(found.pointer)} |"


def _plain(text: str) -> str:
    """Text in which Markdown finds nothing to interpret: its special characters become entities."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", printable(text))


def _code(text: str) -> str:
    return f"<code>{_plain(text)}</code>" if text else ""
