"""Sessions, their tasks, clocks and commands through the admin API."""

from support.mock_calls import admin, poll, send, states, status_of
from support.release_scenario import RELEASE

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
    assert shown.pop("digest") == mock.app.playback.catalog.scenario("release").digest
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
