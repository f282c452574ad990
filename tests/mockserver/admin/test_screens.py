"""One `use` link is one screen: opened twice it gives the same moment, and polls leave it as it is."""

import time
from urllib.parse import quote

import freezegun
import pytest

from support.mock_calls import admin, poll, send, states, status_of
from taskmock.mockserver.clock import ClockMode
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.settings import Settings

POLLS = 10


@pytest.fixture(scope="module")
def mock():
    """A mock with the scenarios that are shipped, whose tasks the time of day moves."""
    with MockServer() as server:
        yield server


def opened(mock, query, task="10"):
    """A browser that follows a link: its session's cookie, and a call that polls with it."""
    answer = send(mock.url, f"/__admin/use?{query}")
    assert answer.status == 200, answer.body
    cookie = {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}
    return lambda: send(mock.url, status_of(task), headers=cookie)


def deepest(data):
    """The states on the way to the deepest failed node."""
    found = [data["state"]]
    for child in data.get("children", {}).values():
        if child["state"] == "FAILED":
            return found + deepest(child)
    return found


SCREENS = {
    "failed three levels down": (
        "scenario=nested-subprocess-failure&seek=failed&frozen=true",
        lambda answer: deepest(answer.json["data"]),
        ["FAILED"] * 5,
    ),
    "paused": ("scenario=task-paused&seek=suspended&frozen=true", lambda answer: answer.state, "SUSPENDED"),
    "expired": ("scenario=expired&seek=expired", lambda answer: answer.json["data"]["state"], "EXPIRED"),
    "502 on polls": (
        "task=7&at=20&frozen=true&fault=http:502",
        lambda answer: (answer.status, answer.headers["X-Mock-Reading"].partition(";")[0]),
        (502, "20.000"),
    ),
    "502 on a retry": (
        "scenario=nested-subprocess-failure&seek=failed&frozen=true&fault="
        + quote('{"on": "operations", "http": 502}'),
        lambda answer: deepest(answer.json["data"]),
        ["FAILED"] * 5,
    ),
    "slow answers": (
        "scenario=task-paused&seek=Patch+hosts+start&frozen=true&fault=delay:30ms",
        lambda answer: states(answer.json["data"])["Patch hosts"],
        "RUNNING",
    ),
    "10,000 nodes": (
        "scenario=big-10000&at=3600&frozen=true",
        lambda answer: (answer.state, len(answer.body) > 4_000_000),
        ("FINISHED", True),
    ),
}


@pytest.mark.parametrize("screen", SCREENS)
def test_link_gives_the_same_screen_however_often_it_is_opened_and_polled(mock, screen):
    query, shown, expected = SCREENS[screen]
    task = "7" if "task=7" in query else "10"
    once, again = opened(mock, query, task), opened(mock, query, task)

    answers = [ask() for ask in (once, again) for _ in range(POLLS + 1)]

    assert [shown(answer) for answer in answers] == [expected] * len(answers)
    if "frozen" in query:
        assert len({answer.body for answer in answers}) == 1


def test_slow_answers_are_slow(mock):
    ask = opened(mock, "scenario=task-paused&fault=delay:40ms")
    began = time.monotonic()

    ask()

    assert time.monotonic() - began >= 0.04


def test_answer_names_the_task_that_was_opened(mock):
    answer = send(mock.url, "/__admin/use?scenario=expired&session=bob&seek=end&next=/tasks/10").json

    assert (answer["session"], answer["task"], answer["next"]) == ("bob", "10", "/tasks/10")
    assert send(mock.url, answer["url"]).state == "EXPIRED"


@pytest.mark.parametrize("clock", [mode.value for mode in ClockMode])
def test_moment_is_kept_whatever_moves_the_clock(mock, clock):
    ask = opened(mock, f"scenario=nested-subprocess-failure&clock={clock}&seek=Copy+the+package+end&frozen=true")

    answers = {ask().body for _ in range(POLLS)}

    assert len(answers) == 1
    assert states(ask().json["data"])["Copy the package"] == "FINISHED"


def test_link_that_does_not_stop_the_clock_lets_it_go_on_from_the_moment():
    with freezegun.freeze_time("2024-05-01 12:00:00") as frozen, MockServer() as server:
        ask = opened(server, "scenario=task-paused&seek=Patch+hosts+start&speed=60")
        first = ask()
        frozen.tick(1)
        second = ask()

    assert first.headers["X-Mock-Reading"] == "4.000; poll=1; speed=60"
    assert second.headers["X-Mock-Reading"] == "64.000; poll=2; speed=60"
    assert first.json["data"]["start_time"] == "2024-05-01 19:59:57 +0800"


def test_standing_screen_has_the_date_of_clocks_that_time_does_not_move(mock):
    data = opened(mock, "scenario=task-paused&at=2&frozen=true")().json["data"]

    assert data["start_time"].startswith("2018-04-26")


def test_speed_alone_is_the_sessions(mock):
    admin_url = "/sessions/fast"
    send(mock.url, "/__admin/use?scenario=task-paused&session=fast&speed=60")

    assert admin(mock.url, admin_url)["tasks"] == []
    assert admin(mock.url, f"{admin_url}/tasks/10", "PUT", {})["clock"]["speed"] == 60


