"""A mock with one scenario in which a node fails, under a clock that stands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.mock_calls import admin
from support.release_scenario import RELEASE
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.scenarios import read_scenario
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.settings import Settings


@pytest.fixture
def clock() -> ManualClock:
    """The time of the mock in the same test."""
    return ManualClock()


@pytest.fixture
def mock(clock: ManualClock) -> Iterator[MockServer]:
    """A mock that plays `release` for every task."""
    scenario = read_scenario(RELEASE, source="release.yaml")
    with MockServer(scenario, clock=clock, settings=Settings(seed="7")) as server:
        yield server


@pytest.fixture
def task(mock: MockServer) -> str:
    """The admin path of a task of the session `anna` that is open."""
    path = "/sessions/anna/tasks/10"
    admin(mock.url, path, "PUT", {})
    return path
