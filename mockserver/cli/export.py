"""`taskmock export`: openapi, typescript."""

from __future__ import annotations

import json
from pathlib import Path

import click
from click.core import ParameterSource

from taskmock.contracts.export.openapi import openapi_document
from taskmock.contracts.export.typescript import typescript_module
from taskmock.contracts.findings.foreign_text import harmless
from taskmock.mockserver.cli.options import (
    ConfiguredCommand,
    SetUpError,
    output_option,
    reported_as,
    scenario_dir_option,
    setting,
    write_output,
)
from taskmock.mockserver.core.errors import ScenarioError, ScenarioNotFoundError
from taskmock.schemas import ALL, GATEWAYS, KNOWN, gateway_names

_PATIENCE = 10
"""Seconds that a mock has to tell its edition."""

_LONGEST_HEALTH = 1 << 20

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
      taskmock export typescript --edition v2 -o src/sops.ts
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


@export_command.command("typescript", cls=ConfiguredCommand, short_help="TypeScript types.")
@setting(
    "--edition",
    type=click.Choice([*KNOWN, ALL]),
    help="The edition that is described; all: every edition. Else what `taskmock serve` plays here.",
)
@setting("--scenario", help="A scenario by name, or a scenario file, whose edition it is where none is said.")
@scenario_dir_option
@click.option("--from", "source", metavar="URL", help="Ask the mock that runs there which edition it plays.")
@output_option
@click.pass_context
def typescript_command(
    ctx: click.Context,
    *,
    edition: str | None,
    scenario: str | None,
    scenario_dir: tuple[Path, ...],
    source: str | None,
    output: Path | None,
) -> None:
    """Write a TypeScript module: the types of every call's parameters and answers.

    \b
      taskmock export typescript --edition v2 -o src/sops.ts
      taskmock export typescript --edition all    a namespace each: Doc2019, V1, V2
      taskmock export typescript --from http://127.0.0.1:8070

    Without --edition and --from it is the edition that `taskmock serve` plays in this
    folder: that of the settings, else the scenario's, else doc-2019.
    """
    if source is not None:
        if ctx.get_parameter_source("edition") is ParameterSource.COMMANDLINE:
            raise click.UsageError("--edition and --from both say the edition")
        edition = _edition_at(source)
    write_output(typescript_module(edition or _edition_here(scenario, scenario_dir)), output)


def _edition_here(scenario: str | None, folders: tuple[Path, ...]) -> str:
    """The edition that a server plays whose settings name none."""
    from taskmock.mockserver.api.bk_sops.documents.presenter import DEFAULT_EDITION
    from taskmock.mockserver.scenarios.catalog import Catalog

    if scenario is None:
        return DEFAULT_EDITION
    with reported_as(SetUpError, ScenarioNotFoundError, ScenarioError):
        return Catalog(folders).chosen(scenario).edition or DEFAULT_EDITION


def _edition_at(url: str) -> str:
    """The edition that the mock at a URL plays."""
    import http.client
    import urllib.request

    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{url.rstrip('/')}/__admin/health", timeout=_PATIENCE) as answer:
            told = json.loads(answer.read(_LONGEST_HEALTH))
    except (OSError, ValueError, RecursionError, http.client.HTTPException) as error:
        raise SetUpError(harmless(f"--from {url}: no mock answers there ({error})")) from None
    edition = told.get("edition") if isinstance(told, dict) else None
    if edition not in KNOWN:
        raise SetUpError(harmless(f"--from {url}: what answers there is no mock that tells its edition"))
    return str(edition)
