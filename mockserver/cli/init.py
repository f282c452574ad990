"""`taskmock init`: a first scenario to change, with completion in editors."""

from __future__ import annotations

import importlib.resources
from pathlib import Path

import click

from taskmock.contracts.findings.foreign_text import harmless
from taskmock.mockserver.cli.options import write_file

SCHEMA = "scenario.schema.json"
"""The name of the schema's copy; editors complete keys and values by it."""

_EXAMPLE = """\
# yaml-language-server: $schema=../scenario.schema.json
# Save it, then: taskmock scenarios show example; taskmock scenarios lint scenarios/example.yaml
format: 1
scenario: example
title: A copy fails, somebody retries it, and the task finishes
careless: Takes FAILED for the end, and stops polling.
tags: [failure, retry]
ends: FINISHED
edition: v2
task: {name: Release web}     # plays for any task id; `id: 10` would be for one
start: 3s                     # CREATED until then
flow:                         # start and end events, ids and versions come by themselves
  - Prepare: 2s
  - parallel:                 # a list of arms, each a list of nodes
      - [Copy A: 3s]
      - [Copy B: {attempts: [{takes: 4s, fails: ssh timeout}, {takes: 4s}]}]
  - subprocess: Restart
    flow: [Stop: 1s, Start: 2s]
events:                       # what somebody does to it; a client's own calls do the same
  - {when: Copy B FAILED, after: 10s, retry: Copy B}
faults:                       # what goes wrong around a good answer
  - {when: Start RUNNING, answers: 1, http: 502}
"""

_SETTINGS = """\
# Settings of taskmock in this folder; a flag or a variable (TASKMOCK_PORT=9000) beats them.
scenario-dir = ["scenarios"]
edition = "v2"                # what today's servers answer; or v1, doc-2019
# scenario = "example"        # what plays where a call names nothing else
# clock = "wall"              # wall, polls, manual or instant
# port = 8070
"""


@click.command(name="init")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
def init_command(*, folder: Path, force: bool) -> None:
    """Write a first folder of scenarios of your own into DIR, the present folder unless told otherwise.

    \b
      scenarios/example.yaml   a scenario to change: a failure and its retry
      scenario.schema.json     the grammar, for completion in editors
      taskmock.toml            settings that find the folder

    Nothing is overwritten without --force.

    \b
      taskmock init
      taskmock scenarios show example
      taskmock serve --scenario example

    Editors with the YAML language server (VS Code's YAML extension, Neovim, JetBrains)
    read the first line of the example and complete every key.
    """
    contents = {
        folder / "scenarios" / "example.yaml": _EXAMPLE,
        folder / SCHEMA: (importlib.resources.files("taskmock.schemas") / SCHEMA).read_text(encoding="utf-8"),
        folder / "taskmock.toml": _SETTINGS,
    }
    there = [str(path) for path in contents if path.exists()]
    if there and not force:
        names = f"{', '.join(there)} {'is' if len(there) == 1 else 'are'}"
        raise click.UsageError(f"nothing was written: {names} there already (--force overwrites)")
    for path, text in contents.items():
        write_file(path, text, parents=True)
        click.echo(harmless(f"wrote {path}"))
    click.echo("next: taskmock scenarios show example" if folder == Path() else harmless(f"next: cd {folder}"))
