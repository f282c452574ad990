"""Reports as one self-contained HTML page: the tree coloured by state, with the findings at their nodes.

The page loads nothing: style and script are inside, and its own policy forbids every request.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import importlib.resources
from collections.abc import Iterator, Sequence

from taskmock.contracts.findings.cause import Cause, shown
from taskmock.contracts.findings.foreign_text import printable
from taskmock.contracts.findings.report import Report, verdict_terms
from taskmock.contracts.writers.outline import Outline, Row, outline
from taskmock.contracts.writers.plain import more_lines

FOLD = '<button class="fold" aria-expanded="true" title="fold"></button>'


def html_report(reports: Sequence[tuple[str, Report]], *, bodies: Sequence[object] = (), every: bool = False) -> str:
    """Reports with their sources as an HTML page; `bodies` are the judged answers in the same order, where known."""
    return "\n".join(_page(reports, bodies, every=every)).encode("utf-8", "backslashreplace").decode("utf-8")


def _page(reports: Sequence[tuple[str, Report]], bodies: Sequence[object], *, every: bool) -> Iterator[str]:
    style, script = _file("page.css"), _file("page.js")
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src '{_digest(script)}'; img-src data:"
    failed = sum(not report.ok for _, report in reports)
    verdict = f"{failed} of {len(reports)} break the contract" if failed else f"{len(reports)} keep the contract"
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<title>taskmock: {verdict}</title>\n<link rel="icon" href="data:,">'
    yield f"<style>{style}</style>\n</head>\n<body>\n<h1>taskmock: {verdict}</h1>"
    order = sorted(range(len(reports)), key=lambda number: reports[number][1].ok)
    yield from _verdicts(reports, order)
    for number in order:
        body = bodies[number] if number < len(bodies) else None
        yield from _section(number, *reports[number], body, every=every)
    yield f"<script>{script}</script>\n</body>\n</html>"


def _verdicts(reports: Sequence[tuple[str, Report]], order: Sequence[int]) -> Iterator[str]:
    yield '<table>\n<tr><th></th><th>document</th><th>edition</th><th class="number">nodes</th>'
    yield '<th class="number">errors</th><th class="number">warnings</th></tr>'
    for number in order:
        source, report = reports[number]
        mark = '<td class="pass">pass</td>' if report.ok else '<td class="fail">FAIL</td>'
        name = f'<td><a href="#r{number}">{_text(source or report.subject)}</a></td>'
        counts = "".join(f'<td class="number">{n:,}</td>' for n in (report.nodes, report.errors, report.warnings))
        yield f"<tr>{mark}{name}<td>{_text(report.edition)}</td>{counts}</tr>"
    yield "</table>"


def _section(number: int, source: str, report: Report, body: object, *, every: bool) -> Iterator[str]:
    yield f'<section id="r{number}">\n<h2>{_text(source or report.subject)}</h2>'
    accepted = f", {report.accepted:,} accepted by the baseline" if report.accepted else ""
    yield f'<p class="terms">{_text("; ".join((verdict_terms(report) + accepted, *report.notes)))}</p>'
    tree = outline(body, [*shown(report.groups, every=every).causes()])
    for cause in tree.elsewhere:
        yield _finding(cause)
    for line in more_lines(report, every=every):
        yield f'<p class="more">... {_text(line)}</p>'
    yield from _tree(tree)
    yield "</section>"


def _tree(tree: Outline) -> Iterator[str]:
    if not tree.rows:
        return
    yield '<div class="tree">'
    for row in tree.rows:
        yield _row(row)
    yield "</div>"
    if tree.hidden:
        yield f'<p class="more">... and {tree.hidden:,} more nodes without findings</p>'


def _row(row: Row) -> str:
    state = row.state if row.is_known_state else "unknown"
    fold = FOLD if row.folds else '<span class="fold"></span>'
    head = f'<div class="head">{fold}<span class="state {state}">{_text(row.state)}</span>'
    name = f'<span class="name">{_text(row.name)}</span></div>'
    findings = "".join(map(_finding, row.causes))
    return f'<div class="node" style="--depth:{row.depth}" data-depth="{row.depth}">{head}{name}{findings}</div>'


def _finding(cause: Cause) -> str:
    violation = cause.first
    details = [f"expected {_text(violation.expected)}"] if violation.expected else []
    details += [f"found <code>{_text(violation.value)}</code>"] if violation.value and not cause.change else []
    details += [f"<code>{_text(cause.change)}</code>"] if cause.change else []
    details += [f"follows from {_text(violation.follows.code)}"] if violation.follows else []
    path = f"{_text(violation.path)}: " if violation.path else ""
    lines = [f"<p><strong>{_text(violation.code)}</strong> {path}{_text(cause.message)}</p>"]
    lines += [f"<p>{', '.join(details)}</p>"] if details else []
    lines += [f'<p class="place">{_text(violation.pointer)}</p>'] if violation.pointer else []
    lines += [f"<p>{_text(violation.source)}</p>"] if violation.source else []
    return f'<div class="finding {violation.severity}">{"".join(lines)}</div>'


def _text(text: str) -> str:
    return html.escape(printable(text))


@functools.cache
def _file(name: str) -> str:
    """A file of this package, as it stands between its tags."""
    return (importlib.resources.files(__package__ or "") / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """The digest by which a policy names a script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
