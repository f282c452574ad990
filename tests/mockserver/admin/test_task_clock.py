"""A task's clock in somebody's hand: what was seen is seen again, to the byte; polls and time move it alike."""

import http.client

import freezegun
import pytest

from support.mock_calls import admin, operate, poll, send, states, status_of
from support.release_scenario import RELEASE
from taskmock.mockserver.clock import ClockMode, ManualClock
from taskmock.mockserver.scenarios import read_scenario
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.settings import Settings, build_app
from taskmock.mockserver.sessions.session import Session

NOON = "2024-05-01 12:00:00"
BUSY = """\
format: 1
scenario: busy
edition: EDITION
start: 1s
dispatch: 50ms
flow:
  - Prepare: {takes: 2s, loop: 3}
  - parallel:
      - [Copy A: {attempts: [{takes: 1s, fails: no route}, {takes: 2s}], auto_retry: {max: 1, after: 500ms}}]
      - - subprocess: Inner
          flow: [Copy B: {attempts: [{takes: 2s, fails: ssh timeout}, {takes: 2s}]}]
events:
  - {when: Copy B FAILED, after: 700ms, retry: Copy B}
  - {at: 4s, pause: task}
  - {at: 6s, resume: task}
"""


def scenario_of(text):
    return read_scenario(text, source="scenario.yaml")


def body_at(server, task, seconds):
    task.clock.set(seconds)
    return send(server.url, status_of(task.id)).body


@pytest.mark.parametrize("edition", ["doc-2019", "v1", "v2"])
@pytest.mark.parametrize("mode", ["wall", "manual", "instant"])
def test_going_back_gives_the_same_bytes(edition, mode):
    settings = Settings(mode=ClockMode(mode), speed=1e-9 if mode == "wall" else 1.0)
    with MockServer(scenario_of(BUSY.replace("EDITION", edition)), settings=settings) as server:
        task = server.play()
        moments = sorted({*task.clock.moments, *(moment + 0.333 for moment in task.clock.moments)})
        first = {moment: body_at(server, task, moment) for moment in moments}

        again = {moment: body_at(server, task, moment) for moment in reversed(moments)}

    assert again == first
    assert len(moments) > 40


@pytest.mark.parametrize("edition", ["doc-2019", "v1", "v2"])
def test_polls_clock_shows_each_change_and_all_of_them_again(edition):
    with MockServer(scenario_of(BUSY.replace("EDITION", edition)), settings=Settings(mode=ClockMode.POLLS)) as server:
        task = server.play()
        first = [send(server.url, status_of()).body for _ in task.clock.moments]
        task.clock.rewind()
        again = [send(server.url, status_of()).body for _ in task.clock.moments]
        ended = send(server.url, status_of()).body

    assert again == first
    assert ended == first[-1]


def test_next_poll_shows_what_was_sought_under_a_polls_clock():
    with MockServer(scenario_of(RELEASE), settings=Settings(mode=ClockMode.POLLS)) as server:
        task = server.play()
        shown = []
        for move in (task.clock.failed, task.clock.back, task.clock.next, task.clock.end, task.clock.rewind):
            move()
            shown.append((task.clock.seconds, poll(server.url)["state"], task.clock.seconds))
        moments = task.clock.moments

    failed = shown[0][0]
    before = moments[moments.index(failed) - 1]
    assert shown == [
        (failed, "FAILED", failed),
        (before, "RUNNING", before),
        (failed, "FAILED", failed),
        (moments[-1], "FAILED", moments[-1]),
        (0, "CREATED", 0),
    ]


def test_frozen_polls_clock_shows_the_same_until_it_goes_on():
    with MockServer(scenario_of(RELEASE), settings=Settings(mode=ClockMode.POLLS)) as server:
        task = server.play()
        poll(server.url)
        poll(server.url)
        task.clock.freeze()
        frozen = {send(server.url, status_of()).body for _ in range(3)}
        stood = task.clock.seconds
        task.clock.run()
        poll(server.url)

        assert (len(frozen), stood, task.clock.seconds) == (1, task.clock.moments[1], task.clock.moments[2])


def test_time_moves_a_manual_clock_that_is_let_go():
    settings = Settings(mode=ClockMode.MANUAL)
    with freezegun.freeze_time(NOON) as frozen, MockServer(scenario_of(RELEASE), settings=settings) as server:
        task = server.play()
        frozen.tick(5)
        before = task.clock.seconds
        task.clock.run()
        frozen.tick(5)

        assert (before, task.clock.seconds) == (0, 5)


def test_clock_at_its_end_stands_where_it_is_put():
    with MockServer(scenario_of(RELEASE), settings=Settings(mode=ClockMode.INSTANT)) as server:
        task = server.play()
        ended = task.clock.seconds
        task.clock.freeze()
        frozen = task.clock.seconds
        task.clock.set(3)

        assert ended == frozen == task.clock.moments[-1]
        assert (task.clock.seconds, poll(server.url)["state"]) == (3, "RUNNING")


def test_two_tabs_do_not_speed_time_up():
    with freezegun.freeze_time(NOON) as frozen, MockServer(scenario_of(RELEASE)) as server:
        connections = [http.client.HTTPConnection(server.url.removeprefix("http://")) for _ in range(2)]
        seen = []
        for _ in range(10):
            for connection in connections:
                connection.request("GET", status_of())
                response = connection.getresponse()
                response.read()
                seen.append(response.headers["X-Mock-Reading"].partition(";")[0])
            frozen.tick(1)
        for connection in connections:
            connection.close()

    assert seen == [f"{second}.000" for second in range(10) for _ in range(2)]


