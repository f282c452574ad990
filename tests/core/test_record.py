"""Records: how they begin, and how far time has moved them."""

import pytest
from stagehand import Wall

from taskmock.mockserver.clock import EPOCH, FURTHEST, ClockMode, ManualClock
from taskmock.mockserver.playback.record import Opening, Record, RecordKey, SessionPlan

KEY = RecordKey("s", "steps", "10")


def record(**more):
    return Record(key=KEY, digest="d", seed="x", epoch=0, **more)


@pytest.mark.parametrize(
    ("more", "now", "reading"),
    [
        ({}, 5000, 5000),
        ({"anchor": 1000}, 5000, 4000),
        ({"anchor": 1000, "offset": 300}, 5000, 4300),
        ({"speed": 2.5}, 1000, 2500),
        ({"speed": 0.001}, 1499, 1),
        ({"anchor": 9000}, 5000, 0),
        ({"speed": 1e300}, 5000, FURTHEST * 1000),
        ({"offset": 700, "frozen": True}, 5000, 700),
    ],
)
def test_reading_follows_time_from_its_anchor_at_its_speed(more, now, reading):
    assert record(**more).timed_reading(now) == reading


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

    assert (made.epoch, made.anchor, made.mode, made.frozen) == (epoch, epoch, mode, frozen)
    assert (made.polls, made.steps, made.log) == (0, 0, ())


def test_plan_of_the_session_goes_before_the_server():
    opening = Opening(seed="x", clock=Wall(), speed=2.0)

    made = opening.record(KEY, "d", SessionPlan(mode=ClockMode.POLLS, speed=5.0))

    assert (made.mode, made.speed) == ("polls", 5.0)
    assert opening.record(KEY, "d", SessionPlan()).speed == 2.0
