"""Scenarios of a running mock: listed, read, edited in mid-play and taken away."""

from support.mock_calls import admin, poll, send, states, status_of
from support.release_scenario import RELEASE
from taskmock.mockserver.scenarios import read_scenario
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.settings import Settings

ANNA = "/__s/anna"
FINE = b"format: 1\nscenario: fine\nflow: [A: 1s]\n"


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
    (dropped,) = shown["dropped"]
    assert dropped.endswith(" state is not FAILED, actual FINISHED")


def test_commands_at_nodes_that_an_edit_took_out_are_dropped(mock, clock, task):
    clock.set(7.5)
    admin(mock.url, f"{task}/commands", "POST", {"commands": [{"retry": "Copy B"}]})

    admin(mock.url, "/scenarios/release", "PUT", FINE.replace(b"fine", b"release"))

    assert admin(mock.url, task)["dropped"] == ["retry Copy B: no node is called 'Copy B'; there are: 'task', 'A'"]


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

    assert read_scenario(text, source="again") == mock.app.playback.catalog.scenario("release")
