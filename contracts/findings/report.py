"""The verdict on one document."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

from taskmock.contracts.findings.cause import CauseGroup, Shown, shown
from taskmock.contracts.findings.derivation import linked
from taskmock.contracts.findings.foreign_text import harmless, printable
from taskmock.contracts.findings.group import Group, grouped
from taskmock.contracts.findings.violation import Severity, Strictness, Violation
from taskmock.contracts.findings.wording import counted
from taskmock.schemas import STATUS

ALL = "--all"
"""The option of the commands that shows what follows from another finding."""


LINES = 160
"""Most lines of one report's text, roughly; a report with few codes shows more findings of each."""


DETAILED = 30
"""Most codes of which the text shows findings; any more are only counted."""


SHOWN = 10
"""Most findings of one code that the text shows."""


WIDTH = 160
"""Longest path or pointer that the text shows whole, in characters."""


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """The verdict on one request or response.

    `subject` is `request`, `response`, `history`, `agreement`, `coverage`, `drift` or `diff`, of the call `operation`;
    `edition` the one judged by (`auto` where a body could not even be read) and `basis` how it was chosen; `nodes`
    counts the judged nodes of the tree; `complete` is False where judging stopped because there was too much to
    report; `accepted` counts findings that a baseline took out; `target` is what was asked, where a live server was:
    the method and the URL without its query, which may hold credentials; `of_tree` is False where the call answers
    with something else than the tree of one task; `polls` counts the answers of a history; `notes` say what of it was
    not judged, and why.
    """

    subject: str
    edition: str
    basis: str
    strictness: str
    nodes: int = 0
    groups: tuple[Group, ...] = ()
    complete: bool = True
    accepted: int = 0
    operation: str = STATUS
    target: str = ""
    of_tree: bool = True
    notes: tuple[str, ...] = ()
    polls: int = 0

    @classmethod
    def of(cls, violations: Iterable[Violation], subject: str, edition: tuple[str, str], **more: Any) -> Report:  # noqa: ANN401
        """The verdict on a subject out of its findings, with the edition that was judged by and how it was chosen."""
        groups, complete = grouped(violations)
        groups = linked(groups)
        strictness = more.pop("strictness", Strictness.DOCUMENTED.value)
        return cls(subject, *edition, strictness, groups=groups, complete=complete, **more)

    @property
    def ok(self) -> bool:
        """Whether the document keeps its contract: no errors, warnings allowed."""
        return self.errors == 0

    @property
    def violations(self) -> tuple[Violation, ...]:
        """The findings kept, grouped by code: every one, unless a code has more than `KEPT`."""
        return tuple(violation for group in self.groups for violation in group.violations)

    @property
    def errors(self) -> int:
        """How many errors there are, kept or not."""
        return sum(group.total for group in self.groups if group.severity is Severity.ERROR)

    @property
    def warnings(self) -> int:
        """How many warnings there are, kept or not."""
        return sum(group.total for group in self.groups if group.severity is Severity.WARNING)

    def text(self, *, source: str = "", every: bool = False, hint: str = ALL) -> str:
        """The report as text, grouped and short enough to read; `source` says where the document came from.

        `every` shows what follows from another finding, too; `hint` is the option that asks for it.
        """
        return verdict_text(self, source=source, every=every, hint=hint)

    def __str__(self) -> str:
        return self.text()


def verdict_text(report: Report, *, source: str = "", every: bool = False, hint: str = ALL) -> str:
    """A report as plain text: one line of verdict, then the findings by code, at most three lines each."""
    told = shown(report.groups, every=every)
    lines = [verdict_line(report, source=source, hint="" if every else hint), f"  {verdict_terms(report)}"]
    lines += [f"  asked: {printable(report.target)}"] if report.target else []
    lines += [f"  note: {printable(note)}" for note in report.notes]
    if told.groups:
        share = (LINES - 3 * len(told.groups)) // (3 * len(told.groups))
        most = min(SHOWN, max(1, share))
        for group in told.groups[:DETAILED]:
            lines.extend(_poll_lines(group, most) if report.polls > 1 else _group_lines(group, most))
        lines.extend(_head(group) for group in told.groups[DETAILED:])
    if not report.complete:
        lines.append("  ... judging stopped here: there is more than a report can hold")
    return harmless("\n".join(lines))


def verdict_line(report: Report, *, source: str = "", hint: str = ALL) -> str:
    """One line of verdict: how many findings there are in how much, and how many follow from them."""
    counts = _counts(report, shown(report.groups), hint)
    return f"{'PASS' if report.ok else 'FAIL'} {printable(source or report.subject)}: {counts}"


