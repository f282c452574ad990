"""`taskmock diff`: what a new contract breaks for those who keep the old one."""

from __future__ import annotations

import pathlib
from typing import TYPE_CHECKING

import click

from taskmock.contracts.cli.option import FILE, option
from taskmock.contracts.cli.report_options import Output, comparison_options
from taskmock.contracts.files import DocumentFileError, read_document
from taskmock.contracts.findings.foreign_text import harmless
from taskmock.schemas import KNOWN, chosen

if TYPE_CHECKING:
    from taskmock.contracts.diff import Change

AUTO = "auto"
KEYWORDS = frozenset(
    (
        *("$schema", "$id", "$ref", "$defs", "$anchor", "$dynamicRef", "$dynamicAnchor", "$comment", "$vocabulary"),
        *("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "prefixItems", "items"),
        *("contains", "properties", "patternProperties", "additionalProperties", "propertyNames", "type", "enum"),
        *("const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength"),
        *("minLength", "pattern", "maxItems", "minItems", "uniqueItems", "maxContains", "minContains"),
        *("maxProperties", "minProperties", "required", "dependentRequired", "format", "unevaluatedItems"),
        *("unevaluatedProperties", "title", "description", "default", "examples", "deprecated", "readOnly"),
        *("writeOnly",),
    )
)
"""The keywords of draft 2020-12; an object with none of them is no schema."""

DIRECTIONS = (AUTO, "request", "response")

HELP = """Compare two contracts: what does NEW break for those who know OLD?

OLD and NEW are editions (doc-2019, v1, v2), files with a JSON Schema, or
overlays that extend an edition.

A change of a response is breaking where clients may meet what they could not
meet before: another type, a further state, a field that is missing. A change
of a request is breaking where servers refuse what they took before. A field
more in a response is additive: clients pass over what they do not know.

\b
Example:
  taskmock diff doc-2019 v2
  taskmock diff response.old.json response.json
  taskmock diff --direction request old.json new.json
  taskmock diff --severity severity.toml --format comment -o comment.md v1 ours.json

\b
Exit codes: 0 nothing breaks, 1 something does, 2 wrong usage or unreadable schema.
"""


@click.command("diff", help=HELP, short_help="Compare two contracts: what breaks, what is added.")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@option(
    "--direction",
    type=click.Choice(DIRECTIONS),
    default=AUTO,
    help="What the schemas describe; auto: request where a file's name or $id says so, else response.",
)
@option("--severity", type=FILE, help="Weigh changes as a file says: breaking, additive, cosmetic or ignored.")
@comparison_options()
def diff_command(*, old: str, new: str, direction: str, severity: str | None, output: Output) -> None:
    """Compares two contracts and exits 1 where the new one breaks the old."""
    from taskmock.contracts.diff import SchemaError
    from taskmock.contracts.diff.report import Aside, diff_json, diff_report, diff_text, left_in

    try:
        found = _changes(old, new, direction)
    except SchemaError as error:
        raise click.UsageError(f"cannot compare {old} and {new}: {error}") from None
    changes = found if severity is None else _weighed(found, severity)
    ignored = len(found) - len(changes)
    report = diff_report(old, new, changes, Aside(ignored))
    ((source, report),) = output.accepted([(new, report)], is_exact=True)
    left, aside = left_in(report, changes), Aside(ignored, report.accepted)
    own = {
        "text": lambda: diff_text(old, new, left, aside),
        "json": lambda: diff_json(old, new, left, aside),
    }
    output.end([(source, report)], own=own)


def _weighed(changes: tuple[Change, ...], file: str) -> tuple[Change, ...]:
    """The changes as a severity file weighs them; says on standard error which of its entries fit none.

    Raises: click.UsageError where the file cannot be used.
    """
    from taskmock.contracts.diff.severity import SeverityError, load_severities

    try:
        severities = load_severities(file)
    except SeverityError as error:
        raise click.UsageError(str(error)) from None
    for note in severities.unused(changes):
        click.echo(harmless(f"{click.format_filename(file)}: {note}"), err=True)
    return severities.applied(changes)


def _changes(old: str, new: str, direction: str) -> tuple[Change, ...]:
    from taskmock.contracts.diff import diff_editions, diff_schemas
    from taskmock.schemas import load_schema

    if old in KNOWN and new in KNOWN and direction == AUTO:
        return diff_editions(old, new)
    files = {name: _schema_file(name) for name in (old, new) if name not in KNOWN}
    if direction == AUTO:
        is_request = any(_speaks_of_request(name, schema) for name, schema in files.items())
        direction = "request" if is_request else "response"
    sides = [files[name] if name in files else load_schema(name, direction) for name in (old, new)]
    return diff_schemas(sides[0], sides[1], direction=direction)


def _schema_file(name: str) -> object:
    """The decoded schema of a file.

    Raises: click.UsageError where it cannot be read, or where neither file nor edition has the name.
    """
    path = pathlib.Path(name)
    if not path.exists() and not path.suffix:
        try:
            chosen("edition", name, KNOWN)
        except ValueError as error:
            raise click.UsageError(f"{error} (or the name of a file)") from None
    try:
        schema = read_document(path)
    except DocumentFileError as error:
        raise click.UsageError(str(error)) from None
    if isinstance(schema, dict) and "extends" in schema:
        return _of_overlay(schema, name)
    if isinstance(schema, dict) and schema and KEYWORDS.isdisjoint(schema):
        seems = "; it looks like a recorded answer" if "result" in schema else ""
        raise click.UsageError(f"{click.format_filename(name)} is no JSON Schema: it has no keyword of one{seems}")
    return schema


def _of_overlay(document: object, name: str) -> object:
    from taskmock.contracts.api.bk_sops.overlay_file import OverlayError, checked_overlay
    from taskmock.contracts.api.bk_sops.shapes import response_schema

    try:
        return response_schema(checked_overlay(document, source=name))
    except OverlayError as error:
        raise click.UsageError(str(error)) from None


def _speaks_of_request(name: str, schema: object) -> bool:
    own = schema.get("$id", "") if isinstance(schema, dict) else ""
    return "request" in pathlib.Path(name).name.lower() or "request" in str(own).lower()
