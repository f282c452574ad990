"""Any moment can be taken away: as a scenario file that plays the same, and as a link that leads to it."""

import json
import re
from urllib.parse import urlencode

import pytest

from support.mock_calls import admin, operate, poll, send, states, status_of
from support.release_scenario import RELEASE
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.scenarios import read_scenario
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.settings import Settings

TASK = "/sessions/anna/tasks/10"


@pytest.fixture
def other():
    """Another mock that knows the same scenario, with another seed and the wall's clock."""
    with MockServer(settings=Settings(seed="other")) as server:
        server.app.playback.catalog.add(read_scenario(RELEASE, source="release.yaml"))
        yield server


def at_moments(server, session, moments):
    """The bytes of the answers at these moments, the reading's poll aside."""
    found = []
    for moment in moments:
        admin(server.url, f"/sessions/{session}/tasks/10/clock", "POST", {"set": moment})
        found.append(send(f"{server.url}/__s/{session}", status_of()).body)
    return found


def played(mock, clock):
    """A task whose failed node was retried by hand, and to which somebody called back."""
    admin(mock.url, TASK, "PUT", {})
    clock.set(7.5)
    assert states(poll(f"{mock.url}/__s/anna"))["Copy B"] == "FAILED"
    operate(f"{mock.url}/__s/anna", "operate_node", node_id="Copy B", action="retry")
    clock.set(12)
    operate(f"{mock.url}/__s/anna", "node_callback", node_id="Approve")
    return admin(mock.url, TASK)


def test_scenario_file_plays_the_same_bytes(mock, clock):
    changes = played(mock, clock)["clock"]["changes"]
    taken = send(mock.url, f"/__admin{TASK}/scenario")

    with MockServer(
        read_scenario(taken.body, source="taken"), clock=ManualClock(), settings=Settings(seed="7")
    ) as another:
        admin(another.url, TASK, "PUT", {})
        again = at_moments(another, "anna", changes)

    assert taken.headers["Content-Type"] == "application/yaml; charset=utf-8"
    assert taken.body.startswith(b'# taskmock serve --seed "7" --scenario FILE\nformat: 1\n')
    assert b"{at: 7500ms, retry: Copy B}" in taken.body
    assert again == at_moments(mock, "anna", changes)
    assert len(set(again)) > 10


def test_generated_task_can_be_taken_away(clock):
    with MockServer(clock=clock, settings=Settings(seed="7", edition="v2")) as mock:
        admin(mock.url, TASK, "PUT", {})
        admin(mock.url, f"{TASK}/clock", "POST", {"seek": "next"})
        admin(mock.url, f"{TASK}/commands", "POST", {"commands": [{"pause": "task"}]})
        changes = admin(mock.url, TASK)["clock"]["changes"]
        text = send(mock.url, f"/__admin{TASK}/scenario").body
        expected = at_moments(mock, "anna", changes)

    with MockServer(read_scenario(text, source="t"), clock=ManualClock(), settings=Settings(seed="7")) as another:
        admin(another.url, TASK, "PUT", {})
        assert at_moments(another, "anna", changes) == expected


def test_recorded_answers_can_be_taken_away(mock):
    frames = {
        "format": 1,
        "scenario": "seen",
        "frames": [{"at": "0s", "body": {"result": True, "data": {"state": "CREATED"}}}],
    }
    admin(mock.url, "/scenarios/seen", "PUT", frames)
    admin(mock.url, TASK, "PUT", {"scenario": "seen"})

    text = send(mock.url, f"/__admin{TASK}/scenario").body

    scenario = read_scenario(text, source="taken")
    assert [frame.body for frame in scenario.plays[0].frames] == [{"result": True, "data": {"state": "CREATED"}}]


