"""`taskmock export`: openapi, typescript."""

from __future__ import annotations

import json
from pathlib import Path

import click

from taskmock.contracts.export.openapi import openapi_document
from taskmock.contracts.export.typescript import typescript_module
from taskmock.mockserver.cli.options import output_option, write_output
from taskmock.schemas import ALL, GATEWAYS, KNOWN, gateway_names

_edition_option = click.option(
    "--edition",
    type=click.Choice([*KNOWN, ALL]),
    default="v2",
    show_default=True,
    help="The edition that is described; all: every edition.",
)


@click.group("export")
def export_command() -> None:
    """Write the contract for other tools: every call, what it is asked with, what it answers.

    \b
      taskmock export openapi -o sops.json
      taskmock export typescript -o src/sops.ts
    """


@export_command.command("openapi", short_help="An OpenAPI 3.1 document.")
@_edition_option
@click.option(
    "--gateway",
    type=click.Choice((ALL, *GATEWAYS)),
    default=ALL,
    show_default=True,
    help="The gateways that are described; all: esb and apigw.",
)
@click.option("--with-admin", is_flag=True, help="Describe the admin API of a mock too.")
@output_option
def openapi_command(*, edition: str, gateway: str, with_admin: bool, output: Path | None) -> None:
    """Write an OpenAPI 3.1 document of every call at every gateway, as JSON.

    \b
      taskmock export openapi
      taskmock export openapi --edition v1 --gateway esb -o sops.json
      taskmock export openapi --with-admin        what a running mock describes too

    A running mock serves it, with its admin API, at /__admin/openapi.json.
    """
    gateways = gateway_names(gateway)
    if with_admin:
        from taskmock.mockserver.admin.router import whole_document
        from taskmock.mockserver.api.bk_sops.api import BkSopsApi

        document = whole_document(BkSopsApi(gateway), edition)
    else:
        document = openapi_document(edition, gateways=gateways)
    write_output(json.dumps(document, indent=2) + "\n", output)


@export_command.command("typescript", short_help="TypeScript types.")
@_edition_option
@output_option
def typescript_command(*, edition: str, output: Path | None) -> None:
    """Write a TypeScript module: the types of every call's parameters and answers.

    \b
      taskmock export typescript -o src/sops.ts
      taskmock export typescript --edition all    a namespace each: Doc2019, V1, V2
    """
    write_output(typescript_module(edition), output)
