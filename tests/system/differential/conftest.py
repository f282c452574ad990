"""The real engines, started once for all tests of a worker, and only where a test asks for one."""

from __future__ import annotations

import os

import pytest

from system.differential.worker_process import EngineMissingError, Worker


@pytest.fixture(scope="session")
def workers():
    """Gives the program with an engine, by its number; a test is skipped without it, but in CI nothing is left out."""
    started = {}

    def worker(engine):
        if engine not in started:
            try:
                started[engine] = Worker(engine)
            except EngineMissingError as error:
                if os.environ.get("CI") == "true":
                    raise
                pytest.skip(str(error))
        return started[engine]

    yield worker
    for one in started.values():
        one.close()
