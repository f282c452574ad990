"""A window of a real browser that goes on from page to page, driven through the browser's own pipe."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from support.browser import QUIET, program

_LAUNCH = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"
)
PATIENCE = 60
_FREE = 20  # file descriptors from here on are not those that the browser wants


class Window:
    """A window; `show` loads a page as if its address were typed, `run` runs a script in it."""

    def __init__(self, sent: int, received: int) -> None:
        self._sent = sent
        self._received = received
        self._buffer = b""
        self._loads = 0  # pages that were loaded so far
        self._numbers = itertools.count(1)
        self._session: str | None = None
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._ask("Page.enable")

    def show(self, url: str) -> None:
        """Loads a page."""
        before = self._loads
        self._ask("Page.navigate", url=url)
        self._await_load(before)

    def run(self, script: str) -> Any:
        """The value of an expression in the page; a promise is awaited."""
        answer = self._ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def follow(self, script: str) -> None:
        """Runs a script that leads to another page, and waits for that."""
        before = self._loads
        self._ask("Runtime.evaluate", expression=script, userGesture=True)
        self._await_load(before)

    def close(self) -> None:
        """Ends the browser."""
        self._session = None
        self._write("Browser.close", {})

    def _await_load(self, before: int) -> None:
        while self._loads == before:
            self._read()

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = self._write(method, parameters)
        while (message := self._read()).get("id") != number:
            pass
        assert "error" not in message, message
        return message["result"]

    def _write(self, method: str, parameters: dict[str, Any]) -> int:
        message = {"id": next(self._numbers), "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._sent, json.dumps(message).encode("ascii") + b"\0")
        return message["id"]

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            assert select.select([self._received], [], [], PATIENCE)[0], "the browser says nothing"
            piece = os.read(self._received, 65536)
            assert piece, "the browser has ended"
            self._buffer += piece
        message, _, self._buffer = self._buffer.partition(b"\0")
        said = json.loads(message)
        self._loads += said.get("method") == "Page.loadEventFired"
        return said


@contextlib.contextmanager
def open_window(profile: Path, *, hosts: str) -> Iterator[Window]:
    """A window whose browser finds these hosts (a pattern such as `*.example`) on this machine."""
    theirs, ours = _pipe(), _pipe()
    command = [program(), *QUIET, f"--host-resolver-rules=MAP {hosts} 127.0.0.1", f"--user-data-dir={profile}"]
    launch = [sys.executable, "-c", _LAUNCH, str(theirs[0]), str(ours[1]), *command, "--remote-debugging-pipe"]
    browser = subprocess.Popen(
        launch, pass_fds=(theirs[0], ours[1]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(theirs[0])
    os.close(ours[1])
    try:
        window = Window(theirs[1], ours[0])
        yield window
        window.close()
        browser.wait(timeout=60)
    finally:
        browser.kill()
        browser.wait()
        os.close(theirs[1])
        os.close(ours[0])


def _pipe() -> tuple[int, int]:
    """A pipe whose numbers are out of the browser's way."""
    ends = os.pipe()
    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _FREE) for end in ends]
    for end in ends:
        os.close(end)
    return moved[0], moved[1]
