"""A command whose help shows the everyday options first, and the others under "More"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click


class EverydayCommand(click.Command):
    """A command that names its everyday options; those lead its help, in their own order."""

    def __init__(self, *args: Any, everyday: Sequence[str] = (), **settings: Any) -> None:  # noqa: ANN401  # click's
        """`everyday` are names of parameters; without any all options stand in one list."""
        super().__init__(*args, **settings)
        self.everyday = tuple(everyday)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the options into the help text, the everyday ones first."""
        if not self.everyday:
            super().format_options(ctx, formatter)
            return
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        records = {option.name: option.get_help_record(ctx) for option in options}
        shown = {name: record for name, record in records.items() if record is not None}
        for title, names in (
            ("Options", self.everyday),
            ("More", [name for name in shown if name not in self.everyday]),
        ):
            with formatter.section(title):
                formatter.write_dl([shown[name] for name in names])
