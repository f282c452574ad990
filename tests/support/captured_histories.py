"""The poll histories among the captures, as they were, and what is needed to break them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from typing import Any

from support.captures import captures
from taskmock.contracts import Contract, Poll, Report

Body = dict[str, Any]
FINAL = ("FINISHED", "REVOKED", "EXPIRED")


@dataclasses.dataclass(frozen=True)
class Captured:
    """The answers of one situation in the order they were polled, with the seconds on its clock."""

    name: str
    edition: str
    raw: tuple[bytes, ...]
    times: tuple[float | None, ...]

    @property
    def polls(self) -> list[Poll]:
        """The polls as they were."""
        return [Poll(raw, at) for raw, at in zip(self.raw, self.times, strict=True)]

    def report(self, polls: list[Poll], *, edition: str | None = None, skip: tuple[str, ...] = ()) -> Report:
        """The verdict on a history of this edition."""
        return Contract(edition or self.edition, strictness="strict", skip=skip).check_history(polls)


@functools.cache
def histories() -> tuple[Captured, ...]:
    """Every situation of the captures, those of a single answer too."""
    by_name: dict[str, list[Any]] = {}
    for capture in captures():
        by_name.setdefault(capture.situation, []).append(capture)
    return tuple(
        Captured(name, found[0].edition, tuple(c.raw for c in found), tuple(c.t for c in found))
        for name, found in by_name.items()
    )


ALIKE = {"failed-false", "failed-poll-false", "failed-raise"}
"""Histories whose answers show one moment with several flags (in both engines): they have no order."""


def growing() -> tuple[Captured, ...]:
    """The histories that have an order."""
    return tuple(
        history
        for history in histories()
        if len(history.raw) > 1 and history.name.removeprefix("v1-") not in ALIKE | {"seed-like"}
    )


def spaced(bodies: list[Any] | tuple[Any, ...], gap: float | None) -> list[Poll]:
    """Bodies as polls at equal intervals in seconds; without times for None."""
    return [Poll(body, None if gap is None else number * gap) for number, body in enumerate(bodies)]


def nodes_of(data: Body) -> dict[tuple[str, ...], Body]:
    """The nodes of a document by their place below the task."""
    found, stack = {}, [((), data)]
    while stack:
        place, node = stack.pop()
        found[place] = node
        stack.extend(((*place, key), child) for key, child in node.get("children", {}).items())
    return found


def codes(report: Report) -> set[str]:
    """The codes of the errors."""
    return {found.code for found in report.violations if found.severity == "error"}


def shifted(text: str, seconds: int) -> str:
    """A time of the answers, later by some seconds."""
    moment = dt.datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z") + dt.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%d %H:%M:%S %z")
