"""Reports as Markdown: for the summary of a CI job, and for a comment on a merge request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from taskmock.contracts.findings.cause import Cause, shown
from taskmock.contracts.findings.foreign_text import printable
from taskmock.contracts.findings.report import ALL, Report, verdict_line
from taskmock.contracts.findings.violation import Severity
from taskmock.contracts.findings.wording import counted
from taskmock.contracts.writers.plain import hidden_lines, more_lines, notable

LARGEST = 900_000
"""Most characters of findings; a job summary of GitHub holds 1 MiB."""

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>()#+!|&~@:$^=-]")


def markdown_report(reports: Sequence[tuple[str, Report]], *, every: bool = False) -> str:
    """Reports with their sources as GitHub-flavoured Markdown in which no name or value can act as markup: a table of
    verdicts, then a table of findings for each document.
    """
    failed = sum(not report.ok for _, report in reports)
    verdict = f"{failed} of {len(reports)} break the contract" if failed else f"{len(reports)} keep the contract"
    listed = notable(reports)
    lines = [f"## taskmock: {verdict}", "", "| | document | edition | nodes | errors | warnings |"]
    lines += ["|---|---|---|---:|---:|---:|", *(_verdict(source, report) for source, report in _failures_first(listed))]
    if len(listed) < len(reports):
        lines += ["", f"Without findings, and not listed: {len(reports) - len(listed)}"]
    room = LARGEST
    for source, report in _failures_first(reports):
        for line in _section(source, report, every=every):
            room -= len(line.encode("utf-8"))
            if room < 0:
                return "\n".join([*lines, "", "... and more than a job summary can hold"])
            lines.append(line)
    return "\n".join(lines)


def _verdict(source: str, report: Report) -> str:
    mark = "pass" if report.ok else "**FAIL**"
    name = _plain(source or report.subject)
    return f"| {mark} | {name} | {report.edition} | {report.nodes:,} | {report.errors:,} | {report.warnings:,} |"


def _section(source: str, report: Report, *, every: bool) -> Iterator[str]:
    """What is said of one document besides its verdict; nothing where there is nothing."""
    if not (report.groups or report.notes):
        return
    yield ""
    yield f"### {_plain(source or report.subject)}"
    for note in report.notes:
        yield ""
        yield f"note: {_plain(note)}"
    if report.groups:
        yield ""
        yield "| | code | node | finding | expected | found | place |"
        yield "|---|---|---|---|---|---|---|"
        yield from map(_row, shown(report.groups, every=every).causes())
    for line in more_lines(report, every=every):
        yield ""
        yield f"... {_plain(line)}"


def _failures_first(reports: Sequence[tuple[str, Report]]) -> list[tuple[str, Report]]:
    return sorted(reports, key=lambda named: named[1].ok)


def _row(cause: Cause) -> str:
    found = cause.first
    message = f"{cause.message}; follows from {found.follows.code}" if found.follows else cause.message
    cells = (_plain(found.path), _plain(message), _plain(found.expected), _code(cause.change or found.value))
    return f"| {found.severity} | `{found.code}` | {' | '.join(cells)} | {_code(found.pointer)} |"


def _plain(text: str) -> str:
    """Text in which Markdown finds nothing to interpret: its special characters become entities."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", printable(text))


def _code(text: str) -> str:
    return f"<code>{_plain(text)}</code>" if text else ""


LARGEST_COMMENT = 60_000
"""Most bytes of the findings in a comment; one of GitHub has at most 65,536 characters."""


def comment_report(reports: Sequence[tuple[str, Report]], *, every: bool = False) -> str:
    """Reports with their sources as a comment on a merge request: what fails in a table, what warns folded away.

    Its first line is a mark, by which whoever posts it finds the comment of the last run and writes over it.
    """
    subjects = sorted({report.subject for _, report in reports})
    failed = sum(not report.ok for _, report in reports)
    verdict = f"{failed} of {len(reports)} failed" if failed else f"{len(reports)} passed"
    lines = [f"<!-- taskmock {' '.join(subjects)} -->", f"### taskmock: {verdict}"]
    room = LARGEST_COMMENT
    for source, report in _failures_first(notable(reports)):
        for block in _blocks(source, report, every=every):
            room -= len(block.encode("utf-8"))
            if room < 0:
                return "\n".join([*lines, "", "... and more than a comment can hold"])
            lines.append(block)
    return "\n".join(lines)


def _blocks(source: str, report: Report, *, every: bool) -> Iterator[str]:
    """Yields the parts of a report that may be cut after each other."""
    verdict, _, told_of = verdict_line(report, source=source, hint="" if every else ALL).partition(" ")
    yield f"\n**{verdict}** {_plain(told_of)} ({_plain(report.edition)}, {_plain(report.basis)})"
    for note in (*report.notes, *hidden_lines(report)):
        yield f"\n{_plain(note)}"
    told = shown(report.groups, every=every)
    errors, warnings = [*told.causes(Severity.ERROR)], [*told.causes(Severity.WARNING)]
    if errors:
        yield "\n| code | finding | place |\n|---|---|---|"
        yield from map(_comment_row, errors)
    if warnings:
        rows = [f"<details><summary>{counted(len(warnings), 'warning')}</summary>\n", "| code | finding | place |"]
        yield "\n" + "\n".join([*rows, "|---|---|---|", *map(_comment_row, warnings), "\n</details>"])


def _comment_row(cause: Cause) -> str:
    found = cause.first
    told = f"{found.path}: {cause.message}" if found.path else cause.message
    details = [cause.change] if cause.change else []
    details += [f"expected {found.expected}"] if found.expected and not cause.change else []
    details += [f"found {found.value}"] if found.value and not cause.change else []
    details += [f"follows from {found.follows.code}"] if found.follows else []
    return f"| `{found.code}` | {_plain('; '.join([told, *details]))} | {_code(found.pointer)} |"
