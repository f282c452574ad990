"""Sessions, their tasks, clocks and commands through the admin API."""

import threading

import pytest
from mock_calls import admin, poll, send, states, status_of
from release_scenario import RELEASE

from taskmock.mockserver.loader import read_scenario
from taskmock.mockserver.server import MockServer, Settings

ANNA = "/__s/anna"
CLOCK = "/sessions/anna/tasks/10/clock"
FINE = b"format: 1\nscenario: fine\nflow: [A: 1s]\n"


def seconds(mock, **move):
    return admin(mock.url, CLOCK, "POST", move)["clock"]["seconds"]


def test_sessions_are_listed_the_one_longest_untouched_first(mock):
    for session in ("a", "b", "a"):
        poll(f"{mock.url}/__s/{session}")

    assert [session["name"] for session in admin(mock.url, "/sessions")["sessions"]] == ["b", "a"]


def test_session_keeps_what_a_call_does_not_say(mock):
    admin(mock.url, "/sessions/anna", "PUT", {"scenario": "release", "clock": "polls", "speed": 3})
    admin(mock.url, "/sessions/anna", "PUT", {"speed": None})

    assert admin(mock.url, "/sessions/anna", "PUT", {"clock": None}) == {
        "name": "anna",
        "scenario": "release",
        "clock": None,
        "speed": None,
        "tasks": [],
    }


def test_settled_clock_moves_the_tasks_of_its_session_alone(mock):
    admin(mock.url, "/sessions/anna", "PUT", {"clock": "instant"})

    assert poll(mock.url + ANNA)["state"] == "FAILED"
    assert poll(mock.url)["state"] == "CREATED"


def test_forgotten_session_begins_anew(mock, clock):
    poll(mock.url + ANNA)
    admin(mock.url, CLOCK, "POST", {"seek": "end"})

    assert admin(mock.url, "/sessions/anna", "DELETE") == {}
    assert poll(mock.url + ANNA)["state"] == "CREATED"


def test_task_tells_all_of_its_record(mock, clock, task):
    clock.set(7.5)
    poll(mock.url + ANNA)
    admin(mock.url, f"{task}/commands", "POST", {"commands": [{"retry": "Copy B"}]})

    shown = admin(mock.url, task)

    link = shown.pop("link")
    assert link.startswith("/__admin/replay?scenario=release&digest=")
    assert shown.pop("digest") == mock.app.playback.shelf.scenario("release").digest
    assert shown.pop("clock")["seconds"] == 7.5
    assert shown == {
        "id": "10",
        "session": "anna",
        "scenario": "release",
        "seed": "7",
        "state": "RUNNING",
        "epoch": 1_524_730_114.0,
        "polls": 1,
        "log": [{"at": "7500ms", "retry": "Copy B"}],
        "dropped": [],
    }


def test_latest_scenario_of_a_task_is_shown(mock, task):
    admin(mock.url, "/scenarios/fine", "PUT", FINE)

    assert admin(mock.url, task, "PUT", {"scenario": "fine"})["scenario"] == "fine"
    assert [played["scenario"] for played in admin(mock.url, "/sessions/anna")["tasks"]] == ["release", "fine"]


def test_clock_moves_in_each_way(mock, task):
    changes = admin(mock.url, task)["clock"]["changes"]

    assert seconds(mock, advance=2.5) == 2.5
    assert seconds(mock, seek="next") == next(change for change in changes if change > 2.5)
    assert seconds(mock, seek="back") == max(change for change in changes if change < 2.5)
    assert seconds(mock, set=1) == 1
    assert seconds(mock, seek="end") == changes[-1]
    assert seconds(mock, seek="next") == changes[-1]
    assert states(poll(mock.url + ANNA))["Copy B"] == "FAILED"
    assert seconds(mock, seek="start") == seconds(mock, seek="back") == 0


def test_seek_to_the_failure_shows_it(mock, task):
    seconds(mock, seek="failed")

    assert poll(mock.url + ANNA)["state"] == "FAILED"


