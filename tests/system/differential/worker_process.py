"""The program with the real engine, started in its own environment and asked line by line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[2]
ENVIRONMENTS = {"2": "engine-3.0", "2.11": "engine-2.11", "1": "engine-3.0"}
"""The environment that each engine is in."""


class EngineMissingError(Exception):
    """The environment of an engine is not there, or its package is not in it."""


class Worker:
    """One real engine: it plays a pipeline for each wish. To be closed."""

    def __init__(self, engine):
        folder = Path(sys.prefix) / "tools" / ENVIRONMENTS[engine]
        python = folder / "bin" / "python"
        missing = f"bamboo-pipeline is not installed in {folder}; `make fidelity` installs it"
        if not python.exists():
            raise EngineMissingError(missing)
        self._process = subprocess.Popen(
            [python, "-m", "system.differential.engines.worker", engine[0]],
            cwd=TESTS,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        if self._process.stdout.readline() != "ready\n":
            self.close()
            raise EngineMissingError(missing)

    def play(self, wish):
        """What the engine does with a pipeline and its operations."""
        self._process.stdin.write(json.dumps(wish) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self):
        """Ends the program."""
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()
