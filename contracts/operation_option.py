"""The option of commands that names a call; the names there are get loaded when somebody gives one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from taskmock.schemas import STATUS

if TYPE_CHECKING:
    _Type = click.ParamType[str]
else:
    _Type = click.ParamType  # older ones take no type


class OperationName(_Type):
    """The name of a call of the API."""

    name = "name"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name itself, of a call that there is."""
        from taskmock.schemas import editions_of

        try:
            editions_of(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return value


operation_option = click.option(
    "--operation", type=OperationName(), default=STATUS, show_default=True, help="The call that is judged."
)
