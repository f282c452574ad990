"""The command `taskmock`: which sub-commands there are; each is loaded only when it is used."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import click

from taskmock.mockserver.config import ConfigError, read_settings

_COMMANDS = {
    "serve": ("taskmock.mockserver.serve_command:serve_command", "Serve the mock API; any task id works at once."),
    "generate": (
        "taskmock.mockserver.generate_command:generate_command",
        "Print one believable answer, made from a seed.",
    ),
    "validate": (
        "taskmock.contracts.command:validate_command",
        "Judge recorded answers or requests against the contract.",
    ),
}

_HELP = """Mock and verify task-status APIs: get_task_status of BlueKing Standard OPS.

\b
Try it:
  taskmock serve                          a mock server on http://127.0.0.1:8070
  taskmock generate --state FAILED        one answer on standard output
  taskmock generate | taskmock validate - judge an answer

Exit codes: 0 good, 1 the contract is violated, 2 wrong usage or settings,
3 the target cannot be reached. Settings may also stand in taskmock.toml, in
[tool.taskmock] of pyproject.toml, or in the environment (TASKMOCK_PORT=9000);
a flag beats the environment, which beats a file.
"""


class LazyGroup(click.Group):
    """A group that imports a sub-command when it runs, not when it is listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """All sub-commands in the order in which help shows them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The sub-command of a name, loaded now; None where there is none."""
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101  # for the type checker
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list in the help text, without loading anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(
    cls=LazyGroup, help=_HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="taskmock", prog_name="taskmock")
@click.pass_context
def taskmock(ctx: click.Context) -> None:
    if ctx.invoked_subcommand == "serve":
        from taskmock.mockserver.serve_command import serve_command

        allowed = {parameter.name for parameter in serve_command.params if parameter.name}
        try:
            ctx.default_map = {"serve": read_settings(Path.cwd(), allowed)}
        except ConfigError as error:
            raise click.UsageError(str(error)) from None


def main() -> None:
    """Runs the command; output survives terminals that cannot show every character."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    taskmock(prog_name="taskmock")
