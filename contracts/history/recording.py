"""What a file of recorded answers holds, and what its records say of when and for which task they were asked."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from taskmock.contracts.api.bk_sops.lifecycle.snapshot import Poll

MILLISECONDS = 1e11
"""Numbers above this are milliseconds since 1970, no seconds: as seconds they would be after the year 5000."""

LARGEST = 1e15
"""Numbers from here on are no moments in either unit."""

_SPACED_ZONE = re.compile(r" (?=[+-][0-9]{4}$)")


class HistoryError(ValueError):
    """A file that holds no history; the text says why."""


@dataclasses.dataclass(frozen=True, slots=True)
class Recording:
    """What one file holds: its polls in their order, each with its task, "" where the file does not say.

    `omitted` are the records that are no polls, each as its task and its kind; `notes` say how the file was read.
    """

    polls: tuple[tuple[str, Poll], ...]
    omitted: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


def task_in(asked: Mapping[str, Any]) -> str:
    """What parameters ask for: the task's id, and the subprocess where one is asked for."""
    return " / ".join(str(asked[key]) for key in ("task_id", "subprocess_id") if asked.get(key))


def number_of(value: object) -> float | None:
    """A number of a sensible size; None for anything else."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if -LARGEST < value < LARGEST else None


def moment_of(value: object) -> float | None:
    """A moment in seconds; None where the value is none: a number of seconds or milliseconds, or a time as text."""
    number = number_of(value)
    if number is not None:
        return number / 1000 if number > MILLISECONDS else number
    if not isinstance(value, str):
        return None
    try:
        moment = dt.datetime.fromisoformat(_SPACED_ZONE.sub("", value))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()
