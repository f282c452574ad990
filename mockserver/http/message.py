"""One complete HTTP request, one complete answer, how it is delivered, and the interface of what answers."""

from __future__ import annotations

import dataclasses
from typing import Protocol

Fields = tuple[tuple[str, str], ...]
"""Header lines in the order they were sent."""


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """One complete request: `target` as it was sent, `headers` with lower-case names, all text Latin-1.

    A client that sends the same bytes again on its connection gives the same object again, so that a handler
    may recognise it with `is`.
    """

    method: str
    target: str
    headers: Fields = ()
    body: bytes = b""
    version: str = "1.1"
    client: str = ""

    def header(self, name: str) -> str | None:
        """The first value of a header; `name` in lower case."""
        for key, value in self.headers:
            if key == name:
                return value
        return None

    @property
    def path(self) -> str:
        """The target's path, still percent-encoded, without scheme and host ("*" for `OPTIONS *`)."""
        return self._parts()[0]

    @property
    def query(self) -> str:
        """The target's query, still percent-encoded, without its question mark."""
        return self._parts()[1]

    def _parts(self) -> tuple[str, str]:
        target = self.target.partition("#")[0]
        path, _, query = target.partition("?")
        if not path.startswith("/") and "://" in path:
            path = "/" + path.partition("://")[2].partition("/")[2]
        return path, query


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How the bytes of a reply go out, and what may go wrong on the way.

    The head is the same whatever happens to the body; the connection is closed after every shape but
    `delay` and `drip`. On a `HEAD` call there is no body to drip or cut.
    """

    delay: float = 0
    """Seconds before the first byte."""

    drip: tuple[int, float] | None = None
    """Bytes of body per write, and the seconds between two writes."""

    cut: int | None = None
    """Close after that many bytes of body, while Content-Length promises all of them."""

    reset: bool = False
    """Reset the connection: after `cut` bytes of body, or before any byte where there is no `cut`."""

    content_length: int | None = None
    """A wrong Content-Length."""

    empty: bool = False
    """Close without any byte."""

    raw: bytes | None = None
    """Send exactly these bytes instead of the reply, then close."""


PLAIN = Delivery()


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """One complete answer; the server adds Content-Length, Connection, Date and, where it is absent, Server.

    Header names and values are Latin-1 text without line breaks.
    """

    status: int
    headers: Fields = ()
    body: bytes = b""
    delivery: Delivery = PLAIN


class CallRefusedError(Exception):
    """A call that an API refuses in its own words; each API has a subclass."""


class BrokenCallError(Exception):
    """A request that is no proper one, or one whose handler crashed: the HTTP status and the reason."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


class Handler(Protocol):
    """What answers calls.

    An exception in any method becomes a 500 for the client and a traceback in the log.
    """

    def answer_inline(self, call: Call) -> Reply | None:
        """The reply where it can be given at once, else None; it runs on the event loop and must not block."""

    def answer(self, call: Call) -> Reply:
        """The reply to a call that `answer_inline` has left; it runs in one of many threads and may block."""

    def refuse(self, status: int, message: str, call: Call | None) -> Reply:
        """The reply to a bad request, or to a call whose handler crashed; `call` as far as it is known."""
