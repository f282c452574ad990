"""Options as all judging commands have them, and how several of them reach a command as one value."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import click

FILE = click.Path(dir_okay=False)

option = functools.partial(click.option, show_default=True)
"""An option of click whose help shows the default, where there is one."""

Command = Callable[..., None]


def bundle(
    keyword: str, made: Callable[[dict[str, Any]], object], options: Sequence[Callable[[Command], Command]]
) -> Callable[[Command], Command]:
    """A decorator that gives a command some options, and hands it what they say as one argument.

    `made` takes the values of the options out of all that the command line says.
    """

    def give(command: Command) -> Command:
        """The command with the options."""

        @functools.wraps(command)
        def with_bundle(**said: Any) -> None:  # noqa: ANN401  # as click has decoded them
            value = made(said)
            command(**{keyword: value}, **said)

        for one in reversed(options):
            one(with_bundle)
        return with_bundle

    return give
