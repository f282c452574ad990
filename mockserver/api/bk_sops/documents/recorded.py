"""Recorded answers, which may have any shape: their nodes and states, and the part that a call asks for."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator

from taskmock.mockserver.api.bk_sops.documents.edition import Document, created, joined, nodes_of, read_time
from taskmock.mockserver.api.bk_sops.documents.flags import View
from taskmock.mockserver.core.command import TASK
from taskmock.mockserver.core.state import State


@dataclasses.dataclass(frozen=True, slots=True)
class RecordedNode:
    """What a recorded answer says of a node; `parent` is the id of the node around it, None for the task itself."""

    id: str
    parent: str | None
    name: str
    state: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class RecordedTask:
    """What a recorded answer says of the task itself, its times in ms since 1970; None for what it does not say."""

    name: str | None
    state: str | None
    start: int | None
    finish: int | None


def recorded_task(body: object) -> RecordedTask:
    """What an answer of any shape says of its task."""
    data = body.get("data") if isinstance(body, dict) else None
    said = data if isinstance(data, dict) else {}
    name, state = (said[key] if isinstance(said.get(key), str) else None for key in ("name", "state"))
    return RecordedTask(name, state, read_time(said.get("start_time")), read_time(said.get("finish_time")))


def recorded_nodes(body: object) -> Iterator[RecordedNode]:
    """The nodes of a whole answer of any shape, the task first, whose id is always `task`."""
    waiting: list[tuple[str | None, str, object]] = [(None, TASK, body.get("data") if isinstance(body, dict) else None)]
    while waiting:
        parent, key, node = waiting.pop()
        if not isinstance(node, dict):
            continue
        name, state = node.get("name"), node.get("state")
        yield RecordedNode(
            key, parent, name if isinstance(name, str) else "", state if isinstance(state, str) else None
        )
        children = node.get("children")
        if isinstance(children, dict):
            waiting.extend((key, name, child) for name, child in reversed(children.items()))


def recorded_state(body: object, address: str = TASK) -> str | None:
    """The state of the task, or of a node by its id or name, in an answer of any shape; None where there is none."""
    for node in recorded_nodes(body):
        if address == node.id or (node.parent is not None and address == node.name):
            return node.state
    return None


def viewed(body: Document, view: View) -> Document | None:
    """A recorded answer as a view shows it; None where the real system would trip over it.

    A whole task stays word for word, whatever was asked for when it was recorded. A subtree is cut out of it, with
    what `ex_data` was recorded of its nodes; what the other flags would have added is unknown.
    """
    data = body.get("data")
    if body.get("result") is not True or not isinstance(data, dict):
        return body
    shown = _subtree(data, view) if view.is_subtree and "id" in data else data
    if view.needs_id and "id" not in shown:
        return None
    return body if shown is data else {**body, "data": shown}


def _subtree(data: Document, view: View) -> Document:
    """The node that a view names, under the task's name; the CREATED body where it is not there."""
    name = data.get("name", "")
    found = next((node for node in nodes_of(data) if node.get("id") == view.flags.subprocess_id), None)
    if found is data and view.finds_task_as_subtree:
        return data
    if found is None or found is data:
        return created(name)
    top = {**copy.deepcopy(found), "name": name}
    below = list(nodes_of(top))[1:]
    if view.loses_names:
        for node in below:
            node["name"] = ""
    ex_data = data.get("ex_data")
    if view.flags.ex_data and top.get("state") == State.FAILED and isinstance(ex_data, dict):
        ids = {node.get("id") for node in below}
        return joined(top, {"ex_data": {key: said for key, said in ex_data.items() if key in ids}})
    return top
