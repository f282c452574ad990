"""The mock server inside another program: started and stopped with a `with` block."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from taskmock.contracts.verify.transport.proxy import is_local
from taskmock.mockserver.clock import Clock
from taskmock.mockserver.core.scenario import Scenario
from taskmock.mockserver.http.thread import ServerThread
from taskmock.mockserver.playback.record import DEFAULT_SESSION
from taskmock.mockserver.server.app import App
from taskmock.mockserver.server.settings import Settings, build_app
from taskmock.mockserver.sessions.journal import JournalEntry
from taskmock.mockserver.sessions.names import checked_session
from taskmock.mockserver.sessions.session import Session
from taskmock.mockserver.sessions.task import Task
from taskmock.schemas.argument import demand

if TYPE_CHECKING:
    from typing import Self
    from wsgiref.types import StartResponse, WSGIEnvironment


def check_exposure(host: str, settings: Settings) -> None:
    """Refuses to open the admin API to other machines.

    Raises:
        ValueError: The host is not this machine alone, and the admin API wants no token.
    """
    if settings.admin and settings.admin_token is None and not is_local(host):
        raise ValueError(
            f"other machines can reach the host {host!r}, and anybody there could use the admin API; "
            "give it a token (the variable TASKMOCK_ADMIN_TOKEN, --admin-token, admin-token in taskmock.toml, "
            "Settings(admin_token=...)), leave it out (--no-admin, Settings(admin=False)), or listen on 127.0.0.1"
        )


class MockServer:
    """A mock server in a thread of its own, on a free port of this machine unless told otherwise.

    `with MockServer(scenario="orders.yaml", clock=ManualClock()) as mock:` serves until the block ends; `async with`
    does the same without blocking the caller's event loop. `settings` are the fields of `Settings`.

    Raises:
        ValueError: `host` lets other machines in, and the admin API has no token.
    """

    def __init__(
        self,
        scenario: str | Path | Scenario | None = None,
        *,
        clock: Clock | str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        settings: Settings | None = None,
    ) -> None:
        demand("MockServer(settings=…)", settings, Settings | None, "a Settings")
        demand("MockServer(host=…)", host, str, "the name or address of a network interface")
        demand("MockServer(port=…)", port, int, "a whole number")
        base = settings or Settings()
        check_exposure(host, base)
        played = base.scenario if scenario is None else scenario
        timed = base.clock if clock is None else clock
        self.app = build_app(dataclasses.replace(base, scenario=played, clock=timed), host=host)
        self._thread = ServerThread(self.app)
        self._address = (host, port)
        self._url: str | None = None

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end.

        Raises:
            RuntimeError: The server is not running.
        """
        if self._url is None:
            raise RuntimeError("the mock server is not running; use it in a `with` block")
        return self._url

    def start(self) -> None:
        """Starts to serve.

        Raises:
            PortTakenError, BindError: The address cannot be used.
        """
        self._serving(*self._thread.start(*self._address))

    def stop(self) -> None:
        """Answers the calls in flight and ends."""
        self._thread.stop()
        self._url = None

    def session(self, name: str | None = None) -> ServerSession:
        """A session by name; a new one of its own where none is given.

        Raises:
            SessionNameError: The name cannot be a session's.
        """
        demand("session(name)", name, str | None, "a session's name as text")
        own = f"s-{secrets.token_hex(8)}" if name is None else checked_session(name)
        return ServerSession(self.app, own, base=self.url)

    def play(self, scenario: str | Path | Scenario | None = None, task_id: str | None = None) -> Task:
        """Opens a task of the default session; `scenario` None plays what the server plays by default."""
        return self.session(DEFAULT_SESSION).play(scenario, task_id)

    def requests(self) -> tuple[JournalEntry, ...]:
        """All calls so far, the oldest first."""
        return self.app.journal.find()

    def _serving(self, host: str, port: int) -> None:
        self._url = base_url(host, port)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        self._serving(*await self._thread.start_async(*self._address))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._thread.stop_async()
        self._url = None


def base_url(host: str, port: int) -> str:
    """The URL of a server at an address, without a slash at its end."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


class ServerSession(Session):
    """A session of a running server: its `url`, and the server as a WSGI application for it alone."""

    def __init__(self, app: App, name: str, *, base: str) -> None:
        super().__init__(app.context, name, base=base)
        self._app = app

    def app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The mock as a WSGI application, all calls belonging to this session (for `httpx.WSGITransport` and such).

        No name of a host leads here, so each will do.
        """
        own = {"HTTP_X_MOCK_SESSION": self.name, "HTTP_HOST": "localhost"}
        return self._app(environ | own, start_response)
