"""A server that does whatever a test says with a connection: it knows no HTTP that would keep it from misbehaving."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

PATIENCE = 60
GOOD = (
    b'{"result": true, "data": {"start_time": null, "state": "CREATED", "retry": 0, "skip": 0, "finish_time": null,'
    b' "elapsed_time": 0, "children": {}, "name": "Release"}, "message": "", "code": 0,'
    b' "request_id": "0123456789abcdef0123456789abcdef"}'
)

Misbehaviour = Callable[["Line"], None]


class Line:
    """One connection of a client."""

    def __init__(self, connection: socket.socket, over: threading.Event) -> None:
        self.connection = connection
        self.over = over
        self.sent = 0
        self.request = b""

    def read_request(self) -> None:
        """Reads the head of a call, and the body that its Content-Length names."""
        while b"\r\n\r\n" not in self.request:
            piece = self.connection.recv(65536)
            if not piece:
                return
            self.request += piece
        head, _, body = self.request.partition(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        while len(body) < length:
            piece = self.connection.recv(65536)
            self.request, body = self.request + piece, body + piece

    @property
    def target(self) -> str:
        """What the call asks for."""
        return self.request.split(b" ")[1].decode("ascii")

    def headers(self) -> dict[str, str]:
        """The header fields of the call."""
        lines = self.request.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def send(self, raw: bytes) -> None:
        """Sends bytes as they are; raises OSError where the client has gone."""
        self.connection.sendall(raw)
        self.sent += len(raw)

    def answer(self, body: bytes = GOOD, *, status: str = "200 OK", **headers: str) -> None:
        """Sends a whole answer; `Content_Type` and the like are its header fields."""
        fields = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
        self.send(f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body)

    def reset(self) -> None:
        """Resets the connection."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def hold(self) -> None:
        """Says nothing more, and keeps the connection until the test is over."""
        self.over.wait(PATIENCE)


class RawServer:
    """Listens on a free port of this machine; `lines` are the connections so far."""

    def __init__(self, behaviour: Misbehaviour) -> None:
        self.lines: list[Line] = []
        self._behaviour = behaviour
        self._over = threading.Event()
        self._deaf = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def stop_listening(self) -> None:
        """Takes no more connections; those that there are go on."""
        self._deaf.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the one who accepts, where the system does so
        self._threads[0].join(PATIENCE)
        self._listener.close()

    def close(self) -> None:
        """Ends everything."""
        self._over.set()
        self.stop_listening()
        for line in self.lines:
            line.connection.close()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _start(self, work: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        self._listener.settimeout(0.2)
        while not self._deaf.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            connection.settimeout(PATIENCE)
            line = Line(connection, self._over)
            self.lines.append(line)
            self._start(self._serve, line)

    def _serve(self, line: Line) -> None:
        with contextlib.suppress(OSError):
            self._behaviour(line)
        with contextlib.suppress(OSError):
            line.connection.close()


@contextlib.contextmanager
def raw_server(behaviour: Misbehaviour) -> Iterator[RawServer]:
    """A server that reads each call and then does what `behaviour` does with its connection."""

    def read_then_behave(line: Line) -> None:
        line.read_request()
        behaviour(line)

    server = RawServer(read_then_behave)
    try:
        yield server
    finally:
        server.close()
