"""How judged values are quoted, and how nodes are named and found."""

import pytest

from taskmock.contracts.api.bk_sops.tree import NODE, walk_tree
from taskmock.contracts.findings.violation import CLIP, clip
from taskmock.contracts.validation.walk import Place, walk


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (1.5, "1.5"),
        ("ä", '"ä"'),
        ('a"\\', '"a\\"\\\\"'),
        ("\n\x1b\ud800", '"\\n\\x1b\\ud800"'),
        ({}, "{}"),
        ({"a": 1}, "{1 key}"),
        ({"a": 1, "b": 2}, "{2 keys}"),
        ([], "[]"),
        ([1], "[1 item]"),
        ([1, 2], "[2 items]"),
        (1 << 600, "an integer of 601 bits"),
        ({1}, "{1}"),
    ],
)
def test_value_is_quoted(value, quoted):
    assert clip(value) == quoted


@pytest.mark.parametrize("value", ["x" * 10_000, "\x00" * 10_000, 10**150])
def test_long_value_is_clipped(value):
    assert len(clip(value)) == CLIP
    assert clip(value).endswith("...")


def tree():
    return {
        "name": "Task",
        "children": {
            "a": {"name": "A", "children": {"a/1": {"name": "", "children": {}}, "~": {"name": 5}}},
            "text": "no node",
            "b": {"name": "B", "children": "none"},
        },
    }


def test_walk_gives_parents_first_and_siblings_in_order():
    assert [node.key for node in walk_tree(tree())] == ["", "a", "a/1", "~", "b"]


def test_nodes_are_named_by_their_path():
    assert [node.path for node in walk_tree(tree())] == ["Task", "A", "A / a/1", "A / ~", "B"]


def test_nodes_are_found_by_their_pointer():
    assert [node.pointer for node in walk(tree(), NODE, prefix="/body/data")] == [
        "/body/data",
        "/body/data/children/a",
        "/body/data/children/a/children/a~11",
        "/body/data/children/a/children/~0",
        "/body/data/children/b",
    ]


def test_children_that_are_no_object_count_as_none():
    assert Place({"children": []}, NODE).children == {}
