"""A handler that tells what it was asked, a front around it, and a client that sees every byte."""

from __future__ import annotations

import dataclasses
import json
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from taskmock.mockserver.http.limits import Limits
from taskmock.mockserver.http.message import PLAIN, Call, Delivery, Reply
from taskmock.mockserver.http.thread import ServerThread

PATIENCE = 60


class Desk:
    """Answers by path: `/thread…` in a thread, `/gate…` in a thread once the gate opens, everything else inline."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.refusals: list[tuple[int, str, Call | None]] = []
        self.entered = threading.Semaphore(0)
        self.gate = threading.Event()
        self.replies: dict[str, Reply] = {}
        self.refuse_reply: Callable[[int, str], Reply] = lambda status, message: Reply(
            status, (("Content-Type", "text/plain"),), message.encode()
        )

    def answer_inline(self, call: Call) -> Reply | None:
        self.calls.append(call)
        if call.path.startswith(("/thread", "/gate", "/crash-thread")):
            return None
        if call.path == "/crash":
            raise RuntimeError("secret inline detail")
        return self._reply(call)

    def answer(self, call: Call) -> Reply:
        if call.path == "/crash-thread":
            raise RuntimeError("secret thread detail")
        if call.path.startswith("/gate"):
            self.entered.release()
            assert self.gate.wait(PATIENCE)
        return self._reply(call)

    def refuse(self, status: int, message: str, call: Call | None) -> Reply:
        self.refusals.append((status, message, call))
        return self.refuse_reply(status, message)

    def _reply(self, call: Call) -> Reply:
        if call.path in self.replies:
            return self.replies[call.path]
        text = json.dumps({"method": call.method, "target": call.target, "body": call.body.decode("latin-1")})
        return Reply(200, (("Content-Type", "application/json"),), text.encode())


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it was on the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, str]:
        return json.loads(self.body)


class Wire:
    """A raw client: sends what it is told, reads answer by answer."""

    def __init__(self, address: tuple[str, int], *, receive_buffer: int | None = None) -> None:
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE)
        try:
            self.socket.connect(address)
        except OSError:
            self.socket.close()
            raise
        self._unread = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def get(self, target: str, *headers: str) -> None:
        """Sends a GET with the header lines given."""
        self.send("\r\n".join([f"GET {target} HTTP/1.1", "Host: mock", *headers, "", ""]).encode("latin-1"))

    def read(self, count: int) -> bytes:
        """Exactly `count` bytes, or fewer where the connection ends before."""
        while len(self._unread) < count and self._more():
            pass
        data, self._unread = self._unread[:count], self._unread[count:]
        return data

    def answer(self, *, bodiless: bool = False) -> Answer:
        """The next whole answer."""
        while b"\r\n\r\n" not in self._unread:
            assert self._more(), f"the connection ended within a head: {self._unread!r}"
        head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = b"" if bodiless else self.read(int(headers.get("content-length", 0)))
        return Answer(int(first.split(" ")[1]), headers, body)

    def rest(self) -> bytes:
        """Everything up to the end of the connection."""
        while self._more():
            pass
        data, self._unread = self._unread, b""
        return data

    def close(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        """Leaves with a reset."""
        linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.socket.close()

    def _more(self) -> bool:
        data = self.socket.recv(1 << 16)
        self._unread += data
        return bool(data)


class Stand:
    """A desk behind a running front, and the clients connected to it."""

    def __init__(self, limits: Limits | None, host: str) -> None:
        self.desk = Desk()
        self.thread = ServerThread(self.desk, limits)
        self.address = self.thread.start(host)
        self._clients: list[Wire] = []

    @property
    def url(self) -> str:
        return f"http://{self.address[0]}:{self.address[1]}"

    def connect(self, *, receive_buffer: int | None = None) -> Wire:
        client = Wire(self.address, receive_buffer=receive_buffer)
        self._clients.append(client)
        return client

    def is_answering(self) -> bool:
        """Whether a client that comes now gets an answer."""
        client = self.connect()
        client.get("/alive", "Connection: close")
        return client.answer().status == 200

    def deliver(self, path: str, body: bytes = b"0123456789", **shape: object) -> None:
        """Makes `path` answer with `body`, delivered in a shape."""
        self.desk.replies[path] = Reply(200, (), body, Delivery(**shape) if shape else PLAIN)

    def end(self) -> None:
        self.desk.gate.set()
        for client in self._clients:
            client.close()
        self.thread.stop()


@pytest.fixture
def wire() -> type[Wire]:
    """The raw client, for servers that are no stand."""
    return Wire


@pytest.fixture
def desk() -> Desk:
    """A handler without a server."""
    return Desk()


@pytest.fixture
def open_stand() -> Iterator[Callable[..., Stand]]:
    """Opens stands with limits and hosts of their own."""
    stands: list[Stand] = []

    def opened(limits: Limits | None = None, host: str = "127.0.0.1") -> Stand:
        stands.append(Stand(limits, host))
        return stands[-1]

    yield opened
    for stand in stands:
        stand.end()


@pytest.fixture
def stand(open_stand: Callable[..., Stand]) -> Stand:
    """A stand with the default limits."""
    return open_stand()
