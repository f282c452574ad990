"""Seconds that only go forward, whatever a test does to the time of day."""

from __future__ import annotations

import sys
import time


def steady_seconds() -> float:
    """The seconds since some moment in the past."""
    if sys.platform == "win32":
        return time.monotonic()
    else:  # noqa: RET505 - mypy would call it unreachable on Windows
        # freezegun replaces `time.monotonic`, under which no delay would ever end.
        return time.clock_gettime(time.CLOCK_MONOTONIC)
