"""Recorded answers of any shape: their nodes, their states, and the part that a call asks for."""

import copy

import pytest

from support.status_trees import created
from taskmock.mockserver.api.bk_sops.documents.flags import Flags
from taskmock.mockserver.api.bk_sops.documents.recorded import recorded_nodes, recorded_state, viewed
from taskmock.mockserver.api.bk_sops.documents.status import EDITIONS
from taskmock.mockserver.core.graph import graph_of

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


# -- the part that is asked for


def node(node_id, state="FINISHED", name=None, **children):
    """A node of a recorded answer."""
    return {"id": node_id, "state": state, "children": children, "name": node_id.upper() if name is None else name}


INNER = node("s", "FAILED", b=node("b", "FAILED"), c=node("c"))
TASK = {**node("t", "FAILED", s=INNER, d=node("d", "FAILED")), "ex_data": {"d": "no", "b": {"code": 1}}}
ANSWER = {"result": True, "data": TASK, "code": 0}
CREATED = created("T")


def shown(body, *, edition="v2", quirks=True, **flags):
    """A recorded answer as somebody sees it who asks with flags."""
    before = copy.deepcopy(body)
    graph = graph_of((), name="T", key="tests")
    found = viewed(body, Flags(**flags).view(graph, EDITIONS[edition], quirks=quirks))
    assert body == before
    return found


@pytest.mark.parametrize("flags", [{}, {"ex_data": True}, {"failed_node_info": True, "auto_retry_status": True}])
def test_recorded_task_is_shown_word_for_word(flags):
    assert shown(ANSWER, **flags) is ANSWER


def test_recorded_subtree_is_called_as_the_task_and_has_lost_its_names():
    data = shown(ANSWER, subprocess_id="s")["data"]

    assert data == node("s", "FAILED", "T", b=node("b", "FAILED", ""), c=node("c", name=""))


@pytest.mark.parametrize("more", [{"edition": "v1"}, {"quirks": False}])
def test_recorded_subtree_keeps_its_names_in_engine_1_and_without_quirks(more):
    assert shown(ANSWER, subprocess_id="s", **more)["data"] == {**INNER, "name": "T"}


def test_recorded_subtree_tells_what_was_recorded_of_its_failures():
    data = shown(ANSWER, subprocess_id="s", ex_data=True)["data"]

    assert data["ex_data"] == {"b": {"code": 1}}
    assert list(data)[-2:] == ["ex_data", "name"]


@pytest.mark.parametrize("node_id", ["c", "d"])
def test_recorded_leaf_has_nothing_below_that_could_tell(node_id):
    assert shown(ANSWER, subprocess_id=node_id, ex_data=True)["data"].get("ex_data", {}) == {}


def test_rest_of_the_recorded_body_stays_around_a_subtree():
    assert shown(ANSWER, subprocess_id="s") | {"data": None} == ANSWER | {"data": None}


@pytest.mark.parametrize(("edition", "node_id"), [("v1", "x"), ("v2", "x"), ("v2", "t")])
def test_recorded_subtree_that_is_not_there_is_created(edition, node_id):
    assert shown(ANSWER, edition=edition, subprocess_id=node_id)["data"] == CREATED


def test_recorded_task_is_a_subprocess_to_engine_1():
    assert shown(ANSWER, edition="v1", subprocess_id="t") is ANSWER


@pytest.mark.parametrize("data", [CREATED, {"state": "EXPIRED", "name": "T"}])
def test_recorded_body_without_an_id_is_shown_unless_flags_need_it(data):
    body = {"result": True, "data": data}

    assert shown(body, subprocess_id="s", ex_data=True) is body
    assert shown(body, failed_node_info=True) is None
    assert shown(body, failed_node_info=True, quirks=False) is body


def test_recorded_subtree_that_is_not_there_has_no_id():
    assert shown(ANSWER, subprocess_id="x", auto_retry_status=True) is None


@pytest.mark.parametrize(
    "body", [{}, {"result": False, "message": "no"}, {"result": True, "data": None}, {"result": 1}]
)
def test_recorded_body_that_is_no_tree_is_shown_as_it_is(body):
    assert shown(body, subprocess_id="s", failed_node_info=True) is body


def test_recorded_tree_with_broken_nodes_is_cut_where_it_can_be():
    data = {**TASK, "children": {"junk": "x", "s": {**INNER, "children": {"b": 7, "c": {"id": "c", "children": []}}}}}

    found = shown({"result": True, "data": data}, subprocess_id="s", ex_data=True)["data"]

    assert found["children"] == {"b": 7, "c": {"id": "c", "children": [], "name": ""}}
    assert found["ex_data"] == {}
