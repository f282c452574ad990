"""`taskmock scenarios`: list, show, frames, lint."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from taskmock.contracts.findings.foreign_text import harmless, harmless_json, printable
from taskmock.mockserver.cli.frames import frames_command
from taskmock.mockserver.cli.lint import lint_command
from taskmock.mockserver.cli.options import (
    EDITION,
    ConfiguredCommand,
    output_option,
    reported_as,
    scenario_dir_option,
    setting,
    write_output,
)
from taskmock.mockserver.cli.settings_file import colours_wanted
from taskmock.mockserver.core.errors import ScenarioError, ScenarioNotFoundError
from taskmock.mockserver.core.flow import SECOND
from taskmock.schemas import chosen

if TYPE_CHECKING:
    from taskmock.mockserver.core.scenario import Scenario
    from taskmock.mockserver.dry_run.chart.rows import Timeline
    from taskmock.mockserver.scenarios.catalog import Catalog

_FORMS = {"": "text", ".txt": "text", ".json": "json", ".svg": "svg"}


@click.group(name="scenarios")
def scenarios_command() -> None:
    """List, draw and check scenarios: what a mocked task does, one file each.

    \b
      taskmock scenarios list                          all that can be played
      taskmock scenarios show failed-then-retried      its timeline, node by node
      taskmock scenarios frames failed-then-retried    all its answers, for programs too
      taskmock scenarios lint my-scenarios             before others use them
      taskmock serve --scenario failed-then-retried    plays it for any task id

    Names are those of the shipped scenarios and of files in --scenario-dir; `taskmock
    init` writes a first folder of your own.
    """


scenarios_command.add_command(frames_command)
scenarios_command.add_command(lint_command)


@scenarios_command.command(name="list", cls=ConfiguredCommand, short_help="List what can be played.")
@scenario_dir_option
@click.option("--tags", multiple=True, help="Only scenarios with this tag; may be repeated: any of them.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to write the list.",
)
def list_command(*, scenario_dir: tuple[Path, ...], tags: tuple[str, ...], form: str) -> None:
    """List the scenarios that can be played, one line each: name, end state, title.

    \b
      taskmock scenarios list
      taskmock scenarios list --tags retry --tags pause    any of these tags
      taskmock scenarios list --format json                with tags and what goes wrong in careless clients

    Exit codes: 0 good, 2 a file in --scenario-dir is broken (the others are listed).
    """
    from taskmock.mockserver.scenarios.catalog import Catalog

    found, broken = _readable(Catalog(scenario_dir))
    wanted = {tag.strip() for text in tags for tag in text.split(",")}
    if wanted:
        _check_tags(wanted, {tag for scenario in found for tag in scenario.tags})
        found = [scenario for scenario in found if wanted.intersection(scenario.tags)]
    if form == "json":
        write_output(_list_json(found), None)
    else:
        click.echo(harmless(_list_text(found)), nl=False)
    for message in broken:
        click.echo(harmless(message), err=True)
    if broken:
        raise SystemExit(2)


@scenarios_command.command(name="show", cls=ConfiguredCommand, short_help="Draw a timeline.")
@click.argument("name")
@scenario_dir_option
@setting("--edition", type=EDITION, help="The edition that is drawn; else the scenario's, else doc-2019.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "svg"]),
    help="How to draw; else as the output file is called, else text.",
)
@click.option("--width", type=click.IntRange(40, 10_000), help="Columns of the text, or pixels of the picture.")
@click.option("--all", "every", is_flag=True, help="All nodes: gateways, start and end events, too.")
@output_option
def show_command(*, name: str, scenario_dir: tuple[Path, ...], output: Path | None, **look: Any) -> None:  # noqa: ANN401
    """Draw the timeline of a scenario: one row a node, its states from left to right.

    NAME is a scenario's name or a file. Below the rows stand the scripted operations
    and the faults. Start and end events and gateways are drawn with --all only.

    \b
      taskmock scenarios show node-suspended
      taskmock scenarios show mine.yaml --edition v1
      taskmock scenarios show mine.yaml -o timeline.svg
      taskmock scenarios show mine.yaml --format json

    Colours are left out where the output is no terminal, or NO_COLOR is set.
    """
    from taskmock.mockserver.dry_run.chart.rows import timelines
    from taskmock.mockserver.scenarios.catalog import Catalog

    form = look.pop("form") or _form_of(output)
    with reported_as(click.UsageError, ScenarioNotFoundError, ScenarioError):
        scenario = Catalog(scenario_dir).take(name)
    drawn = timelines(scenario, look.pop("edition"))
    match form:
        case "json":
            from taskmock.mockserver.dry_run.chart.json import timeline_data

            text = _json(timeline_data(scenario, drawn))
        case "svg":
            from taskmock.mockserver.dry_run.chart.svg import draw_svg

            width = look["width"] or 960
            text = draw_svg(f"{scenario.name}: {scenario.title}", drawn, width=width, every=look["every"])
        case _:
            text = _show_text(scenario, drawn, output=output, **look)
            if output is None:
                click.echo(text, nl=False, color=True)
                return
    write_output(text, output)


def _form_of(output: Path | None) -> str:
    """The format of an output file, as it is called.

    Raises:
        click.UsageError: There is none of that suffix.
    """
    suffix = output.suffix.lower() if output else ""
    if suffix in _FORMS:
        return _FORMS[suffix]
    allowed = ", ".join(filter(None, _FORMS))
    raise click.UsageError(f"cannot draw into a {suffix} file; allowed: {allowed}; or name the --format")


def _readable(catalog: Catalog) -> tuple[list[Scenario], list[str]]:
    """The scenarios that can be played, and the errors of the others."""
    found: dict[str, Scenario] = {}
    broken = []
    for name in catalog.names():
        try:
            scenario = catalog.scenario(name)
        except ScenarioError as error:
            broken.append(str(error))
        else:
            found[scenario.name] = scenario
    return [found[name] for name in sorted(found)], broken


def _check_tags(wanted: Iterable[str], known: Iterable[str]) -> None:
    names = tuple(sorted(known))
    with reported_as(click.UsageError, ValueError):
        for tag in sorted(wanted):
            chosen("tag", tag, names)


def _is_terminal() -> bool:
    return sys.stdout.isatty()


def _list_text(found: list[Scenario]) -> str:
    names = max([0, *(len(scenario.name) for scenario in found)])
    ends = max([0, *(len(scenario.ends or "") for scenario in found)])
    return "".join(
        f"{scenario.name:{names}}  {scenario.ends or '':{ends}}  {printable(scenario.title)}".rstrip() + "\n"
        for scenario in found
    )


def _list_json(found: list[Scenario]) -> str:
    kept = ("title", "careless", "tags", "edition", "ends")
    rows = [{"scenario": scenario.name} | {name: getattr(scenario, name) for name in kept} for scenario in found]
    return _json(rows)


def _show_text(
    scenario: Scenario, drawn: tuple[Timeline, ...], *, width: int | None, every: bool, output: Path | None
) -> str:
    from taskmock.mockserver.dry_run.chart.text import Screen, draw_text

    terminal = output is None and _is_terminal()
    screen = Screen(
        width=width or (shutil.get_terminal_size().columns if terminal else 80),
        encoding="utf-8" if output else sys.stdout.encoding or "utf-8",
        colour=terminal and colours_wanted(),
        every=every,
    )
    lines = [screen.text(f"{scenario.name}: {scenario.title}" if scenario.title else scenario.name)]
    if scenario.careless:
        lines.append(screen.text(f"Careless: {scenario.careless}"))
    for timeline in drawn:
        lines.append(f"edition {timeline.edition}, {timeline.end} after {timeline.last / SECOND:g} s")
        if timeline.assumed is not None:
            started = f"drawn as if started at {timeline.assumed / SECOND:g} s"
            lines.append(f"It waits to be started (on_request); {started}")
        lines += ["", draw_text(timeline, screen).removesuffix("\n")]
    return "\n".join([*lines, ""])


def _json(data: object) -> str:
    return harmless_json(json.dumps(data, indent=2, ensure_ascii=False)) + "\n"
