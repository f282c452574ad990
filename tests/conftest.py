"""Fixes what property tests draw, shows values in failing assertions of the helpers, and measures what shows lines."""

import signal
from collections.abc import Generator

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("support")

from support.measurement import is_traced, untraced  # noqa: E402 - assertions are rewritten from here on
from support.properties import SAME  # noqa: E402 - its assertions are rewritten from here on

settings.load_profile(SAME)  # `--hypothesis-profile` comes later, and wins


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Runs property tests, sweeps and tests of the whole system without coverage, set-up included."""
    if is_traced(item):
        return (yield)
    with untraced():
        return (yield)


def pytest_configure() -> None:
    """Takes Ctrl-C as usual in the processes of the tests, though a shell runs its background jobs without it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
