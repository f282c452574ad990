"""What an answer tells besides the tree: failures and automatic retries."""

import pytest

from support.scenario_building import EPOCH, KEY, act, given, history, loop, ms, named, parallel, play, sub, waits
from taskmock.mockserver.api.bk_sops.documents.flags import Flags
from taskmock.mockserver.api.bk_sops.documents.status import EDITIONS, document, failures, with_asked_fields
from taskmock.mockserver.core.flow import AutoRetry

RETRIED = AutoRetry(max=2, after=3000)
INFO = Flags(failed_node_info=True)
STATUS = Flags(auto_retry_status=True)


def answered(script, at, flags, edition="v2", *log, top=None, quirks=True):
    """The data of an answer to flags: of the task, or of the node `top` (an address)."""
    played = history(script, *log, edition=edition)
    tree, graph = played.tree_at(ms(at)), played.graph
    if top is not None:
        flags = Flags(**{name: getattr(flags, name) for name in flags.__slots__} | {"subprocess_id": id_of(graph, top)})
    view = flags.view(graph, EDITIONS[edition], quirks=quirks)
    return with_asked_fields(tree, document(tree, EDITIONS[edition], epoch=EPOCH, key=KEY, top=view.top), view)


def id_of(graph, address):
    return graph.nodes[graph.find(address)].id


def names(data, ids):
    """The names of nodes by their ids."""
    found, waiting = {}, [data]
    while waiting:
        node = waiting.pop()
        found[node["id"]] = node["name"]
        waiting.extend(node["children"].values())
    return [found[node_id] for node_id in ids]


def said(script, at):
    """What the failures of a task say, by the nodes' names."""
    tree = history(script).tree_at(ms(at))
    data = document(tree, EDITIONS["v2"], epoch=EPOCH, key=KEY)
    found = failures(tree, data)
    return dict(zip(names(data, found), found.values(), strict=True))


# -- ex_data


def test_failures_are_those_of_leaves_below_failed_parents():
    assert said(play(sub("S", act("A", (1, {"code": 1}))), name="T"), 9) == {"A": {"code": 1}}


def test_failures_come_level_by_level_in_the_order_of_the_children():
    script = play(parallel([sub("S", act("Deep", (1, "deep")))], [act("A", (2, "a"))], [act("B", (1, "b"))]))

    assert list(said(script, 9).items()) == [("A", "a"), ("B", "b"), ("Deep", "deep")]


def test_subprocess_that_failed_on_its_inputs_is_a_leaf():
    assert said(play(sub("S", act("A"), fails="bad inputs")), 9) == {"S": "bad inputs"}


def test_failure_below_a_paused_subprocess_is_not_told():
    script = play(parallel([sub("S", act("A", (2, "a")))], [act("B", (1, "b"))]))

    data = answered(script, 9, Flags(ex_data=True), "v2", given(1.5, "pause_subproc", "S"))

    assert named(data, "A")["state"] == "FAILED"
    assert list(data["ex_data"].values()) == ["b"]


@pytest.mark.parametrize(
    ("script", "at"), [(play(act("A", 5)), 3), (play(act("A", 1)), 60), (play(act("A"), start=None), 60)]
)
@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_task_that_has_not_failed_has_no_ex_data(script, at, edition):
    assert "ex_data" not in answered(script, at, Flags(ex_data=True), edition)


def test_failed_leaf_has_nothing_below_that_could_tell():
    assert answered(play(act("A", (1, "a"))), 9, Flags(ex_data=True), top="A")["ex_data"] == {}


def test_task_of_engine_1_ignores_ex_data_but_its_subtrees_tell():
    script = play(sub("S", act("A", (1, "a"))))

    assert "ex_data" not in answered(script, 9, Flags(ex_data=True), "v1")
    assert list(answered(script, 9, Flags(ex_data=True), "v1", top="S")["ex_data"].values()) == ["a"]


def test_task_of_engine_1_that_subprocess_id_names_tells():
    played = history(play(act("A", (1, "a"))), edition="v1")
    flags = Flags(subprocess_id=played.graph.nodes[0].id, ex_data=True)

    data = answered(play(act("A", (1, "a"))), 9, flags, "v1")

    assert (data["id"], list(data["ex_data"].values())) == (flags.subprocess_id, ["a"])


