"""The tree in the words of each edition: its field names, time formats and class names."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from taskmock.mockserver.draw import draw_hex
from taskmock.mockserver.graph import ROOT, GraphNode, NodeKind
from taskmock.mockserver.pipeline import SECOND
from taskmock.mockserver.row import Row
from taskmock.mockserver.state import State
from taskmock.mockserver.timeline import Tree

Document = dict[str, Any]
"""A node, or a whole answer's `data`, decoded."""

ZONE = dt.timezone(dt.timedelta(hours=8))
"""All times are shown in China's time, `+0800`."""

NAME_LIMIT = 64
"""Generation 1 cuts names to this many characters."""

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


@dataclasses.dataclass(frozen=True, slots=True)
class Edition:
    """How one edition writes a node: `generation` of its engine, `prefix` of ids, `absent` for a time that is not.

    `words` are what it says for states that it does not know. A `served` one is what servers send and not what the
    document says: bodies of their own for tasks that have not begun or have expired, and the task's name on whatever
    is outermost. A `timeless` one has no running times: between two changes of the tree its answers stay the same.
    """

    name: str
    generation: int
    prefix: str
    absent: str | None
    node: Callable[[_Page, GraphNode, Row, State], Document]
    words: Mapping[State, State] = dataclasses.field(default_factory=dict)
    served: bool = True
    timeless: bool = False

    def word(self, state: State) -> State:
        """What the edition calls a state."""
        return self.words.get(state, state)


def time_text(moment: int) -> str:
    """A moment, in ms since 1970, as the API writes times: whole seconds with the zone."""
    return dt.datetime.fromtimestamp(moment // SECOND, ZONE).strftime("%Y-%m-%d %H:%M:%S %z")


def read_time(text: object) -> int | None:
    """The moment, in ms since 1970, that a time of the API says; None where it is no such time."""
    try:
        moment = dt.datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S %z")
    except ValueError:
        return None
    return max(0, round(moment.timestamp())) * SECOND  # what was before 1970 was no task


def written_version(key: str, node_id: str, row: Row) -> str:
    """32 hex digits, others with each new version of a node; `key` is what they are drawn from."""
    return draw_hex(key, "version", node_id, row.loop, row.version)


class _Page:
    """One tree being written: what all its nodes share."""

    def __init__(self, tree: Tree, edition: Edition, *, epoch: int, key: str) -> None:
        self.tree = tree
        self.edition = edition
        self.epoch = epoch
        self.key = key
        self.root_id = tree.graph.nodes[ROOT].id
        self._texts: dict[int, str] = {}

    def time(self, moment: int | None) -> str | None:
        """A moment on the task's clock as the API writes times: whole seconds with the zone."""
        if moment is None:
            return self.edition.absent
        second = (self.epoch + moment) // SECOND
        text = self._texts.get(second)
        if text is None:
            text = self._texts[second] = time_text(second * SECOND)
        return text

    def elapsed(self, row: Row) -> int:
        """Seconds from start to finish, or to now; rounded, while shown times are cut to whole seconds."""
        if row.start is None:
            return 0
        end = self.tree.moment if row.finish is None else row.finish
        return round((end - row.start) / SECOND)

    def version(self, node: GraphNode, row: Row) -> str:
        """32 hex digits, others with each new version of the node."""
        return written_version(self.key, node.id, row)


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


EDITIONS = {
    "doc-2019": Edition(
        "doc-2019",
        generation=1,
        prefix="",
        absent="",
        node=_doc_2019_node,
        words=_DOCUMENTED,
        served=False,
        timeless=True,
    ),
    "v1": Edition("v1", generation=1, prefix="n", absent=None, node=_v1_node),
    "v2": Edition("v2", generation=2, prefix="n", absent=None, node=_v2_node),
}


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
    if top != ROOT and edition.served:
        written[top]["name"] = nodes[ROOT].name  # bk-sops puts the task's name on whatever is outermost
    return written[top]


def _created(tree: Tree, edition: Edition, top: int) -> Document:
    """A task that has not begun; the document knows no shorter form than all its ten keys."""
    if not edition.served:
        page = _Page(tree, edition, epoch=0, key="")
        return edition.node(page, tree.graph.nodes[top], Row(State.CREATED), State.CREATED)
    return created(tree.graph.nodes[ROOT].name)


def created(name: str) -> Document:
    """The `data` that servers have for a task that has not begun, or a subtree that was not reached: eight keys."""
    return {
        "start_time": None,
        "state": State.CREATED.value,
        "retry": 0,
        "skip": 0,
        "finish_time": None,
        "elapsed_time": 0,
        "children": {},
        "name": name,
    }


def expired(name: str) -> Document:
    """The `data` of a task whose history was cleaned away: two keys, nothing else."""
    return {"state": State.EXPIRED.value, "name": name}


def without_children(data: Document) -> Document:
    """An answer's `data` for those who want to know nothing of the nodes inside."""
    return {key: value for key, value in data.items() if key != "children"}


def without_names(data: Document) -> Document:
    """A tree whose nodes below the top have no names, made so in place."""
    waiting = [data]
    while waiting:
        for child in waiting.pop()["children"].values():
            child["name"] = ""
            waiting.append(child)
    return data
