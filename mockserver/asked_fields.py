"""The fields that an answer has for those only who ask for them: what failures say, and automatic retries."""

from __future__ import annotations

import collections
from collections.abc import Iterator
from typing import Any

from taskmock.mockserver.graph import ROOT
from taskmock.mockserver.pipeline import Activity
from taskmock.mockserver.state import State
from taskmock.mockserver.timeline import Tree
from taskmock.mockserver.view import View
from taskmock.mockserver.wire import Document


def with_asked_fields(tree: Tree, data: Document, view: View) -> Document:
    """An answer's `data` with the fields that a view asks for, where the real system puts them.

    What is only created has none: there is no node to speak of.
    """
    if "id" not in data:
        return data
    flags, fields = view.flags, dict[str, Any]()
    if flags.ex_data and data["state"] == State.FAILED:
        fields["ex_data"] = failures(tree, data)
    if flags.failed_node_info or flags.auto_retry_status:
        # The real system looks retries up by the id of what it answers, and finds those of a whole task only.
        known = not view.quirks or data["id"] == tree.graph.nodes[ROOT].id
        info = {node["id"]: _automatic_retries(tree, node["id"]) if known else {} for node in _failed_nodes(data)}
        if flags.failed_node_info:
            fields["failed_node_info"] = info
        if flags.auto_retry_status:
            fields["auto_retry_status"] = _status(info)
    return joined(data, fields)


def joined(data: Document, fields: Document) -> Document:
    """A top node and fields of its own; engine 2's formatter adds the name last of all."""
    if not fields or next(reversed(data)) != "name":
        return {**data, **fields}
    return {**{key: value for key, value in data.items() if key != "name"}, **fields, "name": data["name"]}


def failures(tree: Tree, data: Document) -> dict[str, Any]:
    """`ex_data`: what each FAILED leaf below the top says that is reachable through FAILED nodes, by its id."""
    return {node_id: tree.rows[tree.graph.by_id[node_id]].ex_data for node_id in failed_leaves(data)}


def failed_leaves(data: Document) -> Iterator[str]:
    """The ids of the FAILED leaves below the top that are reachable through FAILED nodes, level by level."""
    waiting = collections.deque([data])
    while waiting:
        for node_id, child in waiting.popleft()["children"].items():
            if child["state"] == State.FAILED:
                if child["children"]:
                    waiting.append(child)
                else:
                    yield node_id


def _failed_nodes(data: Document) -> Iterator[Document]:
    """The FAILED nodes below the top that are reachable through FAILED nodes, parents before their children."""
    waiting = list(reversed(data["children"].values()))
    while waiting:
        node = waiting.pop()
        if node["state"] == State.FAILED:
            yield node
            waiting.extend(reversed(node["children"].values()))


def _automatic_retries(tree: Tree, node_id: str) -> Document:
    """How often a node was retried by itself, and how often it may be; nothing where it never is."""
    index = tree.graph.by_id[node_id]
    step = tree.graph.nodes[index].step
    if not isinstance(step, Activity) or step.auto_retry is None:
        return {}
    return {
        "node_id": node_id,
        "auto_retry_times": tree.rows[index].auto_retries,
        "max_auto_retry_times": step.auto_retry.max,
    }


def _status(info: dict[str, Document]) -> Document:
    """Which of the failed nodes will be retried by themselves."""
    waiting = [
        key for key, found in info.items() if found and found["auto_retry_times"] < found["max_auto_retry_times"]
    ]
    return {"exist_auto_retry_nodes": bool(waiting), "auto_retry_nodes": waiting}
