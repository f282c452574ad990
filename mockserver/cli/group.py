"""The command `taskmock` and its sub-commands; each is loaded only when it is used."""

from __future__ import annotations

import errno
import importlib
import os
import sys
import traceback
from collections.abc import Mapping
from typing import Any, NoReturn

import click

from taskmock.contracts.findings.foreign_text import harmless
from taskmock.mockserver.cli.settings_file import debug_wanted
from taskmock.schemas import hint

READER_GONE = 141
"""The exit code where the output is not read to its end, as shells have it: neither good nor a violation."""

DISK_FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EIO, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""The errors of a system that takes no more of an output."""

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""

COMMANDS = {
    "serve": ("taskmock.mockserver.cli.serve:serve_command", "Play", "Serve the mock API; any task id works at once."),
    "scenarios": (
        "taskmock.mockserver.cli.scenarios:scenarios_command",
        "Play",
        "List, draw and check scenarios.",
    ),
    "generate": (
        "taskmock.mockserver.cli.generate:generate_command",
        "Play",
        "Print one believable answer, made from a seed.",
    ),
    "validate": (
        "taskmock.contracts.cli.validate:validate_command",
        "Judge",
        "Judge recorded answers or requests against the contract.",
    ),
    "verify": (
        "taskmock.contracts.cli.verify:verify_command",
        "Judge",
        "Ask a live server and judge what it answers.",
    ),
    "drift": ("taskmock.contracts.cli.drift:drift_command", "Judge", "Find out how real answers have drifted."),
    "export": (
        "taskmock.mockserver.cli.export:export_command",
        "Convert and compare",
        "Write the API as OpenAPI, or as TypeScript types.",
    ),
    "diff": (
        "taskmock.contracts.cli.diff:diff_command",
        "Convert and compare",
        "Compare two contracts: what breaks, what is added.",
    ),
    "init": (
        "taskmock.mockserver.cli.init:init_command",
        "Set up",
        "Write a first folder of scenarios of your own.",
    ),
}
"""Each sub-command: where it stands, and its section and its line in the help text."""


class LazyGroup(click.Group):
    """A group that imports a sub-command when it runs, not when it is listed; no mishap of one exits with 1.

    `commands_at` has, for each name, where it stands (`module:attribute`), its section and its line in the help.
    """

    def __init__(
        self,
        *args: Any,  # noqa: ANN401  # click's
        commands_at: Mapping[str, tuple[str, str, str]] = COMMANDS,
        **kwargs: Any,  # noqa: ANN401  # click's
    ) -> None:
        super().__init__(*args, **kwargs)
        self._commands_at = commands_at

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  # click's signature
        """Runs a sub-command; an unforeseen error is one line, and never looks like a violation."""
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            vars(error)["message"] = harmless(error.message)  # it may name files and quote what stands in them
            raise
        except (click.Abort, click.exceptions.Exit):
            raise
        except KeyboardInterrupt:
            raise SystemExit(INTERRUPTED) from None
        except Exception as error:  # noqa: BLE001  # the last place that can make a line of it
            _end_after(error)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """All sub-commands in the order in which help shows them."""
        return list(self._commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The sub-command of a name, loaded now; None where there is none."""
        if cmd_name not in self._commands_at:
            return None
        module, _, attribute = self._commands_at[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The sub-command of a command line; where there is none, the error names those there are."""
        if args[0] not in self._commands_at and not ctx.resilient_parsing:
            meant = hint(args[0], self._commands_at)
            ctx.fail(f"no command is called {args[0]!r}{meant} (there are: {', '.join(self._commands_at)})")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list in the help text, without loading anything."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, (_, section, text) in self._commands_at.items():
            sections.setdefault(section, []).append((name, text))
        for section, rows in sections.items():
            with formatter.section(section):
                formatter.write_dl(rows)


def _end_after(error: Exception) -> NoReturn:
    """Ends the program: quietly where its reader is gone, else with one line that says what went wrong."""
    if isinstance(error, BrokenPipeError):
        _discard_output()
        raise SystemExit(READER_GONE)
    if isinstance(error, OSError) and error.errno in DISK_FULL:
        click.echo(f"Error: cannot write the output: {error.strerror}", err=True)
        _discard_output()
        raise SystemExit(2) from None
    if debug_wanted():
        traceback.print_exception(error)
    said = " ".join(str(error).split())
    click.echo(harmless(f"Error: internal error: {type(error).__name__}: {said}; please report it"), err=True)
    if not debug_wanted():
        click.echo("TASKMOCK_DEBUG=1 shows where it happened.", err=True)
    raise SystemExit(2)


def _discard_output() -> None:
    """Sends what is still in the buffers of standard output to the null device."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="taskmock", prog_name="taskmock")
def taskmock() -> None:
    """Mock and verify task-status APIs: get_task_status of BlueKing Standard OPS.

    \b
    Try it:
      taskmock serve                          a mock server on http://127.0.0.1:8070
      taskmock generate --state FAILED        one answer on standard output
      taskmock generate | taskmock validate - judge an answer

    Exit codes: 0 good, 1 the contract is violated, 2 wrong usage or settings,
    3 the server that was to be verified cannot be reached.
    Settings may also stand in taskmock.toml, in [tool.taskmock] of pyproject.toml,
    or in the environment (TASKMOCK_PORT=9000); a flag beats the environment, which
    beats a file.
    """


def main() -> None:
    """Runs the command; output survives terminals that cannot show every character."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        taskmock(prog_name="taskmock")
    except OSError as error:  # of options that print and end, such as --help
        _end_after(error)