@pytest.mark.parametrize(
    ("fault", "listed"),
    [
        ("http:502", [{"http": 502}]),
        ("http: 502", [{"http": 502}]),
        ("empty", [{"empty": True}]),
        ("reset:100", [{"reset": 100}]),
        ("delay:[1s, 2s]", [{"delay": ["1s", "2s"]}]),
        ("body:<b>busy: {}</b>", [{"body": "<b>busy: {}</b>"}]),
        ("rate_limit:{limit: 10, reset: 60s}", [{"rate_limit": {"limit": 10, "reset": "1m"}}]),
        ('{"answers": 2, "http": 502}', [{"answers": 2, "http": 502}]),
        ('[{"delay": "3s"}, {"http": 502, "polls": [1]}]', [{"delay": "3s"}, {"polls": [1], "http": 502}]),
    ],
)
def test_fault_is_said_in_short_or_as_in_scenario_files(mock, fault, listed):
    answer = send(mock.url, f"/__admin/use?session=faulty&scenario=expired&task=10&fault={quote(fault)}")
    assert answer.status == 200, answer.body
    found = admin(mock.url, "/sessions/faulty/tasks/10/faults")["faults"]

    assert [{name: one[name] for name in one if name not in {"had", "added"}} for one in found] == listed


def test_fault_of_a_link_is_that_of_the_task_or_of_all(mock):
    cookies = [
        {"Cookie": send(mock.url, f"/__admin/use?{said}").headers["Set-Cookie"].partition(";")[0]}
        for said in ("fault=http:502", "fault=http:502&at=3", "fault=http:502&task=7", "at=3")
    ]

    statuses = [
        [send(mock.url, status_of(task), headers=cookie).status for task in ("7", "10", "11")] for cookie in cookies
    ]

    assert statuses == [[502] * 3, [502] * 3, [502, 200, 200], [200] * 3]


@pytest.mark.parametrize(
    ("query", "status", "error"),
    [
        ("seek=failed&at=3", 400, "'at' and 'seek' both move the clock"),
        ("scenario=expired&seek=failed", 409, "task 10 of scenario expired never shows FAILED"),
        ("scenario=expired&seek=faild", 400, 'seek is "faild"; allowed: "next", "back", "start"'),
        ("scenario=expired&seek=Copy+failed", 404, "no node is called 'Copy'; there are: 'task', 'Release'"),
        ("scenario=expird&seek=end", 404, "no scenario is called 'expird'; did you mean 'expired'?"),
        ("frozen=yes", 400, 'frozen is "yes"; allowed: boolean'),
        ("at=-1", 400, "at is -1.0; allowed: 0 to 100000000000"),
        ("at=soon", 400, 'at is "soon"; allowed: number'),
        ("speed=0", 400, "speed is 0.0; allowed: more than 0, at most 100000"),
        ("fault=htp:502", 400, "the link's fault:1:3: unknown key 'htp' in a fault; allowed: on, when, "),
        ("fault=http:fine", 400, "the link's fault:1:"),
        ("fault=", 400, "the link's fault:1:"),
        ('fault={"break":{"node":"Nowhere","drop":"state"}}&scenario=expired', 404, "no node is called 'Nowhere'"),
    ],
)
def test_screen_that_cannot_be_changes_nothing(query, status, error):
    with MockServer(settings=Settings()) as server:
        answer = send(server.url, f"/__admin/use?session=anna&{query}".replace('"', "%22"))

        assert answer.status == status, answer.body
        assert answer.json["error"].startswith(error)
        assert "Set-Cookie" not in answer.headers
        assert server.app.playback.store.sessions() == ()


def test_task_that_the_scenario_does_not_play_is_refused(mock):
    text = b"format: 1\nscenario: own\nedition: v2\ntask: {id: [7, 'a*']}\nflow: [A: 1s]\n"
    admin(mock.url, "/scenarios/own", "PUT", text)

    refused = send(mock.url, "/__admin/use?session=own&scenario=own&task=10&seek=end")
    opens = send(mock.url, "/__admin/use?session=own&scenario=own&seek=end").json

    assert (refused.status, refused.json["error"]) == (
        400,
        "the scenario 'own' does not play for the task '10'; allowed: 7, a*",
    )
    assert opens["task"] == "7"


def test_clock_of_a_task_that_was_not_polled_is_set_stopped_and_paced_in_one_call(mock):
    admin(mock.url, "/sessions/new", "PUT", {"scenario": "task-paused"})
    shown = admin(mock.url, "/sessions/new/tasks/10/clock", "POST", {"set": 5, "speed": 10, "frozen": True})

    assert {name: shown["clock"][name] for name in ("seconds", "speed", "frozen")} == {
        "seconds": 5,
        "speed": 10,
        "frozen": True,
    }
    assert (shown["polls"], poll(f"{mock.url}/__s/new")["state"]) == (0, "RUNNING")


def test_speed_of_a_session_changes_its_running_tasks_and_those_to_come():
    with freezegun.freeze_time("2024-05-01 12:00:00") as frozen, MockServer("task-paused") as server:
        admin(server.url, "/sessions/anna/tasks/10", "PUT", {})
        frozen.tick(1)
        shown = admin(server.url, "/sessions/anna/clock", "POST", {"speed": 5})
        frozen.tick(1)
        running = admin(server.url, "/sessions/anna/tasks/10")["clock"]
        new = admin(server.url, "/sessions/anna/tasks/11", "PUT", {})["clock"]

    assert shown["speed"] == 5
    assert (running["seconds"], running["speed"]) == (6, 5)
    assert (new["seconds"], new["speed"]) == (0, 5)
