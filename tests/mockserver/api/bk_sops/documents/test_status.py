"""Trees in the words of each edition: fields, absent times, names, states, versions."""

import re

import pytest

from support.scenario_building import (
    KEY,
    act,
    conditional,
    data,
    exclusive,
    given,
    history,
    loop,
    named,
    parallel,
    play,
    rendered,
    sub,
    walk,
)
from taskmock.mockserver.api.bk_sops.documents.edition import expired

LONG = "x" * 80
SCRIPT = play(act("Prepare", 2), sub("Inner", act("Work", 3)), name="Release", start=1000)
GATEWAYS = play(parallel([], []), exclusive("a", a=[]), conditional("a", a=[], b=[]), loop(1, act("A", 0)), sub("S"))

DOC_2019 = ["retry", "name", "finish_time", "skip", "start_time", "children", "state", "version", "id", "loop"]
V1 = [
    *("id", "state", "name", "retry", "loop", "skip", "error_ignorable", "version", "state_refresh_at"),
    *("elapsed_time", "children", "start_time", "finish_time", "error_ignored"),
]
V2 = [
    *("id", "state", "root_id:", "parent_id", "version", "loop", "retry", "skip", "error_ignorable", "error_ignored"),
    *("children", "elapsed_time", "start_time", "finish_time", "name"),
]


# -- fields


@pytest.mark.parametrize(("edition", "fields"), [("doc-2019", DOC_2019), ("v1", V1), ("v2", V2)])
def test_every_node_has_the_fields_of_the_edition_in_their_order(edition, fields):
    for at in (2, 5, 60):
        assert all(list(node) == fields for node in walk(data(SCRIPT, at, edition)))


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_created_task_has_eight_fields(edition):
    assert data(SCRIPT, 0.5, edition) == {
        "start_time": None,
        "state": "CREATED",
        "retry": 0,
        "skip": 0,
        "finish_time": None,
        "elapsed_time": 0,
        "children": {},
        "name": "Release",
    }
    assert data(SCRIPT, 0.5, edition)["skip"] is not False


def test_created_task_of_doc_2019_has_all_ten():
    created = data(SCRIPT, 0.5, "doc-2019")

    assert list(created) == DOC_2019
    assert (created["state"], created["start_time"], created["finish_time"], created["children"]) == (
        "CREATED",
        "",
        "",
        {},
    )
    assert (created["retry"], created["skip"], created["loop"]) == (0, False, 1)
    assert created["id"] == data(SCRIPT, 60, "doc-2019")["id"]


def test_expired_task_has_two_fields():
    assert expired("Release") == {"state": "EXPIRED", "name": "Release"}


# -- times


@pytest.mark.parametrize(("edition", "absent"), [("doc-2019", ""), ("v1", None), ("v2", None)])
def test_times_are_in_china_in_whole_seconds_or_absent(edition, absent):
    running = data(SCRIPT, 2.7, edition)

    assert running["start_time"] == "2023-11-15 06:13:21 +0800"
    assert running["finish_time"] == absent
    assert named(data(SCRIPT, 60, edition), "Work")["finish_time"] == "2023-11-15 06:13:26 +0800"


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_elapsed_time_is_that_of_the_run_or_until_now_and_0_before_the_start(edition):
    script = play(act("A", 2.6), act("B", 9))
    paused = given(1, "pause", "B")

    assert [data(script, at, edition)["elapsed_time"] for at in (0, 1.2, 7.6, 60)] == [0, 1, 8, 12]
    assert named(data(script, 60, edition), "A")["elapsed_time"] == 3
    assert data(script, 60, "v2", paused)["elapsed_time"] == 60
    assert named(data(script, 60, "v2", paused), "B")["elapsed_time"] == 0


def test_elapsed_time_of_a_later_pass_may_be_negative():
    assert named(data(play(loop(2, act("A", 2), act("B", 3))), 6, "v2"), "A")["elapsed_time"] == -3


def test_state_refresh_time_is_that_of_the_last_change_in_utc():
    assert named(data(play(act("A", 2.6)), 60, "v1"), "A")["state_refresh_at"] == "2023-11-14T22:13:22.600Z"


# -- names, ids, versions


