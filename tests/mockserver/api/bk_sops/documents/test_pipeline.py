"""The pipeline tree, and that it is the one of the status tree: the same ids, names and kinds on each level."""

import functools
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.api_playing import House, house_of, levels, nodes_in
from support.library_playing import PLAYED_LARGE, SMALL
from support.properties import examples
from support.random_tasks import Life
from support.scenario_building import KEY, act, conditional, exclusive, loop, parallel, play, rendered, sub, waits
from taskmock.contracts.agreement import check_agreement
from taskmock.mockserver.api.bk_sops.documents.pipeline import pipeline_tree
from taskmock.mockserver.api.bk_sops.documents.status import EDITIONS
from taskmock.mockserver.core.draw import draw_int
from taskmock.mockserver.core.flow import AutoRetry
from taskmock.mockserver.core.graph import NOWHERE, ROOT, NodeKind, graph_of

pytestmark = pytest.mark.sweep

CLASS_PREFIXES = ("<class 'pipeline.core.", "'>")


def class_type(name):
    """The type that a generation 1 name says where it is a Python class."""
    return name.removesuffix("'>").rpartition(".")[2] if name.startswith(CLASS_PREFIXES[0]) else None


def disagreements(status, pipeline):
    """Where a status tree and a pipeline tree are not of one task."""
    found, stack = [], [(status, pipeline)]
    if status.get("id", pipeline["id"]) != pipeline["id"]:
        found.append(f"the task is {status['id']} and {pipeline['id']}")
    while stack:
        node, level = stack.pop()
        inside = nodes_in(level)
        for key, child in node.get("children", {}).items():
            made = inside.get(key)
            if made is None:
                found.append(f"{key} ({child['name']}) is not on its level")
                continue
            kind = class_type(child["name"])
            named = made["type"] == kind if kind else child["name"] == made["name"][: len(child["name"]) or None]
            if not named or made["id"] != key:
                found.append(f"{key} is {child['name']!r} and {made['type']} {made['name']!r}")
            if made["type"] == "SubProcess":
                stack.append((child, made["pipeline"]))
            elif child["children"]:
                found.append(f"{key} is a {made['type']} with children")
    return found


def judged(detail, status, edition):
    """What the judge says against a detail and a status of one task."""
    detail, status = ({"result": True, "data": data} for data in (detail, status))
    return check_agreement(detail, status, edition=edition).violations


# -- agreement


@pytest.mark.parametrize("edition", EDITIONS)
@examples(25)
@given(seed=st.integers(0, 10_000), task_id=st.integers(1, 10_000), chance=st.data())
def test_generated_task_agrees_with_its_status_at_any_moment(edition, seed, task_id, chance):
    house = House(edition=edition, seed=str(seed))
    key = house.open(str(task_id))
    last = house.playback.history(house.playback.record(key)).moments[-1] // 1000 + 5
    house.clock.set(chance.draw(st.integers(0, last)))

    detail = house.call("get_task_detail", task_id=task_id)

    assert disagreements(house.data(str(task_id)), detail["pipeline_tree"]) == []
    assert judged(detail, house.data(str(task_id)), edition) == ()


@pytest.mark.parametrize(
    ("name", "edition"), [*itertools.product(SMALL, EDITIONS), *((name, "v2") for name in PLAYED_LARGE)]
)
def test_library_task_agrees_with_its_status_at_any_moment(name, edition):
    house = House(default=name, edition=edition)
    key = house.open()
    history = house.playback.history(house.playback.record(key))
    detail = house.call("get_task_detail", task_id="10")
    moments = {history.moments[draw_int(0, len(history.moments) - 1, name, edition, n)] for n in range(6)}

    for moment in sorted(moments):
        status = rendered(history, moment, edition, key=house.playback.record(key).draw_key)
        assert disagreements(status, detail["pipeline_tree"]) == [], moment
        assert judged(detail, status, edition) == (), moment


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("number", range(40))
def test_task_with_random_commands_agrees_with_its_status_at_every_change(number, edition):
    life = life_of(number, edition)
    history = life.history(life.log)
    pipeline = pipeline_tree(life.graph, EDITIONS[edition], key=KEY, constants={})

    for moment in history.moments:
        assert disagreements(rendered(history, moment, edition), pipeline) == [], moment


@functools.cache
def life_of(number, edition):
    return Life(number, edition)


# -- the whole tree


@pytest.mark.parametrize("number", range(40))
def test_tree_has_every_node_that_can_be_reached_and_its_lines(number):
    graph = life_of(number, "v2").graph
    found = levels(pipeline_tree(graph, EDITIONS["v2"], key=KEY, constants={}))

    assert set(found) == {node.id for node in graph.nodes if node.first != NOWHERE}
    for level, tree in found.items():
        assert set(nodes_in(tree)) == {node.id for node in graph.nodes[1:] if node.parent == graph.by_id[level]}
        assert_sound(tree)


def assert_sound(level):
    """Lines lead from node to node of the level, and each node knows its own."""
    nodes, flows = nodes_in(level), level["flows"]
    for key, flow in flows.items():
        assert (flow["id"], flow["source"] in nodes, flow["target"] in nodes) == (key, True, True)
    for key, node in nodes.items():
        assert as_list(node["outgoing"]) == [flow["id"] for flow in flows.values() if flow["source"] == key]
        assert as_list(node["incoming"]) == [flow["id"] for flow in flows.values() if flow["target"] == key]
        if "conditions" in node:
            assert list(node["conditions"]) == node["outgoing"]
    assert [line["id"] for line in level["line"]] == list(flows)
    assert [(line["source"]["id"], line["target"]["id"]) for line in level["line"]] == [
        (flow["source"], flow["target"]) for flow in flows.values()
    ]
    assert {place["id"] for place in level["location"]} == set(nodes)
    assert len({(place["x"], place["y"]) for place in level["location"]}) == len(nodes)


