"""What the connections of a server share: limits, threads, and a handler whose crashes become replies."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import queue
import threading
from collections.abc import Callable
from typing import Protocol

from taskmock.contracts.findings.foreign_text import printable
from taskmock.mockserver.http.limits import Limits
from taskmock.mockserver.http.message import Call, Handler, Reply
from taskmock.mockserver.http.response import date_line, render

LOG = logging.getLogger("taskmock")

Receive = Callable[[Reply | None], None]

CRASHED = "the handler crashed; the traceback is in the log of the mock server"
_LAST_RESORT = Reply(500, (("Content-Type", "text/plain; charset=utf-8"),), CRASHED.encode() + b"\n")


class OpenConnection(Protocol):
    """What a dispatcher asks of a connection when the server ends."""

    def stop(self, *, at_once: bool) -> None:
        """Ends the connection, at once or as soon as no answer is on its way."""


class Pool:
    """Up to `size` daemon threads that answer calls, started when they are needed.

    `concurrent.futures` joins its threads when the interpreter ends: one handler that hangs would keep the
    whole server alive after Ctrl-C.
    """

    def __init__(self, answer: Callable[[Call], Reply], loop: asyncio.AbstractEventLoop, size: int) -> None:
        self._answer = answer
        self._loop = loop
        self._size = size
        self._jobs: queue.SimpleQueue[tuple[Call, Receive] | None] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._started = 0

    def run(self, call: Call, receive: Receive) -> None:
        """Answers a call in a thread; `receive` gets the reply on the loop, None if the answer crashed."""
        self._jobs.put((call, receive))
        if self._idle.acquire(blocking=False) or self._started == self._size:
            return
        self._started += 1
        threading.Thread(target=self._work, name=f"taskmock-{self._started}", daemon=True).start()

    def stop(self) -> None:
        """Lets every thread end after the call that it answers."""
        for _ in range(self._started):
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            call, receive = job
            reply: Reply | None = None
            try:
                reply = self._answer(call)
            except BaseException:
                LOG.exception("the handler crashed on %s %s", call.method, printable(call.path))
            self._idle.release()
            try:
                self._loop.call_soon_threadsafe(receive, reply)
            except RuntimeError:
                return  # the loop is closed: the server stopped without waiting for this answer


class Dispatcher:
    """The handler, the limits, the threads and the open connections of one server."""

    def __init__(self, handler: Handler, limits: Limits, loop: asyncio.AbstractEventLoop) -> None:
        self.limits = limits
        self.loop = loop
        self.connections: set[OpenConnection] = set()
        self.draining = False
        self._handler = handler
        self._pool = Pool(handler.answer, loop, limits.threads)
        self.answer_later = self._pool.run
        self._date_line = functools.lru_cache(maxsize=1)(date_line)
        self._emptied = asyncio.Event()

    def answer_inline(self, call: Call) -> Reply | None:
        """The handler's quick reply, its refusal if it crashes, or None if it wants a thread."""
        try:
            return self._handler.answer_inline(call)
        except Exception:
            LOG.exception("the handler crashed on %s %s", call.method, printable(call.path))
            return self.refuse(500, CRASHED, call)

    def refuse(self, status: int, message: str, call: Call | None) -> Reply:
        """The handler's reply to a refused call, a plain one if the handler crashes."""
        try:
            return self._handler.refuse(status, message, call)
        except Exception:
            LOG.exception("the handler crashed on the refusal %s (%s)", status, message)
            return _LAST_RESORT

    def render(self, reply: Reply, call: Call | None, *, close: bool) -> tuple[bytes, bytes, bool]:
        """The head and the body of a reply, and whether the connection closes after it."""
        date = self._date_line(int(self.loop.time()))
        try:
            return render(reply, call, close=close, date=date)
        except Exception:
            LOG.exception("the handler gave a reply that cannot be sent")
            return render(_LAST_RESORT, call, close=close, date=date)

    def leave(self, connection: OpenConnection) -> None:
        """Forgets a connection that is gone."""
        self.connections.discard(connection)
        if self.draining and not self.connections:
            self._emptied.set()

    async def drain(self) -> None:
        """Ends every connection: an idle one at once, a busy one after its answer, all of them when time is up."""
        self.draining = True
        for at_once in (False, True):
            for connection in tuple(self.connections):
                connection.stop(at_once=at_once)
            if self.connections:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._emptied.wait(), self.limits.drain_seconds)
        self._pool.stop()
