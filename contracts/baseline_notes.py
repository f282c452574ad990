"""What people are told of a baseline's entries: how many there are, which have expired, which match nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from taskmock.contracts.baseline import Baseline, Entry
from taskmock.contracts.foreign_text import printable
from taskmock.contracts.report import Report
from taskmock.contracts.wording import guess


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