def test_command_in_the_same_millisecond_as_a_script_keeps_its_place(mock, clock):
    """What a scripted `when` did at 8 s came before the command that somebody gave who saw it."""
    script = RELEASE.replace("release", "scripted") + "events:\n  - {when: Copy B FAILED, after: 1s, retry: Copy B}\n"
    admin(mock.url, "/scenarios/scripted", "PUT", script.encode())
    admin(mock.url, TASK, "PUT", {"scenario": "scripted"})
    admin(mock.url, f"{TASK}/clock", "POST", {"seek": "failed"})
    admin(mock.url, f"{TASK}/clock", "POST", {"advance": 1})
    assert states(poll(f"{mock.url}/__s/anna"))["Copy B"] == "READY"
    admin(mock.url, f"{TASK}/commands", "POST", {"commands": [{"pause": "task"}]})
    changes = admin(mock.url, TASK)["clock"]["changes"]
    assert states(poll(f"{mock.url}/__s/anna"))["Copy B"] == "READY"

    text = send(mock.url, f"/__admin{TASK}/scenario").body

    assert b"when:" not in text
    with MockServer(read_scenario(text, source="t"), clock=ManualClock(), settings=Settings(seed="7")) as another:
        admin(another.url, TASK, "PUT", {})
        assert at_moments(another, "anna", changes) == at_moments(mock, "anna", changes)


def test_link_leads_another_mock_to_the_same_bytes(mock, clock, other):
    task = played(mock, clock)
    expected = send(f"{mock.url}/__s/anna", status_of()).body

    led = send(other.url, task["link"])

    assert led.status == 200
    assert led.headers["Set-Cookie"].startswith(f"taskmock_session={led.json['session']};")
    assert send(other.url, led.json["url"]).body == expected
    assert send(other.url, led.json["url"]).body == expected  # it stands


def test_link_keeps_the_whole_past_and_future(mock, clock, other):
    task = played(mock, clock)
    changes = task["clock"]["changes"]

    session = send(other.url, task["link"]).json["session"]

    assert at_moments(other, session, changes) == at_moments(mock, "anna", changes)


@pytest.mark.parametrize("clock_mode", ["polls", "instant", "wall", "manual"])
def test_link_is_the_moment_of_the_latest_poll_under_every_clock(clock_mode, other):
    with MockServer(read_scenario(RELEASE, source="r"), settings=Settings(seed="7", speed=0.001)) as mock:
        admin(mock.url, "/sessions/anna", "PUT", {"clock": clock_mode})
        for _ in range(4):
            expected = send(f"{mock.url}/__s/anna", status_of())
        link = admin(mock.url, TASK)["link"]

    led = send(other.url, link)

    assert send(other.url, led.json["url"]).json["data"] == expected.json["data"]


def test_link_carries_faults_and_how_often_they_have_held(mock, clock, other):
    admin(mock.url, TASK, "PUT", {})
    admin(mock.url, f"{TASK}/faults", "POST", {"faults": [{"answers": 2, "http": 502}]})
    assert send(f"{mock.url}/__s/anna", status_of()).status == 502

    url = send(other.url, admin(mock.url, TASK)["link"]).json["url"]

    assert [send(other.url, url).status for _ in range(3)] == [502, 200, 200]


def test_link_of_a_generated_task_needs_its_seed_alone():
    with MockServer(clock=ManualClock(), settings=Settings(seed="1")) as one:
        admin(one.url, TASK, "PUT", {})
        admin(one.url, f"{TASK}/clock", "POST", {"seek": "end"})
        expected = send(f"{one.url}/__s/anna", status_of()).body
        link = admin(one.url, TASK)["link"]

    with MockServer(settings=Settings(seed="2")) as two:
        assert send(two.url, send(two.url, link).json["url"]).body == expected


def test_link_sends_a_browser_on(mock, task):
    link = admin(mock.url, task)["link"]

    answer = send(mock.url, f"{link}&next=/tasks/10&session=bob")

    assert (answer.status, answer.headers["Location"]) == (303, "/tasks/10")
    assert answer.headers["Set-Cookie"].startswith("taskmock_session=bob;")


def test_link_leaves_the_task_it_was_made_of_alone(mock, task):
    before = admin(mock.url, task)

    send(mock.url, before["link"])

    assert admin(mock.url, task) == before


def test_link_to_an_unknown_scenario_is_refused(mock, task):
    with MockServer() as stranger:
        answer = send(stranger.url, admin(mock.url, task)["link"])

    assert answer.status == 404
    assert answer.json["error"].startswith("no scenario is called 'release'")


