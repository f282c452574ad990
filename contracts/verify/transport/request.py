"""One call on its way: in a thread of its own, so that no server and no resolver of names holds up the caller."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import socket
import ssl
import threading
import time
import urllib.parse
from collections.abc import Callable

from taskmock.contracts.findings.violation import clip
from taskmock.contracts.validation.body import MAX_BYTES
from taskmock.contracts.verify.transport.decompression import Inflation, InflationError
from taskmock.contracts.verify.transport.exchange import Call, Trouble, shown_url
from taskmock.contracts.verify.transport.proxy import ProxyError, proxy_for
from taskmock.contracts.verify.transport.redirect import MOST_REDIRECTS, REDIRECTS, is_same_place, joined

CONNECT_SECONDS = 10.0
"""The longest that a connection may take to come about, TLS included, in seconds."""

POLL_SLACK = 0.5
"""How long a wait lasts at a time, in seconds: Windows hears Ctrl-C only between two of them."""

_PIECE = 64 * 1024


class UnreachableError(Exception):
    """A server to which no connection can be made; `host` and `reason` say which and why."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(f"cannot reach {host}: {reason}")
        self.host = host
        self.reason = reason


@dataclasses.dataclass(frozen=True, slots=True)
class Arrived:
    """What has come back, as it was sent; `trouble` where that is no whole answer."""

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    trouble: Trouble | None = None


