"""Messages and the moments at which they are delivered: the time of the engine, which reads no clock."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator

_MESSAGE, _COMMAND = 0, 1

Action = Callable[..., None]


class EventQueue:
    """Messages in the order of their moments, in ms; those of one moment in the order in which they were sent.

    `sent` counts the messages. `on_instant` is called whenever all messages of a moment have been delivered, before its
    commands and after each.
    """

    def __init__(self) -> None:
        self.now = 0
        self.on_instant: Callable[[], None] | None = None
        self._queue: list[tuple[int, int, int, Action, tuple[object, ...]]] = []
        self.sent = 0

    def send(self, at: int, action: Action, *arguments: object, command: bool = False) -> None:
        """Queues a message; commands of a moment come after all its messages."""
        self.sent += 1
        heapq.heappush(self._queue, (at, _COMMAND if command else _MESSAGE, self.sent, action, arguments))

    def run(self, until: int | None = None) -> None:
        """Delivers all messages up to and including a moment; all there are where it is None."""
        queue = self._queue
        while queue and (until is None or queue[0][0] <= until):
            self.now, _, _, action, arguments = heapq.heappop(queue)
            action(*arguments)
            if self.on_instant and (not queue or queue[0][:2] != (self.now, _MESSAGE)):
                self.on_instant()
        if until is not None:
            self.now = until

    def pending(self, action: Action) -> Iterator[tuple[object, ...]]:
        """The arguments of every message with this action that is yet to be delivered."""
        return (arguments for _, _, _, sent, arguments in self._queue if sent == action)

    def cancel(self, action: Action) -> None:
        """Removes every message with this action."""
        self._queue[:] = [message for message in self._queue if message[3] != action]  # `run` holds this list
        heapq.heapify(self._queue)
