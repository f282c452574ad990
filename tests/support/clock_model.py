"""A task's clock by the plain sentences of the law, beside which the real one is put; and a process that reads clocks.

`python -m support.clock_model` reads a JSON list of serialized records, each with moments of the wall's time, from its
input, and prints the readings and answers that each gives at them.
"""

from __future__ import annotations

import bisect
import hashlib
import json
import sys
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from support.scenario_building import act, play, scripted, sub
from support.scenario_playing import Stage, Wall
from taskmock.mockserver.core.scenario import Scenario
from taskmock.mockserver.playback.record import Record
from taskmock.mockserver.sessions.keeping.codec import Codec

PAUSED = Scenario(
    name="paused",
    edition="v2",
    plays=(
        play(
            act("A", 2),
            sub("In", act("B", (3, "no"), 3), act("C", 1)),
            events=(scripted(1, "pause"), scripted(9, "resume"), scripted(20, "retry", "B")),
            name="Release",
            start=500,
            dispatch=0,
            expires=60_000,
        ),
    ),
)
"""A task that is paused, resumed, fails, is retried and expires."""

SECONDS = {
    "start": 0,
    "suspended": 1,
    "task SUSPENDED": 1,
    "failed": 12,
    "FAILED": 12,
    "task running": 0.5,
    "expired": 60,
    "A start": 0.5,
    "A end": 2.5,
    "In start": 9,
    "In failed": 12,
    "In / B start": 9,
    " B  failed ": 12,
    "B RUNNING": 9,
    "B end": 23,
    "C FINISHED": 24,
    "In end": 24,
}
"""When what names name happens to that task."""

MOMENTS = (0, 500, 1000, 2500, 9000, 12_000, 20_000, 23_000, 24_000, 60_000)
"""When its answer changes, in ms."""


class Script(NamedTuple):
    """A scenario called `paused`, when what names name happens in it, and when its answer changes."""

    scenario: Scenario
    seconds: Mapping[str, float]
    moments: tuple[int, ...]


SCRIPTS = (
    Script(PAUSED, SECONDS, MOMENTS),
    Script(
        Scenario(
            name="paused",
            edition="v2",
            plays=(play(act("A", 2), act("B", (3, "no")), start=500, dispatch=0, expires=60_000),),
        ),
        {"start": 0, "failed": 5.5, "task running": 0.5, "expired": 60, "A end": 2.5, "B start": 2.5, "B end": 5.5},
        (0, 500, 2500, 5500, 60_000),
    ),
)
"""That task, and what an edit makes of it."""


class ClockModel:
    """Where a clock is, on an exact line of numbers: what stands, stands; what runs, runs at its speed.

    One that polls move is at a change, `shown`, and knows the `coming` one.
    """

    def __init__(self, mode, speed):
        self.moments = MOMENTS
        self.mode, self.speed = mode, Fraction(speed)
        self.place, self.runs = Fraction(0), mode == "wall"
        self.shown = self.coming = 0
        self.stopped = False

    @property
    def reading(self):
        """The ms that the clock shows."""
        if self.mode == "instant":
            return self.moments[-1]
        return self.moments[min(self.shown, len(self.moments) - 1)] if self.mode == "polls" else round(self.place)

    def wait(self, span):
        """Time passes."""
        self.place += span * self.speed * self.runs

    def poll(self):
        """The reading of one poll."""
        if self.mode == "polls" and not self.stopped:
            self.shown = min(self.coming, len(self.moments) - 1)
            self.coming = self.shown + 1
        return self.reading

    def put(self, moment):
        """The clock goes to a moment; one that was at its end from the start stands there."""
        if self.mode == "polls":
            self.shown = self.coming = bisect.bisect_right(self.moments, moment) - 1
        else:
            self.place, self.mode = Fraction(moment), "wall"

    def pace(self, speed):
        """Another speed, from the millisecond that it shows."""
        if self.runs:
            self.place = Fraction(self.reading)
        self.speed = Fraction(speed)

    def stop(self, *, stops):
        """The clock stops where it is, or goes on."""
        self.stopped = stops
        if self.mode != "polls":
            self.place, self.mode, self.runs = Fraction(self.reading), "wall", not stops

    def restart(self):
        """Back to the creation; what moves it, and whether it stands, stays."""
        self.place, self.shown, self.coming = Fraction(0), 0, 0


CODEC = Codec()


def packed(record, script, clock_moments):
    """A record as data, the number of its script, and moments of the wall's time at which it is to be read."""
    return {"record": CODEC.text(Record, record), "script": script, "at": clock_moments}


def read(pack):
    """What a record gives at each moment: its reading, and a digest of its answer."""
    record, found = CODEC.value(Record, pack["record"]), []
    for now in pack["at"]:
        stage = Stage(mode="wall", clock=Wall(now), default="paused", scenarios=[SCRIPTS[pack["script"]].scenario])
        key = stage.store.open(record.key, lambda: record).key
        reading = stage.hand(key).seconds
        found.append([reading, hashlib.sha256(stage.poll().data).hexdigest()])
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps([read(pack) for pack in json.load(sys.stdin)]))
