"""The front as a whole process: it serves until Ctrl-C or a termination signal."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

from taskmock.mockserver.front.limits import Limits
from taskmock.mockserver.front.listener import Front
from taskmock.mockserver.front.message import Handler

_SIGNALS = ("SIGINT", "SIGTERM", "SIGBREAK")


def run_front(
    handler: Handler, *, host: str, port: int, limits: Limits | None = None, on_ready: Callable[[str, int], None]
) -> None:
    """Serves in the main thread until SIGINT, SIGTERM or, on Windows, SIGBREAK; calls in flight are answered.

    `on_ready` gets the address in use as soon as it answers.

    Raises:
        PortTakenError: another program listens there.
        BindError: the address cannot be used for another reason.
    """
    asyncio.run(_serve(Front(handler, limits), (host, port), on_ready))


async def _serve(front: Front, address: tuple[str, int], on_ready: Callable[[str, int], None]) -> None:
    stop = asyncio.Event()
    with _stopped_by_signals(stop):
        on_ready(*await front.bind(*address))
        await front.serve_until(stop)


@contextlib.contextmanager
def _stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """Sets `stop` at each signal that asks for the end; `signal.signal`, as only it works on every system."""
    loop = asyncio.get_running_loop()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop.set)

    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    before = [(number, signal.signal(number, ask_to_stop)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
