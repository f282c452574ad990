"""What the mock answers in the words of servers of V3.6.10: as engine 1 today, but for the variant's facts."""

import json

import pytest

from support.api_playing import house_of
from support.mock_calls import CREDENTIALS, SOPS, send, status_of
from support.scenario_building import act, play, sub
from taskmock.contracts import Contract
from taskmock.mockserver import MockServer
from taskmock.mockserver.api.bk_sops.documents.flags import Flags
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.server.settings import Settings

VARIANT = "v1@3.6.10"
CLASS = "<class 'pipeline.core.pipeline.Pipeline'>"
RELEASE = play(act("A", 2), sub("S", act("B", (3, "no"))), name="Release", start=1000)


@pytest.fixture
def house():
    """A stage on which a task fails in a subprocess, after 6 s."""
    stage = house_of(RELEASE, edition=VARIANT)
    stage.clock.set(9)
    return stage


def asked(house, **flags):
    """The `data` of a poll with flags."""
    return house.data("10", flags=Flags(**flags))


def test_task_goes_by_its_class_and_says_neither_null_nor_error_ignored(house):
    data = house.data("10")

    assert (data["name"], data["state"], data["finish_time"]) == (CLASS, "FAILED", "")
    assert "null" not in json.dumps(data)
    assert "error_ignored" not in json.dumps(data)


def test_all_else_is_as_engine_1_shows_it_today(house):
    today = house_of(RELEASE, edition="v1")
    today.clock.set(9)
    text = json.dumps(today.data("10") | {"name": CLASS}).replace('"error_ignored": false', "").replace("null", '""')

    assert json.dumps(house.data("10")) == text.replace(", }", "}")


def test_created_task_has_no_name():
    assert house_of(RELEASE, edition=VARIANT).data("10") == {
        "start_time": None,
        "state": "CREATED",
        "retry": 0,
        "skip": 0,
        "finish_time": None,
        "elapsed_time": 0,
        "children": {},
    }


def test_whole_task_tells_errors_and_nothing_of_retries(house):
    told = asked(house, ex_data=True, failed_node_info=True, auto_retry_status=True)

    assert list(told["ex_data"].values()) == ["no"]
    assert not {"failed_node_info", "auto_retry_status"} & told.keys()


def test_subtree_goes_by_its_own_name(house):
    part = next(child for child in house.data("10")["children"].values() if child["name"] == "S")

    assert asked(house, subprocess_id=part["id"])["name"] == "S"


def test_entry_of_a_batch_tells_no_flow(house):
    (entry,) = house.call("get_tasks_status", task_id_list=[10])

    assert list(entry) == ["id", "name", "status", "create_time", "start_time", "finish_time", "url"]
    assert (entry["name"], entry["status"]["name"]) == ("Release", CLASS)


@pytest.mark.parametrize("name", ["A", "S", "B"])
def test_node_is_told_in_the_same_words(house, name):
    graph = house.playback.history(house.playback.record(house.open())).graph

    told = house.call("get_task_node_detail", task_id="10", node_id=graph.nodes[graph.find(name)].id)

    assert "error_ignored" not in told


def test_mock_serves_what_the_judge_tells_for_the_variant():
    clock = ManualClock()
    with MockServer(clock=clock, settings=Settings(edition=VARIANT, seed="7")) as server:
        clock.set(5)
        answer = send(server.url, status_of())
        asked = {**CREDENTIALS, "task_id_list": [10, 11], "include_children_status": True}
        batch = send(server.url, f"{SOPS}get_tasks_status/", "POST", asked)

    assert Contract(strictness="strict").check_response(answer.body).edition == VARIANT
    for edition in ("auto", VARIANT):
        assert Contract(edition, strictness="strict").check_response(answer.body).violations == ()
        report = Contract(edition, strictness="strict", operation="get_tasks_status").check_response(batch.body)
        assert (report.violations, report.edition) == ((), VARIANT)
