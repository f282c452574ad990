"""The time of a real engine: messages and operations at their moments, in one process, on a clock that is a number."""

from __future__ import annotations

import datetime as dt
import heapq

EPOCH = dt.datetime(2018, 4, 26, 8, 8, 34, tzinfo=dt.UTC)
"""When every task is created."""


class MessageQueue:
    """Messages in the order of their moments, in ms; those of one moment in the order in which they were sent."""

    def __init__(self):
        self.now = 0
        self._sent = 0
        self._messages = []

    def send(self, after, action, *arguments):
        """Queues a message, `after` ms from now."""
        self._sent += 1
        heapq.heappush(self._messages, (self.now + after, self._sent, action, arguments))

    def run(self, until, after_moment):
        """Delivers all messages up to a moment (None: all there are); `after_moment` is called after each moment."""
        while self._messages and (until is None or self._messages[0][0] <= until):
            self.now, _, action, arguments = heapq.heappop(self._messages)
            action(*arguments)
            if not self._messages or self._messages[0][0] > self.now:
                after_moment()
        if until is not None:
            self.now = max(self.now, until)

    def time(self):
        """The time of day."""
        return EPOCH + dt.timedelta(milliseconds=self.now)

    @staticmethod
    def milliseconds(time):
        """A time of day as ms since the task was created; None for none."""
        return None if time is None else round((time - EPOCH).total_seconds() * 1000)
