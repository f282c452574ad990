"""A mock with all doors, and its clock."""

import pytest

from taskmock.mockserver import ManualClock
from taskmock.mockserver.server.settings import Settings, build_app


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def make(clock):
    """Makes an application: of every door, or as the settings say."""

    def made(**settings):
        return build_app(Settings(**{"clock": clock, **settings}))

    return made
