"""Durations as people write them (`500ms 3s 2m 1h`, `1.5s`) and as the core counts them: whole milliseconds."""

from __future__ import annotations

import re
from fractions import Fraction

LONGEST = 365 * 24 * 3_600_000
"""The longest duration, in ms: a year."""

ALLOWED = "500ms, 3s, 1.5s, 2m, 1h; 0; at most 8760h"
"""What a duration may look like."""

_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
_SPOKEN = {
    "d": 86_400_000,
    **dict.fromkeys(("milli", "millis", "millisecond", "milliseconds", "msec", "毫秒"), 1),
    **dict.fromkeys(("sec", "secs", "second", "seconds", "秒"), 1000),
    **dict.fromkeys(("min", "mins", "minute", "minutes", "分", "分钟"), 60_000),
    **dict.fromkeys(("hr", "hrs", "hour", "hours", "小时"), 3_600_000),
    **dict.fromkeys(("day", "days", "天"), 86_400_000),
}
_WRITTEN = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?)(ms|s|m|h)(?!\n)$")
_MEANT = re.compile(r"\s*([0-9]{1,15}(?:\.[0-9]{1,15})?)\s*([^\W\d_]*)", re.IGNORECASE)


class DurationError(ValueError):
    """A text that is no duration: why, and what it probably means ("" where that cannot be told)."""

    def __init__(self, reason: str, meant: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.meant = meant


def parse_duration(text: str) -> int:
    """The milliseconds that a text like `1.5s` stands for.

    Raises:
        DurationError: The text has no unit, is no duration, is finer than 1 ms or longer than a year.
    """
    if text == "0":
        return 0
    written = _WRITTEN.match(text)
    if not written:
        raise DurationError(_reason(text), _meant(text))
    span = Fraction(written[1]) * _UNITS[written[2]]
    if span.denominator != 1:
        raise DurationError("is finer than a millisecond", format_duration(round(span)))
    if span > LONGEST:
        raise DurationError("is longer than a year", "")
    return int(span)


def format_duration(span: int) -> str:
    """The shortest exact text for a number of milliseconds."""
    for unit in ("h", "m", "s"):
        if span and span % _UNITS[unit] == 0:
            return f"{span // _UNITS[unit]}{unit}"
    return f"{span}ms" if span else "0s"


def _reason(text: str) -> str:
    if re.match(r"[0-9]+(?:\.[0-9]+)?(?!\n)$", text):
        return "is a number without a unit"
    if re.match(r"-[0-9]", text):
        return "is less than nothing"
    return "is no duration"


def _meant(text: str) -> str:
    """What a text with other units, spaces, several parts or no unit at all probably means."""
    total, position = Fraction(0), 0
    while position < len(text):
        part = _MEANT.match(text, position)
        if not part:
            return ""
        unit = part[2].lower()
        known = {**_UNITS, **_SPOKEN, "": _UNITS["s"]}
        if unit not in known or (not unit and (position or text[part.end() :].strip())):
            return ""
        total += Fraction(part[1]) * known[unit]
        position = part.end() + len(text[part.end() :]) - len(text[part.end() :].lstrip())
    return format_duration(round(total)) if 0 < total <= LONGEST else ""
