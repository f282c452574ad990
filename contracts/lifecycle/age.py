"""How old an answer is next to another: by the times of the polls, else by what the answers tell themselves."""

from __future__ import annotations

from taskmock.contracts.lifecycle.judgement import judged
from taskmock.contracts.lifecycle.snapshot import ROUNDING, Snapshot
from taskmock.contracts.lifecycle.step import Step

CACHE = 10
"""How long servers may repeat an answer, in seconds."""


def age_of(snapshot: Snapshot, newer: Snapshot) -> float:
    """How much older than a newer answer an answer is at least, in seconds: by the polls' times, else by their own."""
    if snapshot.at is not None and newer.at is not None:
        return max(0.0, snapshot.at - newer.at)
    return _seconds_told(snapshot, newer)


def seconds_between(before: Snapshot, after: Snapshot) -> float:
    """How much later than another an answer was made, in seconds: by the polls' times, else by their own."""
    if before.at is not None and after.at is not None:
        return max(0.0, after.at - before.at)
    return _seconds_told(before, after)


def _seconds_told(before: Snapshot, after: Snapshot) -> float:
    """The seconds from one answer to a later one by what they tell; 0 where they do not."""
    earlier, later = before.latest, after.latest
    if earlier is None:
        earlier = after.top.start  # what is CREATED was so before the start
    return max(0.0, later - earlier) if earlier is not None and later is not None else 0.0


def is_later(snapshot: Snapshot, other: Snapshot) -> bool:
    """Whether an answer was surely made later than another: it tells so, or was polled when no cache had the other."""
    if snapshot.at is not None and other.at is not None and snapshot.at - other.at > CACHE:
        return True
    return snapshot.knows_later(other)


def may_be_older(step: Step) -> bool:
    """Whether the later answer was right before the earlier: its own time is no later, and the other may follow it."""
    before, after = step.before, step.after
    now, latest = after.now, before.latest
    if not after.sound or (now is not None and latest is not None and now > latest + ROUNDING):
        return False
    return judged(after, before).is_possible
