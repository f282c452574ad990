"""`taskmock scenarios lint`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from taskmock.contracts.findings.foreign_text import harmless
from taskmock.mockserver.cli.options import ConfiguredCommand, reported_as, scenario_dir_option
from taskmock.mockserver.core.errors import Problem, ScenarioError, ScenarioNotFoundError
from taskmock.mockserver.core.flow import SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskmock.mockserver.core.scenario import Scenario
    from taskmock.mockserver.scenarios.catalog import Catalog


@click.command(name="lint", cls=ConfiguredCommand, short_help="Check scenario files.")
@click.argument("files", nargs=-1, metavar="[FILE|DIR|NAME]...", type=click.Path(path_type=Path))
@scenario_dir_option
def lint_command(*, files: tuple[Path, ...], scenario_dir: tuple[Path, ...]) -> None:
    """Check scenarios: files, folders of them, or names; the shipped ones where none is given.

    Each one is played through: every answer must keep the strict contract of its edition
    and of the other two; scripted operations must be obeyed, faults hold at some moment,
    contract breaks be caught by the contract, and the task end as `ends` says.

    \b
      taskmock scenarios lint
      taskmock scenarios lint my-scenarios
      taskmock scenarios lint one.yaml two.yaml
      taskmock scenarios lint failed-then-retried

    Exit codes: 0 nothing found, 1 findings, 2 a file that cannot be read as a scenario.
    """
    from taskmock.mockserver.dry_run.lint import lint
    from taskmock.mockserver.dry_run.lint_file import placed
    from taskmock.mockserver.scenarios import load_scenario
    from taskmock.mockserver.scenarios.catalog import LIBRARY, Catalog

    catalog = Catalog(scenario_dir)
    chosen = _files(files or (LIBRARY,), catalog)
    findings = unreadable = 0
    for path in chosen:
        try:
            scenario = load_scenario(path, find=catalog.scenario)
            problems = placed(lint(scenario), path)
        except ScenarioError as error:
            unreadable += 1
            click.echo(harmless(str(error)), err=True)
            continue
        findings += len(problems)
        _print_findings(path, scenario, problems)
    click.echo(_summary(len(chosen), findings, unreadable), err=bool(unreadable))
    if unreadable or findings:
        raise SystemExit(2 if unreadable else 1)


def _print_findings(path: Path, scenario: Scenario, problems: Sequence[Problem]) -> None:
    from taskmock.mockserver.dry_run.frames import STARTED_AT

    if any(play.waits_to_be_started for play in scenario.plays):
        started = f"played as if started at {STARTED_AT / SECOND:g} s"
        click.echo(harmless(f"{path}: waits to be started (on_request); {started}"))
    for problem in problems:
        place = f"{problem.source}:{problem.line}:{problem.column}"
        click.echo(harmless(f"{place}: {problem.code}: {problem.message}"))


def _files(paths: tuple[Path, ...], catalog: Catalog) -> list[Path]:
    """The given files, the scenario files in the given folders, and the files of the given names."""
    from taskmock.mockserver.scenarios.folder import SUFFIXES, scenario_files

    found: list[Path] = []
    for path in paths:
        inside = scenario_files(path) if path.is_dir() else [path if path.exists() else _named(path, catalog)]
        if not inside:
            raise click.UsageError(
                f"no scenario files in {path} (they end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]})"
            )
        found.extend(inside)
    return found


def _named(path: Path, catalog: Catalog) -> Path:
    """The file of a scenario's name; a path that is no plain name stays as it is."""
    if path.suffix or len(path.parts) > 1:
        return path
    with reported_as(click.UsageError, ScenarioNotFoundError):
        return catalog.file(path.name)


def _summary(files: int, findings: int, unreadable: int) -> str:
    parts = [f"{files} file{'s' * (files != 1)}", f"{findings or 'no'} finding{'s' * (findings != 1)}"]
    if unreadable:
        parts.append(f"{unreadable} cannot be read")
    return ", ".join(parts)
