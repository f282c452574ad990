"""The law at work: which scenario plays for a call, how far it is, and the tree that is answered."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from taskmock.mockserver.api.bk_sops.documents.edition import Edition
from taskmock.mockserver.api.bk_sops.documents.flags import View
from taskmock.mockserver.api.bk_sops.documents.renderer import Playing, Renderer, failure_of, recorded_body
from taskmock.mockserver.api.bk_sops.documents.status import (
    EDITIONS,
)
from taskmock.mockserver.clock import ClockMode
from taskmock.mockserver.core.command import Command, Entry
from taskmock.mockserver.core.engine.engine import Setting
from taskmock.mockserver.core.engine.history import History, history_of
from taskmock.mockserver.core.errors import CommandRefusedError, ScenarioError, ScenarioNotFoundError
from taskmock.mockserver.core.graph import AddressError, graph_of
from taskmock.mockserver.core.scenario import Play, Scenario
from taskmock.mockserver.generation.options import GenerateOptions
from taskmock.mockserver.playback.cache import Cache
from taskmock.mockserver.playback.poll import Polled, PollResult, Query, Reading, UnknownNodeError, moment_of, take_poll
from taskmock.mockserver.playback.record import NO_PLAN, Opening, Record, RecordKey, SessionPlan
from taskmock.mockserver.playback.resolver import ScenarioResolver
from taskmock.mockserver.playback.store import RecordGoneError, Store
from taskmock.mockserver.scenarios.catalog import Catalog


def played(record: Record, play: Play, edition: Edition) -> History:
    """All that happens to a record's task under a script and the record's log.

    Raises:
        CommandRefusedError, AddressError: The last entry of the log is none that the script allows.
    """
    name = play.name or record.key.task_id
    graph = graph_of(play.flow, name=name, key=record.draw_key, prefix=edition.prefix, root_id=play.id)
    setting = Setting(start=play.start, dispatch=play.dispatch, dialect=edition.dialect)
    if play.frames:
        return History(graph, edition.dialect, changes=(), frames=play.frames)
    return dataclasses.replace(history_of(graph, setting, play.events, record.log), expires=play.expires)


def followed(record: Record, scenario: Scenario, history: Callable[[Record], History]) -> Record:
    """The record under its edited scenario: commands that it does not allow are `dropped`, with the reason.

    `history` plays a record under the scenario as it is now; it raises where the last command is not allowed.
    """
    record = dataclasses.replace(record, digest=scenario.digest, spent=())
    play = scenario.play_for(record.key.task_id)
    log, record = record.log, dataclasses.replace(record, log=())
    for entry in log:
        tried = dataclasses.replace(record, log=(*record.log, entry))
        try:
            if play and play.frames:
                raise CommandRefusedError(entry.command, "recorded answers take no commands")
            history(tried)
        except CommandRefusedError as error:
            record = _without(record, str(error))
        except AddressError as error:
            record = _without(record, f"{entry.command.verb} {entry.command.target}: {error}")
        else:
            record = tried
    return record


def _without(record: Record, reason: str) -> Record:
    return dataclasses.replace(record, dropped=(*record.dropped, reason))


DEFAULT_EDITION = "doc-2019"
"""What is spoken where neither the user nor the scenario says otherwise: the document, not a server."""


KEPT_CHANGES = 400_000
"""Changes that all histories in memory may hold together, about 200 bytes each; a node weighs as much as four."""


class Playback:
    """Plays scenarios for sessions. It holds no state of its own but caches; what is remembered is in the store.

    `edition` overrides what scenarios say; `default` is the scenario that plays where a call or session names none.
    """

    def __init__(
        self,
        *,
        opening: Opening,
        store: Store,
        catalog: Catalog,
        default: str | None = None,
        edition: str | None = None,
        locale: str = "en",
    ) -> None:
        self.opening = opening
        self.store = store
        self.catalog = catalog
        self.default = default
        self._edition = edition
        self._casting = ScenarioResolver(GenerateOptions(edition=edition or DEFAULT_EDITION, locale=locale))
        self._histories: Cache[History] = Cache(KEPT_CHANGES, _weight)
        self._renderer = Renderer()

    def poll(self, asked: Query) -> Polled:
        """Answers one poll: opens the record at its first touch, counts it, and renders the tree at the reading.

        Raises:
            ScenarioNotFoundError: The call or its session names a scenario that is not there.
            ScenarioError: The scenario's file is broken.
            UnknownNodeError: The call names a node that no task of the session has.
        """
        while True:
            try:
                return self._answer(self.open(asked) if asked.node_id is None else self._owner(asked), asked)
            except RecordGoneError:
                continue  # forgotten in this very moment: the task begins anew

    def open(self, asked: Query) -> Record:
        """The record of a task, opened at its first touch.

        Raises:
            ScenarioNotFoundError, ScenarioError: as for `poll`.
        """
        plan = self.store.plan(asked.session)
        name = asked.scenario or plan.scenario_of(asked.task_id) or self.default
        scenario = self.scenario_for(name, asked.task_id, self.opening.seed, plan=plan)
        key = RecordKey(asked.session, scenario.name, asked.task_id)
        return self.store.open(key, lambda: self.opening.record(key, scenario.digest, plan))

    def size_of(self, asked: Query) -> int:
        """How many nodes the task has that a call asks for; 0 where that cannot be told."""
        records = self.store.records(asked.session)
        found = [record for record in records if record.key.task_id == asked.task_id]
        try:
            return len(self.history(found[-1]).graph.nodes) if found else 0
        except (ScenarioNotFoundError, ScenarioError):
            return 0

    def record(self, key: RecordKey) -> Record:
        """The record of a task as it is now.

        Raises:
            RecordGoneError: The task has not been touched, or its session was forgotten.
        """
        return self.change(key, lambda record: record)

    def change(self, key: RecordKey, update: Callable[[Record], Record]) -> Record:
        """Puts what `update` makes of a task's record in its place; if its scenario was edited, it follows that first.

        Raises:
            RecordGoneError: as for `record`.
        """
        return self.store.change(key, lambda record: update(self._current(record)))

    def command(self, key: RecordKey, *commands: Command) -> Record:
        """Gives commands to a task at its present reading, in order; entries of the log behind it are discarded.

        Raises:
            CommandRefusedError: The task's state does not allow one of them; nothing has changed.
            AddressError: A target names no node, or several.
            RecordGoneError: as for `record`.
        """

        def logged(record: Record) -> Record:
            if self.play_of(record).frames:
                raise CommandRefusedError(commands[0], "recorded answers take no commands")
            # A poll has shown the tree at its moment already: what follows from it comes after that.
            at = self.moment(record) + (record.mode is ClockMode.POLLS)
            log = tuple(entry for entry in record.log if entry.at <= at)
            for command in commands:
                log = (*log, Entry(at=at, command=command))
                self.history(dataclasses.replace(record, log=log))
            return dataclasses.replace(record, log=log)

        return self.change(key, logged)

    def moment(self, record: Record) -> int:
        """The reading of a record, in ms on the task's clock, now or after its latest poll."""
        return moment_of(record, self.history(record), self.opening.clock.now())

    def seen_moment(self, record: Record) -> int:
        """The reading at which a call that is no poll sees a task, in ms on the task's clock.

        Where polls move the clock, that is after what has been done to the task since its latest poll.
        """
        moment = self.moment(record)
        done = record.mode is ClockMode.POLLS and any(entry.at == moment + 1 for entry in record.log)
        return moment + 1 if done else moment

    def history(self, record: Record) -> History:
        """All changes of a record's task, from its creation to where nothing more happens by itself."""
        return self._scene(record).history

    def play_of(self, record: Record) -> Play:
        """The script that a record's task follows."""
        return _play_of(self.scenario_of(record), record)

    def scenario_of(self, record: Record) -> Scenario:
        """The scenario that a record plays."""
        (session, name, task_id), seed = record.key, record.seed
        return self.scenario_for(name, task_id, seed, plan=self.store.plan(session))

    def scenario_for(self, name: str | None, task_id: str, seed: str, *, plan: SessionPlan = NO_PLAN) -> Scenario:
        """The scenario that a session means by a name, if it has the task; else the one that the seed gives for it.

        Raises:
            ScenarioNotFoundError, ScenarioError: as for `poll`.
        """
        return self._casting.scenario_for(self.catalog, name, task_id, seed, plan)

    @property
    def edition(self) -> str | None:
        """The edition in which everything is answered; None where scenarios say theirs."""
        return self._edition

    @property
    def default_edition(self) -> str:
        """What is spoken where a call names no scenario."""
        scenario = self.catalog.scenario(self.default) if self.default else None
        return self._edition or (scenario and scenario.edition) or DEFAULT_EDITION

    def edition_of(self, scenario: Scenario) -> Edition:
        """What is spoken for a scenario: the user's choice, else the scenario's, else the default."""
        return EDITIONS[self._edition or scenario.edition or DEFAULT_EDITION]

    # -- inside

    def _scene(self, record: Record) -> Playing:
        scenario = self.scenario_of(record)
        play, edition, own = _play_of(scenario, record), self.edition_of(scenario), record.key
        key = (scenario.digest, own.scenario, own.task_id, record.seed, edition.name, repr(record.log))
        return Playing(key, play, edition, self._histories.get(key, lambda: played(record, play, edition)))

    def _current(self, record: Record) -> Record:
        scenario = self.scenario_of(record)
        return record if scenario.digest == record.digest else followed(record, scenario, self.history)

    def _owner(self, asked: Query) -> Record:
        """The task of a session whose node was asked for, the one touched last where there are several.

        Only the document takes a node's id for a task's: no route of a real server does (fact).
        """
        for found in reversed(self.store.records(asked.session)):
            try:
                record = self._current(found)
            except (ScenarioNotFoundError, ScenarioError):
                continue  # taken off the shelf: nobody can say what its nodes are
            scene = self._scene(record)
            if not scene.edition.served and asked.node_id in scene.history.graph.by_id:
                return record
        raise UnknownNodeError(str(asked.node_id))

    def _answer(self, record: Record, asked: Query) -> Polled:
        self.history(self._current(record))  # worked out before the store is held
        seen: list[tuple[Playing, View, PollResult]] = []

        def polled(record: Record) -> Record:
            scene = self._scene(record)
            view = asked.flags.view(scene.history.graph, scene.edition, node_id=asked.node_id, quirks=asked.quirks)
            faults = (*scene.play.faults, *record.faults)
            changed, turn = take_poll(record, faults, scene.history, self.opening.clock.now(), view)
            seen.append((scene, view, turn))
            return changed

        record = self.change(record.key, polled)
        scene, view, turn = seen[-1]
        frame = scene.history.frame_at(turn.shown)
        data = None if frame else self._renderer.data(record, scene, view, turn)
        whole = recorded_body(frame, turn.faults, view) if frame else None
        return Polled(
            data=data,
            whole=whole,
            failure="" if data or whole else failure_of(record.key.task_id, view),
            view=view,
            faults=turn.faults,
            record=record,
            reading=Reading(turn.moment, record.polls),
            edition=scene.edition.name,
        )


def _play_of(scenario: Scenario, record: Record) -> Play:
    play = scenario.play_for(record.key.task_id)
    assert play is not None  # noqa: S101  # a scenario without one is never chosen
    return play


def _weight(history: History) -> int:
    return 1 + len(history.changes) + 4 * len(history.graph.nodes) + 10 * len(history.frames)
