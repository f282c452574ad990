"""The editions in which documents are written: names, formats of times and ids."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from taskmock.mockserver.core.draw import draw_hex
from taskmock.mockserver.core.engine.history import Tree
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.core.graph import ROOT, GraphNode
from taskmock.mockserver.core.state import Row, State

Document = dict[str, Any]
"""A node, or a whole answer's `data`, decoded."""


ZONE = dt.timezone(dt.timedelta(hours=8))
"""All times are shown in China's time, `+0800`."""


NAME_LIMIT = 64
"""Generation 1 cuts names to this many characters."""


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