class RequestThread:
    """Sends a call and reads its answer, redirects followed, until `deadline` (of `time.monotonic`) at the latest.

    `run` is for a thread of its own, `result` for the thread that waits. `timeout` is the deadline in words.
    """

    def __init__(self, call: Call, *, deadline: float, timeout: float, tls: Callable[[], ssl.SSLContext]) -> None:
        self._call = call
        self._deadline = deadline
        self._timeout = timeout
        self._tls = tls
        self._over = threading.Event()
        self._outcome: Arrived | Exception | None = None
        self._socket: socket.socket | None = None
        self._reached = False
        self._stage = "connection"
        self._received = 0

    def run(self) -> None:
        """Does it."""
        try:
            self._outcome = self._followed()
        except Exception as error:  # noqa: BLE001 - `result` raises what is not the server's doing
            self._outcome = self._told(error)
        finally:
            self._over.set()

    def result(self) -> Arrived:
        """What has come back; waits for it, until the deadline.

        Raises: UnreachableError where no connection could be made.
        """
        while not self._over.is_set() and (left := self._deadline - time.monotonic()) > 0:
            self._over.wait(min(left, POLL_SLACK))
        outcome = self._outcome
        if outcome is None:
            outcome = self._late()  # before the connection ends, which the thread takes for the server's doing
            self._hang_up()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _hang_up(self) -> None:
        """Ends the connection, and with it the waiting of the thread."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    # -- inside the thread

    def _followed(self) -> Arrived:
        """The answer behind all redirects, or the trouble with them."""
        url = self._call.url
        seen = {url}
        while True:
            arrived = self._asked(url)
            if arrived.status not in REDIRECTS:
                return arrived
            location = next((value for name, value in arrived.headers if name.lower() == "location"), "")
            target = joined(url, location)
            trouble = self._wrong_turn(url, target, location)
            if trouble is None and (target in seen or len(seen) > MOST_REDIRECTS):
                times = "once" if len(seen) == 1 else f"{len(seen)} times"
                trouble = Trouble("http.redirect-loop", f"redirected {times} without an answer")
            if target is None or trouble is not None:
                return dataclasses.replace(arrived, trouble=trouble)
            seen.add(target)
            url = target

    def _wrong_turn(self, url: str, target: str | None, location: str) -> Trouble | None:
        """Why a redirect is not followed: credentials go to one server only, and nothing is changed twice."""
        if not location:
            return Trouble("http.redirect", "redirected without saying where to (no Location)")
        if target is None:
            return Trouble("http.redirect", "redirected to what is no URL", clip(location))
        shown = clip(shown_url(target))
        if self._call.writes:
            return Trouble("http.redirect", "redirected; a call that may change something is not repeated", shown)
        if not is_same_place(url, target):
            return Trouble("http.redirect", "redirected to another place; credentials are not sent there", shown)
        return None

    def _asked(self, url: str) -> Arrived:
        """The answer at one URL; of a redirect the head alone."""
        self._stage = "connection"
        parts = urllib.parse.urlsplit(url)
        connection, target = self._connected(parts)
        try:
            self._stage = "head"
            self._reached = True
            connection.putrequest(self._call.method, target, skip_accept_encoding=True, skip_host=self._names_host)
            for name, value in self._call.headers:
                connection.putheader(name, value)
            if self._call.body is not None:
                connection.putheader("Content-Length", str(len(self._call.body)))
            connection.endheaders(self._call.body)
            response = connection.getresponse()
            headers = tuple(response.getheaders())
            if response.status in REDIRECTS:
                return Arrived(response.status, headers)
            self._stage = "body"
            return self._read(response, headers)
        finally:
            connection.close()

    @property
    def _names_host(self) -> bool:
        return any(name.lower() == "host" for name, _ in self._call.headers)

    def _connected(self, parts: urllib.parse.SplitResult) -> tuple[http.client.HTTPConnection, str]:
        """A connection to a server, through its proxy if it has one, and what to ask for on it."""
        host, is_secure = parts.hostname or "", parts.scheme == "https"
        proxy = proxy_for(parts.scheme, host)
        seconds = max(0.001, min(CONNECT_SECONDS, self._deadline - time.monotonic()))
        at, port = (host, parts.port) if proxy is None else (proxy.host, proxy.port)
        connection: http.client.HTTPConnection
        if is_secure:
            connection = http.client.HTTPSConnection(at, port, timeout=seconds, context=self._tls())
        else:
            connection = http.client.HTTPConnection(at, port, timeout=seconds)
        target = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        if proxy is not None:
            passport = {"Proxy-Authorization": proxy.authorization} if proxy.authorization else {}
            if is_secure:
                connection.set_tunnel(host, parts.port, headers=passport)
            else:
                target = urllib.parse.urlunsplit((parts.scheme, parts.netloc, parts.path or "/", parts.query, ""))
        connection.connect()
        self._socket = connection.sock
        connection.sock.settimeout(max(0.001, self._deadline - time.monotonic()))
        return connection, target

    def _read(self, response: http.client.HTTPResponse, headers: tuple[tuple[str, str], ...]) -> Arrived:
        """The body of an answer, unpacked, as far as it may be kept."""
        trouble = _flaw_of_head(response)
        if trouble is not None:
            return Arrived(response.status, headers, trouble=trouble)
        inflation = Inflation(response.headers.get("Content-Encoding"))
        body = bytearray()
        while piece := response.read1(_PIECE):
            self._received += len(piece)
            body += inflation.fed(piece, MAX_BYTES + 1 - len(body))
            if len(body) > MAX_BYTES or self._received > MAX_BYTES:
                what = "unpacked, the body" if self._received < len(body) else "the body"
                trouble = Trouble("http.too-large", f"{what} has more than {MAX_BYTES:,} bytes")
                return Arrived(response.status, headers, trouble=trouble)
        if response.length:
            promised = self._received + response.length
            message = f"the body ended after {self._received:,} of the {promised:,} bytes that Content-Length promised"
            return Arrived(response.status, headers, trouble=Trouble("http.incomplete", message))
        inflation.finish()
        if not self._received and response.length is None and not response.chunked and response.status == 200:
            trouble = Trouble("http.incomplete", "the answer ended with its head")
        return Arrived(response.status, headers, bytes(body), trouble)

    # -- what went wrong, in words

    def _late(self) -> Arrived | UnreachableError:
        """What is said where the deadline has come."""
        limit = f"{self._timeout:g} s"
        if self._stage == "connection":
            return self._unreachable(f"no connection within {limit}")
        if self._stage == "head":
            return Arrived(trouble=Trouble("http.timeout", f"no head of an answer within {limit}"))
        message = f"the body was not complete within {limit}: {self._received:,} bytes had come"
        return Arrived(trouble=Trouble("http.timeout", message))

    def _unreachable(self, reason: str) -> Arrived | UnreachableError:
        if self._reached:
            return Arrived(trouble=Trouble("http.unreachable", f"no connection: {reason}"))
        return UnreachableError(urllib.parse.urlsplit(self._call.url).netloc.rpartition("@")[2], reason)

    def _told(self, error: Exception) -> Arrived | Exception:
        """What an error means: trouble with the server, or the error itself where it is ours."""
        if self._stage == "connection":
            reason = _reason(error)
            return error if reason is None else self._unreachable(reason)
        if isinstance(error, TimeoutError):
            return self._late()
        trouble = _trouble_of(error, self._received)
        return error if trouble is None else Arrived(trouble=trouble)


_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"})
"""What OpenSSL calls an answer that is no TLS, by its version."""


def _flaw_of_head(response: http.client.HTTPResponse) -> Trouble | None:
    """What is wrong with the head of an answer that could be read."""
    if any(type(defect).__name__ == "MissingHeaderBodySeparatorDefect" for defect in response.msg.defects):
        return Trouble("http.malformed", "the head of the answer has a line that is no `name: value`")
    lengths = set(response.headers.get_all("Content-Length", []))
    if len(lengths) > 1 or not all(length.strip().isdecimal() for length in lengths):
        shown = clip(", ".join(sorted(lengths)))
        return Trouble("http.malformed", "Content-Length is not one number", shown)
    return None


def _reason(error: Exception) -> str | None:
    """Why a connection did not come about, in words; None for what has to do with none."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        hint = " (does it speak plain http?)" if error.reason in _NO_TLS else ""
        return f"TLS failed: {error.reason or error}{hint}"
    if isinstance(error, socket.gaierror):
        return "its name cannot be resolved"
    if isinstance(error, TimeoutError):
        return "it takes no connection in time"
    if isinstance(error, ConnectionRefusedError):
        return "it refuses connections"
    if isinstance(error, UnicodeError):
        return "its name is none that a host can have"
    if isinstance(error, ProxyError):
        return str(error)
    return (error.strerror or str(error)) if isinstance(error, OSError) else None


def _trouble_of(error: Exception, received: int) -> Trouble | None:
    """What an error after the connection says of the server; None for what is not its doing."""
    if isinstance(error, http.client.RemoteDisconnected):
        return Trouble("http.no-answer", "the connection was closed in place of an answer")
    if isinstance(error, http.client.IncompleteRead):
        return Trouble("http.incomplete", f"the body ended in the midst of a chunk, after {received:,} bytes")
    if isinstance(error, http.client.BadStatusLine):
        return Trouble("http.malformed", "the answer does not begin with a status line", clip(str(error.args[0])))
    if isinstance(error, http.client.LineTooLong):
        return Trouble("http.malformed", "a line is longer than 65,536 bytes")
    if isinstance(error, http.client.HTTPException):
        return Trouble("http.malformed", "the head of the answer cannot be read", clip(str(error)))
    if isinstance(error, InflationError):
        return Trouble("http.encoding", str(error))
    if isinstance(error, OSError):
        after = f"after {received:,} bytes of the body" if received else "before an answer"
        return Trouble("http.connection-reset", f"the connection was reset {after}")
    return None
