"""Reports as Markdown: for the summary of a CI job, and for a comment on a merge request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from taskmock.contracts.findings.foreign_text import printable
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.violation import Severity, Violation
from taskmock.contracts.findings.wording import counted
from taskmock.contracts.writers.plain import hidden_lines, notable

LARGEST = 900_000
"""Most characters of findings; a job summary of GitHub holds 1 MiB."""

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>()#+!|&~@:$^=-]")


def markdown_report(reports: Sequence[tuple[str, Report]]) -> str:
    """Reports with their sources as GitHub-flavoured Markdown in which no name or value can act as markup: a table of
    verdicts, then a table of findings for each document.
    """
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


LARGEST_COMMENT = 60_000
"""Most bytes of the findings in a comment; one of GitHub has at most 65,536 characters."""


def comment_report(reports: Sequence[tuple[str, Report]]) -> str:
    """Reports with their sources as a comment on a merge request: what fails in a table, what warns folded away.

    Its first line is a mark, by which whoever posts it finds the comment of the last run and writes over it.
    """
    subjects = sorted({report.subject for _, report in reports})
    failed = sum(not report.ok for _, report in reports)
    verdict = f"{failed} of {len(reports)} failed" if failed else f"{len(reports)} passed"
    lines = [f"<!-- taskmock {' '.join(subjects)} -->", f"### taskmock: {verdict}"]
    room = LARGEST_COMMENT
    for source, report in sorted(notable(reports), key=lambda named: named[1].ok):
        for block in _blocks(source, report):
            room -= len(block.encode("utf-8"))
            if room < 0:
                return "\n".join([*lines, "", "... and more than a comment can hold"])
            lines.append(block)
    return "\n".join(lines)


def _blocks(source: str, report: Report) -> Iterator[str]:
    """Yields the parts of a report that may be cut after each other."""
    counts = [counted(report.errors, "error"), counted(report.warnings, "warning")]
    accepted = [f"{report.accepted:,} accepted by the baseline"] if report.accepted else []
    mark = "pass" if report.ok else "FAIL"
    yield (
        f"\n**{mark}** {_plain(source or report.subject)} ({_plain(report.edition)}, {_plain(report.basis)}): "
        + ", ".join([*counts, *accepted])
    )
    for note in (*report.notes, *hidden_lines(report)):
        yield f"\n{_plain(note)}"
    errors = [found for found in report.violations if found.severity is Severity.ERROR]
    warnings = [found for found in report.violations if found.severity is Severity.WARNING]
    if errors:
        yield "\n| code | finding | place |\n|---|---|---|"
        yield from map(_comment_row, errors)
    if warnings:
        rows = [f"<details><summary>{counted(len(warnings), 'warning')}</summary>\n", "| code | finding | place |"]
        yield "\n" + "\n".join([*rows, "|---|---|---|", *map(_comment_row, warnings), "\n</details>"])


def _comment_row(found: Violation) -> str:
    told = f"{found.path}: {found.message}" if found.path else found.message
    details = [f"expected {found.expected}"] if found.expected else []
    details += [f"found {found.value}"] if found.value else []
    return f"| `{found.code}` | {_plain('; '.join([told, *details]))} | {_code(found.pointer)} |"
