"""Bytes to requests: the only module that knows httptools."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import NoReturn

import httptools

from taskmock.mockserver.http.limits import Limits
from taskmock.mockserver.http.message import Call

_REQUEST_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+ [^ \r\n]+ HTTP/1\.[01]\r?\n")
_FRAMING = frozenset({"content-length", "transfer-encoding"})
_SINGLE = _FRAMING | {"host"}
_WATCHED = _SINGLE | {"expect"}
_VERSIONS = frozenset({"1.0", "1.1"})
_WRONG_VERSION = "only HTTP/1.0 and HTTP/1.1 are spoken here"
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_TLS_HANDSHAKE = b"\x16\x03"
_LONGEST_REPEATED = 8 * 1024


def _with_ascii_target(data: bytes) -> bytes:
    """Percent-encodes a target that came as plain UTF-8, as `curl` sends what is typed; httptools refuses it."""
    line = _REQUEST_LINE.match(data)
    if line is None or line[0].isascii():
        return data
    return _BEYOND_ASCII.sub(lambda byte: b"%%%02X" % ord(byte[0]), line[0]) + data[line.end() :]


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """A call that arrived whole, and whether its client wants to keep the connection."""

    call: Call
    keep_alive: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """The last result of a connection: status and message for its client, and the call as far as it is known."""

    status: int
    message: str
    call: Call | None = None


class _RefusedError(Exception):
    """Leaves a callback of httptools after the request was refused."""


class RequestParser:
    """Turns the bytes of one connection into requests in order, and at most one refusal, the last of all.

    The `on_…` methods are httptools' callbacks.
    """

    def __init__(self, limits: Limits, client: str) -> None:
        self._limits = limits
        self._client = client
        self._http = httptools.HttpRequestParser(self)
        self._out: list[Request | Refusal] = []
        self._repeated: tuple[bytes, Sequence[Request | Refusal]] = (b"", ())
        self._over = False
        self._upgrading = self._replaying = False
        self._idle_bytes = 0  # since something was complete
        self._head_too_large = 431, f"the request line and headers are larger than {limits.header_bytes} bytes"
        self._body_too_large = 413, f"the request body is larger than {limits.body_bytes} bytes"
        self.partial = False
        """A request has begun and is not complete."""
        self.expects_continue = False
        """The client waits for `100 Continue` before it sends its body."""
        self._reset()

    def _reset(self) -> None:
        self._target = b""
        self._fields: list[tuple[str, str]] = []
        self._head_bytes = 0
        self._method = self._version = ""
        self._keep_alive = False
        self._body: list[bytes] = []
        self._body_bytes = 0

    def feed(self, data: bytes) -> Sequence[Request | Refusal]:
        """The requests that `data` completes; nothing more once one of them ended the connection or was refused."""
        if self._over:
            return ()
        fresh = not self.partial
        if fresh and data == self._repeated[0]:
            # A poller sends the same bytes again and again; parsing them would end in the state it began in.
            return self._repeated[1]
        if fresh and not data.isascii():
            data = _with_ascii_target(data)
        out: list[Request | Refusal] = []
        self._out = out
        self._idle_bytes += len(data)
        try:
            self._feed_http(data)
        except httptools.HttpParserError as error:
            if not self._over:
                self._refuse(*self._verdict(error, data))
        else:
            # Bounds what completes nothing: one endless header line, endless chunk extensions.
            if self._idle_bytes > self._limits.header_bytes and not self._over:
                self._refuse(*self._head_too_large)
        if fresh and len(out) == 1 and not (self.partial or self._over) and len(data) <= _LONGEST_REPEATED:
            self._repeated = (data, tuple(out))
        return out

    def time_out(self) -> Refusal:
        """Refuses the request that has arrived only in part."""
        return self._refuse(408, f"the request did not arrive within {self._limits.request_seconds:g} s")

    def _feed_http(self, data: bytes) -> None:
        while data and not self._over:
            try:
                self._http.feed_data(data)
            except httptools.HttpParserUpgrade as pause:
                data = data[pause.args[0] :]
                self._resume()
            else:
                return

    def _resume(self) -> None:
        """Goes on with an upgrade request as plain HTTP/1.1.

        The parser takes the bytes after such a head, even its body, for another protocol. A new parser gets only
        the framing headers and reads on.
        """
        framing = [f"{name}: {value}\r\n" for name, value in self._fields if name in _FRAMING]
        self._http = httptools.HttpRequestParser(self)
        self._upgrading, self._replaying = False, True
        head = "".join(["POST / HTTP/1.1\r\n", *(framing or ["content-length: 0\r\n"]), "\r\n"])
        self._http.feed_data(head.encode("latin-1"))

    def _verdict(self, error: httptools.HttpParserError, data: bytes) -> tuple[int, str]:
        """The status and the message for bytes that the parser could not read."""
        if data.startswith(_TLS_HANDSHAKE):
            return 400, "the bytes look like TLS, and this port speaks plain HTTP: use http://, not https://"
        if isinstance(error, httptools.HttpParserInvalidMethodError) and not self._out and _REQUEST_LINE.match(data):
            return 501, f"the method {data.split(b' ', 1)[0].decode('latin-1')!r} is not supported"
        if isinstance(error, httptools.HttpParserInvalidURLError):
            return 400, "the request target is not a URL: everything outside printable ASCII must be percent-encoded"
        if "version" in str(error) or "PRI" in str(error):
            return 505, _WRONG_VERSION
        return 400, f"the request is not valid HTTP: {error}"

    def _refuse(self, status: int, message: str) -> Refusal:
        refusal = Refusal(status, message, self._call() if self._version else None)
        self._out.append(refusal)
        self._over = True
        self.partial = self.expects_continue = False
        return refusal

    def _stop(self, status: int, message: str) -> NoReturn:
        """Refuses a request inside a callback."""
        self._refuse(status, message)
        raise _RefusedError

    def _call(self) -> Call:
        return Call(
            self._method,
            self._target.decode("latin-1"),
            tuple(self._fields),
            b"".join(self._body),
            self._version,
            self._client,
        )

    def on_message_begin(self) -> None:
        """A request begins."""
        if not self._replaying:
            self._reset()
            self.partial = True
            self._idle_bytes = 0

    def on_url(self, piece: bytes) -> None:
        """A piece of the request target."""
        if not self._replaying:
            self._target += piece
            self._count_head(len(piece))

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header line; after the body it is a trailer, which is left out."""
        if self._replaying:
            return
        self._count_head(len(name) + len(value) + 4)
        if not self._version:
            self._fields.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """The head is there: decides whether the body is wanted."""
        if self._replaying:
            self._replaying = False
            return
        http = self._http
        self._method = http.get_method().decode("latin-1")
        self._version = http.get_http_version()
        self._keep_alive = http.should_keep_alive()
        self._upgrading = http.should_upgrade()
        if self._version not in _VERSIONS:
            self._stop(505, _WRONG_VERSION)
        self._check_framing()

    def _check_framing(self) -> None:
        """Refuses headers that two programs could read differently, and a body that is too large, before it is sent."""
        seen: set[str] = set()
        for name, value in self._fields:
            if name not in _WATCHED:
                continue
            if name in seen and name in _SINGLE:
                self._stop(400, f"the request has several {name} headers")
            seen.add(name)
            if name == "content-length" and int(value) > self._limits.body_bytes:
                self._stop(*self._body_too_large)
            if name == "transfer-encoding" and value.lower() != "chunked":
                self._stop(501, f"the transfer coding {value!r} is not supported, only 'chunked' is")
            if name == "expect" and value.lower() == "100-continue" and self._version == "1.1":
                self.expects_continue = True
        if "transfer-encoding" in seen and ("content-length" in seen or self._version == "1.0"):
            self._stop(400, "the request has a transfer-encoding beside content-length, or in HTTP/1.0")

    def _count_head(self, count: int) -> None:
        self._head_bytes += count
        if self._head_bytes > self._limits.header_bytes:
            self._stop(*self._head_too_large)

    def on_body(self, piece: bytes) -> None:
        """A piece of the body, free of chunk framing."""
        self._idle_bytes = 0
        self.expects_continue = False
        self._body.append(piece)
        self._body_bytes += len(piece)
        if self._body_bytes > self._limits.body_bytes:
            self._stop(*self._body_too_large)

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self._upgrading:
            return
        self._idle_bytes = 0
        self.partial = self.expects_continue = False
        self._over = not self._keep_alive
        self._out.append(Request(self._call(), self._keep_alive))