def as_list(lines):
    """The ids of lines, however they are written."""
    return lines if isinstance(lines, list) else [lines] if lines else []


def test_arm_that_is_never_taken_is_in_the_tree():
    house = house_of(play(exclusive("ok", ok=[act("Notify", 1)], bad=[act("Roll back", 9)])))

    tree = house.call("get_task_detail", task_id="10")["pipeline_tree"]

    assert [node["name"] for node in tree["activities"].values()] == ["Notify", "Roll back"]
    (fork,) = (node for node in tree["gateways"].values() if node["type"] == "ExclusiveGateway")
    assert [(one["name"], one["evaluate"]) for one in fork["conditions"].values()] == [
        ("ok", "1 == 1"),
        ("bad", "1 == 0"),
    ]


def test_gateways_have_their_types():
    script = play(parallel([act("A", 1)], []), conditional("a", a=[act("B", 1)], b=[]), loop(2, act("C", 1)))

    tree = house_of(script).call("get_task_detail", task_id="10")["pipeline_tree"]

    assert [node["type"] for node in tree["gateways"].values()] == [
        "ParallelGateway",
        "ConvergeGateway",
        "ConditionalParallelGateway",
        "ConvergeGateway",
        "ExclusiveGateway",
    ]
    _, _, fork, joined, _ = tree["gateways"].values()
    assert fork["converge_gateway_id"] == joined["id"]


def test_lines_of_an_empty_loop_lead_back_to_their_gateway():
    tree = pipeline_tree(graph_of((loop(2),), name="T", key=KEY), EDITIONS["v2"], key=KEY, constants={})
    (again,) = tree["gateways"].values()

    back, on = again["outgoing"]
    assert tree["flows"][back] == {"id": back, "is_default": False, "source": again["id"], "target": again["id"]}
    assert tree["flows"][on]["target"] == tree["end_event"]["id"]


def test_subprocess_holds_its_own_pipeline():
    house = house_of(play(sub("Outer", sub("Inner", act("Deep", 1)))))

    tree = house.call("get_task_detail", task_id="10")["pipeline_tree"]

    (outer,) = tree["activities"].values()
    (inner,) = outer["pipeline"]["activities"].values()
    assert (outer["type"], inner["name"]) == ("SubProcess", "Inner")
    assert (outer["pipeline"]["id"], inner["pipeline"]["id"]) == (outer["id"], inner["id"])
    assert [node["name"] for node in inner["pipeline"]["activities"].values()] == ["Deep"]


def test_deepest_pipeline_is_written_without_recursion():
    step = act("Leaf", 1)
    for number in range(2000):
        step = sub(f"S{number}", step)
    graph = graph_of((step,), name="T", key=KEY)

    tree = pipeline_tree(graph, EDITIONS["v2"], key=KEY, constants={})

    assert len(levels(tree)) == 2001
    assert graph.nodes[ROOT].kind is NodeKind.ROOT


# -- nodes


def activity(step, edition="v2"):
    """What the tree says of an activity."""
    tree = house_of(play(step), edition=edition).call("get_task_detail", task_id="10")["pipeline_tree"]
    (node,) = tree["activities"].values()
    return node


def test_activity_runs_a_script():
    node = activity(act("Copy", (2.5, "disk full"), 1, ignored=True))

    assert (node["type"], node["error_ignorable"], node["component"]["code"]) == (
        "ServiceActivity",
        True,
        "job_fast_execute_script",
    )
    assert node["component"]["data"]["job_content"] == {"hook": False, "value": "sleep 2.5\nexit 1"}


def test_activity_that_waits_is_a_pause():
    assert activity(waits("Approve"))["component"]["code"] == "pause_node"


def test_activity_has_its_automatic_retries_and_its_limit_of_time():
    node = activity(act("Copy", 1, auto_retry=AutoRetry(max=3, after=2000), times_out=5000))

    assert node["auto_retry"] == {"enable": True, "interval": 2, "times": 3}
    assert node["timeout_config"] == {"enable": True, "seconds": 5, "action": "forced_fail"}


def test_document_knows_single_lines_no_versions_and_no_limits():
    node = activity(act("Copy", 1), "doc-2019")

    assert (isinstance(node["incoming"], str), "version" in node["component"]) == (True, False)
    assert {"labels", "auto_retry", "timeout_config"}.isdisjoint(node)


def test_served_tree_lists_what_comes_in():
    node = activity(act("Copy", 1))

    assert (isinstance(node["incoming"], list), isinstance(node["outgoing"], str)) == (True, True)


@pytest.mark.parametrize(("edition", "letter", "length"), [("v2", "l", 32), ("v1", "l", 32), ("doc-2019", "", 32)])
def test_lines_have_ids_like_those_of_nodes(edition, letter, length):
    tree = house_of(play(act("A", 1)), edition=edition).call("get_task_detail", task_id="10")["pipeline_tree"]

    assert all((key[: len(letter)], len(key)) == (letter, length) for key in tree["flows"])
