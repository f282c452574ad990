"""The coverage of a contract as text for people."""

from __future__ import annotations

import math
from collections.abc import Sequence

from taskmock.contracts.coverage.tally import Aspect, Item, Tally

WIDTH = 116
"""Longest line of what was never shown, in characters, where words allow."""


def coverage_text(tally: Tally) -> str:
    """One line in all, then one for each edition and aspect, with what was never shown."""
    items = tally.items
    lines = [f"COVERAGE {percent(tally.share)} %: {_told(items)} parts of the contract were shown"]
    for edition in dict.fromkeys(item.edition for item in items):
        for aspect in Aspect:
            own = [item for item in items if (item.edition, item.aspect) == (edition, aspect)]
            lines.append(f"  {edition}, {aspect}: {_told(own)}")
            lines.extend(_wrapped([item.name for item in own if not item.seen]))
    return "\n".join(lines)


def percent(share: float) -> str:
    """A share in per cent with one digit, cut rather than rounded: 100.0 means all of it."""
    return f"{math.floor(share * 1000) / 10:.1f}"


def _told(items: Sequence[Item]) -> str:
    return f"{sum(item.seen > 0 for item in items)} of {len(items)}"


def _wrapped(names: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for name in names:
        if lines and len(lines[-1]) + len(name) + 2 <= WIDTH:
            lines[-1] += f", {name}"
        else:
            lines = [*lines[:-1], f"{lines[-1]},", f"      {name}"] if lines else [f"    never: {name}"]
    return lines