# -- automatic retries


def test_failed_nodes_are_told_parents_first():
    script = play(parallel([sub("S", act("A", (1, "a"), auto_retry=RETRIED))], [act("B", (2, "b"))], [waits("C")]))

    data = answered(script, 3.5, INFO)

    assert names(data, data["failed_node_info"]) == ["S", "A", "B"]


def test_node_with_automatic_retries_says_how_many_and_others_nothing():
    script = play(parallel([act("A", (1, "a"), auto_retry=RETRIED)], [act("B", (1, "b"))]))

    data = answered(script, 6, INFO)

    a, b = named(data, "A")["id"], named(data, "B")["id"]
    assert data["failed_node_info"] == {
        a: {"node_id": a, "auto_retry_times": 1, "max_auto_retry_times": 2},
        b: {},
    }


def test_retry_by_hand_is_no_automatic_one():
    data = answered(play(act("A", (1, "a"), auto_retry=RETRIED)), 3.5, INFO, "v2", given(2, "retry", "A"))

    (info,) = data["failed_node_info"].values()
    assert (named(data, "A")["retry"], info["auto_retry_times"]) == (1, 0)


def test_automatic_retries_are_told_of_all_passes():
    script = play(loop(2, act("A", (1, "a"), 1, auto_retry=AutoRetry(max=1))))

    (info,) = answered(script, 60, INFO)["failed_node_info"].values()

    assert (info["auto_retry_times"], info["max_auto_retry_times"]) == (1, 1)


@pytest.mark.parametrize(("at", "waiting"), [(2, True), (4.5, False), (6, True), (60, False)])
def test_node_waits_for_an_automatic_retry_until_none_is_left(at, waiting):
    data = answered(play(act("A", (1, "a"), auto_retry=RETRIED)), at, STATUS)

    nodes = [named(data, "A")["id"]] if waiting else []
    assert data["auto_retry_status"] == {"exist_auto_retry_nodes": waiting, "auto_retry_nodes": nodes}


def test_task_that_runs_has_no_failed_nodes():
    data = answered(play(act("A", 5)), 2, Flags(failed_node_info=True, auto_retry_status=True))

    assert data["failed_node_info"] == {}
    assert data["auto_retry_status"] == {"exist_auto_retry_nodes": False, "auto_retry_nodes": []}


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_retries_of_a_subtree_are_not_found_unless_without_quirks(edition):
    script = play(sub("S", act("A", (1, "a"), auto_retry=RETRIED)))

    (found,) = answered(script, 2, INFO, edition, top="S")["failed_node_info"].values()
    (meant,) = answered(script, 2, INFO, edition, top="S", quirks=False)["failed_node_info"].values()

    assert (found, meant["max_auto_retry_times"]) == ({}, 2)


# -- their places


@pytest.mark.parametrize(
    ("edition", "last"),
    [
        ("v1", ["finish_time", "error_ignored", "ex_data", "failed_node_info", "auto_retry_status"]),
        ("v2", ["finish_time", "ex_data", "failed_node_info", "auto_retry_status", "name"]),
    ],
)
def test_fields_stand_where_each_formatter_puts_them(edition, last):
    flags = Flags(ex_data=True, failed_node_info=True, auto_retry_status=True)

    data = answered(play(sub("S", act("A", (1, "a")))), 9, flags, edition, top="S")

    assert list(data)[-5:] == last


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_created_body_has_none_of_them(edition):
    flags = Flags(ex_data=True, failed_node_info=True, auto_retry_status=True)
    script = play(act("A"), start=None)

    assert answered(script, 9, flags, edition, quirks=False) == answered(script, 9, Flags(), edition)


def test_document_knows_none_of_them():
    flags = Flags(subprocess_id="a" * 32, ex_data=True, failed_node_info=True, auto_retry_status=True)
    script = play(act("A", (1, "a")))

    assert answered(script, 9, flags, "doc-2019") == answered(script, 9, Flags(), "doc-2019")
