"""Rules about start and finish times: real, in order, inside the parent's, present or absent as the state demands."""

from __future__ import annotations

import enum
from collections.abc import Iterator

from taskmock.contracts.api.bk_sops.edition import ENGINES
from taskmock.contracts.api.bk_sops.rules.applies import (
    NOT_STARTED,
    any_node,
    goes_on,
    has_time,
    measures,
    parent_and_child,
)
from taskmock.contracts.api.bk_sops.rules.document import Document, Observed, is_written_like_time, seconds
from taskmock.contracts.api.bk_sops.rules.moment import READING, elapsed_of, end_of, now_of, tellers
from taskmock.contracts.api.bk_sops.rules.traps import SUBPROCESS_CLASS, trap_of
from taskmock.contracts.findings.rule import Finding, Rule, fact, rule
from taskmock.contracts.findings.violation import clip

TIME_FIELDS = ("start_time", "finish_time", "state_refresh_at")


RULES: list[Rule[Document]] = []


@rule("times.calendar", RULES, applies=any_node(has_time))
def times_are_in_the_calendar(document: Document) -> Iterator[Finding]:
    """Times are written `%Y-%m-%d %H:%M:%S %z` (`state_refresh_at`: ISO 8601), so they are real dates and hours."""
    for node in document.nodes:
        for field in TIME_FIELDS:
            text = node.value.get(field)
            if isinstance(text, str) and text and seconds(text) is None and is_written_like_time(text):
                yield Finding(node, (field,), f"{field} is in no calendar", "a real date and time")


@rule(
    "times.order",
    RULES,
    reads=("start_time", "loop", "state"),
    applies=any_node(lambda node: node.start is not None and node.finish is not None),
)
def finish_is_not_before_start(document: Document) -> Iterator[Finding]:
    """`finish_time` is not before `start_time`, but where a further pass of a loop keeps the earlier one's finish."""
    for node in document.observed:
        if node.start is None or node.finish is None or node.finish >= node.start:
            continue
        if (not node.keeps_earlier_finish or _is_failed_leaf(node)) and not trap_of(node, document):
            yield Finding(node, ("finish_time",), "finish_time is before start_time", _from(node, "start_time"))


@rule(
    "times.child-start",
    RULES,
    applies=parent_and_child(lambda node, child: node.start is not None and child.start is not None),
)
def child_starts_inside_parent(document: Document) -> Iterator[Finding]:
    """child.start_time >= parent.start_time; below a subprocess that loops, nodes of an earlier pass may be left."""
    for parent in document.observed:
        if parent.start is None or parent.loop != 1:
            continue
        for child in parent.children:
            if child.start is not None and child.start < parent.start:
                message = "the node started before its parent"
                reads = (fact(parent, "start_time"), fact(parent, "loop"))
                yield Finding(child, ("start_time",), message, _from(parent, "start_time"), reads=reads)


@rule(
    "times.child-finish",
    RULES,
    applies=parent_and_child(lambda node, child: node.finish is not None and child.finish is not None),
)
def child_finishes_inside_parent(document: Document) -> Iterator[Finding]:
    """child.finish_time <= parent.finish_time where both are set, except below a REVOKED task of engine 1."""
    for parent in document.observed:
        if parent.finish is None or parent.keeps_earlier_finish or parent.state == "REVOKED":
            continue
        for child in parent.children:
            if child.finish is not None and child.finish > parent.finish:
                latest = clip(parent.value.get("finish_time"))
                message = "the node finished after its parent"
                reads = (fact(parent, "finish_time"), fact(parent, "state"))
                yield Finding(child, ("finish_time",), message, f"{latest} or earlier", reads=reads)


class Need(enum.Enum):
    """Whether a state demands a time, demands its absence, or leaves room."""

    SET = "set"
    NONE = "none"
    FREE = "free"


@rule("times.missing", RULES, reads=("state", "loop"), applies=any_node(lambda node: node.state not in NOT_STARTED))
def times_are_set(document: Document) -> Iterator[Finding]:
    """Started nodes have a `start_time`; FINISHED and a FAILED leaf have a `finish_time` too."""
    for node in document.observed:
        if not (node.has_no_start or node.has_no_finish) or trap_of(node, document):
            continue
        start, finish = _needs(node, document)
        if start is Need.SET and node.has_no_start:
            yield Finding(node, ("start_time",), "a {0} node has no start_time", "a time", (node.state,))
        if finish is Need.SET and node.has_no_finish:
            yield Finding(node, ("finish_time",), "a {0} node has no finish_time", "a time", (node.state,))


