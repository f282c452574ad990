"""Subtrees, failures, recorded answers; rendering changes nothing."""

import json

import pytest
from flows import (
    EPOCH,
    KEY,
    act,
    data,
    history,
    ms,
    named,
    parallel,
    play,
    sub,
    waits,
)

from taskmock.mockserver.asked_fields import failures
from taskmock.mockserver.graph import NOWHERE, ROOT
from taskmock.mockserver.recorded import recorded_nodes, recorded_state
from taskmock.mockserver.state import State
from taskmock.mockserver.wire import EDITIONS, document

SCRIPT = play(act("Prepare", 2), sub("Inner", act("Work", 3)), name="Release", start=1000)


def index_of(script, address):
    return history(script).graph.find(address)


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
    assert EDITIONS[edition].word(State(state)) == said
