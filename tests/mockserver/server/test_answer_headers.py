"""What every answer tells besides its body, and the header that picks a scenario for one call."""

import pytest

from support.app_calls import ask, assert_envelope, assert_strict, target
from support.mock_calls import send
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.core.flow import SECOND, Activity, Attempt
from taskmock.mockserver.core.scenario import Play, Scenario
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.settings import Settings

COPY = Scenario(name="copy", plays=(Play(name="Copy", flow=(Activity(name="Copy A"),)),))
FAIL = Scenario(
    name="发布 50%",
    edition="v2",
    plays=(Play(flow=(Activity(name="A", attempts=(Attempt(fails="disk full"),)),)),),
)


def test_answer_tells_session_scenario_seed_and_reading():
    clock = ManualClock()
    with MockServer(clock=clock, settings=Settings(seed="ä 7")) as server:
        send(server.url, target())
        clock.advance(1.5)

        answer = send(server.url, target())

    told = {name: value for name, value in answer.headers.items() if name.startswith("X-Mock-")}
    assert told.pop("X-Mock-Link").startswith("/__admin/replay?scenario=generated&digest=")
    assert told == {
        "X-Mock-Session": "default",
        "X-Mock-Scenario": "generated",
        "X-Mock-Seed": "%C3%A4%207; generator=1; engine=2",
        "X-Mock-Reading": "1.500; poll=2; clock=manual",
    }
    assert answer.headers["Content-Type"] == "application/json"


def test_scenario_header_picks_a_scenario_for_one_call(mock):
    mock.app.playback.catalog.add(COPY)

    picked = send(mock.url, target(), headers={"X-Mock-Scenario": "copy"})
    other = send(mock.url, target())

    assert picked.headers["X-Mock-Scenario"] == "copy"
    assert other.headers["X-Mock-Scenario"] == "generated"
    assert picked.json["data"]["id"] != other.json["data"]["id"]


def test_scenario_header_takes_what_the_answer_tells(mock):
    mock.app.playback.catalog.add(FAIL)
    told = send(mock.session().play(FAIL).url).headers["X-Mock-Scenario"]

    answer = send(mock.url, target(), headers={"X-Mock-Scenario": told})

    assert told == "%E5%8F%91%E5%B8%83%2050%25"
    assert answer.headers["X-Mock-Scenario"] == told
    assert_strict(answer, "v2")


def test_scenario_header_wins_over_the_servers_scenario():
    with MockServer(COPY, clock=ManualClock()) as server:
        answers = [send(server.url, target(), headers={"X-Mock-Scenario": name}) for name in ("generated", "")]

    assert [answer.headers["X-Mock-Scenario"] for answer in answers] == ["generated", "copy"]


def test_unknown_scenario_is_refused(app):
    app.playback.catalog = type(app.playback.catalog)(scenarios=[COPY])

    answer = ask(app, target(), headers={"X-Mock-Scenario": "copi"})

    message = "no scenario is called 'copi'; did you mean 'copy'? (`taskmock scenarios list` shows all; or name a file)"
    assert_envelope(answer, 1306000, message, status=400)


def test_scenario_plays_for_its_own_tasks_only(mock):
    plays = (Play(ids=("1?",), flow=(Activity(name="A"),)),)
    mock.app.playback.catalog.add(Scenario(name="teens", plays=plays))

    told = [
        send(mock.url, target(task_id=task_id), headers={"X-Mock-Scenario": "teens"}).headers["X-Mock-Scenario"]
        for task_id in ("15", "20")
    ]

    assert told == ["teens", "generated"]


def test_expired_task_is_refused_in_the_documents_edition(mock):
    play = Play(flow=(Activity(name="A"),), expires=10 * SECOND)
    task = mock.play(Scenario(name="cleaned", plays=(play,)))
    task.clock.set(10)

    answer = send(task.url)

    assert_envelope(answer, 3599999, "task[id=10] get status error: the task's history has expired")
    assert answer.headers["X-Mock-Reading"] == "10.000; poll=1; clock=manual"


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_expired_task_has_a_form_of_its_own_in_later_editions(mock, edition):
    play = Play(name="Clean up", flow=(Activity(name="A"),), expires=10 * SECOND)
    task = mock.play(Scenario(name="cleaned", plays=(play,), edition=edition))
    task.clock.set(10)

    answer = send(task.url)

    assert_strict(answer, edition)
    assert answer.json["data"] == {"state": "EXPIRED", "name": "Clean up"}


def test_request_id_is_the_same_for_the_same_reading():
    ids = []
    for _ in range(2):
        clock = ManualClock()
        with MockServer(clock=clock) as server:
            first, again = (send(server.url, target()).json["request_id"] for _ in range(2))
            clock.advance(1)
            later = send(server.url, target()).json["request_id"]
            refused = send(server.url, "/nowhere").json["request_id"]
        ids.append((first, again, later, refused))

    assert ids[0] == ids[1]
    assert ids[0][0] == ids[0][1]
    assert len(set(ids[0])) == 3


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ({}, ""),
        ({"speed": 60}, "; speed=60"),
        ({"clock": "polls"}, "; clock=polls"),
        ({"clock": "manual"}, "; clock=manual"),
        ({"clock": "instant"}, "; clock=instant"),
        ({"clock": ManualClock()}, "; clock=manual"),
    ],
)
def test_reading_tells_what_moves_the_clock_where_it_is_not_the_walls_time(terms, told):
    settings = Settings(speed=terms["speed"]) if "speed" in terms else Settings()
    with MockServer(settings=settings, **{name: value for name, value in terms.items() if name == "clock"}) as server:
        reading = send(server.url, target()).headers["X-Mock-Reading"]

    assert reading.partition("; poll=1")[2] == told


def test_reading_tells_that_the_clock_is_stopped(mock):
    task = mock.session().play(COPY)
    task.clock.freeze()

    assert send(task.url).headers["X-Mock-Reading"].endswith("; poll=1; clock=stopped")
