"""Rules about `elapsed_time`: it agrees with the times, and with the one moment at which a document was read."""

from __future__ import annotations

import math
from collections.abc import Iterator

from taskmock.contracts.rules.document import Document, Observed
from taskmock.contracts.rules.rule import Finding, rule
from taskmock.contracts.violation import clip

ROUNDING = 1
"""Times are cut to whole seconds and elapsed_time is rounded, so their difference is up to this far off, in seconds."""

READING = 2
"""How far the moments may differ at which the nodes of one document say they were read, in seconds."""

SENSIBLE = 10**10
"""Elapsed times above this many seconds (three centuries) say nothing about the moment of reading."""


@rule("elapsed.difference", editions=("v1", "v2"))
def elapsed_is_the_difference(document: Document) -> Iterator[Finding]:
    """|elapsed_time - (finish_time - start_time)| <= 1."""
    for node in document.observed:
        elapsed = _elapsed(node)
        if elapsed is None or node.start is None or node.finish is None:
            continue
        difference = node.finish - node.start
        if abs(elapsed - difference) > ROUNDING:
            message = "elapsed_time is not finish_time - start_time"
            yield Finding(node.node, ("elapsed_time",), message, f"{difference}, 1 more or less")


@rule("elapsed.not-started", editions=("v1", "v2"))
def elapsed_is_zero_before_the_start(document: Document) -> Iterator[Finding]:
    """`elapsed_time` counts from the start: without a `start_time` it is 0."""
    for node in document.observed:
        if node.has_no_start and _elapsed(node) not in {None, 0} and not document.is_constant(node):
            yield Finding(node.node, ("elapsed_time",), "a node that has not started has an elapsed_time", "0")


@rule("elapsed.negative", editions=("v1", "v2"))
def elapsed_is_not_negative(document: Document) -> Iterator[Finding]:
    """`elapsed_time` is negative only where a further pass of a loop keeps the earlier pass's `finish_time`."""
    for node in document.observed:
        elapsed = _elapsed(node)
        if elapsed is not None and elapsed < 0 and not node.keeps_earlier_finish:
            yield Finding(node.node, ("elapsed_time",), "elapsed_time is negative", "0 or more")


@rule("elapsed.now", editions=("v1", "v2"))
def open_nodes_agree_on_now(document: Document) -> Iterator[Finding]:
    """|elapsed_time - (now - start_time)| <= 1 without a `finish_time`, and one document has one now."""
    now = _now(document)
    if now is None:
        return
    for node in document.observed:
        end = _end(node)
        if end is not None and abs(end - now) > READING and node.start is not None:
            expected = f"{clip(now - node.start)}, {READING} more or less"
            message = "elapsed_time disagrees with the other nodes without finish_time on the moment of reading"
            yield Finding(node.node, ("elapsed_time",), message, expected)


@rule("times.future", editions=("v1", "v2"))
def nothing_happens_after_now(document: Document) -> Iterator[Finding]:
    """Nothing starts or finishes after the moment of reading: start_time + elapsed_time of what goes on."""
    now = _now(document)
    if now is None:
        return
    for node in document.observed:
        for field, moment in (("start_time", node.start), ("finish_time", node.finish)):
            if moment is not None and moment > now + READING:
                message = f"{field} is {clip(moment - now)} s after the moment of reading"
                yield Finding(node.node, (field,), message, "a time that has passed")


def _now(document: Document) -> float | None:
    """The moment of reading by most nodes that go on, in seconds since the year 1; None where nothing goes on."""
    ends = sorted(end for node in document.observed if (end := _end(node)) is not None and abs(end) < 10 * SENSIBLE)
    return ends[(len(ends) - 1) // 2] if ends else None


def _end(node: Observed) -> float | None:
    """start + elapsed of a node that has started and says that it has not finished."""
    elapsed = _elapsed(node) if node.start is not None and node.has_no_finish else None
    return None if elapsed is None or node.start is None else node.start + elapsed


def _elapsed(node: Observed) -> float | None:
    """The elapsed time in seconds where it is a finite number (a float before V3.3.12)."""
    elapsed = node.node.value.get("elapsed_time")
    if type(elapsed) is int or (type(elapsed) is float and math.isfinite(elapsed)):
        return elapsed
    return None


RULES = (
    elapsed_is_the_difference,
    elapsed_is_zero_before_the_start,
    elapsed_is_not_negative,
    open_nodes_agree_on_now,
    nothing_happens_after_now,
)
