"""Reports as JUnit XML: a suite for each document, a failed test case for each code that it breaks.

Valid against both schemas in use: the one of Jenkins' xUnit plugin and the stricter one of Ant's JUnit task, which
wants every attribute, both outputs, and one failure a test case at most.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from taskmock.contracts.findings.cause import CauseGroup, shown
from taskmock.contracts.findings.foreign_text import harmless_xml
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.violation import Severity
from taskmock.contracts.writers.plain import case_message, cause_line, more_lines

UNDATED = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""The moment of a report whose time is not known; the schema demands one."""

_FOREIGN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTITIES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\r": "&#13;", "\x7f": "&#127;"}
)


def junit_report(
    reports: Sequence[tuple[str, Report]], *, moment: dt.datetime | None = None, every: bool = False
) -> str:
    """Reports with their sources as JUnit XML in plain ASCII; `moment` is when they were made, in UTC."""
    stamp = (moment or UNDATED).strftime("%Y-%m-%dT%H:%M:%S")
    suites = [line for number, named in enumerate(reports) for line in _suite(number, named, stamp, every=every)]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", *suites, "</testsuites>"]
    return "\n".join(lines).encode("ascii", "xmlcharrefreplace").decode("ascii")


def _suite(number: int, named: tuple[str, Report], stamp: str, *, every: bool) -> Iterator[str]:
    source, report = named
    name = " ".join(source.split()) or report.subject
    told = shown(report.groups, every=every)
    broken = [group for group in told.groups if group.severity is Severity.ERROR]
    yield (
        f'  <testsuite name="{_text(name)}" package="taskmock" id="{number}" timestamp="{stamp}" hostname="localhost"'
        f' tests="{max(1, len(broken))}" failures="{len(broken)}" errors="0" skipped="0" time="0">'
    )
    yield "    <properties>"
    for key in ("subject", "operation", "edition", "basis", "strictness", "nodes", "errors", "warnings", "accepted"):
        yield f'      <property name="{key}" value="{_text(str(getattr(report, key)))}"/>'
    if report.target:
        yield f'      <property name="target" value="{_text(report.target)}"/>'
    yield "    </properties>"
    for group in broken:
        yield from _failed_case(group, _text(name))
    if not broken:
        yield f'    <testcase name="contract.{_text(report.edition)}" classname="{_text(name)}" time="0"/>'
    notes = [f"note: {note}" for note in report.notes]
    notes += [f"warning {cause.first.code}: {cause_line(cause)}" for cause in told.causes(Severity.WARNING)]
    yield f"    <system-out>{_text(chr(10).join([*notes, *more_lines(report, every=every)]))}</system-out>"
    yield "    <system-err/>"
    yield "  </testsuite>"


def _failed_case(group: CauseGroup, classname: str) -> Iterator[str]:
    yield f'    <testcase name="{group.code}" classname="{classname}" time="0">'
    details = "\n".join(map(cause_line, group.causes))
    yield f'      <failure type="{group.code}" message="{_text(case_message(group))}">{_text(details)}</failure>'
    yield "    </testcase>"


def _text(text: str) -> str:
    """Text that XML can carry: its own characters as entities, those that it cannot have as escapes."""
    return harmless_xml(_FOREIGN.sub(lambda found: ascii(found[0])[1:-1], text).translate(_ENTITIES))
