"""The shipped scenarios, and ways to play one without a server: by polls, by a clock that is set, at once."""

from __future__ import annotations

import functools

from taskmock.mockserver.api.bk_sops.documents.presenter import PRESENTER
from taskmock.mockserver.api.bk_sops.documents.renderer import Renderer
from taskmock.mockserver.clock import ClockMode, ManualClock
from taskmock.mockserver.dry_run.frames import endless, frame_of
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.poll import Query
from taskmock.mockserver.playback.record import Opening
from taskmock.mockserver.playback.store import MemoryStore
from taskmock.mockserver.scenarios.catalog import LIBRARY, Catalog
from taskmock.mockserver.sessions.task_clock import TaskClock

NAMES = tuple(sorted(path.stem for path in LIBRARY.glob("*.yaml")))
LARGE = ("big-1000", "big-10000", "deep-30", "wide-500")
"""Those whose answers are looked at at a few moments only."""

PLAYED_LARGE = tuple(name for name in LARGE if name != "big-10000")
"""Those that are played for what is the same in ten times as many nodes."""

SMALL = tuple(name for name in NAMES if name not in LARGE)
ASKED = Query(session="default", task_id="10")


@functools.cache
def scenario(name):
    """A shipped scenario."""
    return Catalog().scenario(name)


class Stand:
    """One scenario in a playback of its own, with the clock that moves it."""

    def __init__(self, name, mode, *, edition=None):
        self.clock = ManualClock()
        self.playback = Playback(
            opening=Opening(seed="0", clock=self.clock, mode=mode),
            store=MemoryStore(),
            catalog=Catalog(scenarios=[scenario(name)]),
            presenter=PRESENTER,
            default=name,
            edition=edition,
        )
        self.renderer = Renderer()
        self.key = self.playback.open(ASKED).key

    @property
    def history(self):
        return self.playback.history(self.playback.record(self.key))

    def poll(self):
        """The next frame, and whether it would be followed by the same one for ever."""
        polled = self.playback.poll(ASKED)
        return frame_of(polled, self.renderer), endless(polled.faults)

    def at(self, moment):
        """The frame at a moment in ms, by somebody's hand on the task's clock."""
        TaskClock(self.playback, self.key).set(moment / 1000)
        return self.poll()[0]


def by_wall(name):
    """What a client gets that polls at every change of the tree, and again where the tree was kept from it."""
    stand, found = Stand(name, ClockMode.WALL), []
    for moment in stand.history.moments:
        stand.clock.set(moment / 1000)
        while True:
            frame, stuck = stand.poll()
            found.append(frame)
            if stuck:
                return tuple(found)
            if isinstance(frame.body, dict) and frame.body.get("data") and frame.status == 200:
                break
    return tuple(found)


def few_moments(history):
    """The first moments of a task, some from its midst, and its last."""
    moments = history.moments
    return tuple(dict.fromkeys([*moments[:3], moments[len(moments) // 2], moments[-1]]))


def nodes(data):
    """Every node of an answer's `data` by its name, the later of two in the place of the first."""
    found, waiting = {}, [data]
    while waiting:
        node = waiting.pop()
        found[node["name"]] = node
        waiting.extend((node.get("children") or {}).values())
    return found


def states(frames):
    """The states of the task in order, each once where it stays."""
    found = []
    for frame in frames:
        if not found or found[-1] != frame.state:
            found.append(frame.state)
    return found
