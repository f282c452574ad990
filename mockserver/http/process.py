"""The server as a whole process: it serves until Ctrl-C or a termination signal."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator

from taskmock.mockserver.http.limits import Limits
from taskmock.mockserver.http.listener import serve
from taskmock.mockserver.http.message import Handler

_SIGNALS = ("SIGINT", "SIGTERM", "SIGBREAK")


def run_server(
    handler: Handler, *, host: str, port: int, limits: Limits | None = None, on_ready: Callable[[str, int], None]
) -> None:
    """Serves in the main thread until SIGINT, SIGTERM or, on Windows, SIGBREAK; calls in flight are answered.

    `on_ready` gets the address in use as soon as it answers.

    Raises:
        PortTakenError: another program listens there.
        BindError: the address cannot be used for another reason.
    """

    async def until_signalled() -> None:
        stop = asyncio.Event()
        with _stopped_by_signals(stop):
            await serve(handler, limits, (host, port), stop=stop, on_ready=on_ready)

    asyncio.run(until_signalled())


@contextlib.contextmanager
def _stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """Sets `stop` at each signal that asks for the end, and puts the former handlers back afterwards."""
    loop = asyncio.get_running_loop()
    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    before = [(number, signal.getsignal(number)) for number in numbers]
    for number in numbers:
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows, where the loop wakes up for plain handlers
            signal.signal(number, lambda _number, _frame: loop.call_soon_threadsafe(stop.set))
    try:
        yield
    finally:
        for number, handler in before:
            with contextlib.suppress(NotImplementedError):
                loop.remove_signal_handler(number)
            signal.signal(number, handler)
