"""Runs commands in a folder of the test's own."""

import functools

import pytest

from support.command_processes import run, serving


@pytest.fixture
def taskmock(tmp_path):
    """Runs `taskmock` with arguments, to its end."""
    return functools.partial(run, tmp_path)


@pytest.fixture
def serve(tmp_path):
    """Serves with arguments, as a context manager."""
    return functools.partial(serving, tmp_path)
