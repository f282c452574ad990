"""A mock server whose time stands still, and its application without a socket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.server.app import App
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.settings import Settings, build_app


@pytest.fixture
def clock() -> ManualClock:
    """The time of the server in the same test."""
    return ManualClock()


@pytest.fixture
def app(clock: ManualClock) -> App:
    """An application without a socket."""
    return build_app(Settings(clock=clock))


@pytest.fixture
def mock(clock: ManualClock) -> Iterator[MockServer]:
    """A server on a free port."""
    with MockServer(clock=clock) as server:
        yield server
