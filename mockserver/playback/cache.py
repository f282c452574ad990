"""Things worked out once and kept while there is room: the one longest unused goes first."""

from __future__ import annotations

import collections
import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Cache(Generic[T]):
    """A bounded memory by key; `weigh` says how much of `limit` a thing takes. Threads may share it."""

    def __init__(self, limit: int, weigh: Callable[[T], int]) -> None:
        self._limit = limit
        self._weigh = weigh
        self._weight = 0
        self._lock = threading.Lock()
        self._items: collections.OrderedDict[Hashable, T] = collections.OrderedDict()

    def peek(self, key: Hashable) -> T | None:
        """The thing of a key where it is kept."""
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
            return self._items.get(key)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The thing of a key; made, outside the lock, where it is not kept."""
        kept = self.peek(key)
        if kept is not None:
            return kept
        made = make()
        with self._lock:
            if key not in self._items:
                self._items[key] = made
                self._weight += self._weigh(made)
                while self._weight > self._limit and len(self._items) > 1:
                    self._weight -= self._weigh(self._items.popitem(last=False)[1])
            return self._items[key]
