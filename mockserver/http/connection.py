"""One client's connection: its requests in order, their replies, and every way in which a connection can end."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import functools
import logging
import math
import socket
import struct
import sys
from collections.abc import Callable

from taskmock.mockserver.http.dispatcher import CRASHED, Dispatcher
from taskmock.mockserver.http.message import PLAIN, Reply
from taskmock.mockserver.http.parser import Refusal, Request, RequestParser
from taskmock.mockserver.http.response import CONTINUE, Ending, plan_delivery

LOG = logging.getLogger("taskmock")

_WORTH_JOINING = 64 * 1024
_LINGER_ZERO = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class Connection(asyncio.Protocol):
    """Reads ahead at most one chunk while an answer is on its way, so that its memory is bounded."""

    _transport: asyncio.Transport
    _parser: RequestParser

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self._queue: collections.deque[Request | Refusal] = collections.deque()
        self._busy = False  # an answer is on its way: the next request waits
        self._ended = False  # no further request is read
        self._client_done = False
        self._blocked = False  # bytes wait for the client to read
        self._on_drained: Callable[[], None] | None = None  # what waits for the client to read them
        self._delivery: asyncio.Task[None] | None = None
        self._delivery_starts = 0.0
        self._arriving = False  # the deadline belongs to a request that is half there
        self._deadline = math.inf
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client connected."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a TCP transport always is one
        self._transport = transport
        transport.set_write_buffer_limits(high=0)
        peer = transport.get_extra_info("peername")
        self._parser = RequestParser(self._dispatcher.limits, str(peer[0]) if peer else "")
        self._dispatcher.connections.add(self)
        self._expire_after(self._dispatcher.limits.idle_seconds)

    def data_received(self, data: bytes) -> None:
        """Bytes came; once the connection has ended they are thrown away, so that the client can finish sending."""
        if not self._ended:
            self._queue.extend(self._parser.feed(data))
            self._advance()

    def eof_received(self) -> bool:
        """The client sends no more, yet may wait for answers."""
        self._client_done = True
        return self._busy and not self._ended

    def pause_writing(self) -> None:
        """The client reads more slowly than the server writes."""
        self._blocked = True

    def resume_writing(self) -> None:
        """Everything written so far has left."""
        self._blocked = False
        on_drained, self._on_drained = self._on_drained, None
        if on_drained is not None:
            on_drained()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone, ended by either side."""
        del exc
        self._ended = True
        self._queue.clear()
        self._on_drained = None
        if self._timer is not None:
            self._timer.cancel()
        if self._delivery is not None:
            self._delivery.cancel()
        self._dispatcher.leave(self)

    def stop(self, *, at_once: bool) -> None:
        """The server stops: ends the connection where no answer is on its way, none that can be in time, or at once."""
        latest = self._dispatcher.loop.time() + self._dispatcher.limits.drain_seconds
        is_answering = self._busy and not self._ended
        if at_once or (is_answering and self._delivery_starts > latest):
            self._transport.abort()
        elif not is_answering:
            self._close()

    def _advance(self) -> None:
        """Answers what has arrived as far as possible, then decides what the connection waits for."""
        while self._queue and not self._busy and not self._ended:
            self._arriving = False
            self._take(self._queue.popleft())
        if self._ended:
            return
        if self._busy and self._queue:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()
        if self._busy:
            self._deadline = math.inf
        elif self._client_done or self._dispatcher.draining:
            self._close()
        else:
            self._await_request()

    def _await_request(self) -> None:
        if self._parser.expects_continue:
            self._parser.expects_continue = False
            self._transport.write(CONTINUE)
        if not self._parser.partial:
            self._expire_after(self._dispatcher.limits.idle_seconds)
        elif not self._arriving:
            self._arriving = True
            self._expire_after(self._dispatcher.limits.request_seconds)

    def _take(self, item: Request | Refusal) -> None:
        if isinstance(item, Refusal):
            self._send(item, self._dispatcher.refuse(item.status, item.message, item.call))
            return
        reply = self._dispatcher.answer_inline(item.call)
        if reply is not None:
            self._send(item, reply)
        else:
            self._busy = True
            self._dispatcher.answer_later(item.call, functools.partial(self._answered, item))

    def _answered(self, request: Request, reply: Reply | None) -> None:
        """A thread has the reply."""
        if not self._ended:
            self._busy = False
            self._send(request, reply or self._dispatcher.refuse(500, CRASHED, request.call))
            self._advance()

    def _go_on(self) -> None:
        """An answer has gone out: the next request may be taken."""
        self._busy = False
        self._advance()

    def _send(self, item: Request | Refusal, reply: Reply) -> None:
        close = isinstance(item, Refusal) or not item.keep_alive or (self._dispatcher.draining and not self._queue)
        head, body, close = self._dispatcher.render(reply, item.call, close=close)
        if reply.delivery is not PLAIN and reply.delivery != PLAIN:
            self._busy = True
            self._delivery_starts = self._dispatcher.loop.time() + reply.delivery.delay
            self._delivery = self._dispatcher.loop.create_task(self._deliver(reply, head, body, close))
            return
        if len(body) < _WORTH_JOINING:
            self._transport.write(head + body)
        else:
            self._transport.write(head)
            self._transport.write(body)
        if close:
            self._close(linger=isinstance(item, Refusal))
        elif self._blocked:
            self._busy = True
            self._on_drained = self._go_on

    async def _deliver(self, reply: Reply, head: bytes, body: bytes, close: bool) -> None:  # noqa: FBT001 - one caller
        """Sends a reply in the shape that its delivery asks for."""
        ending = Ending.RESET
        try:
            plan = plan_delivery(head, body, reply.delivery)
            await asyncio.sleep(plan.delay)
            for number, piece in enumerate(plan.writes):
                if number:
                    await asyncio.sleep(plan.pause)
                self._transport.write(piece)
                if self._blocked:
                    drained = self._dispatcher.loop.create_future()
                    self._on_drained = functools.partial(drained.set_result, None)
                    await drained
            ending = plan.ending
        except Exception:
            LOG.exception("the delivery %r failed", reply.delivery)
        self._delivery = None
        if ending is Ending.RESET:
            self._reset()
        elif ending is Ending.CLOSE or close:
            self._close()
        else:
            self._go_on()

    def _reset(self) -> None:
        self._ended = True
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        self._transport.abort()

    def _close(self, *, linger: bool = False) -> None:
        """Closes once everything is written; with `linger` the client may first finish sending.

        Closing over unread bytes would reset the connection, and the client would lose the answer.
        """
        self._ended = True
        if not linger or self._client_done:
            self._transport.close()
            return
        self._transport.resume_reading()
        with contextlib.suppress(OSError):  # the client may have reset the connection in the meantime
            self._transport.write_eof()
        self._expire_after(self._dispatcher.limits.linger_seconds)

    def _expire_after(self, seconds: float) -> None:
        """Moves the deadline; the timer is moved only where it would come too late."""
        self._deadline = self._dispatcher.loop.time() + seconds
        if self._timer is None or self._deadline < self._timer.when():
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._dispatcher.loop.call_at(self._deadline, self._expire)

    def _expire(self) -> None:
        self._timer = None
        if self._dispatcher.loop.time() < self._deadline:
            if self._deadline < math.inf:
                self._timer = self._dispatcher.loop.call_at(self._deadline, self._expire)
        elif self._ended:
            self._transport.abort()
        elif self._parser.partial:
            self._queue.append(self._parser.time_out())
            self._advance()
        else:
            self._close()
