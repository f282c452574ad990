"""Many clients at once on one event loop: each has a connection and sends its polls one behind the other."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from support.mock_calls import status_of

READING = re.compile(rb"X-Mock-Reading: ([0-9.]+); poll=([0-9]+)")
LENGTH = re.compile(rb"Content-Length: ([0-9]+)")


def request(*, task_id: str = "10", prefix: str = "", header: str = "", **changed: str) -> bytes:
    """The bytes of one poll; the session is named by a path's prefix, a header or a credential."""
    session = f"X-Mock-Session: {header}\r\n" if header else ""
    return f"GET {prefix}{status_of(task_id, **changed)} HTTP/1.1\r\nHost: mock\r\n{session}\r\n".encode("ascii")


def readings(url: str, clients: Iterable[bytes], polls: int) -> list[list[float]]:
    """The seconds on the task's clock that each client has seen, in order."""
    return asyncio.run(_all(url, tuple(clients), polls))


async def _all(url: str, clients: tuple[bytes, ...], polls: int) -> list[list[float]]:
    return await asyncio.gather(*(_poller(url, client, polls) for client in clients))


async def _poller(url: str, client: bytes, polls: int) -> list[float]:
    at = urlsplit(url)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    try:
        writer.write(client * polls)
        return [await _reading(reader) for _ in range(polls)]
    finally:
        writer.close()
        await writer.wait_closed()


async def _reading(reader: asyncio.StreamReader) -> float:
    head = await reader.readuntil(b"\r\n\r\n")
    found, length = READING.search(head), LENGTH.search(head)
    assert found is not None, head
    assert length is not None, head
    await reader.readexactly(int(length[1]))
    return float(found[1])
