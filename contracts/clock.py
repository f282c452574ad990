"""The judge's only look at a clock: baselines expire, and reports are dated."""

from __future__ import annotations

import datetime as dt


def now() -> dt.datetime:
    """The present moment, in UTC."""
    return dt.datetime.now(tz=dt.UTC)
