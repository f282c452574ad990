"""Times commands against each other: every round runs each of them once, so that a busy machine slows all alike."""

import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 15


@dataclass(frozen=True, slots=True)
class Limit:
    """A command, the one it is compared with, and how many times as long it may take."""

    name: str
    base: str
    most: float


def medians(commands: Mapping[str, Sequence[str]], *, folder: Path, rounds: int = ROUNDS) -> dict[str, float]:
    """Give the median seconds of each command, run in the folder after one round that warms the disk up.

    Raises: subprocess.CalledProcessError for a command that fails.
    """
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            seconds = timed(command, folder)
            if number:
                times[name].append(seconds)
    return {name: statistics.median(found) for name, found in times.items()}


def timed(command: Sequence[str], folder: Path) -> float:
    """Give the seconds that one command takes."""
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def judge(found: Mapping[str, float], limits: Sequence[Limit]) -> int:
    """Print a table of times and ratios; give 1 where one is over its limit, else 0."""
    width = max(map(len, found))
    compared = {limit.name: limit for limit in limits}
    over = False
    for name, seconds in found.items():
        row = f"{name:{width}}  {seconds * 1000:7.1f} ms"
        if limit := compared.get(name):
            ratio = seconds / found[limit.base]
            over |= ratio > limit.most
            row += f"  {ratio:5.2f} x {limit.base} (at most {limit.most:.2f}){'  OVER' if ratio > limit.most else ''}"
        print(row)
    return int(over)
