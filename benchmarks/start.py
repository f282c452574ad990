"""What `taskmock --help` and the help of each subcommand cost, against importing click alone."""

import subprocess
import sys
import tempfile
from pathlib import Path

from interleaved import Limit, judge, medians

BASE = "import click"
MOST = 3.0
LIST = "import click; from taskmock.mockserver.cli import taskmock as t; print(*t.list_commands(click.Context(t)))"


def subcommands() -> list[str]:
    """Give the names of the subcommands."""
    return subprocess.run(
        [sys.executable, "-c", LIST], check=True, capture_output=True, encoding="utf-8"
    ).stdout.split()


def main() -> int:
    """Give 1 where a help text costs too much."""
    script = str(Path(sys.executable).with_name("taskmock"))
    helps = {"taskmock --help": [script, "--help"]}
    helps |= {f"taskmock {name} --help": [script, name, "--help"] for name in subcommands()}
    with tempfile.TemporaryDirectory() as folder:
        found = medians({BASE: [sys.executable, "-c", BASE], **helps}, folder=Path(folder))
    return judge(found, [Limit(name, BASE, MOST) for name in helps])


if __name__ == "__main__":
    sys.exit(main())
