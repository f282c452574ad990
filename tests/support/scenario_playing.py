"""A playback with its store, shelf and clock, as tests want it."""

from __future__ import annotations

import json
import types

from support.scenario_building import act, play
from taskmock.mockserver.api.bk_sops.documents.flags import NO_FLAGS, Selection
from taskmock.mockserver.api.bk_sops.documents.presenter import PRESENTER
from taskmock.mockserver.api.bk_sops.documents.renderer import Renderer
from taskmock.mockserver.clock import ClockMode, ManualClock
from taskmock.mockserver.core.command import TASK, Command, Verb
from taskmock.mockserver.core.scenario import Scenario
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.poll import Query
from taskmock.mockserver.playback.record import Opening, SessionPlan
from taskmock.mockserver.playback.store import MemoryStore
from taskmock.mockserver.scenarios.catalog import Catalog
from taskmock.mockserver.sessions.task_clock import TaskClock

STEPS = Scenario(name="steps", edition="v2", plays=(play(act("A", 2), act("B", 3), name="Release"),))
FAILS = Scenario(name="fails", edition="v2", plays=(play(act("A", 2), act("B", (2, "no"), 2), name="Release"),))
EVENS = Scenario(name="evens", edition="v1", plays=(play(act("E", 1), ids=("*2", "*4")), play(act("F", 1), ids=("4",))))


class Wall:
    """A wall clock that a test moves."""

    fixed = False

    def __init__(self, moment=1_700_000_000_000):
        self.moment = moment

    def now(self):
        """The moment, in ms since 1970."""
        return self.moment


class Stage:
    """All that plays, in one place."""

    def __init__(self, *, mode="wall", speed=1.0, clock=None, seed="seed", scenarios=(STEPS, FAILS, EVENS), **more):
        self.clock = clock or ManualClock()
        self.store = MemoryStore()
        self.catalog = Catalog(scenarios=scenarios)
        opening = Opening(seed=seed, clock=self.clock, mode=ClockMode(mode), speed=speed)
        self.playback = Playback(opening=opening, store=self.store, catalog=self.catalog, presenter=PRESENTER, **more)
        self.renderer = Renderer()

    def asked(self, task_id="10", *, session="s", flags=NO_FLAGS, quirks=True, **more):
        """A call for a status."""
        return Query(session=session, task_id=task_id, selection=Selection(flags, quirks), **more)

    def poll(self, task_id="10", **more):
        """The answer of a poll: the record after it, its reading and faults, and what the API writes."""
        polled = self.playback.poll(self.asked(task_id, **more))
        return types.SimpleNamespace(
            record=polled.record,
            reading=polled.reading,
            faults=polled.faults,
            request_id=polled.answer_id,
            edition=polled.playing.edition.name,
            **self.renderer.rendered(polled)._asdict(),
        )

    def data(self, task_id="10", **more):
        """What a poll gives, decoded."""
        return json.loads(self.poll(task_id, **more).data)

    def open(self, task_id="10", **more):
        """The key of a task, touched but not polled."""
        return self.playback.open(self.asked(task_id, **more)).key

    def hand(self, key):
        """The clock of a task."""
        return TaskClock(self.playback, key)

    def give(self, key, verb, target=TASK, data=None):
        """Gives a command."""
        return self.playback.command(key, Command(verb=Verb(verb), target=target, data=data))

    def settle(self, session="s", **plan):
        """Settles a session."""
        self.store.replan(session, lambda _: SessionPlan(**plan))


def shape(data):
    """The ids, names and states of a document, as nested lists."""
    return [data.get("id"), data["name"], data["state"], [shape(child) for child in data.get("children", {}).values()]]