def test_reading_in_wall_time_changes_nothing():
    clock = ManualClock()
    with MockServer(scenario_of(RELEASE), clock=clock) as server:
        clock.set(7)
        bodies = {send(server.url, status_of()).body for _ in range(5)}

    assert len(bodies) == 1


def test_hours_are_not_replayed():
    """Where the clock goes, the engine has been: the task's history is not worked out twice."""
    text = "format: 1\nscenario: hours\nedition: v2\nflow: [Beat: {takes: 1m, loop: 1000}]\n"
    with MockServer(scenario_of(text), clock=ManualClock()) as server:
        task = server.play()
        poll(server.url)
        playback = server.app.playback
        (record,) = playback.store.records("default")
        worked_out = playback.history(record)
        for _ in range(16):
            task.clock.advance(3600)
            poll(server.url)
        task.clock.rewind()
        poll(server.url)
        (moved,) = playback.store.records("default")

    assert moved != record
    assert playback.history(moved) is worked_out


def test_client_and_script_make_the_same_history():
    """A retry in mid-play, over HTTP, is the `events:` entry of that moment."""
    scripted = (
        RELEASE + "events:\n  - {at: 7s, retry: Copy B}\n  - {at: 7500ms, pause: task}\n  - {at: 9s, resume: task}\n"
    )
    clock, other = ManualClock(), ManualClock()
    with (
        MockServer(scenario_of(RELEASE), clock=clock) as by_hand,
        MockServer(scenario_of(scripted), clock=other) as script,
    ):
        poll(by_hand.url)
        for moment, name, said in (
            (7, "operate_node", {"node_id": "Copy B", "action": "retry"}),
            (7.5, "operate_task", {"action": "pause"}),
            (9, "operate_task", {"action": "resume"}),
        ):
            clock.set(moment)
            assert operate(by_hand.url, name, **said)["result"] is True
        one, two = by_hand.play(), script.play()

        assert one.clock.moments == two.clock.moments
        for moment in one.clock.moments:
            assert body_at(by_hand, one, moment) == body_at(script, two, moment)


@pytest.mark.parametrize("mode", ["polls", "manual"])
def test_retry_in_mid_play_is_seen_step_by_step(mode):
    with MockServer(scenario_of(RELEASE), settings=Settings(mode=ClockMode(mode))) as server:
        task = server.play()
        task.clock.failed()
        failed = states(poll(server.url))["Copy B"]
        task.commands.retry("Copy B")
        seen = []
        for _ in range(8):
            if mode == "manual":
                task.clock.next()
            state = states(poll(server.url))["Copy B"]
            seen += [state] if not seen or seen[-1] != state else []

    assert (failed, seen) == ("FAILED", ["READY", "RUNNING", "FINISHED"] if mode == "polls" else seen)
    assert seen[-2:] == ["RUNNING", "FINISHED"]


def test_moment_that_a_command_saw_stays_as_it_was():
    """A command in the very millisecond of a scripted one comes after it, also when all is worked out again."""
    text = RELEASE + "events:\n  - {when: Copy B FAILED, after: 1s, retry: Copy B}\n"
    clock = ManualClock()
    with MockServer(scenario_of(text), clock=clock) as server:
        task = server.play()
        task.clock.failed()
        task.clock.advance(1)
        before = states(poll(server.url))
        task.commands.pause()

        assert before["Copy B"] == "READY"
        assert states(poll(server.url)) == before | {"Release web": "SUSPENDED"}


@pytest.mark.parametrize("move", [lambda clock, n: clock.advance(n), lambda clock, n: clock.set(n)])
@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_clock_refuses_moments_that_are_none(move, seconds):
    app = build_app(Settings(scenario=scenario_of(RELEASE), clock=ManualClock()))
    clock = Session(app.context, "anna").play().clock

    with pytest.raises(ValueError, match="0 to 100000000000 seconds, not"):
        move(clock, seconds)


def test_admin_moves_the_clock_that_python_moves():
    with MockServer(scenario_of(RELEASE), clock=ManualClock()) as server:
        task = server.play()
        admin(server.url, "/sessions/default/tasks/10/clock", "POST", {"seek": "failed"})

        assert poll(server.url)["state"] == "FAILED"
        assert task.clock.seconds in task.clock.moments


def test_speed_of_a_session_makes_its_time_go_faster():
    clock = ManualClock()
    with MockServer(scenario_of(RELEASE), clock=clock) as server:
        admin(server.url, "/sessions/anna", "PUT", {"speed": 60})
        poll(f"{server.url}/__s/anna")
        clock.set(2)

        assert admin(server.url, "/sessions/anna/tasks/10")["clock"]["seconds"] == 120


def test_restarted_task_has_the_epoch_of_its_first_touch():
    clock = ManualClock()
    with MockServer(scenario_of(RELEASE), clock=clock) as server:
        task = server.play()
        clock.set(3)
        first = send(server.url, status_of()).body
        clock.set(50)
        task.clock.restart()
        clock.set(53)

        assert send(server.url, status_of()).body == first
