"""Threads for calls that may block; they never keep a process from ending."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable

from taskmock.contracts.foreign_text import printable
from taskmock.mockserver.front.message import Call, Reply

LOG = logging.getLogger("taskmock")

Answer = Callable[[Call], Reply]
Receive = Callable[[Reply | None], None]


class Pool:
    """Up to `size` daemon threads, started when they are needed.

    `concurrent.futures` joins its threads when the interpreter ends: one handler that hangs would keep the
    whole server alive after Ctrl-C.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, size: int) -> None:
        self._loop = loop
        self._size = size
        self._jobs: queue.SimpleQueue[tuple[Answer, Call, Receive] | None] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._started = 0

    def run(self, answer: Answer, call: Call, receive: Receive) -> None:
        """Calls `answer(call)` in a thread and hands the reply to `receive` on the loop; None if it crashed."""
        self._jobs.put((answer, call, receive))
        if self._idle.acquire(blocking=False) or self._started == self._size:
            return
        self._started += 1
        threading.Thread(target=self._work, name=f"taskmock-{self._started}", daemon=True).start()

    def stop(self) -> None:
        """Lets every thread end after what it is doing."""
        for _ in range(self._started):
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            answer, call, receive = job
            reply: Reply | None = None
            try:
                reply = answer(call)
            except BaseException:
                LOG.exception("the handler crashed on %s %s", call.method, printable(call.path))
            self._idle.release()
            try:
                self._loop.call_soon_threadsafe(receive, reply)
            except RuntimeError:
                return  # the loop is closed: the front stopped without waiting for this answer
