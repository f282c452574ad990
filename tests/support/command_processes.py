"""The command `taskmock` as a process of its own: run to its end, or serving."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 60
TASKMOCK = shutil.which("taskmock", path=str(Path(sys.executable).parent)) or "taskmock"
READY = re.compile(r"taskmock ready on (http://[^ ]+) \(edition ([a-z0-9.@-]+)(?:: [^)]*)?\)")


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    code: int
    stdout: bytes
    stderr: bytes

    @property
    def text(self) -> str:
        """Standard output, whatever its line ends."""
        return self.stdout.decode("utf-8").replace("\r\n", "\n")

    @property
    def error(self) -> str:
        """The error message alone, without the lines about usage."""
        said = self.stderr.decode("utf-8", "replace").replace("\r\n", "\n")
        assert "Traceback" not in said
        return said.partition("Error: ")[2].strip()


def environment(changed: Mapping[str, str]) -> dict[str, str]:
    """This environment without settings of ours, and with nothing kept of servers, with some changes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TASKMOCK_")}
    return kept | {"PYTHONIOENCODING": "utf-8", "TASKMOCK_STATE": "no"} | dict(changed)


def run(folder: Path, *arguments: str, stdin: bytes = b"", **changed: str) -> Ended:
    """Runs `taskmock` in a folder to its end; `changed` are environment variables."""
    result = subprocess.run(
        [TASKMOCK, *arguments],
        cwd=folder,
        env=environment(changed),
        input=stdin,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    return Ended(result.returncode, result.stdout, result.stderr)


def run_on_terminal(folder: Path, *arguments: str, **changed: str) -> str:
    """What `taskmock` shows on a terminal, where there are terminals in the way of POSIX."""
    ours, theirs = os.openpty()
    with subprocess.Popen([TASKMOCK, *arguments], cwd=folder, env=environment(changed), stdout=theirs) as process:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # Linux says so that the other end is closed
            while part := os.read(ours, 1 << 16):
                shown += part
        os.close(ours)
        assert process.wait(PATIENCE) == 0
    return shown.decode("utf-8")


@dataclass(slots=True)
class Serving:
    """A `taskmock serve` that answers."""

    process: subprocess.Popen[str]
    url: str
    edition: str
    ready: str

    def end(self, number: int) -> tuple[int, str]:
        """Sends a signal; gives the exit code and all that was said since the ready line."""
        self.process.send_signal(number)
        assert self.process.stdout is not None
        said = self.process.stdout.read()  # what came with the ready line too, which `communicate` would leave out
        return self.process.wait(PATIENCE), said


INTERRUPT = signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT


@contextlib.contextmanager
def serving(folder: Path, *arguments: str, **changed: str) -> Iterator[Serving]:
    """Runs `taskmock serve` on a free port while the block lasts."""
    flags = subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0
    port = [] if "-p" in arguments or "TASKMOCK_PORT" in changed or "NO_PORT" in changed else ["-p", "0"]
    process = subprocess.Popen(
        [TASKMOCK, "serve", *port, *arguments],
        cwd=folder,
        env=environment(changed),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        creationflags=flags,
    )
    timer = threading.Timer(PATIENCE, process.kill)
    timer.start()
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        ready = READY.fullmatch(line.rstrip("\n"))
        assert ready, line + process.stdout.read()
        yield Serving(process, ready[1], ready[2], line)
    finally:
        timer.cancel()
        if process.poll() is None:
            process.send_signal(INTERRUPT)
            process.communicate(timeout=PATIENCE)
        if process.stdout is not None:
            process.stdout.close()
