"""The moment at which a document was read, by what its nodes say of the time since they started."""

from __future__ import annotations

import math

from taskmock.contracts.api.bk_sops.rules.document import Document, Observed
from taskmock.contracts.findings.rule import fact

READING = 2
"""How far the moments may differ at which the nodes of one document say they were read, in seconds."""


SENSIBLE = 10**10
"""Elapsed times above this many seconds (three centuries) say nothing about the moment of reading."""


def now_of(document: Document) -> float | None:
    """The moment of reading by most nodes that go on, in seconds since the year 1; None where nothing goes on."""
    ends = sorted(end for node in document.observed if (end := end_of(node)) is not None and abs(end) < 10 * SENSIBLE)
    return ends[(len(ends) - 1) // 2] if ends else None


def tellers(document: Document, now: float) -> tuple[str, ...]:
    """The facts that tell the moment of reading where one node alone does, and may be wrong; none where several do."""
    agreeing = [node for node in document.observed if (end := end_of(node)) is not None and abs(end - now) <= READING]
    if len(agreeing) != 1:
        return ()
    return tuple(fact(agreeing[0], field) for field in ("elapsed_time", "start_time", "finish_time"))


def end_of(node: Observed) -> float | None:
    """start + elapsed of a node that has started and says that it has not finished."""
    elapsed = elapsed_of(node) if node.start is not None and node.has_no_finish else None
    return None if elapsed is None or node.start is None else node.start + elapsed


def elapsed_of(node: Observed) -> float | None:
    """The elapsed time in seconds where it is a finite number (a float before V3.3.12)."""
    elapsed = node.value.get("elapsed_time")
    if type(elapsed) is int or (type(elapsed) is float and math.isfinite(elapsed)):
        return elapsed
    return None
