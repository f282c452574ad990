"""The options that say by which contract a command judges: edition or overlay, call, strictness."""

from __future__ import annotations

import pathlib
from typing import TYPE_CHECKING

import click

from taskmock.contracts.api.bk_sops.edition import AUTO, CHOICES
from taskmock.contracts.api.protocol import ClockRule
from taskmock.contracts.cli.option import option
from taskmock.contracts.findings.violation import Strictness
from taskmock.schemas import STATUS

if TYPE_CHECKING:
    _Choice = click.Choice[str]
else:
    _Choice = click.Choice  # older ones take no type


class EditionChoice(_Choice):
    """An edition, `auto`, or an overlay file (`….json`, `….toml`), which is looked through at once."""

    def __init__(self) -> None:
        super().__init__(CHOICES)

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name itself, of an edition or of a sound overlay file."""
        if value in CHOICES:
            return value
        if not value.lower().endswith((".json", ".toml")):
            if pathlib.Path(value).is_file():
                self.fail(f"{value!r} is no overlay: the name of one ends in .json or .toml.", param, ctx)
            return super().convert(value, param, ctx)
        from taskmock.contracts.api.bk_sops.overlay_file import OverlayError, load_overlay

        try:
            load_overlay(value)
        except OverlayError as error:
            self.fail(str(error), param, ctx)
        return value


edition_option = option(
    "--edition",
    type=EditionChoice(),
    default=AUTO,
    help="The edition to judge by, or the file of an overlay that extends one.",
)


def _known(context: click.Context, parameter: click.Parameter, name: str) -> str:
    """The name itself, of a call that there is."""
    from taskmock.schemas import editions_of

    try:
        editions_of(name)
    except ValueError as error:
        raise click.BadParameter(str(error), context, parameter) from None
    return name


operation_option = option(
    "--operation", metavar="NAME", default=STATUS, callback=_known, help="The call that is judged."
)

clock_rule_option = option(
    "--clock-rule",
    type=click.Choice([str(choice) for choice in ClockRule]),
    default=str(ClockRule.AUTO),
    help="From poll to poll, whether elapsed_time must keep up with the polls' times: auto unless an answer of the mock"
    " says that its clock is not the wall's.",
)

strictness_option = option(
    "--strictness",
    type=click.Choice([str(choice) for choice in Strictness]),
    default=str(Strictness.DOCUMENTED),
    help="Undocumented fields: ignored, warned of, or failed.",
)