def _counts(report: Report, told: Shown, hint: str) -> str:
    parts = _folded_counts(told) if told.is_folded else []
    if not parts:
        parts += [counted(report.errors, "error")] if report.errors else []
        parts += [counted(report.warnings, "warning")] if report.warnings else []
    treeless = report.of_tree and report.subject == "response" and not report.nodes
    found = " and ".join(parts) or ("a failure answer, no tree to judge" if treeless else "no findings")
    broken = {poll for cause in told.causes() for poll in cause.polls}
    if told.is_folded and report.polls > 1 and broken:
        found = f"{found} in {len(broken):,} of {counted(report.polls, 'poll')}"
    elif report.nodes:
        found = f"{found} in {counted(report.nodes, 'node')}"
    if told.followers:
        them = "it" if len([*told.causes()]) == 1 else "them"
        verb = "follows" if told.followers == 1 else "follow"
        found = f"{found} ({told.followers:,} more {verb} from {them}{f': {hint}' if hint else ''})"
    return f"{found}, {report.accepted:,} accepted by the baseline" if report.accepted else found


def _folded_counts(told: Shown) -> list[str]:
    """How many causes there are, and how many warnings."""
    numbers = {
        severity: sum(len(group.causes) + group.hidden for group in told.groups if group.severity is severity)
        for severity in Severity
    }
    causes, warnings = numbers[Severity.ERROR], numbers[Severity.WARNING]
    parts = [counted(causes, "cause")] if causes else []
    return [*parts, counted(warnings, "warning")] if warnings else parts


def verdict_terms(report: Report) -> str:
    """By what a document was judged: the call where it has no tree, edition and strictness."""
    call = "" if report.of_tree else f"{report.operation}, "
    return f"{call}edition {report.edition} ({report.basis}), strictness {report.strictness}"


def _group_lines(group: CauseGroup, most: int) -> Iterator[str]:
    """A group's lines; what all its findings share stands once, at the head."""
    found = [cause.first for cause in group.causes]
    source = _shared({violation.source for violation in found})
    expected = _shared({violation.expected for violation in found}) if len(found) + group.hidden > 1 else ""
    yield _head(group) + (f": {printable(source)}" if source else "")
    if expected:
        yield f"    expected of each: {printable(expected)}"
    for violation in found[:most]:
        yield from _violation_lines(violation, with_source=not source, with_expected=not expected)
    hidden = len(found) + group.hidden - min(most, len(found))
    if hidden:
        yield f"    ... and {hidden:,} more"


def _poll_lines(group: CauseGroup, most: int) -> Iterator[str]:
    """A group's lines in a history: each finding with its polls, its first and its last value."""
    source = _shared({cause.first.source for cause in group.causes})
    warning = "warning " if group.severity is Severity.WARNING else ""
    for number, cause in enumerate(group.causes[:most]):
        found = cause.first
        polls = f"{cause.told_polls}  " if cause.polls else ""
        yield f"  {warning}{group.code}  {polls}{_named(found)}{printable(found.sentence)}"
        if cause.change:
            yield f"    at {_shortened(printable(found.pointer))}: {printable(cause.change)}"
        elif details := _details(found, with_expected=True):
            yield f"    {details}"
        yield from _follow_lines(found, "    ")
        if found.source and (number == 0 or not source):
            yield f"    {printable(found.source)}"
    hidden = len(group.causes) + group.hidden - min(most, len(group.causes))
    if hidden:
        yield f"    ... and {hidden:,} more of {group.code}"


def _head(group: CauseGroup) -> str:
    warning = "warning " if group.severity is Severity.WARNING else ""
    return f"  {warning}{group.code} ({len(group.causes) + group.hidden:,})"


def _shared(texts: set[str]) -> str:
    return next(iter(texts)) if len(texts) == 1 else ""


def _violation_lines(violation: Violation, *, with_source: bool, with_expected: bool) -> Iterator[str]:
    yield f"    {_named(violation)}{printable(violation.message)}"
    if details := _details(violation, with_expected=with_expected):
        yield f"      {details}"
    yield from _follow_lines(violation, "      ")
    if violation.source and with_source:
        yield f"      {printable(violation.source)}"


def _named(violation: Violation) -> str:
    """The names of a node before what is said of it."""
    place = _shortened(printable(violation.path))
    return f'"{place}": ' if place else ""  # quoted: a name that began a line could be a command to a CI service


def _details(violation: Violation, *, with_expected: bool) -> str:
    details = [f"at {_shortened(printable(violation.pointer))}"] if violation.pointer else []
    details += [f"expected {printable(violation.expected)}"] if violation.expected and with_expected else []
    details += [f"found {printable(violation.value)}"] if violation.value else []
    return ", ".join(details)


def _follow_lines(violation: Violation, indent: str) -> Iterator[str]:
    if violation.follows is not None:
        yield f"{indent}follows from {violation.follows.code} at {_shortened(printable(violation.follows.pointer))}"


def _shortened(text: str) -> str:
    half = (WIDTH - 5) // 2
    return text if len(text) <= WIDTH else f"{text[:half]} ... {text[-half:]}"


def with_findings(report: Report, violations: Iterable[Violation]) -> Report:
    """A report with some findings more."""
    groups, complete = grouped(violations)
    both = sorted((*groups, *report.groups), key=lambda group: group.severity is Severity.WARNING)
    return dataclasses.replace(report, groups=tuple(both), complete=report.complete and complete)
