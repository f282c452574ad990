"""Branch coverage for the tests that show lines; those that repeat the same lines a thousand times go without it.

Tracing makes the judge and the engine four times as slow. Property tests, the tests marked `sweep` and those of the
whole system go through many answers by the lines that other tests reach, so they run untraced.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from coverage import Coverage

from support.places import ROOT

if TYPE_CHECKING:
    import pytest

OF_CHILDREN = "COVERAGE_PROCESS_CONFIG"
"""The environment variable by which coverage measures the processes that a test starts."""

UNTRACED = ("hypothesis", "sweep")
"""The marks of tests that run without coverage, as all tests of the whole system do."""

SYSTEM = ROOT / "tests" / "system"


def is_traced(item: pytest.Item) -> bool:
    """Tells whether a test runs under coverage where it is measured."""
    return not any(item.get_closest_marker(mark) for mark in UNTRACED) and not item.path.is_relative_to(SYSTEM)


@contextlib.contextmanager
def untraced() -> Iterator[None]:
    """Stops the measurement of this process and of those that it starts, if there is one, for a while."""
    measuring = Coverage.current()
    if measuring is None:
        yield
        return
    of_children = os.environ.pop(OF_CHILDREN, None)
    measuring.stop()
    try:
        yield
    finally:
        measuring.start()
        if of_children is not None:
            os.environ[OF_CHILDREN] = of_children
