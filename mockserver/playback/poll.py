"""One poll as values: what is asked, and what it gives before any API writes it down."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

from taskmock.mockserver.core.draw import draw_hex
from taskmock.mockserver.core.fault import Fault
from taskmock.mockserver.playback.playing import Playing
from taskmock.mockserver.playback.record import Record


class Reading(NamedTuple):
    """How far a task is: ms on its clock, and the number of this poll, counted from 1."""

    moment: int
    poll: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A call for a task, resolved: which session asks, for which task, or for which of its nodes (None: the task).

    `selection` is what of the task is asked for, in the API's own terms; None is all of it.
    """

    session: str
    task_id: str
    scenario: str | None = None
    node_id: str | None = None
    selection: object = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What a poll gives: the record after it, what plays, and where the task stands.

    `shown` is the moment of the answer in ms on the task's clock, earlier than the reading's where the answer is stale.
    `faults` are what the poll has met; one that replaces the answer keeps the tree from the client.
    """

    query: Query
    record: Record
    playing: Playing
    reading: Reading
    shown: int
    faults: tuple[Fault, ...] = ()

    @property
    def answer_id(self) -> str:
        """An id of the answer: the same for the same task at the same reading in every session."""
        return draw_hex(self.record.draw_key, "request", self.reading.moment)


class UnknownNodeError(LookupError):
    """A node id that no task of the session has."""

    def __init__(self, node_id: str) -> None:
        self.node_id = node_id
        super().__init__(f"no task of this session has a node {node_id}")
