"""A real engine as a program: a line of JSON in for each pipeline with its operations, a line of JSON out.

It runs in an environment of its own, which knows nothing of taskmock: `python -m system.differential.engines.worker
2`.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
import traceback


def main(name):
    """Answers line by line until the input ends."""
    answers = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        engine = importlib.import_module(f"system.differential.engines.engine{name}")
        answers.write("ready\n")
        answers.flush()
        for line in sys.stdin:
            try:
                answer = engine.play(json.loads(line))
            except Exception:  # noqa: BLE001  # told to the other side, which knows the pipeline
                answer = {"failed": traceback.format_exc()}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


if __name__ == "__main__":
    main(sys.argv[1])
