"""Flows compiled into nodes: ids, order, addresses and their errors."""

import re

import pytest

from support.scenario_building import act, exclusive, loop, parallel, sub
from taskmock.mockserver.core.graph import NOWHERE, ROOT, AddressError, NodeKind, graph_of

NAMES = (
    act("Prepare"),
    sub("Rolling restart", act("Restart"), act("Restart"), act("Check")),
    sub("Clean up", act("Check"), sub("Logs", act("Rotate"))),
    act("Check[2]"),
)


def graph(*flow, **more):
    return graph_of(flow, name="Task", key="k", **more)


def kinds(made):
    return [node.kind.value for node in made.nodes]


def message(made, address):
    with pytest.raises(AddressError) as caught:
        made.find(address)
    return str(caught.value)


# -- ids


@pytest.mark.parametrize(("prefix", "pattern"), [("n", "n[0-9a-f]{31}"), ("", "[0-9a-f]{32}")])
def test_ids_are_32_characters_and_unlike(prefix, pattern):
    ids = [node.id for node in graph(*NAMES, prefix=prefix).nodes]

    assert all(re.fullmatch(pattern, node_id) for node_id in ids)
    assert len(set(ids)) == len(ids)


def test_ids_depend_on_key_and_place_only():
    first, same = graph(act("A"), act("B")), graph(act("X"), act("Y"), act("Z"))
    other = graph_of((act("A"), act("B")), name="Task", key="other")

    assert first.nodes[first.find("B")].id == same.nodes[same.find("Y")].id
    assert first.nodes[ROOT].id != other.nodes[ROOT].id


def test_pinned_ids_are_kept():
    made = graph(act("A", id="a" * 32), sub("S", id="b" * 32), exclusive(None, id="c" * 32, x=[]), root_id="d" * 32)

    assert {"a" * 32, "b" * 32, "c" * 32, "d" * 32} <= made.by_id.keys()
    assert made.nodes[ROOT].id == "d" * 32


# -- shape


def test_nodes_are_laid_out_level_by_level_children_behind_their_parents():
    made = graph(*NAMES)

    assert all(node.parent < node.index for node in made.nodes[1:])
    assert [node.name for node in made.nodes if node.parent == made.find("Clean up")] == ["", "Check", "Logs", ""]


def test_tokens_lead_from_start_to_end():
    made = graph(act("A"), parallel([act("B")], []), loop(2, act("C")))

    assert kinds(made) == ["root", "start", "activity", "parallel", "activity", "converge", "activity", "again", "end"]
    root, start, first, fork, arm, join, body, again, end = made.nodes
    assert (root.first, start.next, first.next) == (start.index, first.index, fork.index)
    assert (fork.arms, fork.join, arm.next) == ((arm.index, join.index), join.index, join.index)
    assert (join.next, body.next, again.back, again.next, end.next) == (
        *(body.index, again.index, body.index, end.index, NOWHERE),
    )


def test_subprocesses_in_one_another_need_no_recursion():
    flow = (act("leaf"),)
    for level in range(3000):
        flow = (sub(f"S{level}", *flow),)

    assert len(graph(*flow).nodes) == 2 * 3001 + 3000 + 2


def test_nodes_know_their_kind():
    made = graph(sub("S"))

    assert [node.kind for node in made.nodes] == [
        *(NodeKind.ROOT, NodeKind.START, NodeKind.SUBPROCESS, NodeKind.END, NodeKind.START, NodeKind.END),
    ]


# -- addresses


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("Prepare", "Prepare"),
        ("Rolling restart / Check", "Rolling restart / Check"),
        ("Logs / Rotate", "Clean up / Logs / Rotate"),
        ("Rotate", "Clean up / Logs / Rotate"),
        ("Check[2]", "Check[2]"),
        ("Check [1]", "Rolling restart / Check"),
        ("Check [2]", "Clean up / Check"),
        ("Rolling restart / Restart[1]", "Rolling restart / Restart"),
    ],
)
def test_address_names_one_node(address, path):
    made = graph(*NAMES)

    assert made.nodes[made.find(address)].path == path


def test_numbered_addresses_follow_the_order_of_the_flow():
    made = graph(*NAMES)

    first, second = (made.find(f"Restart[{number}]") for number in (1, 2))

    assert (made.nodes[first].id, second) == (made.nodes[second - 1].id, first + 1)


def test_task_and_ids_are_addresses():
    made = graph(*NAMES)

    assert made.find("task") == ROOT
    assert [made.find(node.id) for node in made.nodes] == list(range(len(made.nodes)))


SOME_NAMES = (
    "'task', 'Prepare', 'Rolling restart', 'Rolling restart / Restart', 'Restart', 'Rolling restart / Check', 'Check', "
    "'Clean up', 'Clean up / Check', 'Clean up / Logs', …"
)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("Prepair", "no node is called 'Prepair'; did you mean 'Prepare'?"),
        ("", f"no node is called ''; there are: {SOME_NAMES}"),
        ("Restart[3]", "no node is called 'Restart[3]'; did you mean 'Restart'?"),
        ("Prepare[0]", "no node is called 'Prepare[0]'; did you mean 'Prepare'?"),
        (
            "Restart",
            "'Restart' names 2 nodes: 'Rolling restart / Restart[1]', 'Rolling restart / Restart[2]'",
        ),
        ("Check", "'Check' names 2 nodes: 'Rolling restart / Check', 'Clean up / Check'"),
        ("Nothing / Rotate", f"no node is called 'Nothing / Rotate'; there are: {SOME_NAMES}"),
    ],
)
def test_address_of_none_or_of_several_is_an_error(address, said):
    found = message(graph(*NAMES), address)

    assert found == said


def test_error_lists_five_of_many_matches():
    said = message(graph(*(act("A") for _ in range(12))), "A")

    assert said == "'A' names 12 nodes: 'A[1]', 'A[2]', 'A[3]', 'A[4]', 'A[5]' and 7 more"


def test_error_carries_what_was_asked_for():
    with pytest.raises(AddressError) as caught:
        graph(act("A"), act("A")).find("A")

    assert (caught.value.address, caught.value.matches, caught.value.closest) == ("A", ("A[1]", "A[2]"), ())
