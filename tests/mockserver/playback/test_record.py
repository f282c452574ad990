"""Records: how they begin, and what is drawn from them."""

import pytest

from support.scenario_playing import Wall
from taskmock.mockserver.clock import EPOCH, ClockMode, ManualClock
from taskmock.mockserver.core.task_time import TaskTime
from taskmock.mockserver.playback.record import Opening, Record, RecordKey, SessionPlan

KEY = RecordKey("s", "steps", "10")


def record(**more):
    return Record(key=KEY, digest="d", seed="x", epoch=0, **more)


def test_draws_depend_on_seed_scenario_and_task_not_on_the_session():
    assert record().draw_key == "x:steps:10"


@pytest.mark.parametrize(
    ("clock", "mode", "epoch", "frozen"),
    [
        (Wall(7000), "wall", 7000, False),
        (Wall(7000), "polls", EPOCH, False),
        (Wall(7000), "manual", EPOCH, True),
        (Wall(7000), "instant", EPOCH, False),
        (ManualClock(), "wall", EPOCH, False),
        (ManualClock(), "manual", EPOCH, False),
    ],
)
def test_record_begins_now_by_the_wall_and_at_the_documents_time_else(clock, mode, epoch, frozen):
    made = Opening(seed="x", clock=clock, mode=ClockMode(mode)).record(KEY, "d", SessionPlan())

    assert made.epoch == epoch
    assert made.time == TaskTime(mode=ClockMode(mode), anchor=epoch, frozen=frozen)
    assert made.log == ()


def test_plan_of_the_session_goes_before_the_server():
    opening = Opening(seed="x", clock=Wall(), speed=2.0)

    made = opening.record(KEY, "d", SessionPlan(mode=ClockMode.POLLS, speed=5.0))

    assert (made.time.mode, made.time.speed) == ("polls", 5.0)
    assert opening.record(KEY, "d", SessionPlan()).time.speed == 2.0
