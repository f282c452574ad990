"""`taskmock generate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from taskmock.mockserver.cli.options import (
    EDITION,
    ConfiguredCommand,
    locale_option,
    output_option,
    reported_as,
    setting,
    write_output,
)

MOST_NODES = 20_000
"""The most nodes of a sample; the time for one more grows with their number."""


@click.command(name="generate", cls=ConfiguredCommand)
@setting("--seed", default="0", help="Any text; all that is left open is drawn from it.")
@click.option(
    "--nodes", type=click.IntRange(1, MOST_NODES), help="How many nodes are visible, the task itself among them."
)
@click.option("--depth", type=int, help="How many levels of nodes are below the task, 1 to 100.")
@click.option(
    "--state",
    metavar="STATE",
    help="The task's state: CREATED, RUNNING, FAILED, SUSPENDED, REVOKED or FINISHED; "
    "EXPIRED in v1 and v2, NODE_SUSPENDED in v2.",
)
@setting("--edition", type=EDITION, default="doc-2019", help="The edition of the answer.")
@locale_option
@output_option
def generate_command(*, seed: str, state: str | None, output: Path | None, **options: Any) -> None:  # noqa: ANN401
    """Print one believable answer of get_task_status: result and data, as JSON.

    The same options give the same bytes, in every release and on every machine.
    What is left open is drawn from the seed: another seed, another tree.

    \b
      taskmock generate
      taskmock generate --seed 7 --nodes 40 --depth 3 --state FAILED
      taskmock generate --edition v2 --locale zh -o tree.json

    --seed, --edition and --locale may also stand in taskmock.toml or in the
    environment (TASKMOCK_SEED=7).
    """
    from taskmock.mockserver.dry_run.frames import sample
    from taskmock.mockserver.generation.names import LocaleError
    from taskmock.mockserver.generation.options import GenerateError, GenerateOptions

    with reported_as(click.UsageError, GenerateError, LocaleError):
        body = sample(seed, GenerateOptions(state=state and state.upper(), **options))
    write_output(body, output)
