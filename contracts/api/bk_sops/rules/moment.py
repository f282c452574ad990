"""The moment at which a document was read, by what its nodes say of the time since they started."""

from __future__ import annotations

import math

from taskmock.contracts.api.bk_sops.rules.document import Document, Observed

READING = 2
"""How far the moments may differ at which the nodes of one document say they were read, in seconds."""


SENSIBLE = 10**10
"""Elapsed times above this many seconds (three centuries) say nothing about the moment of reading."""


def now_of(document: Document) -> float | None:
    """The moment of reading by most nodes that go on, in seconds since the year 1; None where nothing goes on."""
    ends = sorted(end for node in document.observed if (end := end_of(node)) is not None and abs(end) < 10 * SENSIBLE)
    return ends[(len(ends) - 1) // 2] if ends else None


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
