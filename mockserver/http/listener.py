"""The listening sockets of a server: it takes connections until it is stopped, and ends them gracefully."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import sys
from collections.abc import Callable

from taskmock.mockserver.http.connection import Connection
from taskmock.mockserver.http.dispatcher import Dispatcher
from taskmock.mockserver.http.limits import Limits
from taskmock.mockserver.http.message import Handler


class BindError(Exception):
    """The server cannot listen on `host` and `port`; the text says why."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"cannot listen on {host} port {port}: {reason}")
        self.host = host
        self.port = port


class PortTakenError(BindError):
    """Another program already listens on `port`."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port, "another program uses this port; choose another one (0 takes any free port)")


_BACKLOG = 512
_LARGEST_PORT = 65535
_TAKEN = {errno.EADDRINUSE} | ({errno.EACCES} if sys.platform == "win32" else set())

_LAST_ROUNDS = 6
"""Rounds of the event loop to accept, register, read and answer what the kernel already holds when the server stops."""


async def serve(
    handler: Handler,
    limits: Limits | None,
    address: tuple[str, int],
    *,
    stop: asyncio.Event,
    on_ready: Callable[[str, int], None],
) -> None:
    """Serves HTTP/1.1 on every address of a host until `stop` is set, then answers the calls in flight.

    Port 0 takes any free port. `on_ready` gets the address in use, which answers from then on.

    Raises:
        PortTakenError: another program listens there.
        BindError: the address cannot be used for another reason.
    """
    loop = asyncio.get_running_loop()
    dispatcher = Dispatcher(handler, limits or Limits(), loop)
    servers = [
        await loop.create_server(lambda: Connection(dispatcher), sock=listener, backlog=_BACKLOG)
        for listener in open_listeners(*address)
    ]
    try:
        host, port, *_ = servers[0].sockets[0].getsockname()
        on_ready(str(host), int(port))
        await stop.wait()
        for _ in range(_LAST_ROUNDS):
            await asyncio.sleep(0)
    finally:
        for server in servers:
            server.close()
        await dispatcher.drain()


def open_listeners(host: str, port: int) -> list[socket.socket]:
    """A bound socket for each address of `host`, all on one port.

    A further address that this machine cannot use (`localhost` without IPv6) is left out.

    Raises:
        BindError: the first address cannot be bound, or another one is taken by another program.
    """
    if not 0 <= port <= _LARGEST_PORT:
        raise BindError(host, port, f"a port is a number from 0 to {_LARGEST_PORT}")
    listeners: list[socket.socket] = []
    with contextlib.ExitStack() as opened:
        for family, address in _addresses(host, port):
            actual = listeners[0].getsockname()[1] if listeners else port
            try:
                listeners.append(opened.enter_context(_listener(family, (address[0], actual, *address[2:]))))
            except OSError as error:
                if error.errno in _TAKEN:
                    raise PortTakenError(host, actual) from error
                if not listeners:
                    raise BindError(host, port, os.strerror(error.errno) if error.errno else str(error)) from error
        opened.pop_all()  # keeps them open where none was refused
    return listeners


def _addresses(host: str, port: int) -> list[tuple[int, tuple[int | str | bytes, ...]]]:
    """The addresses of a host name, IPv4 first."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise BindError(host, port, f"no such host ({error})") from error
    unique = dict.fromkeys((family, address) for family, _, _, _, address in found)
    return sorted(unique, key=lambda item: item[0] != socket.AF_INET)


def _listener(family: int, address: tuple[int | str | bytes, ...]) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            # SO_REUSEADDR would let two programs share a port there.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        # Two programs can bind one port with SO_REUSEADDR; only one of them can listen.
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
