"""What commands share: options, settings from a file, errors of the user, and writing the output."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from taskmock.contracts.cli.everyday import EverydayCommand
from taskmock.contracts.files import write_standard_output
from taskmock.mockserver.cli.settings_file import Check, ConfigError, read_settings
from taskmock.schemas import KNOWN


class SetUpError(click.ClickException):
    """The command line is right, yet the command cannot work: one clear line, and exit code 2."""

    exit_code = 2


@contextlib.contextmanager
def reported_as(error: type[click.ClickException], *causes: type[Exception]) -> Iterator[None]:
    """Reports these errors with their own text as an error of the command line or of the set-up."""
    try:
        yield
    except causes as cause:
        raise error(str(cause)) from None


class ConfiguredCommand(EverydayCommand):
    """A command whose options may stand in a settings file, next to those of `taskmock serve`."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options in the help text, each with its environment variable."""
        for option in self.params:
            if isinstance(option, click.Option):
                option.show_envvar = True
        super().format_options(ctx, formatter)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Makes the file's settings the defaults, then reads the command line; help needs no file."""
        if not set(args) & set(ctx.help_option_names):
            with reported_as(SetUpError, ConfigError):
                settings = read_settings(Path.cwd(), _checks(ctx))
            ctx.default_map = {**settings, **(ctx.default_map or {})}
        try:
            return super().parse_args(ctx, args)
        except click.BadParameter as error:
            _name_variable(error, ctx)
            raise


def _name_variable(error: click.BadParameter, ctx: click.Context) -> None:
    """Makes the message name the environment variable of a wrong value."""
    option = error.param
    source = ctx.get_parameter_source(option.name) if option is not None and option.name else None
    if option is not None and source is ParameterSource.ENVIRONMENT:
        error.param_hint = f"{option.get_error_hint(ctx)} (env var: {str(option.envvar)!r})"


def _checks(ctx: click.Context) -> dict[str, Check]:
    """The check of each setting: one file serves all commands, and `serve` has every setting."""
    root = ctx.find_root().command
    serve = root.get_command(ctx, "serve") if isinstance(root, click.Group) else None
    return {
        option.name: _check(option, ctx)
        for option in (serve or ctx.command).params
        if isinstance(option, click.Option) and option.name
    }


def _check(option: click.Option, ctx: click.Context) -> Check:
    def checked(value: object) -> object:
        values = value if isinstance(value, list) and option.multiple else [value]
        if any(isinstance(one, list | dict) or isinstance(one, bool) != option.is_flag for one in values):
            written = str(value).lower() if isinstance(value, bool) else value
            raise ValueError(f"{written} is not {_kind(option)}")
        value = [str(one) for one in values] if option.multiple else value
        try:
            option.type_cast_value(ctx, value)
        except click.BadParameter as error:
            raise ValueError(error.message) from None
        return value

    return checked


def _kind(option: click.Option) -> str:
    if option.is_flag:
        return "true or false"
    return "a text or a list of texts" if option.multiple else "a text or a number"


def setting(*flags: str, **details: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:  # noqa: ANN401  # click's
    """An option that the environment may hold too, as TASKMOCK_ and the option's name; its help shows its default."""
    name = flags[-1].partition("/")[0].removeprefix("--")
    variable = "TASKMOCK_" + name.replace("-", "_").upper()
    return click.option(*flags, envvar=variable, show_default="default" in details, **details)


FILE = click.Path(dir_okay=False, path_type=Path)
"""The type of an option that names a file."""


EDITION = click.Choice(KNOWN)
"""The type of `--edition`; each command has its own help and default."""


locale_option = setting(
    "--locale",
    default="en",
    help="Language of names: en, zh, or any of Faker's such as ja_JP (with taskmock[faker]).",
)
"""The language of generated names."""


scenario_dir_option = setting(
    "--scenario-dir",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of scenario files; may be repeated.",
)
"""Where further scenarios are."""


output_option = click.option(
    "-o", "--output", type=FILE, help="A file instead of standard output; its folder is made where there is none."
)
"""Where the output goes."""


def write_file(path: Path, content: str | bytes, *, parents: bool = False) -> None:
    """Writes a whole file, text as UTF-8; with `parents` also makes the folders that it is in.

    Raises:
        SetUpError: It cannot be written.
    """
    try:
        if parents:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    except OSError as error:
        raise SetUpError(f"cannot write {path}: {error.strerror}") from None


def write_output(content: str | bytes, output: Path | None) -> None:
    """Writes what programs read to standard output, or to the file that `--output` names: in UTF-8 in both.

    Raises:
        SetUpError: The file cannot be written.
    """
    if output is None:
        write_standard_output(content)
    else:
        write_file(output, content, parents=True)
