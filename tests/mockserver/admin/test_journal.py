"""The journal over the admin API: calls are found, waited for and forgotten."""

import threading

import pytest

from support.mock_calls import CREDENTIALS, admin, poll, send, status_of

ANNA = "/__s/anna"


def test_reset_of_one_session_leaves_the_others(mock):
    for session in ("anna", "bob"):
        poll(f"{mock.url}/__s/{session}")

    admin(mock.url, "/reset", "POST", {"session": "anna"})

    assert [session["name"] for session in admin(mock.url, "/sessions")["sessions"]] == ["bob"]
    assert [entry["session"] for entry in admin(mock.url, "/requests")["requests"]] == ["bob"]


def test_reset_forgets_all_and_keeps_scenarios(mock):
    poll(mock.url + ANNA)

    admin(mock.url, "/reset", "POST")

    assert admin(mock.url, "/sessions") == {"sessions": []}
    assert admin(mock.url, "/requests") == {"requests": []}
    assert "release" in mock.app.playback.catalog.names()


@pytest.mark.parametrize(
    ("criteria", "count"),
    [
        ({}, 4),
        ({"session": "anna"}, 3),
        ({"task": "10"}, 2),
        ({"task": "11"}, 1),
        ({"status": 502}, 1),
        ({"fault": "http"}, 1),
        ({"fault": "any"}, 1),
        ({"fault": "reset"}, 0),
        ({"method": "POST"}, 1),
        ({"session": "anna", "task": "10", "status": 502}, 1),
        ({"session": "anna", "task": "10", "status": 200}, 0),
    ],
)
def test_calls_are_found_by_what_they_are(mock, task, criteria, count):
    admin(mock.url, f"{task}/faults", "POST", {"faults": [{"polls": [1], "http": 502}]})
    for target in (status_of(), status_of("11"), "/api/c/compapi/v2/sops/get_task_status/"):
        send(mock.url + ANNA, target)
    send(mock.url, status_of().partition("?")[0], "POST", {**CREDENTIALS, "task_id": "10"})

    query = "&".join(f"{name}={value}" for name, value in criteria.items())
    found = admin(mock.url, "/requests/find", "POST", criteria)["requests"]
    assert len(found) == admin(mock.url, "/requests/count", "POST", criteria)["count"] == count
    assert admin(mock.url, f"/requests?{query}")["requests"] == found


def test_call_is_shown_with_its_reading_and_without_secrets(mock, clock, task):
    clock.set(7.5)
    send(mock.url + ANNA, status_of())

    [entry] = admin(mock.url, "/requests")["requests"]

    assert entry == {
        "at": 1_524_730_121.5,
        "session": "anna",
        "method": "GET",
        "target": f"{ANNA}{status_of(bk_app_secret='***').replace('%2A', '*')}",
        "status": 200,
        "code": 0,
        "message": "",
        "task_id": "10",
        "scenario": "release",
        "reading": {"seconds": 7.5, "poll": 1},
        "faults": [],
        "quirks": [],
        "refused": [],
    }


def test_wait_answers_as_soon_as_enough_calls_have_come(mock):
    answers = []
    send(mock.url + ANNA, status_of())
    body = {"session": "anna", "task": "10", "count": 3, "timeout": 20}
    thread = threading.Thread(target=lambda: answers.append(admin(mock.url, "/requests/wait", "POST", body)))
    thread.start()

    for session in ("bob", "anna", "anna"):
        send(f"{mock.url}/__s/{session}", status_of())
    thread.join()

    assert answers == [{"count": 3}]
