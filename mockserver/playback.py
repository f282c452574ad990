"""The law at work: which scenario plays for a call, how far it is, and the tree that is answered."""

from __future__ import annotations

import dataclasses
import functools
from typing import NamedTuple

import orjson

from taskmock.mockserver.breaks import broken
from taskmock.mockserver.clock import ClockMode
from taskmock.mockserver.command import Command, Entry
from taskmock.mockserver.engine import Setting
from taskmock.mockserver.fault import Fault, FaultKind
from taskmock.mockserver.generator import SCENARIO_NAME, Wish, generate
from taskmock.mockserver.graph import ROOT, graph_of
from taskmock.mockserver.kept import Kept
from taskmock.mockserver.operations import CommandRefusedError
from taskmock.mockserver.record import Opening, Record, RecordKey
from taskmock.mockserver.scenario import Play, Scenario
from taskmock.mockserver.shelf import Shelf
from taskmock.mockserver.store import Store
from taskmock.mockserver.timeline import History, history_of
from taskmock.mockserver.turn import Turn, moment_of, taken_turn
from taskmock.mockserver.wire import EDITIONS, Document, Edition, document, expired

DEFAULT_EDITION = "doc-2019"
"""What is spoken where neither the user nor the scenario says otherwise: the document, not a server."""

KEPT_CHANGES = 400_000
"""Changes that all histories in memory may hold together, about 200 bytes each."""

KEPT_FRAMES = 64 * 1024 * 1024
"""Bytes that all rendered answers in memory may take together."""


class Reading(NamedTuple):
    """How far a task is: ms on its clock, and the number of this poll, counted from 1."""

    moment: int
    poll: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A call for a status, resolved: who asks, for which task, and for which of its nodes (None: the task)."""

    session: str
    task_id: str
    scenario: str | None = None
    node_id: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a poll gives: `data` as JSON bytes, and where the task stands.

    `data` is None where the history has expired and the edition (`doc-2019`) has no form for that. `whole` is a
    recorded answer, envelope and all, instead. `faults` are what the poll has met; one that replaces the answer leaves
    `data` for nobody to see.
    """

    data: bytes | None
    whole: bytes | None = None
    faults: tuple[Fault, ...] = ()
    record: Record
    reading: Reading
    edition: str


class UnknownNodeError(LookupError):
    """A node id that no task of the session has."""

    def __init__(self, node_id: str) -> None:
        self.node_id = node_id
        super().__init__(f"no task of this session has a node {node_id}")


