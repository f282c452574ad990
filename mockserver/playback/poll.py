"""One poll as values: what is asked, what plays for it, and what it gives before any API writes it down."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import NamedTuple, Protocol

from taskmock.mockserver.core.draw import draw_hex
from taskmock.mockserver.core.engine.dialect import Dialect
from taskmock.mockserver.core.engine.engine import Setting
from taskmock.mockserver.core.engine.history import History, history_of
from taskmock.mockserver.core.errors import CommandRefusedError
from taskmock.mockserver.core.fault import Fault
from taskmock.mockserver.core.graph import AddressError, graph_of
from taskmock.mockserver.core.scenario import Play, Scenario
from taskmock.mockserver.playback.record import CreatedTask, Dormant, Record


class EditionFacts(Protocol):
    """What decides how a task plays in an edition of an API.

    `dialect` is that of its engine, `prefix` what ids begin with. `served` is False for an edition that finds a
    task by the id of one of its nodes, as no server does.
    """

    @property
    def name(self) -> str: ...

    @property
    def dialect(self) -> Dialect: ...

    @property
    def prefix(self) -> str: ...

    @property
    def served(self) -> bool: ...


class Playing(NamedTuple):
    """What plays for a record: its script, in an edition, and all that happens; `key` is equal where all of it is.

    `creation` is what a client has made the task with, None if no client has made it.
    """

    key: tuple[object, ...]
    scenario: Scenario
    creation: CreatedTask | None
    play: Play
    edition: EditionFacts
    history: History


def played(record: Record, play: Play, edition: EditionFacts) -> History:
    """All that happens to a record's task under a script and the record's log.

    Raises:
        CommandRefusedError, AddressError: The last entry of the log is none that the script allows.
    """
    name = play.name or record.key.task_id
    graph = graph_of(play.flow, name=name, key=record.draw_key, prefix=edition.prefix, root_id=play.id)
    setting = Setting(
        start=play.start,
        dispatch=play.dispatch,
        dialect=edition.dialect,
        # The document knows no real engine.
        quirks=record.quirks and edition.served,
    )
    if play.frames:
        return History(graph, edition.dialect, changes=(), frames=play.frames)
    return dataclasses.replace(history_of(graph, setting, play.events, record.log), expires=play.expires)


def followed(record: Record, scenario: Scenario, play: Callable[[Record], Playing]) -> Record:
    """The record under its edited scenario: commands that it does not allow are dormant, and others are not any more.

    `play` plays a record under that scenario; it raises where the last command is not allowed.
    """
    script = scenario.play_for(record.key.task_id)
    commands = record.commands
    record = dataclasses.replace(record, digest=scenario.digest, spent=(), log=(), dormant=())
    for entry in commands:
        tried = dataclasses.replace(record, log=(*record.log, entry))
        try:
            if script and script.frames:
                raise CommandRefusedError(entry.command, "recorded answers take no commands")
            play(tried)
        except (CommandRefusedError, AddressError) as error:
            what = f"{entry.command.verb} {entry.command.target}: " if isinstance(error, AddressError) else ""
            asleep = Dormant(entry=entry, behind=len(record.log), why=f"{what}{error}")
            record = dataclasses.replace(record, dormant=(*record.dormant, asleep))
        else:
            record = tried
    return record


class Met(NamedTuple):
    """The faults that a call meets; what is left to chance in them is drawn from `key` and the call's `number`."""

    faults: tuple[Fault, ...]
    key: str
    number: int


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
    def past(self) -> PastPoll:
        """What of it is to be remembered, so that the answer can be written again."""
        return PastPoll(self.record, self.reading, self.shown, self.faults)

    @property
    def met(self) -> Met:
        """The faults of the poll."""
        return Met(self.faults, self.record.draw_key, self.reading.poll)

    @property
    def answer_id(self) -> str:
        """An id of the answer: the same for the same task at the same reading in every session."""
        return draw_hex(self.record.draw_key, "request", self.reading.moment)


class PastPoll(NamedTuple):
    """A poll that was answered, as far as its answer follows from it: see `Polled`."""

    record: Record
    reading: Reading
    shown: int
    faults: tuple[Fault, ...]


class UnknownNodeError(LookupError):
    """A node id that no task of the session has."""

    def __init__(self, node_id: str) -> None:
        self.node_id = node_id
        super().__init__(f"no task of this session has a node {node_id}")
