"""Points in time as the answers write them, turned into seconds; nothing here reads a clock."""

from __future__ import annotations

import datetime as dt
import functools
import re

LOCAL = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})")
REFRESH = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.[0-9]{3}Z")
DAY = 86_400
LONGEST = 40
"""Longer texts are no times and not worth remembering, in characters."""


def seconds(text: str) -> int | None:
    """A time of either form in whole seconds since the year 1 (UTC); None where the text is no time.

    A time carries its own offset, so times of different offsets compare.
    """
    return _seconds(text) if len(text) <= LONGEST else None


def is_written_like_time(text: str) -> bool:
    """Whether a text has the form of a time, though perhaps no calendar or clock has it: 30 February, 25:00."""
    return len(text) <= LONGEST and (LOCAL.fullmatch(text) or REFRESH.fullmatch(text)) is not None


@functools.lru_cache(maxsize=8192)
def _seconds(text: str) -> int | None:
    match = LOCAL.fullmatch(text) or REFRESH.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(group) for group in match.groups()[:6])
    sign, hours, minutes = match.groups()[6:] or ("+", "00", "00")
    try:
        moment = dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC)
    except ValueError:
        return None
    offset = int(hours) * 3600 + int(minutes) * 60
    if offset >= DAY or int(minutes) > 59:
        return None
    local = moment.toordinal() * DAY + hour * 3600 + minute * 60 + second
    return local - offset if sign == "+" else local + offset
