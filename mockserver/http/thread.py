"""A server in a daemon thread of its own, inside another program."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading

from taskmock.mockserver.clock import steady_seconds
from taskmock.mockserver.http.limits import Limits
from taskmock.mockserver.http.listener import serve
from taskmock.mockserver.http.message import Handler


class ServerThread:
    """Serves in a thread with an event loop of its own; nothing here runs on the caller's loop."""

    def __init__(self, handler: Handler, limits: Limits | None = None) -> None:
        self._handler = handler
        self._limits = limits
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    def start(self, host: str = "127.0.0.1", port: int = 0) -> tuple[str, int]:
        """Starts to serve and gives the address in use.

        Raises:
            PortTakenError: another program listens there.
            BindError: the address cannot be used for another reason.
            RuntimeError: it serves already.
        """
        if self._thread is not None:
            raise RuntimeError("this server is already started")
        ready: concurrent.futures.Future[tuple[str, int]] = concurrent.futures.Future()
        thread = threading.Thread(target=self._run, args=(host, port, ready), name="taskmock-server", daemon=True)
        thread.start()
        try:
            address = ready.result()
        except Exception:
            thread.join()
            raise
        self._thread = thread
        return address

    def stop(self) -> None:
        """Answers the calls in flight and ends; stopping twice is fine."""
        thread, self._thread = self._thread, None
        if thread is None or self._loop is None or self._stop is None:
            return
        self._loop.call_soon_threadsafe(self._stop.set)
        thread.join()

    async def start_async(self, host: str = "127.0.0.1", port: int = 0) -> tuple[str, int]:
        """Starts like `start` while the caller's event loop goes on."""
        return await asyncio.to_thread(self.start, host, port)

    async def stop_async(self) -> None:
        """Ends like `stop` while the caller's event loop goes on."""
        await asyncio.to_thread(self.stop)

    def _run(self, host: str, port: int, ready: concurrent.futures.Future[tuple[str, int]]) -> None:
        with asyncio.Runner(loop_factory=_new_loop) as runner:
            runner.run(self._serve(host, port, ready))

    async def _serve(self, host: str, port: int, ready: concurrent.futures.Future[tuple[str, int]]) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()

        def on_ready(host: str, port: int) -> None:
            ready.set_result((host, port))

        try:
            await serve(self._handler, self._limits, (host, port), stop=self._stop, on_ready=on_ready)
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)  # raised again in the thread that starts


def _new_loop() -> asyncio.AbstractEventLoop:
    """An event loop whose timers run on while a test freezes the time of its process."""
    loop = asyncio.new_event_loop()
    loop.time = steady_seconds  # type: ignore[method-assign]
    return loop
