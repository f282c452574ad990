"""Rules about start and finish times: real, in order, inside the parent's, present or absent as the state demands."""

from __future__ import annotations

import enum
from collections.abc import Iterator

from taskmock.contracts.rules.document import Document, Observed
from taskmock.contracts.rules.moment import is_written_like_time, seconds
from taskmock.contracts.rules.rule import Finding, rule
from taskmock.contracts.violation import clip

TIME_FIELDS = ("start_time", "finish_time", "state_refresh_at")
SUBPROCESS_CLASS = "SubProcess'>"


@rule("times.calendar")
def times_are_in_the_calendar(document: Document) -> Iterator[Finding]:
    """Times are written `%Y-%m-%d %H:%M:%S %z` (`state_refresh_at`: ISO 8601), so they are real dates and hours."""
    for node in document.nodes:
        for field in TIME_FIELDS:
            text = node.value.get(field)
            if isinstance(text, str) and text and seconds(text) is None and is_written_like_time(text):
                yield Finding(node, (field,), f"{field} is in no calendar", "a real date and time")


@rule("times.order")
def finish_is_not_before_start(document: Document) -> Iterator[Finding]:
    """`finish_time` is not before `start_time`, but where a further pass of a loop keeps the earlier one's finish."""
    for node in document.observed:
        if node.start is None or node.finish is None or node.finish >= node.start:
            continue
        if not node.keeps_earlier_finish or _is_failed_leaf(node):
            yield Finding(node.node, ("finish_time",), "finish_time is before start_time", _from(node, "start_time"))


@rule("times.child-start")
def child_starts_inside_parent(document: Document) -> Iterator[Finding]:
    """child.start_time >= parent.start_time; below a subprocess that loops, nodes of an earlier pass may be left."""
    for parent in document.observed:
        if parent.start is None or parent.loop != 1:
            continue
        for child in parent.children:
            if child.start is not None and child.start < parent.start:
                message = "the node started before its parent"
                yield Finding(child.node, ("start_time",), message, _from(parent, "start_time"))


@rule("times.child-finish")
def child_finishes_inside_parent(document: Document) -> Iterator[Finding]:
    """child.finish_time <= parent.finish_time where both are set, except below a REVOKED task of engine 1."""
    for parent in document.observed:
        if parent.finish is None or parent.keeps_earlier_finish or parent.state == "REVOKED":
            continue
        for child in parent.children:
            if child.finish is not None and child.finish > parent.finish:
                latest = clip(parent.node.value.get("finish_time"))
                message = "the node finished after its parent"
                yield Finding(child.node, ("finish_time",), message, f"{latest} or earlier")


class Need(enum.Enum):
    """Whether a state demands a time, demands its absence, or leaves room."""

    SET = "set"
    NONE = "none"
    FREE = "free"


@rule("times.missing")
def times_are_set(document: Document) -> Iterator[Finding]:
    """Started nodes have a `start_time`; FINISHED and a FAILED leaf have a `finish_time` too."""
    for node in document.observed:
        if not (node.has_no_start or node.has_no_finish):
            continue
        start, finish = _needs(node, document)
        if start is Need.SET and node.has_no_start:
            yield Finding(node.node, ("start_time",), f"a {node.state} node has no start_time", "a time")
        if finish is Need.SET and node.has_no_finish:
            yield Finding(node.node, ("finish_time",), f"a {node.state} node has no finish_time", "a time")


@rule("times.unexpected")
def times_are_absent(document: Document) -> Iterator[Finding]:
    """READY, CREATED and the like have neither time; what goes on or waits has a `start_time` only."""
    absent = '""' if document.edition == "doc-2019" else "null"
    for node in document.observed:
        if node.start is None and node.finish is None:
            continue
        start, finish = _needs(node, document)
        if start is Need.NONE and node.start is not None:
            yield Finding(node.node, ("start_time",), f"a {node.state} node has a start_time", absent)
        if finish is Need.NONE and node.finish is not None and not node.keeps_earlier_finish:
            yield Finding(node.node, ("finish_time",), f"a {node.state} node has a finish_time", absent)


def _needs(node: Observed, document: Document) -> tuple[Need, Need]:
    """What a node's state demands of its start and finish time, where the facts say it."""
    match node.state:
        case "FINISHED":
            return Need.SET, Need.SET
        case "RUNNING" | "NODE_SUSPENDED" | "BLOCKED":
            return Need.SET, Need.NONE
        case "FAILED":
            return Need.SET, _failed_finish(node)
        case "CREATED" if document.edition == "doc-2019":
            return Need.NONE, Need.NONE
        case "READY" | "LOOP_READY":
            return _ready_start(node, document), Need.NONE
        case "SUSPENDED" | "REVOKED" | "ROLLING_BACK" | "ROLL_BACK_FAILED":
            return _held_needs(node, document)
    return Need.FREE, Need.FREE


def _failed_finish(node: Observed) -> Need:
    """A leaf failed at some time; a parent's or task's FAILED is computed, so it goes on.

    In a further pass a subprocess can fail by itself above the children of the earlier pass.
    """
    if node.children:
        return Need.FREE if node.loop > 1 else Need.NONE
    return Need.SET if _is_failed_leaf(node) else Need.FREE


def _is_failed_leaf(node: Observed) -> bool:
    """Whether a node failed by itself; an outermost node, and an unnamed subprocess of engine 1, may be BLOCKED."""
    name = node.node.value.get("name")
    may_be_blocked = node.is_top or (isinstance(name, str) and name.endswith(SUBPROCESS_CLASS))
    return node.state == "FAILED" and node.leaf and not may_be_blocked


def _ready_start(node: Observed, document: Document) -> Need:
    """A task or subprocess of engine 1 turns READY when it is set going again, so it has a start."""
    if document.generation == 2 or node.state == "LOOP_READY":
        return Need.FREE if node.is_top else Need.NONE
    if node.is_top:
        return Need.SET if document.is_whole_task else Need.FREE
    return Need.NONE if node.leaf else Need.FREE


def _held_needs(node: Observed, document: Document) -> tuple[Need, Need]:
    """A paused, revoked or rolling-back task has started; nodes below it are said less of."""
    is_task = node.is_top and document.is_whole_task
    start = Need.SET if is_task else Need.FREE
    if node.state == "SUSPENDED":
        return Need.SET if node.children else start, Need.FREE if node.loop > 1 else Need.NONE
    if not is_task or node.state == "ROLL_BACK_FAILED":
        return start, Need.FREE
    if node.state == "REVOKED" and document.generation == 1:
        return Need.SET, Need.SET if document.edition == "v1" else Need.FREE
    return Need.SET, Need.NONE


def _from(node: Observed, field: str) -> str:
    return f"{clip(node.node.value.get(field))} or later"


RULES = (
    times_are_in_the_calendar,
    finish_is_not_before_start,
    child_starts_inside_parent,
    child_finishes_inside_parent,
    times_are_set,
    times_are_absent,
)
