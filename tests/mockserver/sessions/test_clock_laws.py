"""Whatever is done to a clock, in any order, it reads what the law says, in this process and in any other."""

import json
import random
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from support.clock_model import PAUSED, SCRIPTS, ClockModel, packed, read
from support.places import ROOT
from support.properties import examples
from support.scenario_playing import Stage, Wall
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.sessions.task_clock import NoSpeedError, Turn

MODES = ("wall", "polls", "manual", "instant")
SPEEDS = (0.125, 1.0, 2.5, 60.0, 1000.0)  # each an exact binary fraction, so that the model is exact

MOVES = {
    "seek": lambda chance: chance.random(),
    "set": lambda chance: chance.randint(0, 70_000),
    "advance": lambda chance: chance.randint(0, 9_000),
    "restart": lambda _: True,
}


class Play:
    """A clock and its model, to which the same is done."""

    def __init__(self, mode, speed):
        self.stage = Stage(mode=mode, speed=speed, clock=Wall(), default="paused", scenarios=(PAUSED,))
        self.key = self.stage.open()
        self.hand = self.stage.hand(self.key)
        self.model = ClockModel(mode, speed)
        self.script = 0

    def step(self, what, value):
        """One step of both, which then read the same."""
        getattr(self, what)(value)
        assert round(self.hand.seconds * SECOND) == self.model.reading

    def wait(self, span):
        self.stage.clock.moment += span
        self.model.wait(span)

    def poll(self, _):
        assert self.stage.poll().reading.moment == self.model.poll()

    def edit(self, script):
        """The scenario becomes another one: the clock stays where it is, one that polls move at its change."""
        self.script = script
        self.stage.catalog.add(SCRIPTS[script].scenario)
        self.model.moments = SCRIPTS[script].moments

    def turn(self, said):
        if "seek" in said:
            names = sorted(SCRIPTS[self.script].seconds)
            said = said | {"seek": names[int(said["seek"] * len(names))]}
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

    def _sought(self, name):
        return round(SCRIPTS[self.script].seconds[name] * SECOND)


def drawn(number):
    """A play in which much is done to the clock, by a number."""
    chance = random.Random(number)
    played = Play(chance.choice(MODES), chance.choice(SPEEDS))
    for _ in range(chance.randint(1, 14)):
        match chance.choice(["wait", "wait", "poll", "poll", "turn", "turn", "turn", "turn", "edit"]):
            case "edit":
                played.step("edit", chance.randint(0, 1))
            case "wait":
                played.step("wait", chance.randint(0, 5000))
            case "poll":
                played.step("poll", 1)
            case _:
                move = chance.choice([None, None, *MOVES])
                said = {move: MOVES[move](chance)} if move else {}
                said |= {"frozen": chance.random() < 0.4} if chance.random() < 0.5 else {}
                said |= {"speed": chance.choice(SPEEDS)} if chance.random() < 0.4 else {}
                played.step("turn", said)
    return played


@examples(300)
@given(number=st.integers(0, 2**32 - 1))
def test_any_sequence_gives_the_readings_of_the_law(number):
    assert drawn(number).hand.seconds >= 0


def test_any_clock_goes_on_in_another_process():
    plays = [drawn(number) for number in range(40)]
    waits = (0, 1, 333, 20_000)
    packs = [
        packed(
            played.stage.playback.record(played.key),
            played.script,
            [played.stage.clock.moment + wait for wait in waits],
        )
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