@rule(
    "times.unexpected",
    RULES,
    reads=("state", "loop", "start_time"),
    applies=any_node(lambda node: node.state not in {"", "FINISHED"}),
)
def times_are_absent(document: Document) -> Iterator[Finding]:
    """READY, CREATED and the like have neither time; what goes on or waits has a `start_time` only."""
    absent = '""' if document.edition == "doc-2019" or document.variant else "null"
    for node in document.observed:
        if (node.start is None and node.finish is None) or trap_of(node, document):
            continue
        start, finish = _needs(node, document)
        if start is Need.NONE and node.start is not None:
            yield Finding(node, ("start_time",), "a {0} node has a start_time", absent, (node.state,))
        if finish is Need.NONE and node.finish is not None and not node.keeps_earlier_finish:
            yield Finding(node, ("finish_time",), "a {0} node has a finish_time", absent, (node.state,))


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
    name = node.value.get("name")
    may_be_blocked = node.is_top or (isinstance(name, str) and name.endswith(SUBPROCESS_CLASS))
    return node.state == "FAILED" and node.leaf and not may_be_blocked


def _ready_start(node: Observed, document: Document) -> Need:
    """A task or subprocess of engine 1 turns READY when it is set going again, so it has a start."""
    if node.state == "LOOP_READY" or not document.engine.goes_on_by_ready:
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
    has_finish = document.engine.revoked_has_finish if node.state == "REVOKED" else False
    return Need.SET, Need.FREE if has_finish is None else Need.SET if has_finish else Need.NONE


def _from(node: Observed, field: str) -> str:
    return f"{clip(node.value.get(field))} or later"


ROUNDING = 1
"""Times are cut to whole seconds and elapsed_time is rounded, so their difference is up to this far off, in seconds."""


@rule(
    "elapsed.difference",
    RULES,
    reads=("start_time", "finish_time"),
    applies_to=ENGINES,
    applies=any_node(lambda node: measures(node) and node.start is not None and node.finish is not None),
)
def elapsed_is_the_difference(document: Document) -> Iterator[Finding]:
    """|elapsed_time - (finish_time - start_time)| <= 1."""
    for node in document.observed:
        elapsed = elapsed_of(node)
        if elapsed is None or node.start is None or node.finish is None:
            continue
        difference = node.finish - node.start
        if abs(elapsed - difference) > ROUNDING:
            message = "elapsed_time is not finish_time - start_time"
            yield Finding(node, ("elapsed_time",), message, "{0}, {1} more or less", (str(difference), str(ROUNDING)))


@rule(
    "elapsed.not-started",
    RULES,
    reads=("start_time",),
    applies_to=ENGINES,
    applies=any_node(lambda node: measures(node) and node.has_no_start),
)
def elapsed_is_zero_before_the_start(document: Document) -> Iterator[Finding]:
    """`elapsed_time` counts from the start: without a `start_time` it is 0."""
    for node in document.observed:
        if node.has_no_start and elapsed_of(node) not in {None, 0} and not document.is_constant(node):
            yield Finding(node, ("elapsed_time",), "a node that has not started has an elapsed_time", "0")


@rule(
    "elapsed.negative",
    RULES,
    reads=("loop", "state", "start_time", "finish_time"),
    applies_to=ENGINES,
    applies=any_node(measures),
)
def elapsed_is_not_negative(document: Document) -> Iterator[Finding]:
    """`elapsed_time` is negative only where a further pass of a loop keeps the earlier pass's `finish_time`."""
    for node in document.observed:
        elapsed = elapsed_of(node)
        if elapsed is not None and elapsed < 0 and not (node.keeps_earlier_finish or trap_of(node, document)):
            yield Finding(node, ("elapsed_time",), "elapsed_time is negative", "0 or more")


@rule(
    "elapsed.now",
    RULES,
    reads=("start_time", "finish_time"),
    applies_to=ENGINES,
    applies=lambda document: sum(goes_on(node) for node in document.observed) > 1,
)
def open_nodes_agree_on_now(document: Document) -> Iterator[Finding]:
    """|elapsed_time - (now - start_time)| <= 1 without a `finish_time`, and one document has one now."""
    now = now_of(document)
    if now is None:
        return
    reads = tellers(document, now)
    for node in document.observed:
        end = end_of(node)
        if end is not None and abs(end - now) > READING and node.start is not None:
            message = "elapsed_time disagrees with the other nodes without finish_time on the moment of reading"
            names = (clip(now - node.start), str(READING))
            yield Finding(node, ("elapsed_time",), message, "{0}, {1} more or less", names, reads=reads)


@rule("times.future", RULES, applies_to=ENGINES, applies=any_node(goes_on))
def nothing_happens_after_now(document: Document) -> Iterator[Finding]:
    """Nothing starts or finishes after the moment of reading: start_time + elapsed_time of what goes on."""
    now = now_of(document)
    if now is None:
        return
    reads = tellers(document, now)
    for node in document.observed:
        for field, moment in (("start_time", node.start), ("finish_time", node.finish)):
            if moment is not None and moment > now + READING:
                message, names = f"{field} is {{0}} s after the moment of reading", (clip(moment - now),)
                yield Finding(node, (field,), message, "a time that has passed", names, reads=reads)
