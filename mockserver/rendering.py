"""A record's script played, and its tree in an edition's words: what no poll counts and no store keeps."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson

from taskmock.mockserver.asked_fields import with_asked_fields
from taskmock.mockserver.breaks import broken
from taskmock.mockserver.cache import Cache
from taskmock.mockserver.command import TASK
from taskmock.mockserver.fault import Fault, FaultKind
from taskmock.mockserver.graph import ROOT, AddressError, graph_of
from taskmock.mockserver.ledger import Setting
from taskmock.mockserver.record import Record
from taskmock.mockserver.recorded import viewed
from taskmock.mockserver.scenario import Frame, Play
from taskmock.mockserver.timeline import History, history_of
from taskmock.mockserver.turn import Turn
from taskmock.mockserver.view import View
from taskmock.mockserver.wire import Document, Edition, document, expired, without_children, without_names

KEPT_FRAMES = 64 * 1024 * 1024
"""Bytes that all rendered answers in memory may take together, with what finds them."""

_FINDING = 1024  # bytes that the key of a kept answer takes


class Scene(NamedTuple):
    """What plays for a record: its script, in an edition, and all that happens; `key` is equal where all of it is."""

    key: tuple[object, ...]
    play: Play
    edition: Edition
    history: History


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


def can_be_answered(history: History, edition: Edition, moment: int, view: View) -> bool:
    """Whether the system has an answer at a moment; `failure_of` says why where it has none."""
    if history.expired_at(moment):
        return edition.served and not view.needs_id
    return not view.needs_id or history.reached_at(view.top, moment)


def data_at(record: Record, history: History, edition: Edition, moment: int, view: View) -> Document:
    """The tree at a moment, in ms on the task's clock, as far as it is asked for; two keys where it has expired."""
    if history.expired_at(moment):
        return expired(history.graph.nodes[ROOT].name)
    tree = history.tree_at(moment)
    data = document(tree, edition, epoch=record.epoch, key=record.draw_key, top=view.top)
    if record.clipped and edition.served and view.top not in tree.rows:
        data = without_children(data)
    elif view.loses_names(edition.generation):
        data = without_names(data)
    return with_asked_fields(tree, data, view)


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


class Renderer:
    """Writes the trees of answers, and keeps what it has written while there is room."""

    def __init__(self) -> None:
        self._kept: Cache[bytes] = Cache(KEPT_FRAMES, lambda frame: _FINDING + len(frame))

    def data(self, record: Record, scene: Scene, view: View, turn: Turn) -> bytes | None:
        """What one poll's turn shows of a task, as JSON; None where it cannot be answered."""
        edition, history = scene.edition, scene.history
        if not can_be_answered(history, edition, turn.shown, view):
            return None
        if any(fault.kind is FaultKind.BREAK for fault in turn.faults):
            data = data_at(record, history, edition, turn.shown, view)
            return orjson.dumps(broken_data(data, history, turn.faults))
        ended = history.ended and turn.shown >= history.moments[-1]
        place = history.position(turn.shown) if edition.timeless or ended else -turn.shown
        key = (scene.key, record.epoch, record.clipped, place, view.key)
        return self._kept.get(key, lambda: orjson.dumps(data_at(record, history, edition, turn.shown, view)))


def recorded_body(frame: Frame, faults: Iterable[Fault], view: View, *, generation: int) -> bytes | None:
    """A recorded answer as a view shows it, after all contract breaks among the faults; None where it cannot be."""
    body = _recorded_body(frame, faults, view, generation)
    return None if body is None else orjson.dumps(body)


def _recorded_body(frame: Frame, faults: Iterable[Fault], view: View, generation: int) -> Document | None:
    breaks = [fault.value for fault in faults if fault.kind is FaultKind.BREAK and isinstance(fault.value, dict)]
    if not breaks:
        return viewed(frame.body, view, generation=generation)
    body: Document = copy.deepcopy(frame.body)
    for value in breaks:
        if value["node"] != TASK:  # found while it has its name
            _break_recorded(body, value["node"], value)
    shown = viewed(body, view, generation=generation)
    for value in breaks:
        if value["node"] == TASK and shown is not None:
            _break_recorded(shown, None, value)
    return shown


def _break_recorded(body: Document, address: str | None, value: Mapping[str, Any]) -> None:
    data = body.get("data")
    if isinstance(data, dict):
        broken(data, address, value)


def failure_of(task_id: str, view: View) -> str:
    """What the system says where it has no answer: it looks for an `id`, or knows no form for what has expired."""
    if view.needs_id:
        return f"task[id={task_id}] extract failed node info error: 'id'"
    return f"task[id={task_id}] get status error: the task's history has expired"
