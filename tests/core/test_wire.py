"""Trees in the words of each edition: fields, absent times, names, states, versions, subtrees."""

import json
import re

import pytest
from flows import (
    EPOCH,
    KEY,
    act,
    conditional,
    exclusive,
    given,
    history,
    loop,
    ms,
    parallel,
    play,
    rendered,
    sub,
    waits,
)

from taskmock.mockserver.graph import NOWHERE, ROOT
from taskmock.mockserver.state import State
from taskmock.mockserver.wire import EDITIONS, document, expired, failures, recorded_nodes, recorded_state, word

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


def data(script, at, edition="v2", *log, **more):
    """The document of a play at a moment in seconds."""
    return rendered(history(script, *log, edition=edition), ms(at), edition, **more)


def walk(node):
    yield node
    for child in node["children"].values():
        yield from walk(child)


def named(node, name):
    (found,) = (inner for inner in walk(node) if inner["name"] == name)
    return found


def index_of(script, address):
    return history(script).graph.find(address)


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

READY = given(5, "retry", "A")
FAILS = play(act("A", (1, "no"), 9), dispatch=500)


@pytest.mark.parametrize(
    ("script", "at", "log", "task", "node"),
    [
        (FAILS, 5.1, [given(5, "retry", "A")], "RUNNING", "CREATED"),
        (play(act("Z", 1), act("A", 1)), 5, [given(0, "pause", "A")], "SUSPENDED", None),
        (play(sub("S", act("A", 2)), act("B")), 9, [given(1, "pause", "S")], "SUSPENDED", "FINISHED"),
    ],
)
def test_states_that_the_document_does_not_know_are_said_in_its_words(script, at, log, task, node):
    shown = data(script, at, "doc-2019", *log)

    assert shown["state"] == task
    assert [inner["state"] for inner in walk(shown) if inner["name"] == "A"] == ([node] if node else [])


def test_running_node_of_a_later_pass_has_no_finish_in_doc_2019():
    assert named(data(play(act("A", 2, loop=2)), 3, "doc-2019"), "A")["finish_time"] == ""


# -- subtrees


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_subtree_is_called_as_the_task_and_keeps_its_ids(edition):
    whole = data(SCRIPT, 60, edition)

    subtree = data(SCRIPT, 60, edition, top=index_of(SCRIPT, "Inner"))

    assert subtree == {**named(whole, "Inner"), "name": "Release"}


def test_subtree_of_doc_2019_is_the_node_itself():
    assert data(SCRIPT, 60, "doc-2019", top=index_of(SCRIPT, "Inner")) == named(data(SCRIPT, 60, "doc-2019"), "Inner")


@pytest.mark.parametrize("edition", ["v1", "v2"])
@pytest.mark.parametrize("top", [index_of(SCRIPT, "Inner"), NOWHERE])
def test_subtree_not_reached_is_created(edition, top):
    assert data(SCRIPT, 2, edition, top=top) == data(SCRIPT, 0, edition)


def test_node_not_reached_is_created_under_its_own_id_in_doc_2019():
    top = index_of(SCRIPT, "Inner")

    created = data(SCRIPT, 2, "doc-2019", top=top)

    assert (created["state"], created["name"], created["start_time"]) == ("CREATED", "Inner", "")
    assert created["id"] == named(data(SCRIPT, 60, "doc-2019"), "Inner")["id"]


# -- failures


def test_failures_are_those_of_leaves_below_failed_parents():
    script = play(sub("S", act("A", (1, {"code": 1}))), name="T")
    played = history(script)
    tree = played.tree_at(ms(9))

    said = failures(tree, document(tree, EDITIONS["v2"], epoch=EPOCH, key=KEY))

    assert said == {tree.graph.nodes[tree.graph.find("A")].id: {"code": 1}}


def test_failures_of_several_arms_come_in_the_order_of_the_children():
    tree = history(play(parallel([act("A", (2, "a"))], [act("B", (1, "b"))], [waits("C")]))).tree_at(ms(9))

    assert list(failures(tree, document(tree, EDITIONS["v2"], epoch=EPOCH, key=KEY)).values()) == ["a", "b"]


def test_subprocess_that_failed_on_its_inputs_is_a_leaf():
    tree = history(play(sub("S", act("A"), fails="bad inputs"))).tree_at(ms(9))

    assert list(failures(tree, document(tree, EDITIONS["v2"], epoch=EPOCH, key=KEY)).values()) == ["bad inputs"]


@pytest.mark.parametrize("script", [SCRIPT, play(act("A"), start=None)])
def test_task_that_has_not_failed_has_no_failures(script):
    tree = history(script).tree_at(ms(60))

    assert failures(tree, document(tree, EDITIONS["v2"], epoch=EPOCH, key=KEY)) == {}


# -- rendering


def test_rendering_changes_nothing_and_gives_the_same_bytes():
    played = history(SCRIPT)
    tree = played.tree_at(ms(5))
    before = dict(tree.rows)

    texts = {json.dumps(document(tree, EDITIONS["v2"], epoch=EPOCH, key=KEY)) for _ in range(3)}

    assert len(texts) == 1
    assert dict(tree.rows) == before
    assert played.tree_at(ms(5)).rows == tree.rows


def test_documents_share_nothing():
    tree = history(SCRIPT).tree_at(ms(60))
    one, other = (document(tree, EDITIONS["v2"], epoch=EPOCH, key=KEY) for _ in range(2))

    one["children"].clear()

    assert other["children"]
    assert tree.rows[ROOT]


# -- recorded answers

RECORDED = {
    "result": True,
    "data": {
        "state": "FAILED",
        "name": "T",
        "children": {
            "a": {"state": "FAILED", "name": "S", "children": {"b": {"state": 7, "name": None}, "c": "junk"}},
            "d": {"state": "RUNNING", "name": "D", "children": []},
        },
    },
}


def test_recorded_nodes_are_found_in_their_order_whatever_the_answer_holds():
    assert [(node.id, node.parent, node.name, node.state) for node in recorded_nodes(RECORDED)] == [
        ("task", None, "T", "FAILED"),
        ("a", "task", "S", "FAILED"),
        ("b", "a", "", None),
        ("d", "task", "D", "RUNNING"),
    ]


@pytest.mark.parametrize("body", [None, [], "text", {}, {"data": None}, {"data": [1]}])
def test_answer_without_a_tree_has_no_recorded_nodes(body):
    assert list(recorded_nodes(body)) == []
    assert recorded_state(body) is None


@pytest.mark.parametrize(
    ("address", "state"), [("task", "FAILED"), ("d", "RUNNING"), ("D", "RUNNING"), ("T", None), ("b", None)]
)
def test_recorded_state_is_asked_for_by_id_or_name(address, state):
    assert recorded_state(RECORDED, address) == state


@pytest.mark.parametrize(
    ("edition", "state", "said"),
    [("doc-2019", "READY", "CREATED"), ("doc-2019", "RUNNING", "RUNNING"), ("v2", "READY", "READY")],
)
def test_word_for_a_state_is_the_editions(edition, state, said):
    assert word(State(state), EDITIONS[edition]) == said
