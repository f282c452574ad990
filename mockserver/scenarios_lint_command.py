"""`taskmock scenarios lint`."""

from __future__ import annotations

from pathlib import Path

import click

from taskmock.mockserver.command_options import scenario_dir_option
from taskmock.mockserver.configured_command import ConfiguredCommand

_LINT_HELP = """Check scenarios: files, folders of them, or names; the shipped ones where none is given.

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


@click.command(name="lint", cls=ConfiguredCommand, help=_LINT_HELP, short_help="Check scenario files.")
@click.argument("files", nargs=-1, metavar="[FILE|DIR|NAME]...", type=click.Path(path_type=Path))
@scenario_dir_option
def lint_command(*, files: tuple[Path, ...], scenario_dir: tuple[Path, ...]) -> None:
    """Prints every finding and exits 1 where there is one, 2 where a file cannot be read."""
    from taskmock.mockserver.answers import STARTED_AT
    from taskmock.mockserver.file_linter import placed
    from taskmock.mockserver.linter import lint
    from taskmock.mockserver.loader import ScenarioError, load_scenario
    from taskmock.mockserver.pipeline import SECOND
    from taskmock.mockserver.shelf import LIBRARY, Shelf

    shelf = Shelf(scenario_dir)
    chosen = _files(files or (LIBRARY,), scenario_dir)
    findings = unreadable = 0
    for path in chosen:
        try:
            scenario = load_scenario(path, find=shelf.scenario)
            problems = placed(lint(scenario), path)
        except ScenarioError as error:
            unreadable += 1
            click.echo(str(error), err=True)
            continue
        if any(play.waits_to_be_started for play in scenario.plays):
            click.echo(f"{path}: waits to be started (on_request); played as if started at {STARTED_AT / SECOND:g} s")
        findings += len(problems)
        for problem in problems:
            click.echo(f"{problem.source}:{problem.line}:{problem.column}: {problem.code}: {problem.message}")
    click.echo(_summary(len(chosen), findings, unreadable), err=bool(unreadable))
    if unreadable or findings:
        raise SystemExit(2 if unreadable else 1)


def _files(paths: tuple[Path, ...], folders: tuple[Path, ...]) -> list[Path]:
    """The files that are given, the scenario files in the folders that are, and those of the names."""
    from taskmock.mockserver.shelf import SUFFIXES

    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES)
            if not inside:
                raise click.UsageError(f"no scenario files in {path} (they end in {' or '.join(SUFFIXES)})")
        else:
            inside = [path if path.exists() else _named(path, folders)]
        found.extend(inside)
    return found


def _named(path: Path, folders: tuple[Path, ...]) -> Path:
    """The file of a scenario's name; whatever is no plain name stays the file that it names."""
    from taskmock.mockserver.shelf import LIBRARY, SUFFIXES

    if path.suffix or len(path.parts) > 1:
        return path
    files = {file.stem: file for folder in (LIBRARY, *folders) for file in folder.iterdir() if file.suffix in SUFFIXES}
    if path.name not in files:
        from taskmock.mockserver.shelf import ScenarioNotFoundError

        raise click.UsageError(str(ScenarioNotFoundError(path.name, sorted(files))))
    return files[path.name]


def _summary(files: int, findings: int, unreadable: int) -> str:
    parts = [f"{files} file{'s' * (files != 1)}", f"{findings or 'no'} finding{'s' * (findings != 1)}"]
    if unreadable:
        parts.append(f"{unreadable} cannot be read")
    return ", ".join(parts)
