"""A baseline: findings that are accepted at their place until a day, so that only new ones fail a run.

Nothing here reads a clock or a file: the day comes from the caller, the entries from `baseline_file`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import re
from collections.abc import Iterable, Iterator, Sequence

from taskmock.contracts.findings.cause import released
from taskmock.contracts.findings.demand import DEMANDS
from taskmock.contracts.findings.foreign_text import printable
from taskmock.contracts.findings.group import Group
from taskmock.contracts.findings.pointer import pointer_shape
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.violation import SEPARATOR, Severity, Violation
from taskmock.contracts.findings.wording import guess

DAYS = 90
"""How long a new entry holds, in days."""


NAMED = 10
"""Most nodes that get an entry each; a fault at the same field of more nodes is one of the server, and gets one."""


UNNAMED = "{unnamed}"
"""What stands in `node` for one without a name; reports call it by its id, which is another every time."""


UNJUDGED = frozenset({"verify.no-tree", "verify.no-data"})
"""Codes which say that nothing was judged; so does every `http.` code but that of an answer's type."""


_ID = re.compile(r"n?[0-9a-f]{31,32}")


_PIECE = re.compile(r"\*\*|\*|\{unnamed\}|\\.|[^*{\\]+|\{|\\", re.DOTALL)


def is_acceptable(code: str) -> bool:
    """Whether findings of a code can be accepted: not where they say that there was nothing to judge."""
    return code not in UNJUDGED and (code == "http.content-type" or not code.startswith("http."))


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """Findings of one code that are accepted: at a place, where `node` is not "" at a node, up to and with a day.

    `place` is a pattern for the JSON Pointer, `node` one for the node's names: `*` stands for anything without a
    slash, `**` for anything, `{unnamed}` for a node without a name, a backslash takes each back.
    """

    code: str
    place: str
    until: dt.date
    node: str = ""
    reason: str = ""

    def covers(self, found: Violation) -> bool:
        """Whether the entry is about a finding, expired or not."""
        if found.code != self.code or not place_pattern(self.place).fullmatch(found.pointer):
            return False
        return not self.node or place_pattern(self.node).fullmatch(found.path) is not None


@dataclasses.dataclass(frozen=True, slots=True)
class Baseline:
    """Entries in the order of their file."""

    entries: tuple[Entry, ...] = ()

    def applied(self, report: Report, today: dt.date) -> Report:
        """The report without the findings that are accepted today; one of an expired entry stays and says so.

        What follows from an accepted finding stands on its own.

        Of a code with more findings than a report keeps, those not kept go where all kept ones are accepted.
        """
        groups: list[Group] = []
        accepted = 0
        for group in report.groups:
            entries = [entry for entry in self.entries if entry.code == group.code]
            judged = (_judged(found, entries, today) for found in group.violations) if entries else group.violations
            kept = tuple(found for found in judged if found is not None)
            hidden = (group.total - len(group.violations)) if kept else 0
            if kept:
                groups.append(dataclasses.replace(group, total=len(kept) + hidden, violations=kept))
            accepted += group.total - len(kept) - hidden
        return dataclasses.replace(report, groups=released(groups), accepted=report.accepted + accepted)

    def unused(self, reports: Iterable[Report]) -> tuple[Entry, ...]:
        """The entries that are about no finding of the reports (before the baseline is applied)."""
        left = list(self.entries)
        for found in _all(reports):
            left = [entry for entry in left if not entry.covers(found)]
        return tuple(left)

    def updated(
        self,
        reports: Iterable[Report],
        today: dt.date,
        *,
        days: int = DAYS,
        is_exact: bool = False,
        is_partial: bool = False,
    ) -> Baseline:
        """The baseline that accepts every error of the reports that can be accepted: entries still needed, then new
        ones for some days.

        An entry that has expired is written anew where it is needed, with its reason. `is_exact` keeps the pointers
        as they are: those of drift, which have no ids. `is_partial` says that there may be other reports, which need
        entries that these do not: those that still hold stay.
        """
        errors = [found for found in _errors(reports) if is_acceptable(found.code) and found.code not in DEMANDS]
        until = today + dt.timedelta(days=days)
        needed = [
            entry
            for entry in self.entries
            if (is_partial and entry.until >= today) or any(entry.covers(found) for found in errors)
        ]
        kept = [entry if entry.until >= today else dataclasses.replace(entry, until=until) for entry in needed]
        left = [found for found in errors if not any(entry.covers(found) for entry in kept)]
        return Baseline((*kept, *_entries(left, until, is_exact=is_exact)))


