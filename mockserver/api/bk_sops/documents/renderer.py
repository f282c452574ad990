"""A poll as bytes: the tree in an edition's words, or a recorded answer, after all contract breaks."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson

from taskmock.mockserver.api.bk_sops.documents.edition import Document, Edition, expired, nodes_of
from taskmock.mockserver.api.bk_sops.documents.flags import View
from taskmock.mockserver.api.bk_sops.documents.presenter import edition_of, view_of
from taskmock.mockserver.api.bk_sops.documents.recorded import viewed
from taskmock.mockserver.api.bk_sops.documents.status import (
    document,
    with_asked_fields,
    without_children,
    without_names,
)
from taskmock.mockserver.core.command import TASK
from taskmock.mockserver.core.engine.history import History
from taskmock.mockserver.core.fault import Fault, FaultKind
from taskmock.mockserver.core.graph import ROOT, AddressError
from taskmock.mockserver.core.scenario import Frame
from taskmock.mockserver.playback.cache import Cache
from taskmock.mockserver.playback.poll import Polled
from taskmock.mockserver.playback.record import Record

_OF_TYPE: Mapping[str, Any] = {
    "string": "text",
    "integer": 7,
    "number": 0.5,
    "boolean": True,
    "null": None,
    "array": [],
    "object": {},
}
"""What a field becomes that is retyped to something its own value cannot be turned into."""


def broken(data: dict[str, Any], address: str | None, value: Mapping[str, Any]) -> None:
    """Breaks a node (by id, or by name) of an answer in place; None is the task. One that is not there breaks nothing.

    `value` is what scenario files say under `break`: `drop: FIELD`, `retype: {FIELD: TYPE}`, `rename: {OLD: NEW}`,
    `add: {FIELD: VALUE}` or `state: WORD`.
    """
    found = (node for node in nodes_of(data) if address in {node.get("id"), node.get("name")})
    node = data if address is None else next(found, None)
    if node is None:
        return
    if "drop" in value:
        node.pop(value["drop"], None)
    for field, kind in value.get("retype", {}).items():
        if field in node:
            node[field] = str(node[field]) if kind == "string" else _OF_TYPE[kind]
    for old, new in value.get("rename", {}).items():
        if old in node:
            node[new] = node.pop(old)
    node |= value.get("add", {})
    if "state" in value:
        node["state"] = value["state"]


KEPT_FRAMES = 64 * 1024 * 1024
"""Bytes that all rendered answers in memory may take together, with what finds them."""


_FINDING = 1024  # bytes that the key of a kept answer takes


CLIPPED = "clipped"
"""What is noted of a task whose answers lack `children` while it is only created: a batch query has taken them from
the real server's cache (a flaw of the real server)."""


class Rendered(NamedTuple):
    """A poll as the API writes it: `data` as JSON bytes, what of the task the `view` shows.

    `whole` is a recorded answer, envelope and all, instead; where both are None, `failure` is what the system says in
    place of an answer.
    """

    view: View
    data: bytes | None
    whole: bytes | None
    failure: str


def can_be_answered(history: History, edition: Edition, moment: int, view: View) -> bool:
    """Whether the system has an answer at a moment; `failure_of` says why where it has none."""
    if history.expired_at(moment):
        return edition.expires and not view.needs_id
    return not view.needs_id or history.reached_at(view.top, moment)


def data_at(record: Record, history: History, edition: Edition, moment: int, view: View) -> Document:
    """The tree at a moment, in ms on the task's clock, as far as it is asked for; two keys where it has expired."""
    if history.expired_at(moment):
        return expired(history.graph.nodes[ROOT].name)
    tree = history.tree_at(moment)
    data = document(tree, edition, epoch=record.epoch, key=record.draw_key, top=view.top)
    if CLIPPED in record.api and edition.shares_created and view.top not in tree.rows:
        data = without_children(data)
    elif view.loses_names:
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
    """Writes the answers to polls, and keeps the trees that it has written while there is room."""

    def __init__(self) -> None:
        self._kept: Cache[bytes] = Cache(KEPT_FRAMES, lambda frame: _FINDING + len(frame))

    def rendered(self, polled: Polled) -> Rendered:
        """What a poll shows of its task, or why it cannot be answered; a fault may yet replace all of it."""
        history, edition = polled.playing.history, edition_of(polled.playing)
        view = view_of(polled.query, history, edition)
        frame = history.frame_at(polled.shown)
        data = None if frame else self._data(polled, edition, view)
        body = recorded_body(frame, polled.faults, view) if frame else None
        whole = None if body is None else orjson.dumps(body)
        failure = "" if data or whole else failure_of(polled.record.key.task_id, view)
        return Rendered(view, data, whole, failure)

    def _data(self, polled: Polled, edition: Edition, view: View) -> bytes | None:
        record, history, shown = polled.record, polled.playing.history, polled.shown
        if not can_be_answered(history, edition, shown, view):
            return None
        if any(fault.kind is FaultKind.BREAK for fault in polled.faults):
            data = data_at(record, history, edition, shown, view)
            return orjson.dumps(broken_data(data, history, polled.faults))
        ended = history.ended and shown >= history.moments[-1]
        place = history.position(shown) if edition.timeless or ended else -shown
        key = (polled.playing.key, record.epoch, CLIPPED in record.api, place, view.key)
        return self._kept.get(key, lambda: orjson.dumps(data_at(record, history, edition, shown, view)))


def recorded_body(frame: Frame, faults: Iterable[Fault], view: View) -> Document | None:
    """A recorded answer as a view shows it, after all contract breaks among the faults; None where it cannot be."""
    breaks = [fault.value for fault in faults if fault.kind is FaultKind.BREAK and isinstance(fault.value, dict)]
    if not breaks:
        return viewed(frame.body, view)
    body: Document = copy.deepcopy(frame.body)
    for value in breaks:
        if value["node"] != TASK:  # found while it has its name
            _break_recorded(body, value["node"], value)
    shown = viewed(body, view)
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
