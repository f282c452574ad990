"""Runs the tests under branch coverage and checks the threshold, with pytest's closing line printed last.

The closing line is held back while the coverage report is printed, and kept in build/closing-line.
"""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

DEADLINE = 26 * 60.0
WORKERS = ("-n", "auto", "--maxprocesses", "8", "--dist", "loadgroup")
CLOSING_LINE = Path("build/closing-line")
RULED = re.compile(rb"(\x1b\[[0-9;]*m)*=")


def main(arguments: list[str]) -> int:
    """Give the exit code: pytest's own, else the coverage report's."""
    coverage("erase")
    tests, closing_line = run_tests(arguments)
    coverage("combine", "--quiet")
    report = coverage("report")
    sys.stdout.buffer.write(closing_line)
    sys.stdout.flush()
    CLOSING_LINE.parent.mkdir(exist_ok=True)
    CLOSING_LINE.write_bytes(closing_line)
    return tests or report


def coverage(*arguments: str) -> int:
    """Run one coverage command and give its exit code."""
    return subprocess.run([sys.executable, "-m", "coverage", *arguments], check=False).returncode


def run_tests(arguments: list[str]) -> tuple[int, bytes]:
    """Run pytest with its output passed through; give its exit code and its closing line."""
    color = ("--color=yes",) if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else ()
    command = [sys.executable, "-m", "coverage", "run", "-m", "pytest", *WORKERS, *color, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        timer = threading.Timer(DEADLINE, process.kill)
        timer.daemon = True
        timer.start()
        if process.stdout is None:
            raise RuntimeError("no pipe")
        closing_line = pass_through(process.stdout, sys.stdout.buffer.write)
        process.wait()
        timer.cancel()
    return process.returncode, closing_line


def pass_through(source: IO[bytes], write: Callable[[bytes], object]) -> bytes:
    """Write everything from the source but its last line, which is given back if pytest ruled it off with `=`."""
    held = b""
    while chunk := os.read(source.fileno(), 65536):
        held += chunk
        start = held.rstrip(b"\r\n").rfind(b"\n") + 1
        if not RULED.match(held, start):
            start = len(held)
        write(held[:start])
        sys.stdout.flush()
        held = held[start:]
    return held


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
