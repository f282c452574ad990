"""A mock in a process of its own, so that clients and server do not share one interpreter."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

TEXT = """\
format: 1
scenario: long
edition: v2
flow: [Count: {takes: 1s, loop: 1000}]
"""
START = "from taskmock.mockserver.cli import main; main()"


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Starts `taskmock serve` with a scenario whose answer changes each second, 1000 times, and gives its URL."""
    (tmp_path / "long.yaml").write_text(TEXT, encoding="utf-8")
    started: list[subprocess.Popen[str]] = []

    def serving(*arguments: str) -> str:
        command = [sys.executable, "-c", START, "serve", "-p", "0", "--scenario", "long.yaml", *arguments]
        server = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, encoding="utf-8")
        started.append(server)
        assert server.stdout is not None
        found = re.search(r"http://\S+", server.stdout.readline())
        assert found is not None
        return found[0]

    yield serving
    for server in started:
        server.terminate()
        server.wait(60)
        assert server.stdout is not None
        server.stdout.close()
