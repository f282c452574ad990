"""Whatever is done to a clock, in any order, it reads what the law says, in this process and in any other."""

import json
import random
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from support.clock_model import PAUSED, SECONDS, ClockModel, packed, read
from support.places import ROOT
from support.properties import examples
from support.scenario_playing import Stage, Wall
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.sessions.task_clock import NoSpeedError, Turn

MODES = ("wall", "polls", "manual", "instant")
SPEEDS = (0.125, 1.0, 2.5, 60.0, 1000.0)  # each an exact binary fraction, so that the model is exact

MOVES = {
    "seek": st.sampled_from(sorted(SECONDS)),
    "set": st.integers(0, 70_000),
    "advance": st.integers(0, 9_000),
    "restart": st.just(True),
}
TURNS = st.builds(
    lambda move, speed, frozen: dict(move) | speed | frozen,
    st.just(()) | st.one_of(*(st.tuples(st.tuples(st.just(name), values)) for name, values in MOVES.items())),
    st.just({}) | st.fixed_dictionaries({"speed": st.sampled_from(SPEEDS)}),
    st.just({}) | st.fixed_dictionaries({"frozen": st.booleans()}),
)
STEPS = st.one_of(
    st.tuples(st.just("wait"), st.integers(0, 8_000)), st.tuples(st.just("turn"), TURNS), st.just(("poll", 1))
)


class Play:
    """A clock and its model, to which the same is done."""

    def __init__(self, mode, speed):
        self.stage = Stage(mode=mode, speed=speed, clock=Wall(), default="paused", scenarios=(PAUSED,))
        self.key = self.stage.open()
        self.hand = self.stage.hand(self.key)
        self.model = ClockModel(mode, speed)

    def step(self, what, value):
        """One step of both, which then agree."""
        getattr(self, what)(value)
        assert round(self.hand.seconds * SECOND) == self.model.reading

    def wait(self, span):
        self.stage.clock.moment += span
        self.model.wait(span)

    def poll(self, _):
        assert self.stage.poll().reading.moment == self.model.poll()

    def turn(self, said):
        if "speed" in said and self.model.mode == "polls":
            before = self.stage.playback.record(self.key)
            try:
                self.hand.turn(Turn(**said))
            except NoSpeedError:
                assert self.stage.playback.record(self.key) == before
                return
            raise AssertionError("polls have no speed")
        self.hand.turn(Turn(**said))
        if "restart" in said:
            self.model.restart()
        for name, move in (("seek", self._sought), ("set", int), ("advance", self.model.reading.__add__)):
            if name in said:
                self.model.put(move(said[name]))
        if "speed" in said:
            self.model.pace(said["speed"])
        if "frozen" in said:
            self.model.stop(stops=said["frozen"])

    @staticmethod
    def _sought(name):
        return round(SECONDS[name] * SECOND)


@examples(150)
@given(mode=st.sampled_from(MODES), speed=st.sampled_from(SPEEDS), steps=st.lists(STEPS, max_size=14))
def test_any_sequence_gives_the_readings_of_the_law(mode, speed, steps):
    played = Play(mode, speed)

    for what, value in steps:
        played.step(what, value)


def drawn(number):
    """A play in which much was done to the clock, by a number."""
    chance = random.Random(number)
    played = Play(chance.choice(MODES), chance.choice(SPEEDS))
    for _ in range(12):
        match chance.choice(["wait", "poll", "turn"]):
            case "wait":
                played.step("wait", chance.randint(0, 5000))
            case "poll":
                played.step("poll", 1)
            case _:
                said = {"seek": chance.choice(sorted(SECONDS))} if chance.random() < 0.5 else {}
                said |= {"frozen": chance.random() < 0.5} if chance.random() < 0.5 else {}
                said |= {"speed": chance.choice(SPEEDS)} if played.model.mode != "polls" else {}
                played.step("turn", said)
    return played


def test_any_clock_goes_on_in_another_process():
    plays = [drawn(number) for number in range(40)]
    waits = (0, 1, 333, 20_000)
    packs = [
        packed(played.stage.playback.record(played.key), [played.stage.clock.moment + wait for wait in waits])
        for played in plays
    ]
    result = subprocess.run(
        [sys.executable, "-m", "support.clock_model"],
        cwd=ROOT / "tests",
        input=json.dumps(packs),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    elsewhere = json.loads(result.stdout)

    assert elsewhere == [read(pack) for pack in packs]
    for played, found in zip(plays, elsewhere, strict=True):
        readings, passed = [], 0
        for wait in waits:
            played.model.wait(wait - passed)
            passed = wait
            readings.append(played.model.reading)
        assert [round(reading * SECOND) for reading, _ in found] == readings