def test_frozen_clock_stands_until_it_goes_on(mock, clock, task):
    clock.advance(1)
    admin(mock.url, CLOCK, "POST", {"frozen": True})
    clock.advance(10)

    assert admin(mock.url, task)["clock"] | {"changes": ()} == {
        "mode": "wall",
        "seconds": 1.0,
        "speed": 1.0,
        "frozen": True,
        "changes": (),
    }
    assert seconds(mock, advance=1) == 2  # by hand it moves, and stands again
    clock.advance(10)
    admin(mock.url, CLOCK, "POST", {"frozen": False})
    clock.advance(3)
    assert admin(mock.url, task)["clock"]["seconds"] == 5.0


def test_restart_forgets_what_was_done(mock, clock, task):
    clock.set(3)
    admin(mock.url, f"{task}/commands", "POST", {"commands": [{"pause": "task"}]})
    admin(mock.url, f"{task}/faults", "POST", {"faults": [{"http": 502}]})

    shown = admin(mock.url, CLOCK, "POST", {"restart": True})

    assert (shown["clock"]["seconds"], shown["log"], shown["polls"]) == (0, [], 0)
    assert admin(mock.url, f"{task}/faults") == {"faults": []}


def test_commands_of_one_call_happen_in_order(mock, clock, task):
    clock.set(3)
    commands = [{"forced_fail": "Prepare", "data": "out of memory"}, {"skip": "Prepare"}]

    shown = admin(mock.url, f"{task}/commands", "POST", {"commands": commands})

    assert shown["log"] == [
        {"at": "3s", "forced_fail": "Prepare", "data": "out of memory"},
        {"at": "3s", "skip": "Prepare"},
    ]
    assert states(poll(mock.url + ANNA))["Prepare"] == "FINISHED"


def test_command_after_going_back_discards_later_ones(mock, clock, task):
    for moment, command in ((3, {"pause": "task"}), (4, {"resume": "task"})):
        clock.set(moment)
        admin(mock.url, f"{task}/commands", "POST", {"commands": [command]})
    admin(mock.url, CLOCK, "POST", {"set": 2.5})

    shown = admin(mock.url, f"{task}/commands", "POST", {"commands": [{"revoke": "task"}]})

    assert shown["log"] == [{"at": "2500ms", "revoke": "task"}]
    assert shown["state"] == "REVOKED"


def test_faults_are_listed_with_the_answers_they_had(mock, task):
    text = RELEASE.replace("release", "faulty") + "faults:\n  - {answers: 3, http: 503}\n"
    admin(mock.url, "/scenarios/faulty", "PUT", text.encode())
    admin(mock.url, task, "PUT", {"scenario": "faulty"})
    admin(
        mock.url, f"{task}/faults", "POST", {"faults": [{"polls": [1], "delay": "1ms"}, {"from": "1h", "reset": True}]}
    )
    send(mock.url + ANNA, status_of())

    assert admin(mock.url, f"{task}/faults") == {
        "faults": [
            {"answers": 3, "http": 503, "had": 1, "added": False},
            {"polls": [1], "delay": "1ms", "had": 1, "added": True},
            {"from": "1h", "reset": 0, "had": 0, "added": True},
        ]
    }


def test_added_faults_are_taken_back_and_the_scenarios_own_stay(mock, task):
    text = RELEASE.replace("release", "faulty") + "faults:\n  - {answers: 3, http: 503}\n"
    admin(mock.url, "/scenarios/faulty", "PUT", text.encode())
    admin(mock.url, task, "PUT", {"scenario": "faulty"})
    admin(mock.url, f"{task}/faults", "POST", {"faults": [{"http": 502}]})
    send(mock.url + ANNA, status_of())

    left = admin(mock.url, f"{task}/faults", "DELETE")

    assert left == {"faults": [{"answers": 3, "http": 503, "had": 1, "added": False}]}
    assert [send(mock.url + ANNA, status_of()).status for _ in range(3)] == [503, 503, 200]


def test_edited_scenario_is_followed_from_where_the_task_is(mock, clock, task):
    clock.set(7.5)
    assert states(poll(mock.url + ANNA))["Copy B"] == "FAILED"
    edited = RELEASE.replace("{attempts: [{takes: 2s, fails: ssh timeout}, {takes: 2s}]}", "2s")

    admin(mock.url, "/scenarios/release", "PUT", edited.encode())

    assert states(poll(mock.url + ANNA))["Copy B"] == "FINISHED"
    assert admin(mock.url, task)["clock"]["seconds"] == 7.5


