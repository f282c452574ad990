"""The trees of bk-sops: where they stand in an answer, their nodes, and how to walk them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from taskmock.contracts.validation.body import BodyError, decoded_object
from taskmock.contracts.validation.form import Form, Kind
from taskmock.contracts.validation.walk import Place, walk

PREFIX = "/data"
"""The pointer to the data of an answer."""

TREE = Form("", Kind.TREE, {})
"""The tree of a task."""

NODE = Form("", Kind.NODE, {}, entry="children")
"""A node of such a tree."""

CHILDREN = frozenset({NODE.entry})
"""The field of a node whose contents are judged at places of their own."""


def walk_tree(data: object) -> Iterator[Place]:
    """Yields every node of the tree in an answer's data, parents before children."""
    return walk(data, NODE, prefix=PREFIX)


def tree_of(body: object) -> dict[str, Any] | None:
    """The tree of an answer; None where there is none to draw."""
    try:
        data = decoded_object(body).get("data")
    except BodyError:
        return None
    return data if isinstance(data, dict) and "state" in data else None