class Playback:
    """Plays scenarios for sessions. It holds no state of its own but caches; what is remembered is in the store.

    `edition` overrides what scenarios say; `default` is the scenario that plays where a call or session names none.
    """

    def __init__(
        self,
        *,
        opening: Opening,
        store: Store,
        shelf: Shelf,
        default: str | None = None,
        edition: str | None = None,
        locale: str = "en",
    ) -> None:
        self.opening = opening
        self.store = store
        self.shelf = shelf
        self._default = default
        self._edition = edition
        self._wish = Wish(edition=edition or DEFAULT_EDITION, locale=locale)
        self._histories: Kept[History] = Kept(KEPT_CHANGES, lambda history: len(history.changes))
        self._frames: Kept[bytes] = Kept(KEPT_FRAMES, len)
        self._generated = functools.lru_cache(maxsize=1024)(self._generated_afresh)

    def poll(self, asked: Asked) -> Answer:
        """Answers one poll: opens the record at its first touch, counts it, and renders the tree at the reading.

        Raises:
            ScenarioNotFoundError: The call or its session names a scenario that is not there.
            ScenarioError: The scenario's file is broken.
            UnknownNodeError: The call names a node that no task of the session has.
        """
        if asked.node_id is not None:
            return self._poll_node(asked, asked.node_id)
        record = self.open(asked)
        return self._answer(record, ROOT)

    def open(self, asked: Asked) -> Record:
        """The record of a task, opened at its first touch.

        Raises:
            ScenarioNotFoundError, ScenarioError: as for `poll`.
        """
        plan = self.store.plan(asked.session)
        name = asked.scenario or plan.tasks.get(asked.task_id) or plan.scenario or self._default
        scenario = self._scenario(name, asked.task_id)
        key = RecordKey(asked.session, scenario.name, asked.task_id)
        return self.store.open(key, lambda: self.opening.record(key, scenario.digest, plan))

    def record(self, key: RecordKey) -> Record:
        """The record of a task as it is now.

        Raises:
            KeyError: The task has not been touched, or its session was forgotten.
        """
        return self.store.change(key, lambda record: record)

    def command(self, key: RecordKey, command: Command) -> Record:
        """Gives a command to a task at its present reading; entries of the log behind that reading are discarded.

        Raises:
            CommandRefusedError: The task's state does not allow it; nothing has changed.
            AddressError: The target names no node, or several.
            KeyError: The task has not been touched.
        """

        def logged(record: Record) -> Record:
            if self.play_of(record).frames:
                raise CommandRefusedError(command, "recorded answers take no commands")
            # A poll has shown the tree at its moment already: what follows from it comes after that.
            at = self.moment(record) + (record.mode is ClockMode.POLLS)
            kept = tuple(entry for entry in record.log if entry.at <= at)
            changed = dataclasses.replace(record, log=(*kept, Entry(at=at, command=command)))
            self.history(changed)
            return changed

        return self.store.change(key, logged)

    def moment(self, record: Record) -> int:
        """The reading of a record, in ms on the task's clock, now or after its latest poll."""
        return moment_of(record, self.history(record), self.opening.clock.now())

    def history(self, record: Record) -> History:
        """All changes of a record's task, from its creation to where nothing more happens by itself."""
        scenario = self.scenario_of(record)
        edition = self.edition_of(scenario)
        return self._histories.get(self._history_key(record, edition), lambda: _played(record, scenario, edition))

    def play_of(self, record: Record) -> Play:
        """The script that a record's task follows."""
        return _play(record, self.scenario_of(record))

    def scenario_of(self, record: Record) -> Scenario:
        """The scenario that a record plays."""
        return self._scenario(record.key.scenario, record.key.task_id)

    @property
    def default_edition(self) -> str:
        """What is spoken where a call names no scenario."""
        scenario = self.shelf.scenario(self._default) if self._default else None
        return self._edition or (scenario and scenario.edition) or DEFAULT_EDITION

    def edition_of(self, scenario: Scenario) -> Edition:
        """What is spoken for a scenario: the user's choice, else the scenario's, else the default."""
        return EDITIONS[self._edition or scenario.edition or DEFAULT_EDITION]

    # -- inside

    def _scenario(self, name: str | None, task_id: str) -> Scenario:
        """The named scenario where it has the task, else the one generated for the task."""
        if name is not None and name != SCENARIO_NAME:
            scenario = self.shelf.scenario(name)
            if scenario.play_for(task_id):
                return scenario
        return self._generated(task_id)

    def _generated_afresh(self, task_id: str) -> Scenario:
        return generate(self.opening.seed, task_id, self._wish).scenario

    def _history_key(self, record: Record, edition: Edition) -> tuple[object, ...]:
        return (record.digest, record.key.scenario, record.key.task_id, record.seed, edition.name, repr(record.log))

    def _poll_node(self, asked: Asked, node_id: str) -> Answer:
        for record in reversed(self.store.records(asked.session)):
            top = self.history(record).graph.by_id.get(node_id)
            if top is not None:
                return self._answer(record, top)
        raise UnknownNodeError(node_id)

    def _answer(self, record: Record, top: int) -> Answer:
        scenario = self.scenario_of(record)
        turns: list[Turn] = []

        def polled(record: Record) -> Record:
            faults = (*_play(record, scenario).faults, *record.faults)
            changed, turn = taken_turn(record, faults, self.history(record), self.opening.clock.now())
            turns.append(turn)
            return changed

        record = self.store.change(record.key, polled)
        turn = turns[-1]
        frame = self.history(record).frame_at(turn.shown)
        return Answer(
            data=None if frame else self._rendered(record, scenario, turn, top),
            whole=orjson.dumps(frame.body) if frame else None,
            faults=turn.faults,
            record=record,
            reading=Reading(turn.moment, record.polls),
            edition=self.edition_of(scenario).name,
        )

    def _rendered(self, record: Record, scenario: Scenario, turn: Turn, top: int) -> bytes | None:
        edition, history = self.edition_of(scenario), self.history(record)
        if history.expired_at(turn.moment):
            name = history.graph.nodes[ROOT].name
            return None if edition.name == "doc-2019" else orjson.dumps(expired(name))
        breaks = [fault.value for fault in turn.faults if fault.kind is FaultKind.BREAK]
        if breaks:
            return orjson.dumps(_broken(_data(record, history, edition, turn.shown, top), history, breaks))
        ended = history.ended and turn.shown >= history.moments[-1]
        place = history.position(turn.shown) if edition.timeless or ended else -turn.shown
        key = (self._history_key(record, edition), record.epoch, place, top)
        return self._frames.get(key, lambda: orjson.dumps(_data(record, history, edition, turn.shown, top)))


def _data(record: Record, history: History, edition: Edition, moment: int, top: int) -> Document:
    return document(history.tree_at(moment), edition, epoch=record.epoch, key=record.draw_key, top=top)


def _broken(data: Document, history: History, breaks: list[object]) -> Document:
    for value in breaks:
        assert isinstance(value, dict)  # noqa: S101  # for the type checker
        index = history.graph.find(value["node"])
        broken(data, None if index == ROOT else history.graph.nodes[index].id, value)
    return data


def _played(record: Record, scenario: Scenario, edition: Edition) -> History:
    play = _play(record, scenario)
    name = play.name or record.key.task_id
    graph = graph_of(play.flow, name=name, key=record.draw_key, prefix=edition.prefix, root_id=play.id)
    setting = Setting(start=play.start, dispatch=play.dispatch, generation=edition.generation)
    if play.frames:
        return History(graph, edition.generation, changes=(), frames=play.frames)
    return dataclasses.replace(history_of(graph, setting, play.events, record.log), expires=play.expires)


def _play(record: Record, scenario: Scenario) -> Play:
    play = scenario.play_for(record.key.task_id)
    assert play is not None  # noqa: S101  # a scenario without one is never chosen
    return play
