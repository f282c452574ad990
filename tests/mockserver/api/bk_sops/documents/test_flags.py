"""Flags: what parameters say, and what they come to for one task."""

import pytest

from support.scenario_building import act, history, play, sub
from taskmock.mockserver.api.bk_sops.documents.flags import NO_FLAGS, Flags, View
from taskmock.mockserver.api.bk_sops.documents.status import EDITIONS
from taskmock.mockserver.core.graph import NOWHERE, ROOT

SCRIPT = play(sub("S", act("A")), name="T")


def viewed(edition, node, **flags):
    """The view of a task under flags; `node` is an address or an id, None for the task."""
    graph = history(SCRIPT, edition=edition).graph
    node_id = graph.nodes[graph.find(node)].id if node in {"S", "A", "task"} else node
    return Flags(subprocess_id=node_id, **flags).view(graph, EDITIONS[edition]), graph


@pytest.mark.parametrize("value", ["true", "True", "1", "false", "0", " ", True, False, 0, 1, [], {}])
def test_any_value_at_all_asks(value):
    flags = Flags.of({"with_ex_data": value, "with_failed_node_info": value, "with_auto_retry_status": value})

    assert flags == Flags(ex_data=True, failed_node_info=True, auto_retry_status=True)


@pytest.mark.parametrize("value", ["", None])
def test_nothing_asks_for_nothing(value):
    names = ("subprocess_id", "with_ex_data", "with_failed_node_info", "with_auto_retry_status")

    assert Flags.of(dict.fromkeys(names, value)) == Flags.of({}) == NO_FLAGS


@pytest.mark.parametrize(("value", "node_id"), [("n" * 32, "n" * 32), (10, "10"), (False, "False"), ([1], "[1]")])
def test_subprocess_id_is_a_text(value, node_id):
    assert Flags.of({"subprocess_id": value}).subprocess_id == node_id


def test_query_tells_flags_apart_and_says_nothing_of_none():
    queries = [
        Flags.of({name: value}).query
        for name in ("with_ex_data", "with_failed_node_info", "with_auto_retry_status", "subprocess_id")
        for value in ("1", "true")
    ]

    assert NO_FLAGS.query == ""
    assert len(set(queries)) == 5  # the three flags are the same whatever they say
    assert Flags(subprocess_id="\ud800").query.isascii()


@pytest.mark.parametrize("edition", ["v1", "v2"])
@pytest.mark.parametrize("node", ["S", "A"])
def test_subprocess_id_names_any_node_below_the_task(edition, node):
    view, graph = viewed(edition, node)

    assert (view.top, view.is_subtree) == (graph.find(node), True)


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_unknown_subprocess_is_nowhere(edition):
    assert viewed(edition, "n" + 31 * "0")[0].top == NOWHERE


@pytest.mark.parametrize(("edition", "top"), [("v1", ROOT), ("v2", NOWHERE)])
def test_task_itself_is_a_subprocess_to_engine_1_only(edition, top):
    assert viewed(edition, "task")[0].top == top


@pytest.mark.parametrize(
    ("edition", "node", "told"), [("v1", None, False), ("v1", "S", True), ("v1", "task", True), ("v2", None, True)]
)
def test_ex_data_is_told_where_the_engine_tells_it(edition, node, told):
    assert viewed(edition, node, ex_data=True)[0].flags.ex_data is told


def test_document_knows_no_flags():
    view, _ = viewed("doc-2019", "S", ex_data=True, failed_node_info=True, auto_retry_status=True)

    assert view == View()


def test_views_of_unknown_nodes_are_one_to_a_cache():
    one, other = (viewed("v2", node, ex_data=True)[0] for node in ("x", "y"))

    assert one != other
    assert one.key == other.key
    assert one.key != viewed("v2", "S", ex_data=True)[0].key


@pytest.mark.parametrize("flag", ["failed_node_info", "auto_retry_status"])
def test_looking_for_failed_nodes_needs_an_id_unless_without_quirks(flag):
    assert View(flags=Flags(**{flag: True})).needs_id
    assert not View(flags=Flags(**{flag: True}), quirks=False).needs_id
    assert not View(flags=Flags(ex_data=True)).needs_id
