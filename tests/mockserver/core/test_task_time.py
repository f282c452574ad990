"""The clock of a task: its readings, by whatever it is moved, are those of the functions that it has replaced."""

import bisect
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskmock.mockserver.core.task_time import FURTHEST, ClockMode, TaskTime

MODES = list(ClockMode)


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
    assert TaskTime(**more).reading((0,), now) == reading


def test_speed_counts_from_the_moment_at_which_it_changes():
    time = TaskTime.begun(ClockMode.WALL, 1.0, 0)

    faster = time.at_speed(60.0, (0,), 1000)
    slower = faster.at_speed(0.5, (0,), 2000)

    assert [time.reading((0,), 1000), faster.reading((0,), 2000), slower.reading((0,), 4000)] == [1000, 61_000, 62_000]
    assert [one.told(by_hand=False) for one in (time, faster, slower)] == ["", "speed=60", "speed=0.5"]


def test_speed_of_a_standing_clock_counts_once_it_goes_on():
    time = TaskTime.begun(ClockMode.MANUAL, 1.0, 0).at_speed(60.0, (0,), 5000)

    assert (time.reading((0,), 9000), time.resumed((0,), 9000).reading((0,), 10_000)) == (0, 60_000)


def test_speed_is_told_as_exactly_as_it_counts():
    assert TaskTime(speed=1234.5678).told(by_hand=False) == "speed=1234.5678"


class Before:
    """The clock's fields and the functions that moved them before they were one value."""

    def __init__(self, mode, speed, start, *, fixed):
        frozen = mode is ClockMode.MANUAL and not fixed
        self.fields = types.SimpleNamespace(
            mode=mode, anchor=start, speed=speed, offset=0, frozen=frozen, polls=0, steps=0, sought=False
        )

    def set(self, **fields):
        vars(self.fields).update(fields)

    def timed_reading(self, now):
        record = self.fields
        if record.frozen:
            return record.offset
        moment = record.offset + (now - record.anchor) * record.speed
        return round(max(0.0, min(moment, FURTHEST * 1000)))

    def reading(self, moments, now):
        record, last = self.fields, len(moments) - 1
        match record.mode:
            case ClockMode.POLLS:
                step = record.steps if record.sought else record.steps - 1
                return moments[max(0, min(step, last))]
            case ClockMode.INSTANT:
                return moments[last]
            case _:
                return self.timed_reading(now)

    def poll(self, moments, now, good):
        record = self.fields
        polled = record.mode is ClockMode.POLLS and not record.frozen
        step = min(record.steps, len(moments) - 1)
        shown = moments[step] if polled else self.reading(moments, now)
        self.set(
            polls=record.polls + 1,
            steps=min(record.steps + (good and polled), len(moments)),
            sought=record.sought and not (good and polled),
        )
        return shown

    def command(self, moments, now):
        return self.reading(moments, now) + (self.fields.mode is ClockMode.POLLS)

    def move(self, moments, now, moment):
        record = self.fields
        if record.mode is ClockMode.POLLS:
            self.set(steps=bisect.bisect_right(moments, moment) - 1, sought=True)
        else:
            stands = record.frozen or record.mode is ClockMode.INSTANT
            self.set(anchor=now, offset=moment, mode=self.held_mode(), frozen=stands)

    def stand(self, moments, now, frozen):
        if self.fields.mode is ClockMode.POLLS:
            self.set(frozen=frozen)
        else:
            mode = self.held_mode() if frozen else ClockMode.WALL
            self.set(anchor=now, offset=self.reading(moments, now), mode=mode, frozen=frozen)

    def pace(self, moments, now, speed):
        record = self.fields
        if record.mode in {ClockMode.WALL, ClockMode.MANUAL} and not record.frozen:
            self.set(anchor=now, offset=self.reading(moments, now))
        self.set(speed=speed)

    def held_mode(self):
        mode = self.fields.mode
        return ClockMode.MANUAL if mode is ClockMode.INSTANT else mode

    def restart(self, now):
        self.set(anchor=now, offset=0, polls=0, steps=0, sought=False)


HISTORIES = st.sets(st.integers(1, 20_000), max_size=6).map(lambda found: (0, *sorted(found)))
STEPS = st.one_of(
    st.tuples(st.just("poll"), st.booleans()),
    st.tuples(st.just("wait"), st.integers(-500, 8_000)),
    st.tuples(st.just("move"), st.integers(0, 25_000)),
    st.tuples(st.just("speed"), st.sampled_from([0.001, 0.5, 1.0, 60.0, 1e5])),
    st.tuples(st.sampled_from(["stop", "resume", "restart"]), st.none()),
    st.tuples(st.just("edit"), HISTORIES),
)


@given(
    mode=st.sampled_from(MODES),
    speed=st.sampled_from([0.001, 1.0, 2.5, 1e300]),
    fixed=st.booleans(),
    moments=HISTORIES,
    steps=st.lists(STEPS, max_size=20),
)
def test_every_sequence_of_operations_gives_the_readings_of_before(mode, speed, fixed, moments, steps):
    now = 1_000_000
    time, before = TaskTime.begun(mode, speed, now, follows=fixed), Before(mode, speed, now, fixed=fixed)
    for step, value in steps:
        match step:
            case "poll":
                assert time.next_reading(moments, now) == before.poll(moments, now, value)
                time = time.after_poll(moments, good=value)
            case "wait":
                now += value
            case "move":
                before.move(moments, now, value)
                time = time.moved_to(value, moments, now)
            case "speed":
                read = time.reading(moments, now)
                before.pace(moments, now, value)
                time = time.at_speed(value, moments, now)
                assert time.reading(moments, now) == read
            case "stop" | "resume":
                before.stand(moments, now, step == "stop")
                time = (time.stopped if step == "stop" else time.resumed)(moments, now)
            case "restart":
                before.restart(now)
                time = time.restarted(now)
            case "edit":
                moments = value

        assert time.reading(moments, now) == before.reading(moments, now)
        assert time.at_command(moments, now) == before.command(moments, now)
        assert time.has_shown_all(moments) == (before.fields.steps >= len(moments))
        assert time == TaskTime(**vars(before.fields))
