"""A record's script played, and its tree in an edition's words: what no poll counts and no store keeps."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterable

from taskmock.mockserver.breaks import broken
from taskmock.mockserver.command import TASK
from taskmock.mockserver.fault import Fault, FaultKind
from taskmock.mockserver.graph import ROOT, AddressError, graph_of
from taskmock.mockserver.ledger import Setting
from taskmock.mockserver.record import Record
from taskmock.mockserver.scenario import Frame, Play
from taskmock.mockserver.timeline import History, history_of
from taskmock.mockserver.wire import Document, Edition, document, with_failures, without_children


def played(record: Record, play: Play, edition: Edition) -> History:
    """All that happens to a record's task under a script and the record's log.

    Raises:
        CommandRefusedError, AddressError: The last entry of the log is none that the script allows.
    """
    name = play.name or record.key.task_id
    graph = graph_of(play.flow, name=name, key=record.draw_key, prefix=edition.prefix, root_id=play.id)
    setting = Setting(start=play.start, dispatch=play.dispatch, generation=edition.generation)
    if play.frames:
        return History(graph, edition.generation, changes=(), frames=play.frames)
    return dataclasses.replace(history_of(graph, setting, play.events, record.log), expires=play.expires)


@dataclasses.dataclass(frozen=True, slots=True)
class View:
    """What of a tree is asked for: the node it starts from, and whether `ex_data` is to tell what failures say."""

    top: int = ROOT
    ex_data: bool = False


def data_at(record: Record, history: History, edition: Edition, moment: int, view: View) -> Document:
    """The tree at a moment, in ms on the task's clock, as far as it is asked for."""
    tree = history.tree_at(moment)
    data = document(tree, edition, epoch=record.epoch, key=record.draw_key, top=view.top)
    if record.clipped and edition.served and view.top not in tree.rows:
        data = without_children(data)
    return with_failures(tree, data) if view.ex_data and edition.tells_failures else data


def broken_data(data: Document, history: History, faults: Iterable[Fault]) -> Document:
    """A good answer's `data` after all contract breaks among the faults, as far as their nodes are there."""
    for fault in faults:
        if fault.kind is FaultKind.BREAK and isinstance(fault.value, dict):
            try:
                index = history.graph.find(fault.value["node"])
            except AddressError:
                continue  # the scenario was edited since
            broken(data, None if index == ROOT else history.graph.nodes[index].id, fault.value)
    return data


def recorded_body(frame: Frame, faults: Iterable[Fault]) -> Document:
    """A recorded answer, after all contract breaks among the faults."""
    breaks = [fault.value for fault in faults if fault.kind is FaultKind.BREAK]
    body = copy.deepcopy(frame.body) if breaks else frame.body
    data = body.get("data")
    for value in breaks:
        if isinstance(data, dict) and isinstance(value, dict):
            broken(data, None if value["node"] == TASK else value["node"], value)
    return body
