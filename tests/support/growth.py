"""How the work of a call grows with its size: a ratio of processor times, which a slow or busy machine leaves alone."""

from __future__ import annotations

import time
from collections.abc import Callable


def growth(small: Callable[[], object], big: Callable[[], object], *, runs: int = 5) -> float:
    """How many times as much work the big call is, by the best of several runs that take turns."""
    small()  # what is loaded and compiled at first use
    pairs = [(_seconds(small), _seconds(big)) for _ in range(runs)]
    return min(pair[1] for pair in pairs) / min(pair[0] for pair in pairs)


def _seconds(call: Callable[[], object]) -> float:
    started = time.process_time()
    call()
    return time.process_time() - started
