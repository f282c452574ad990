"""The tree in the words of each edition: its field names, time formats and class names."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

from taskmock.mockserver.api.bk_sops.documents.edition import (
    NAME_LIMIT,
    Document,
    Edition,
    _Page,
    created,
    joined,
    nodes_of,
)
from taskmock.mockserver.api.bk_sops.documents.flags import View
from taskmock.mockserver.core.engine.dialect import V1, V2
from taskmock.mockserver.core.engine.history import Tree
from taskmock.mockserver.core.flow import SECOND, Activity
from taskmock.mockserver.core.graph import ROOT, GraphNode, NodeKind
from taskmock.mockserver.core.state import Row, State

_CLASSES = {
    NodeKind.ROOT: "<class 'pipeline.core.pipeline.Pipeline'>",
    NodeKind.START: "<class 'pipeline.core.flow.event.EmptyStartEvent'>",
    NodeKind.END: "<class 'pipeline.core.flow.event.EmptyEndEvent'>",
    NodeKind.ACTIVITY: "<class 'pipeline.core.flow.activity.ServiceActivity'>",
    NodeKind.SUBPROCESS: "<class 'pipeline.core.flow.activity.SubProcess'>",
    NodeKind.PARALLEL: "<class 'pipeline.core.flow.gateway.ParallelGateway'>",
    NodeKind.EXCLUSIVE: "<class 'pipeline.core.flow.gateway.ExclusiveGateway'>",
    NodeKind.CONDITIONAL: "<class 'pipeline.core.flow.gateway.ConditionalParallelGateway'>",
    NodeKind.CONVERGE: "<class 'pipeline.core.flow.gateway.ConvergeGateway'>",
    NodeKind.AGAIN: "<class 'pipeline.core.flow.gateway.ExclusiveGateway'>",
}


_DOCUMENTED = {
    State.READY: State.CREATED,
    State.NODE_SUSPENDED: State.SUSPENDED,
    State.BLOCKED: State.SUSPENDED,
    State.ROLLING_BACK: State.RUNNING,
    State.ROLL_BACK_FAILED: State.RUNNING,
    State.ROLL_BACK_SUCCESS: State.FINISHED,
}
"""What `doc-2019` says for states that the document does not know (facts, "doc-2019 in the mock")."""


def _doc_2019_node(page: _Page, node: GraphNode, row: Row, state: State) -> Document:
    has_children = node.index == ROOT and len(page.tree.rows) > 1
    shown = State.RUNNING if state is State.READY and has_children else page.edition.word(state)
    unfinished = shown is State.RUNNING
    return {
        "retry": row.retry,
        "name": _CLASSES[node.kind] if node.index == ROOT else node.name or _CLASSES[node.kind],
        "finish_time": page.time(None if unfinished else row.finish),
        "skip": row.skip,
        "start_time": page.time(row.start),
        "children": {},
        "state": shown.value,
        "version": "" if node.index == ROOT else page.version(node, row),
        "id": node.id,
        "loop": row.loop,
    }


def _v1_node(page: _Page, node: GraphNode, row: Row, state: State) -> Document:
    refreshed = dt.datetime.fromtimestamp((page.epoch + row.since) / SECOND, dt.UTC)
    return {
        "id": node.id,
        "state": state.value,
        "name": (node.name or _CLASSES[node.kind])[:NAME_LIMIT],
        "retry": row.retry,
        "loop": row.loop,
        "skip": row.skip,
        "error_ignorable": row.error_ignored,  # set together, once an error was ignored
        "version": "" if node.index == ROOT else page.version(node, row),
        "state_refresh_at": refreshed.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "elapsed_time": page.elapsed(row),
        "children": {},
        "start_time": page.time(row.start),
        "finish_time": page.time(row.finish),
        "error_ignored": row.error_ignored,
    }


def _v1_node_of_2020(page: _Page, node: GraphNode, row: Row, state: State) -> Document:
    told = _v1_node(page, node, row, state)
    del told["error_ignored"]
    return {**told, "name": _CLASSES[node.kind]} if node.index == ROOT else told


def _v2_node(page: _Page, node: GraphNode, row: Row, state: State) -> Document:
    named = node.kind in {NodeKind.ROOT, NodeKind.ACTIVITY, NodeKind.SUBPROCESS}
    return {
        "id": node.id,
        "state": state.value,
        "root_id:": page.root_id,
        "parent_id": page.tree.graph.nodes[node.parent].id,
        "version": "v" + page.version(node, row),
        "loop": row.loop,
        "retry": row.retry,
        "skip": row.skip,
        "error_ignorable": row.error_ignored,  # set together, once an error was ignored
        "error_ignored": row.error_ignored,
        "children": {},
        "elapsed_time": page.elapsed(row),
        "start_time": page.time(row.start),
        "finish_time": page.time(row.finish),
        "name": node.name if named else "",
    }


_V1 = Edition("v1", dialect=V1, prefix="n", absent=None, node=_v1_node, ignored_of_unreached=True)

EDITIONS = {
    "doc-2019": Edition(
        "doc-2019",
        dialect=V1,
        prefix="",
        absent="",
        node=_doc_2019_node,
        words=_DOCUMENTED,
        served=False,
        timeless=True,
        names_tasks=False,
        expires=False,
        shares_created=False,
    ),
    "v1": _V1,
    "v2": Edition(
        "v2",
        dialect=V2,
        prefix="n",
        absent=None,
        node=_v2_node,
        finds_task_as_subtree=False,
        names_subtrees=False,
        errors_in_outputs=True,
        node_versions=True,
        names_single_nodes=False,
        finds_reached_nodes=False,
        retries_subprocesses=True,
        tells_retries_of_nodes=True,
        tells_task_errors=True,
    ),
}
"""Every edition by its name."""

PLAYED = {
    **EDITIONS,
    "v1@3.6.10": dataclasses.replace(
        _V1,
        name="v1@3.6.10",
        absent="",
        node=_v1_node_of_2020,
        ignored_of_unreached=False,
        names_tasks=False,
        tells_task_errors=True,
        knows_retries=False,
        knows_flows=False,
        expires=False,
        shares_created=False,
    ),
}
"""Every edition and variant by its name: all that the mock can play."""


def document(tree: Tree, edition: Edition, *, epoch: int, key: str, top: int = ROOT) -> Document:
    """The `data` of an answer: the tree below node `top`, in an edition's words.

    `epoch` is the task's absolute start in ms since 1970, `key` what versions are drawn from. A task that is only
    created, or a `top` that has not been reached or is no node (`NOWHERE`), gives the CREATED shape.
    """
    if top not in tree.rows:
        return _created(tree, edition, max(top, ROOT))
    page = _Page(tree, edition, epoch=epoch, key=key)
    nodes = tree.graph.nodes
    written = {index: edition.node(page, nodes[index], row, tree.states[index]) for index, row in tree.rows.items()}
    for index in tree.rows:
        if index != ROOT:
            written[nodes[index].parent]["children"][nodes[index].id] = written[index]
    if top != ROOT and edition.names_tasks:
        written[top]["name"] = nodes[ROOT].name  # bk-sops puts the task's name on the outermost node
    return written[top]


def _created(tree: Tree, edition: Edition, top: int) -> Document:
    """A task that has not begun; the document knows no shorter form than all its ten keys."""
    if not edition.served:
        page = _Page(tree, edition, epoch=0, key="")
        return edition.node(page, tree.graph.nodes[top], Row(State.CREATED), State.CREATED)
    data = created(tree.graph.nodes[ROOT].name)
    if not edition.names_tasks:
        del data["name"]
    return data


def without_children(data: Document) -> Document:
    """An answer's `data` for those who want to know nothing of the nodes inside."""
    return {key: value for key, value in data.items() if key != "children"}


def without_names(data: Document) -> Document:
    """A tree whose nodes below the top have no names, made so in place."""
    for node in list(nodes_of(data))[1:]:
        node["name"] = ""
    return data


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
        info = {node["id"]: automatic_retries(tree, node["id"]) if known else {} for node in _failed_nodes(data)}
        if flags.failed_node_info:
            fields["failed_node_info"] = info
        if flags.auto_retry_status:
            fields["auto_retry_status"] = _status(info)
    return joined(data, fields)


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


def automatic_retries(tree: Tree, node_id: str) -> Document:
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