def test_names_of_engine_2_are_empty_for_events_and_gateways():
    names = [node["name"] for node in walk(data(GATEWAYS, 60, "v2"))]

    assert names == ["Task", "", "", "", "", "", "", "", "A", "", "S", "", "", ""]


def test_names_of_engine_1_are_classes_for_events_and_gateways():
    names = [node["name"] for node in walk(data(GATEWAYS, 60, "v1"))]

    assert names[0] == "Task"
    assert [name.removeprefix("<class 'pipeline.core.flow.") for name in names if name.startswith("<class")] == [
        *("event.EmptyStartEvent'>", "gateway.ParallelGateway'>", "gateway.ConvergeGateway'>"),
        *("gateway.ExclusiveGateway'>", "gateway.ConvergeGateway'>"),
        *("gateway.ConditionalParallelGateway'>", "gateway.ConvergeGateway'>", "gateway.ExclusiveGateway'>"),
        *("event.EmptyStartEvent'>", "event.EmptyEndEvent'>", "event.EmptyEndEvent'>"),
    ]


def test_names_of_engine_1_are_cut():
    assert named(data(play(act(LONG)), 60, "v1"), LONG[:64])
    assert named(data(play(act(LONG)), 60, "doc-2019"), LONG)


def test_task_of_doc_2019_is_called_by_its_class():
    assert data(SCRIPT, 60, "doc-2019")["name"] == "<class 'pipeline.core.pipeline.Pipeline'>"


@pytest.mark.parametrize("edition", ["doc-2019", "v1"])
def test_unnamed_nodes_of_engine_1_are_called_by_their_class(edition):
    names = [node["name"] for node in walk(data(play(act(""), sub("", act("A"))), 60, edition))]

    assert "<class 'pipeline.core.flow.activity.ServiceActivity'>" in names
    assert "<class 'pipeline.core.flow.activity.SubProcess'>" in names


@pytest.mark.parametrize(
    ("edition", "pattern"), [("doc-2019", "[0-9a-f]{32}"), ("v1", "[0-9a-f]{32}"), ("v2", "v[0-9a-f]{32}")]
)
def test_versions_are_hexadecimal_and_the_task_of_engine_1_has_none(edition, pattern):
    task, *nodes = walk(data(SCRIPT, 60, edition))

    assert all(re.fullmatch(pattern, node["version"]) for node in nodes)
    assert len({node["version"] for node in nodes}) == len(nodes)
    assert re.fullmatch(pattern if edition == "v2" else "", task["version"])


def test_versions_depend_on_the_key():
    one, other = (history(SCRIPT, key=KEY), history(SCRIPT, key="other"))

    assert rendered(one, 60_000)["version"] != rendered(other, 60_000, key="other")["version"]


def test_nodes_of_engine_2_know_task_and_parent():
    task = data(SCRIPT, 60)
    inner = named(task, "Inner")

    assert task["parent_id"] == task["root_id:"] == task["id"]
    assert {node["root_id:"] for node in walk(task)} == {task["id"]}
    assert {child["parent_id"] for child in inner["children"].values()} == {inner["id"]}


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_ignored_errors_are_marked(edition):
    node = named(data(play(act("A", (1, "no"), ignored=True)), 60, edition), "A")

    assert (node["error_ignorable"], node["error_ignored"]) == (True, True)


# -- states of doc-2019

FAILS = play(act("A", (1, "no"), 9), dispatch=500)


@pytest.mark.parametrize(
    ("script", "at", "log", "task", "node"),
    [
        (FAILS, 5.1, [given(5, "retry", "A")], "RUNNING", "CREATED"),
        (play(act("Z", 1), act("A", 1)), 5, [given(0, "pause", "A")], "SUSPENDED", None),
        (play(sub("S", act("A", 2)), act("B")), 9, [given(1, "pause_subproc", "S")], "SUSPENDED", "FINISHED"),
    ],
)
def test_states_that_the_document_does_not_know_are_said_in_its_words(script, at, log, task, node):
    shown = data(script, at, "doc-2019", *log)

    assert shown["state"] == task
    assert [inner["state"] for inner in walk(shown) if inner["name"] == "A"] == ([node] if node else [])


def test_running_node_of_a_later_pass_has_no_finish_in_doc_2019():
    assert named(data(play(act("A", 2, loop=2)), 3, "doc-2019"), "A")["finish_time"] == ""