def test_commands_that_an_edit_forbids_are_dropped_with_the_reason(mock, clock, task):
    clock.set(7.5)
    admin(mock.url, f"{task}/commands", "POST", {"commands": [{"retry": "Copy B"}, {"pause": "task"}]})
    fixed = RELEASE.replace("{attempts: [{takes: 2s, fails: ssh timeout}, {takes: 2s}]}", "2s")

    admin(mock.url, "/scenarios/release", "PUT", fixed.encode())

    shown = admin(mock.url, task)
    assert shown["log"] == [{"at": "7500ms", "pause": "task"}]
    assert shown["dropped"] == ["retry Copy B: the node is FINISHED, retry needs FAILED"]


def test_commands_at_nodes_that_an_edit_took_out_are_dropped(mock, clock, task):
    clock.set(7.5)
    admin(mock.url, f"{task}/commands", "POST", {"commands": [{"retry": "Copy B"}]})

    admin(mock.url, "/scenarios/release", "PUT", FINE.replace(b"fine", b"release"))

    assert admin(mock.url, task)["dropped"] == ["retry Copy B: no node is called 'Copy B'"]


def test_recorded_answers_in_place_of_a_script_drop_all_commands(mock, clock, task):
    clock.set(3)
    admin(mock.url, f"{task}/commands", "POST", {"commands": [{"pause": "task"}]})
    frames = {
        "format": 1,
        "scenario": "release",
        "frames": [{"at": "0s", "body": {"result": True, "data": {"state": "EXPIRED", "name": "x"}}}],
    }

    admin(mock.url, "/scenarios/release", "PUT", frames)

    shown = admin(mock.url, task)
    assert (shown["dropped"], shown["state"]) == (["pause task: recorded answers take no commands"], "EXPIRED")
    assert send(mock.url, f"/__admin{task}/commands", "POST", {"commands": [{"pause": "task"}]}).status == 409


def test_faults_at_nodes_that_an_edit_took_out_hold_no_more(mock, task):
    faults = [{"when": "Copy B RUNNING", "http": 502}, {"break": {"node": "Copy B", "drop": "state"}}]
    admin(mock.url, f"{task}/faults", "POST", {"faults": faults})

    admin(mock.url, "/scenarios/release", "PUT", FINE.replace(b"fine", b"release"))

    assert poll(mock.url + ANNA)["state"]


def test_task_whose_scenario_is_gone_says_so(mock):
    admin(mock.url, "/scenarios/fine", "PUT", FINE)
    admin(mock.url, "/sessions/anna", "PUT", {"scenario": "fine"})
    poll(mock.url + ANNA)
    admin(mock.url, "/scenarios/fine", "DELETE")

    answer = send(mock.url + ANNA, status_of())

    assert answer.status == 400
    assert answer.json["message"].startswith("no scenario is called 'fine'")
    assert send(mock.url, "/__admin/sessions/anna/tasks/10").status == 404


def test_node_id_of_a_task_whose_scenario_is_gone_is_unknown(mock):
    admin(mock.url, "/scenarios/fine", "PUT", FINE)
    admin(mock.url, "/sessions/anna", "PUT", {"scenario": "fine", "clock": "instant"})
    node = next(iter(poll(mock.url + ANNA)["children"]))
    assert send(mock.url + ANNA, status_of(node)).json["result"] is True
    admin(mock.url, "/scenarios/fine", "DELETE")

    assert send(mock.url + ANNA, status_of(node)).json["code"] == 1306201


def test_scenario_with_a_broken_file_is_listed_with_its_problem(tmp_path):
    (tmp_path / "broken.yaml").write_text("format: 2\n", encoding="utf-8")

    with MockServer(settings=Settings(scenarios=(tmp_path,))) as server:
        listed = {found["name"]: found for found in admin(server.url, "/scenarios")["scenarios"]}

    assert "broken.yaml:1:9" in listed["broken"]["problem"]


def test_scenario_text_reads_back_as_the_scenario(mock):
    text = send(mock.url, "/__admin/scenarios/release").body

    assert read_scenario(text, source="again") == mock.app.playback.shelf.scenario("release")


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
    assert "release" in mock.app.playback.shelf.names()


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
    send(mock.url, status_of(), "POST", b"")

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
