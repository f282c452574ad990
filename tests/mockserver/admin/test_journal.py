"""The journal over the admin API: calls are found, waited for and forgotten."""

import json
import threading

import pytest

from support.mock_calls import CREDENTIALS, admin, operate, poll, send, status_of

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
        "id": 1,
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
        "polled": True,
        "faults": [],
        "quirks": [],
        "refused": [],
        "call": "get_task_status",
        "node_id": None,
        "node": None,
        "body": "",
        "answer": None,
    }


def operated(mock, clock, moment=7.5, **said):
    """A call that operates the node that has failed at a moment, or says something else."""
    clock.set(moment)
    return operate(mock.url + ANNA, "operate_node", **{"node_id": "Copy B", "action": "retry", **said})


@pytest.mark.parametrize(
    ("criteria", "count"),
    [
        ({"call": "operate_node"}, 2),
        ({"call": "operate_node", "node": "Copy B"}, 1),
        ({"node": "Copy A"}, 1),
        ({"body": {"action": "retry"}}, 1),
        ({"body": {"action": "retry", "node_id": "Copy B"}}, 1),
        ({"body": {"action": "retry", "node_id": "Copy A"}}, 0),
        ({"body": '"forced_fail"'}, 1),
        ({"body": "anna"}, 2),
        ({"body": {"nothing": 1}}, 0),
        ({"call": "get_task_status"}, 1),
    ],
)
def test_operations_are_found_by_what_they_say(mock, clock, task, criteria, count):
    operated(mock, clock, 3, node_id="Copy A", action="forced_fail")
    operated(mock, clock)
    send(mock.url + ANNA, status_of())

    assert admin(mock.url, "/requests/count", "POST", criteria) == {"count": count}
    assert len(admin(mock.url, "/requests/find", "POST", criteria)["requests"]) == count


def test_page_that_retried_a_node_is_asked_which(mock, clock, task):
    operated(mock, clock)

    [entry] = admin(mock.url, "/requests?call=operate_node")["requests"]

    assert (entry["node"], entry["node_id"][:1], len(entry["node_id"])) == ("Copy B", "n", 32)
    assert json.loads(entry["body"]) == {
        **CREDENTIALS,
        "bk_app_secret": "***",
        "task_id": "10",
        "node_id": "Copy B",
        "action": "retry",
    }
    assert json.loads(entry["answer"])["result"] is True
    assert (entry["scenario"], entry["reading"]) == ("release", {"seconds": 7.5, "poll": 0})


def test_node_is_found_by_its_path_and_by_its_id(mock, clock):
    text = b"format: 1\nscenario: deep\nedition: v2\nflow: [{subprocess: Out, flow: [Copy: {takes: 1s, fails: no}]}]\n"
    admin(mock.url, "/scenarios/deep", "PUT", text)
    admin(mock.url, "/sessions/anna", "PUT", {"scenario": "deep"})
    operated(mock, clock, node_id="Out / Copy")
    [entry] = admin(mock.url, "/requests")["requests"]

    found = [
        admin(mock.url, "/requests/count", "POST", {"node": node})["count"]
        for node in ("Copy", "Out / Copy", entry["node_id"], "Out", "opy")
    ]

    assert (entry["node"], found) == ("Out / Copy", [1, 1, 1, 0, 0])


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"node_id": "Copy A"}, "state is not FAILED"),
        ({"action": "rertry"}, "task command is invalid"),
        ({"bk_app_code": ""}, "APP Code"),
    ],
)
def test_refused_call_names_scenario_and_reading(mock, clock, task, said, message):
    assert operated(mock, clock, **said)["result"] is False

    [entry] = admin(mock.url, "/requests")["requests"]

    assert message in entry["message"]
    assert (entry["call"], entry["task_id"], entry["scenario"]) == ("operate_node", "10", "release")
    assert (entry["reading"], entry["node"]) == ({"seconds": 7.5, "poll": 0}, said.get("node_id", "Copy B"))


def test_refused_call_for_a_task_that_was_not_begun_names_the_scenario_that_it_is_to_play(mock):
    send(mock.url + ANNA, status_of(bk_app_code=""))

    [entry] = admin(mock.url, "/requests")["requests"]

    assert (entry["task_id"], entry["scenario"], entry["reading"]) == ("10", "release", None)
    assert json.loads(entry["answer"])["result"] is False


def test_answer_of_a_poll_is_written_again(mock, clock, task):
    faults = [
        {"polls": [2], "http": 502},
        {"polls": [3], "envelope": {"code": 7, "message": "no"}},
        {"polls": [4], "stale": {"for": "10s"}},
        {"polls": [5], "break": {"node": "task", "drop": "state"}},
    ]
    admin(mock.url, f"{task}/faults", "POST", {"faults": faults})
    answers = []
    for moment in (0, 4, 7.5):
        clock.set(moment)
        calls = (status_of(), status_of(with_ex_data="1"))
        answers += [send(mock.url + ANNA, target).body.decode() for target in calls]
    operated(mock, clock, 8)

    listed = admin(mock.url, "/requests?call=get_task_status")["requests"]
    again = [admin(mock.url, f"/requests/{entry['id']}")["answer"] for entry in listed]

    assert again == answers
    assert {entry["answer"] for entry in listed} == {None}
    assert [entry.answer for entry in mock.session("anna").requests(call="get_task_status")] == answers


def test_answer_of_a_poll_is_not_told_where_its_scenario_was_edited(mock, task):
    poll(mock.url + ANNA)
    admin(mock.url, "/scenarios/release", "PUT", b"format: 1\nscenario: release\nflow: [A: 1s]\n")

    assert admin(mock.url, "/requests/1")["answer"] is None


@pytest.mark.parametrize("number", ["2", "0", "9" * 18])
def test_call_that_is_not_there_is_not_found(mock, number):
    poll(mock.url + ANNA)

    answer = send(mock.url, f"/__admin/requests/{number}")

    assert (answer.status, list(answer.json)) == (404, ["error"])


@pytest.mark.parametrize(
    ("name", "status"), [("x", 404), ("9" * 5000, 404), ("%C2%B2", 404), ("count", 405), ("find", 405)]
)
def test_word_is_no_number_of_a_call(mock, name, status):
    assert send(mock.url, f"/__admin/requests/{name}").status == status


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