def test_link_to_another_scenario_of_the_name_is_refused(mock, task, other):
    edited = read_scenario(RELEASE.replace("3s", "4s"), source="release.yaml")
    other.app.playback.catalog.add(edited)

    answer = send(other.url, admin(mock.url, task)["link"])

    assert answer.status == 409
    assert answer.json["error"] == "the scenario 'release' is another one here than where the link was made"
    assert answer.json["here"] == edited.digest


def test_link_to_another_edition_is_refused(mock, task):
    with MockServer(read_scenario(RELEASE, source="r"), settings=Settings(edition="v1")) as another:
        answer = send(another.url, admin(mock.url, task)["link"])

    assert (answer.status, answer.json) == (
        409,
        {"error": "the link speaks v2, this mock v1", "allowed": "taskmock serve --edition v2"},
    )


def test_link_behind_the_end_of_calendars_is_refused(mock, task):
    link = re.sub("&epoch=[0-9]+&reading=[0-9.]+", "&epoch=253370736000000&reading=1", admin(mock.url, task)["link"])

    answer = send(mock.url, link)

    assert (answer.status, answer.json["error"]) == (400, "epoch and reading lead behind the year 9998")


@pytest.mark.parametrize(
    ("more", "status", "error"),
    [
        ("&log=%5B%7B%22at%22%3A%220s%22%2C%22retry%22%3A%22Copy%20B%22%7D%5D", 409, "NotFoundError"),
        ("&log=%5B%7B%22at%22%3A%223s%22%2C%22retry%22%3A%22No%22%7D%5D", 404, "no node is called 'No'"),
        ("&log=%7B", 400, "the link's log:1:2"),
        ("&spent=%5B-1%5D", 400, "spent is '[-1]'"),
        ("&spent=no", 400, "spent is 'no'"),
        ("&faults=%5B7%5D", 400, "the link's faults:1:2"),
    ],
)
def test_link_that_cannot_be_is_refused(mock, task, more, status, error):
    answer = send(mock.url, admin(mock.url, task)["link"] + more)

    assert (answer.status, error in answer.json["error"]) == (status, True), answer.json
    assert mock.app.playback.store.sessions() == ("anna",)


MADE = {
    "name": "Release",
    "template_id": "7",
    "scenario": "release",
    "creator": "anna",
    "constants": {},
    "flow_type": "common",
    "template_source": "project",
}


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"name": "\ud800"}, "created: name: must be 1 to 100 characters"),
        ({"name": ""}, "created: name: must be 1 to 100 characters"),
        ({"name": "a" * 101}, "created: name: must be 1 to 100 characters"),
        ({"template_id": "zz"}, "created: template_id: must be a whole number, from 1 to what a database can hold"),
        (
            {"template_id": "9" * 5000},
            "created: template_id: must be a whole number, from 1 to what a database can hold",
        ),
        ({"template_id": "007"}, "created: template_id: must be a whole number, from 1 to what a database can hold"),
        ({"template_id": "0"}, "created: template_id: must be a whole number, from 1 to what a database can hold"),
        ({"flow_type": "x"}, "created: flow_type: must be one of common, common_func"),
        ({"template_source": "x"}, "created: template_source: must be one of project, common"),
        ({"constants": []}, "created: constants is an object, all else is text"),
        ({"template_id": 7}, "created: constants is an object, all else is text"),
    ],
)
def test_link_to_a_task_that_nobody_could_have_made_is_refused(mock, task, changed, error):
    link = admin(mock.url, task)["link"] + "&" + urlencode({"created": json.dumps(MADE | changed)})

    answer = send(mock.url, link)

    assert (answer.status, answer.json["error"]) == (400, error)
    assert mock.app.playback.store.sessions() == ("anna",)


def test_link_to_a_task_made_of_an_unknown_scenario_is_refused(mock, task):
    link = admin(mock.url, task)["link"] + "&" + urlencode({"created": json.dumps(MADE | {"scenario": "relase"})})

    answer = send(mock.url, link)

    assert (answer.status, answer.json["error"].partition(";")[0]) == (404, "no scenario is called 'relase'")


def test_link_without_its_values_is_refused(mock):
    answer = send(mock.url, "/__admin/replay?scenario=release")

    assert (answer.status, answer.json["error"]) == (400, "argument 'digest' is missing")
