"""Plays scenarios for sessions: which one plays for a query, how far its task is, and what each poll meets."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import TypeVar

from taskmock.mockserver.core.command import Command, Entry
from taskmock.mockserver.core.engine.history import History
from taskmock.mockserver.core.errors import CommandRefusedError, ScenarioError, ScenarioNotFoundError
from taskmock.mockserver.core.fault import REPLACING, Fault, FaultKind, PollContext, cached_moment, counted, holding
from taskmock.mockserver.core.scenario import Play, Scenario
from taskmock.mockserver.core.state import Trap
from taskmock.mockserver.generation.generator import SCENARIO_NAME
from taskmock.mockserver.generation.options import GenerateOptions
from taskmock.mockserver.playback.cache import Cache
from taskmock.mockserver.playback.poll import (
    EditionFacts,
    Met,
    PastPoll,
    Playing,
    Polled,
    Query,
    Reading,
    UnknownNodeError,
    followed,
    played,
)
from taskmock.mockserver.playback.presenter import Presenter, state_at
from taskmock.mockserver.playback.record import NO_PLAN, Opening, Record, RecordKey, SessionPlan
from taskmock.mockserver.playback.resolver import Resolved, ScenarioResolver, ScenarioSource
from taskmock.mockserver.playback.store import RecordGoneError, Store

T = TypeVar("T")

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
        catalog: ScenarioSource,
        presenter: Presenter,
        default: str | None = None,
        edition: str | None = None,
        locale: str = "en",
    ) -> None:
        self.opening = opening
        self.store = store
        self.catalog = catalog
        self.default = default
        self.edition = edition
        self.presenter = presenter
        options = GenerateOptions(edition=edition or presenter.default_edition, locale=locale)
        self._resolver = ScenarioResolver(options)
        self._histories: Cache[History] = Cache(KEPT_CHANGES, _weight)

    # -- tasks by what a call asks

    def poll(
        self,
        query: Query,
        *,
        with_faults: bool = True,
        note: Callable[[Playing, int], Mapping[str, str]] | None = None,
    ) -> Polled:
        """One poll: the record is opened at its first touch, the poll is counted and moves a `polls` clock.

        Without `with_faults` it meets none. `note` gives what the API notes of the task at the poll's moment.

        Raises:
            ScenarioNotFoundError: The call or its session names a scenario that is not there.
            ScenarioError: The scenario's file is broken.
            UnknownNodeError: The call names a node that no task of the session has.
        """

        def taken(record: Record, playing: Playing) -> tuple[Record, Polled]:
            faults = (*playing.play.faults, *record.faults) if with_faults else ()
            polled = self._taken(query, record, playing, faults)
            if note is not None:
                api = {**record.api, **note(playing, polled.reading.moment)}
                polled = dataclasses.replace(polled, record=dataclasses.replace(polled.record, api=api))
            return polled.record, polled

        return self._with_record(query, lambda found, resolved: self._changed(found, resolved, taken))

    def meet(self, query: Query, name: str, words: frozenset[str]) -> Met:
        """The faults that a call meets which is no poll: it is counted by its name, and goes by these words in faults.

        Raises:
            ScenarioNotFoundError, ScenarioError, UnknownNodeError: as for `poll`.
        """

        def met(record: Record, playing: Playing) -> tuple[Record, Met]:
            faults, count = (*playing.play.faults, *record.faults), record.calls.get(name, 0) + 1
            key, history = f"{record.draw_key}:{name}", playing.history
            held: tuple[int, ...] = ()
            if faults:
                moment = self.seen_moment(record, history)
                state = functools.partial(state_at, self.presenter, history, moment)
                held = holding(
                    faults, record.spent, PollContext(moment=moment, poll=count, key=key, state=state, words=words)
                )
            spent = counted(record.spent, held) if held else record.spent
            record = dataclasses.replace(record, calls={**record.calls, name: count}, spent=spent)
            return record, Met(tuple(faults[number] for number in held), key, count)

        return self._with_record(query, lambda found, resolved: self._changed(found, resolved, met))

    def with_task(self, query: Query, do: Callable[[Polled], T]) -> T:
        """What `do` gives for a task as it stands, which no poll counts; done again if it is forgotten meanwhile.

        Raises:
            ScenarioNotFoundError, ScenarioError, UnknownNodeError: as for `poll`.
        """

        def seen(record: Record, playing: Playing) -> tuple[Record, Polled]:
            moment = self.seen_moment(record, playing.history)
            reading = Reading(moment, record.time.polls)
            return record, Polled(query=query, record=record, playing=playing, reading=reading, shown=moment)

        return self._with_record(query, lambda found, resolved: do(self._changed(found, resolved, seen)))

    def open(self, query: Query) -> Record:
        """The record of a task, opened at its first touch.

        Raises:
            ScenarioNotFoundError, ScenarioError: as for `poll`.
        """
        return self._opened(query)[0]

    def draft(self, query: Query, plan: SessionPlan) -> tuple[Record, Playing]:
        """The record that the first touch of a task would open under a plan, and what plays for it; nothing is kept.

        Raises:
            ScenarioNotFoundError, ScenarioError: as for `poll`.
        """
        _, resolved = self._meant(query, plan)
        scenario = resolved.scenario
        key = RecordKey(query.session, scenario.name, query.task_id)
        record = self.opening.record(key, scenario.digest, plan, quirks=scenario.quirks)
        return record, self._playing(record, resolved)

    def again(self, query: Query, past: PastPoll) -> Polled | None:
        """A poll that was answered, as it was; None where its scenario is another one by now."""
        try:
            playing = self.playing(past.record)
        except (ScenarioNotFoundError, ScenarioError):
            return None
        if playing.scenario.digest != past.record.digest:
            return None
        return Polled(query=query, playing=playing, **past._asdict())

    def size_of(self, query: Query) -> int:
        """How many nodes the task has that a call asks for; 0 where that cannot be told."""
        found = self.latest(query.session, query.task_id)
        try:
            return len(self.history(found).graph.nodes) if found else 0
        except (ScenarioNotFoundError, ScenarioError):
            return 0

    def latest(self, session: str, task_id: str) -> Record | None:
        """The record of a task, that of the scenario touched last where it has played several; None: there is none."""
        found = [record for record in self.store.records(session) if record.key.task_id == task_id]
        return found[-1] if found else None

    # -- tasks by the key of their record

    def record(self, key: RecordKey) -> Record:
        """The record of a task as it is now.

        Raises:
            RecordGoneError: The task has not been touched, or its session was forgotten.
        """
        return self.change(key, lambda record, _: (record, record))

    def change(self, key: RecordKey, update: Callable[[Record, Playing], tuple[Record, T]]) -> T:
        """Puts what `update` makes of a task's record in its place, and gives back what else `update` gives.

        If the task's scenario was edited, the record follows that first.

        Raises:
            RecordGoneError: as for `record`.
        """
        return self.store.change(key, lambda record: update(*self._current(record, self._resolved(record))))

    def command(self, key: RecordKey, *commands: Command) -> Record:
        """Gives commands to a task at its present reading, in order; entries of the log behind it are discarded.

        Raises:
            CommandRefusedError: The task's state does not allow one of them; nothing has changed.
            AddressError: A target names no node, or several.
            RecordGoneError: as for `record`.
        """

        def logged(record: Record, playing: Playing) -> tuple[Record, Record]:
            if playing.play.frames:
                raise CommandRefusedError(commands[0], "recorded answers take no commands")
            at = record.time.at_command(playing.history.moments, self.opening.clock.now())
            record = record.until(at)
            for command in commands:
                record = dataclasses.replace(record, log=(*record.log, Entry(at=at, command=command)))
                self._playing(record, Resolved(playing.scenario, playing.creation))
            return record, record

        return self.change(key, logged)

    def sprung(self, record: Record, commands: int = 1) -> tuple[Trap, ...]:
        """The traps of the engine that the last commands of a log have triggered, those yet to come included."""
        traps = self.history(record).traps
        if not traps:
            return ()
        earlier = self.history(dataclasses.replace(record, log=record.log[:-commands])).traps
        return tuple(trap for trap in traps if trap not in earlier)

    # -- records

    def playing(self, record: Record) -> Playing:
        """What plays for a record, and all changes of its task."""
        return self._playing(record, self._resolved(record))

    def history(self, record: Record) -> History:
        """All changes of a record's task, from its creation to where nothing more happens by itself."""
        return self.playing(record).history

    def moment(self, record: Record, history: History) -> int:
        """The reading of a record, in ms on the task's clock, now or after its latest poll."""
        return record.time.reading(history.moments, self.opening.clock.now())

    def seen_moment(self, record: Record, history: History) -> int:
        """The reading at which a call that is no poll sees a task: after what was done to it since its latest poll."""
        done = record.time.at_command(history.moments, self.opening.clock.now())
        return done if any(entry.at == done for entry in record.log) else self.moment(record, history)

    # -- scenarios

    def scenario_for(self, name: str | None, task_id: str, seed: str, *, plan: SessionPlan = NO_PLAN) -> Scenario:
        """The scenario that a session means by a name, if it has the task; else the one that the seed gives for it.

        Raises:
            ScenarioNotFoundError, ScenarioError: as for `poll`.
        """
        return self._resolver.resolve(self.catalog, name, task_id, seed, plan).scenario

    def template_of(self, name: str, template: str, session: str) -> tuple[Scenario, Play]:
        """What tasks that a session's clients make of a `template`, by its id, play where a scenario of that name does.

        Raises:
            ScenarioNotFoundError, ScenarioError: as for `poll`.
        """
        if name != SCENARIO_NAME or name in self.catalog:
            scenario = self.catalog.scenario(name, self.store.plan(session).held_for(None))
        else:
            scenario = self._resolver.template(template, self.opening.seed)
        return scenario, scenario.plays[0]

    @property
    def default_edition(self) -> str:
        """The edition of answers where a call names no scenario."""
        scenario = self.catalog.scenario(self.default) if self.default else None
        return self.edition or (scenario and scenario.edition) or self.presenter.default_edition

    def edition_of(self, scenario: Scenario) -> EditionFacts:
        """The edition in which a scenario plays: the user's choice, else the scenario's, else the default."""
        return self.presenter.edition(self.edition or scenario.edition or self.presenter.default_edition)

    # -- inside

    def _with_record(self, query: Query, do: Callable[[Record, Resolved], T]) -> T:
        """What `do` gives for the record that a query means and what was resolved for it."""
        while True:
            try:
                return do(*(self._opened(query) if query.node_id is None else self._owner(query, query.node_id)))
            except RecordGoneError:
                continue  # forgotten in this very moment: the task begins anew

    def _opened(self, query: Query) -> tuple[Record, Resolved]:
        plan, seed = self.store.plan(query.session), self.opening.seed
        name, resolved = self._meant(query, plan)
        scenario = resolved.scenario
        key = RecordKey(query.session, scenario.name, query.task_id)
        record = self.store.open(key, lambda: self.opening.record(key, scenario.digest, plan, quirks=scenario.quirks))
        if (scenario.name, seed) != (name, record.seed):  # by the record's own name and seed it may be another one
            resolved = self._resolver.resolve(self.catalog, scenario.name, query.task_id, record.seed, plan)
        return record, resolved

    def _meant(self, query: Query, plan: SessionPlan) -> tuple[str | None, Resolved]:
        """The name of the scenario that a call means under a plan (None: it names none), and what plays for it."""
        name = query.scenario or plan.scenario_of(query.task_id) or self.default
        return name, self._resolver.resolve(self.catalog, name, query.task_id, self.opening.seed, plan)

    def _owner(self, query: Query, node_id: str) -> tuple[Record, Resolved]:
        """The task of a session whose node was asked for, the one touched last where there are several.

        Only the document takes a node's id for a task's: no route of a real server does (fact).
        """
        for found in reversed(self.store.records(query.session)):
            try:
                resolved = self._resolved(found)
            except (ScenarioNotFoundError, ScenarioError):
                continue  # taken out of the catalog: nothing says what its nodes are
            record, playing = self._current(found, resolved)
            if not playing.edition.served and node_id in playing.history.graph.by_id:
                return record, resolved
        raise UnknownNodeError(node_id)

    def _resolved(self, record: Record) -> Resolved:
        key, plan = record.key, self.store.plan(record.key.session)
        return self._resolver.resolve(self.catalog, key.scenario, key.task_id, record.seed, plan)

    def _changed(self, found: Record, resolved: Resolved, update: Callable[[Record, Playing], tuple[Record, T]]) -> T:
        """What `change` gives for a record that was found, what was resolved for it being looked up no more."""
        current = self._current(found, resolved)  # worked out before the store is held

        def changed(record: Record) -> tuple[Record, T]:
            if record is found:
                return update(*current)
            followed_meanwhile = record.digest != found.digest
            return update(*self._current(record, self._resolved(record) if followed_meanwhile else resolved))

        return self.store.change(found.key, changed)

    def _current(self, record: Record, resolved: Resolved) -> tuple[Record, Playing]:
        """The record after edits of its scenario, and what plays for it."""
        scenario = resolved.scenario
        if scenario.digest != record.digest:
            record = followed(record, scenario, lambda tried: self._playing(tried, resolved))
        return record, self._playing(record, resolved)

    def _playing(self, record: Record, resolved: Resolved) -> Playing:
        scenario, creation = resolved
        play, edition, own = scenario.play_for(record.key.task_id), self.edition_of(scenario), record.key
        assert play is not None  # noqa: S101  # a scenario without one is never chosen
        key = (scenario.digest, own.scenario, own.task_id, record.seed, edition.name, record.quirks, repr(record.log))
        history = self._histories.get(key, lambda: played(record, play, edition))
        return Playing(key, scenario, creation, play, edition, history)

    def _taken(self, query: Query, record: Record, playing: Playing, faults: tuple[Fault, ...]) -> Polled:
        """What the next poll gives, with the record after it: polls are counted, and so are the answers of faults."""
        history, moments, time = playing.history, playing.history.moments, record.time
        moment = time.next_reading(moments, self.opening.clock.now())
        shown, poll = moment, time.polls + 1
        held: tuple[int, ...] = ()
        if faults:
            context = PollContext(
                moment=moment,
                poll=poll,
                key=record.draw_key,
                state=functools.partial(state_at, self.presenter, history, moment),
                query=self.presenter.variant(playing, query),
            )
            held = holding(faults, record.spent, context)
        met = tuple(faults[number] for number in held)
        for fault in met:
            if fault.kind is FaultKind.STALE and isinstance(fault.value, dict):
                cached = cached_moment(fault.value, context)
                shown = cached if self.presenter.is_cached(playing, query, cached) else moment
        good = REPLACING.isdisjoint(fault.kind for fault in met)
        spent = counted(record.spent, held) if held else record.spent
        record = dataclasses.replace(record, time=time.after_poll(moments, good=good), spent=spent)
        return Polled(
            query=query, record=record, playing=playing, reading=Reading(moment, poll), shown=shown, faults=met
        )


def _weight(history: History) -> int:
    return 1 + len(history.changes) + 4 * len(history.graph.nodes) + 10 * len(history.frames)
