"""The editions in which documents are written: names, formats of times and ids."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from taskmock.mockserver.core.draw import draw_hex
from taskmock.mockserver.core.engine.dialect import Dialect
from taskmock.mockserver.core.engine.history import Tree
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.core.graph import ROOT, GraphNode
from taskmock.mockserver.core.state import Row, State

Document = dict[str, Any]
"""A node, or a whole answer's `data`, decoded."""


ZONE = dt.timezone(dt.timedelta(hours=8))
"""All times are shown in China's time, `+0800`."""


NAME_LIMIT = 64
"""`v1` cuts names to this many characters."""


@dataclasses.dataclass(frozen=True, slots=True)
class Edition:
    """How one edition writes a node: the `dialect` of its engine, `prefix` of ids, `absent` for a time that is not.

    `words` are what it says for states that it does not know. A `served` one is what servers send and not what the
    document says: bodies of their own for tasks that have not begun or have expired, and the task's name on the
    outermost node. A `timeless` one has no running times: between two changes of the tree its answers stay the same.

    What the calls of bk-sops do for the edition's engine (facts): `finds_task_as_subtree`, a `subprocess_id` may name
    the task; `names_subtrees`, the nodes below a subtree have their names;
    `ignored_of_unreached`, a node that was not reached has `error_ignored`; `errors_in_outputs`, a run keeps its error
    among its outputs; `node_versions`, runs of a node are told and called back by version; `names_single_nodes`, a node
    told of by itself has its name, and the state that follows its children; `finds_reached_nodes`, a reached node is
    found without its subprocesses; `retries_subprocesses`, the action `retry_subprocess` is there;
    `tells_retries_of_nodes`, a node told of by itself has its automatic retries.

    Of the version of the servers: `names_tasks`, the outermost node goes by the task's name; `tells_task_errors`, a
    whole task has `ex_data`; `knows_retries`, the flags about automatic retries are there; `knows_flows`, entries of a
    batch tell the kind of task and how far it is; `expires`, a history that was cleaned away has a body of its own;
    `shares_created`, all tasks that are only created share one body.
    """

    name: str
    dialect: Dialect
    prefix: str
    absent: str | None
    node: Callable[[_Page, GraphNode, Row, State], Document]
    words: Mapping[State, State] = dataclasses.field(default_factory=dict)
    served: bool = True
    timeless: bool = False
    finds_task_as_subtree: bool = True
    names_subtrees: bool = True
    ignored_of_unreached: bool = False
    errors_in_outputs: bool = False
    node_versions: bool = False
    names_single_nodes: bool = True
    finds_reached_nodes: bool = True
    retries_subprocesses: bool = False
    tells_retries_of_nodes: bool = False
    names_tasks: bool = True
    tells_task_errors: bool = False
    knows_retries: bool = True
    knows_flows: bool = True
    expires: bool = True
    shares_created: bool = True

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


def joined(data: Document, fields: Document) -> Document:
    """A top node and fields of its own; engine 2's formatter adds the name last of all."""
    if not fields or next(reversed(data)) != "name":
        return {**data, **fields}
    return {**{key: value for key, value in data.items() if key != "name"}, **fields, "name": data["name"]}


def nodes_of(data: object) -> Iterator[Document]:
    """The nodes of a tree of any shape, the top first, parents before their children."""
    waiting = [data]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            children = node.get("children")
            if isinstance(children, dict):
                waiting.extend(reversed(children.values()))
