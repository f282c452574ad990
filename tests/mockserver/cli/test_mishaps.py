"""What a command says when something goes wrong that it did not foresee, and what it exits with."""

import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from support.command_processes import PATIENCE, TASKMOCK, environment
from taskmock.mockserver.cli.group import READER_GONE, LazyGroup

MODULE = """
import click

@click.command("mishap")
@click.pass_obj
def mishap(error):
    raise error
"""


@pytest.fixture
def running(tmp_path, monkeypatch):
    """Runs a group like `taskmock` with one command, `mishap`, that raises what the test says."""
    (tmp_path / "going_wrong.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    group = LazyGroup(commands_at={"mishap": ("going_wrong:mishap", "Play", "Goes wrong.")})

    def run(error, **variables):
        return CliRunner().invoke(group, ["mishap"], obj=error, env={"TASKMOCK_DEBUG": None, **variables})

    return run


def test_unforeseen_error_is_one_line_and_not_a_violation(running):
    ended = running(IndexError("list index\nout of range"))

    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr == (
        "Error: internal error: IndexError: list index out of range; please report it\n"
        "TASKMOCK_DEBUG=1 shows where it happened.\n"
    )


def test_unforeseen_error_shows_where_it_happened_when_asked(running):
    ended = running(IndexError("oops"), TASKMOCK_DEBUG="1")

    assert ended.exit_code == 2
    assert ended.stderr.startswith("Traceback (most recent call last):\n")
    assert ended.stderr.endswith("\nError: internal error: IndexError: oops; please report it\n")


@pytest.mark.parametrize(
    ("error", "code"), [(click.UsageError("so not"), 2), (click.exceptions.Exit(1), 1), (KeyboardInterrupt(), 130)]
)
def test_what_is_foreseen_keeps_its_exit_code(running, error, code):
    ended = running(error)

    assert ended.exit_code == code
    assert "internal error" not in ended.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device is always full")  # noqa: PTH110
@pytest.mark.parametrize("arguments", [("generate",), ("scenarios", "list"), ("--version",), ("--help",)])
def test_full_disk_is_one_line(arguments):
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123 - a device
        ended = subprocess.run(
            [TASKMOCK, *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment({}),
            timeout=PATIENCE,
            check=False,
        )

    assert (ended.returncode, ended.stderr) == (2, b"Error: cannot write the output: No space left on device\n")


@pytest.mark.parametrize("arguments", [("generate", "--nodes", "5"), ("scenarios", "list"), ("validate", "-")])
@pytest.mark.skipif(sys.platform == "win32", reason="pipes end otherwise there")
def test_reader_that_goes_away_is_no_violation(tmp_path, arguments):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(
            [TASKMOCK, *arguments],
            cwd=tmp_path,
            env=environment({}),
            input=b'{"result": false, "message": "no"}',
            stdout=writing,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
            check=False,
        )
    finally:
        os.close(writing)

    assert (ended.returncode, ended.stderr) == (READER_GONE, b"")
