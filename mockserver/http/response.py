"""Replies to bytes: the status line, the headers that the server owns, and the body."""

from __future__ import annotations

import dataclasses
import enum
import functools
import http
from collections.abc import Iterator
from email.utils import formatdate

from taskmock.mockserver.http.message import Call, Delivery, Fields, Reply

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_OWNED = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})
_REASONS = {status.value: status.phrase for status in http.HTTPStatus}
_BODILESS = frozenset({204, 304})
_CLOSE = b"Connection: close\r\n\r\n"
_KEEP = {"1.1": b"\r\n", "1.0": b"Connection: keep-alive\r\n\r\n"}


@dataclasses.dataclass(frozen=True, slots=True)
class _Lines:
    """The part of a head that every reply with this status and these headers shares."""

    text: bytes
    closes: bool
    length: int | None
    dated: bool


def date_line(_second: int) -> bytes:
    """The Date header; cached by the second, so that it is formatted once in each. No task's clock moves it."""
    return b"Date: %b\r\n" % formatdate(usegmt=True).encode("ascii")


def render(reply: Reply, call: Call | None, *, close: bool, date: bytes) -> tuple[bytes, bytes, bool]:
    """The head and the body of a reply, and whether the connection closes after it.

    Raises:
        ValueError: a header would break out of its line, or is not Latin-1.
    """
    lines = _lines(reply.status, reply.headers)
    close = close or lines.closes
    ending = _CLOSE if close or call is None else _KEEP[call.version]
    if lines.dated:
        date = b""
    if reply.status in _BODILESS:
        return b"%b%b%b" % (lines.text, date, ending), b"", close
    body, length = reply.body, len(reply.body)
    if call is not None and call.method == "HEAD":
        length = length or lines.length or 0
        body = b""
    if reply.delivery.content_length is not None:
        length = reply.delivery.content_length
    return b"%b%bContent-Length: %d\r\n%b" % (lines.text, date, length, ending), body, close


@functools.lru_cache(maxsize=512)
def _lines(status: int, headers: Fields) -> _Lines:
    text = [f"HTTP/1.1 {status:d} {_REASONS.get(status, 'Unknown')}"]
    names, closes, length = set(), False, None
    for name, value in headers:
        key = name.lower()
        names.add(key)
        if key == "connection":
            closes = closes or "close" in value.lower()
        elif key == "content-length" and value.isdecimal():
            length = int(value)
        if key not in _OWNED:
            text.append(f"{name}: {value}")
    if "server" not in names:
        text.append("Server: taskmock")
    if any(character in line for line in text for character in "\r\n\0"):
        raise ValueError(f"a reply header holds a line break or a null character: {headers!r}")
    return _Lines(("\r\n".join(text) + "\r\n").encode("latin-1"), closes, length, "date" in names)


class Ending(enum.StrEnum):
    """What happens to the connection after the last write."""

    KEEP = "keep"
    CLOSE = "close"
    RESET = "reset"


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """The writes of one reply: `delay` before the first and `pause` between two, in seconds."""

    delay: float
    pause: float
    writes: Iterator[bytes]
    ending: Ending


def plan_delivery(head: bytes, body: bytes, delivery: Delivery) -> Plan:
    """How `head` and `body` go out; the writes are sliced as they are asked for."""
    size, pause = delivery.drip or (0, 0.0)
    ending = Ending.RESET if delivery.reset else Ending.CLOSE
    if delivery.empty or (delivery.reset and delivery.cut is None):
        writes: Iterator[bytes] = iter(())
    elif delivery.raw is not None:
        writes = _writes(b"", delivery.raw[: delivery.cut], size)
    else:
        writes = _writes(head, body[: delivery.cut], size)
        if not delivery.reset and delivery.cut is None and delivery.content_length is None:
            ending = Ending.KEEP
    return Plan(delivery.delay, pause, writes, ending)


def _writes(head: bytes, body: bytes, size: int) -> Iterator[bytes]:
    """Head and body in one write, or the head and then slices of `size` bytes of the body."""
    if size <= 0:
        yield head + body
        return
    if head:
        yield head
    for start in range(0, len(body), size):
        yield body[start : start + size]
