"""Reads recorded answers: whole bodies with the moments from which they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from taskmock.mockserver.core.scenario import Frame
from taskmock.mockserver.scenarios.reader.fields import fields_of, items_of
from taskmock.mockserver.scenarios.reader.scalars import read_data
from taskmock.mockserver.scenarios.syntax.nodes import Mapping, Node
from taskmock.mockserver.scenarios.syntax.problems import Problems, kind_of

FRAME_EXAMPLE = "{at: 0s, body: {result: true, data: {…}}}"
"""What a frame looks like."""


def read_frames(node: Node, problems: Problems) -> tuple[Frame, ...]:
    """The frames of a list, in rising order of their moments."""
    example = f"a list of recorded answers: [{FRAME_EXAMPLE}]"
    frames: list[Frame] = []
    for item in items_of(node, problems, what="frames", example=example, filled=example):
        frame = _frame(item, problems)
        if frame and frames and frame.at <= frames[-1].at:
            allowed = "frames in the order of their moments, each later than the last"
            problems.add(item, "frame-order", "the frame does not come after the one before it", allowed=allowed)
        elif frame:
            frames.append(frame)
    return tuple(frames)


def _frame(node: Node, problems: Problems) -> Frame | None:
    fields = fields_of(node, problems, keys=("at", "body"), what="a frame", example=FRAME_EXAMPLE)
    if fields is None:
        return None
    fields.require("at", allowed="0s")
    body = fields.require("body", allowed="{result: true, data: {…}}")
    if body is not None and not isinstance(body, Mapping):
        allowed = "the whole answer: {result: true, data: {…}}"
        problems.add(body, "not-mapping", f"body is {kind_of(body)}", allowed=allowed)
        return None
    decoded = None if body is None else read_data(body, problems)
    return Frame(at=fields.duration("at"), body=decoded) if isinstance(decoded, dict) else None


def nodes_in(frames: Sequence[Frame]) -> Iterator[tuple[str, str]]:
    """The id and the name of every node in recorded answers, as far as their shape lets them be seen."""
    for key, tree in _trees_in(frames):
        name = tree.get("name")
        if key:
            yield key, name if isinstance(name, str) else ""


def fields_in(frames: Sequence[Frame]) -> Iterator[str]:
    """The fields of every task and node in recorded answers, as far as their shape lets them be seen."""
    for _, tree in _trees_in(frames):
        yield from map(str, tree)


def _trees_in(frames: Sequence[Frame]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every task, with no key, and every node by its key."""
    waiting = [(frame.body.get("data"), "") for frame in frames]
    while waiting:
        tree, key = waiting.pop()
        if not isinstance(tree, dict):
            continue
        yield key, tree
        children = tree.get("children")
        if isinstance(children, dict):
            waiting.extend((child, str(node_id)) for node_id, child in children.items())