def _judged(found: Violation, entries: Iterable[Entry], today: dt.date) -> Violation | None:
    """None for a finding that is accepted today, else the finding, with the day on which that ended."""
    days = [entry.until for entry in entries if entry.covers(found)]
    if not days:
        return found
    if max(days) >= today:
        return None
    return dataclasses.replace(found, message=f"{found.message}; the baseline accepted it until {max(days)}")


def unacceptable_codes(reports: Iterable[Report]) -> tuple[str, ...]:
    """The codes of errors that no baseline accepts, each once."""
    return tuple(dict.fromkeys(found.code for found in _errors(reports) if not is_acceptable(found.code)))


def _errors(reports: Iterable[Report]) -> Iterator[Violation]:
    return (found for found in _all(reports) if found.severity is Severity.ERROR)


def _all(reports: Iterable[Report]) -> Iterator[Violation]:
    return (found for report in reports for found in report.violations)


def _entries(errors: Iterable[Violation], until: dt.date, *, is_exact: bool) -> Iterator[Entry]:
    """Entries for findings by code, field and node; ids become stars, for the next run has others."""
    nodes: dict[tuple[str, str], dict[str, None]] = {}
    for found in errors:
        place = _literal(found.pointer) if is_exact else pointer_shape(found.pointer)
        nodes.setdefault((found.code, place), {})[names_pattern(found)] = None
    for (code, place), patterns in nodes.items():
        for node in patterns if len(patterns) <= NAMED and "" not in patterns else ("",):
            yield Entry(code, place, until, node)


def names_pattern(found: Violation) -> str:
    """A pattern for the names of the node of a finding; "" for the task itself, whose name is another every time."""
    if "/children/" not in found.pointer:
        return ""
    names = found.path.split(SEPARATOR)
    return SEPARATOR.join(UNNAMED if _ID.fullmatch(name) else _literal(name) for name in names)


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("*", "\\*").replace(UNNAMED, f"\\{UNNAMED}")


@functools.lru_cache(maxsize=4096)
def place_pattern(text: str) -> re.Pattern[str]:
    """What a pattern for places fits: `*` is anything without a slash, `**` anything, a backslash takes each back."""
    wild = {"*": "[^/]*", "**": ".*", UNNAMED: _ID.pattern}
    pieces = (
        wild.get(piece) or re.escape(piece[1:] if piece[0] == "\\" and piece[1:] else piece)
        for piece in _PIECE.findall(text)
    )
    return re.compile("".join(pieces), re.DOTALL)


def update_note(old: Baseline, new: Baseline) -> str:
    """How many entries a baseline has after its update, how many of them are new, and how many last longer now."""
    days = {(entry.code, entry.place, entry.node): entry.until for entry in old.entries}
    before = [days.get((entry.code, entry.place, entry.node)) for entry in new.entries]
    renewed = sum(day is not None and day < entry.until for day, entry in zip(before, new.entries, strict=True))
    return f"entries now: {len(new.entries)}, of them new: {before.count(None)}, renewed: {renewed}"


def notes_on(baseline: Baseline, reports: Sequence[Report], today: dt.date) -> Iterator[str]:
    """Yields a note on each entry that is about no finding, or has expired while there still is one."""
    unused = baseline.unused(reports)
    codes = {group.code for report in reports for group in report.groups}
    for entry in baseline.entries:
        if entry in unused:
            meant = "" if entry.code in codes else guess(entry.code, codes)
            yield f"nothing found for {entry_text(entry)}: --baseline-update drops it{meant}"
        elif entry.until < today:
            yield f"expired on {entry.until}: {entry_text(entry)}: --baseline-update renews it"


def entry_text(entry: Entry) -> str:
    """What an entry is about: its code, place and node."""
    node = f" of {entry.node}" if entry.node else ""
    return printable(f"{entry.code} at {entry.place}{node}")
