"""Runs the tests under branch coverage and checks the threshold, with pytest's closing line printed last.

The closing line is held back while the coverage report is printed, and kept in build/closing-line. In CI a run that
hangs is stopped after a while, and says so in place of pytest's closing line; elsewhere the tests take what they take.
"""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

CI_MINUTES = 70.0
"""Stops runs that hang: whole ones take some ten minutes on two idle cores, half an hour on slow ones."""
MINUTES = "TEST_MINUTES"
"""The environment variable that sets another deadline, in CI and elsewhere; 0 is none."""
WORKERS = ("-n", "auto", "--maxprocesses", "8", "--dist", "loadgroup")
SLOWEST = ("--durations", "10")
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
    command = [sys.executable, "-m", "coverage", "run", "-m", "pytest", *WORKERS, *SLOWEST, *color, *arguments]
    return run(command, minutes_allowed(os.environ))


def minutes_allowed(environment: Mapping[str, str]) -> float:
    """Give the minutes that the tests may take, 0 for as long as they need."""
    return float(environment.get(MINUTES) or (CI_MINUTES if environment.get("CI") else 0))


def run(command: list[str], minutes: float) -> tuple[int, bytes]:
    """Run a command with its output passed through; give its exit code and its closing line, or why it was stopped."""
    stopped = threading.Event()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:

        def stop() -> None:
            stopped.set()
            process.kill()

        timer = threading.Timer(minutes * 60, stop)
        timer.daemon = True
        if minutes:
            timer.start()
        if process.stdout is None:
            raise RuntimeError("no pipe")
        closing_line = pass_through(process.stdout, sys.stdout.buffer.write)
        process.wait()
        timer.cancel()
    if not stopped.is_set():
        return process.returncode, closing_line
    return 1, (
        f"the tests were stopped: they had not ended after {minutes:g} minutes, the deadline of this run. "
        f"The coverage above is that of a part of them. {MINUTES}=60 allows an hour, {MINUTES}=0 any time.\n"
    ).encode()


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
