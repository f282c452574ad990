"""`taskmock generate`."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path
from typing import TypedDict, Unpack

import click

from taskmock.mockserver.cli.options import EDITION, ConfiguredCommand, output_option, write_file

MOST_NODES = 20_000
"""The most nodes of a sample; the time for one more grows with their number."""

_HELP = """Print one believable answer of get_task_status: result and data, as JSON.

The same options give the same bytes, in every release and on every machine.
What is left open is drawn from the seed: another seed, another tree.

\b
  taskmock generate
  taskmock generate --seed 7 --nodes 40 --depth 3 --state FAILED
  taskmock generate --edition v2 --locale zh -o tree.json

--seed, --edition and --locale may also stand in taskmock.toml or in the
environment (TASKMOCK_SEED=7).
"""


class _Wishes(TypedDict):
    """The options that say what the answer is like, by the names that `GenerateOptions` has for them."""

    nodes: int | None
    depth: int | None
    state: str | None
    edition: str
    locale: str


@click.command(name="generate", cls=ConfiguredCommand, help=_HELP)
@click.option(
    "--seed", envvar="TASKMOCK_SEED", default="0", show_default=True, help="Any text: what all is drawn from."
)
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
@click.option(
    "--edition",
    envvar="TASKMOCK_EDITION",
    type=EDITION,
    default="doc-2019",
    show_default=True,
    help="Whose words are spoken.",
)
@click.option(
    "--locale",
    envvar="TASKMOCK_LOCALE",
    default="en",
    show_default=True,
    help="Language of names: en, zh, or any of Faker's such as ja_JP (with taskmock[faker]).",
)
@output_option
def generate_command(*, seed: str, output: Path | None, **wishes: Unpack[_Wishes]) -> None:
    """Writes the answer to the output."""
    from taskmock.mockserver.dry_run.frames import sample
    from taskmock.mockserver.generation.names import LocaleError
    from taskmock.mockserver.generation.options import GenerateError, GenerateOptions

    if wishes["state"] is not None:
        wishes["state"] = wishes["state"].upper()
    try:
        body = sample(seed, GenerateOptions(**wishes))
    except (GenerateError, LocaleError) as error:
        raise click.UsageError(str(error)) from None
    _write(body, output)


def _write(body: bytes, output: Path | None) -> None:
    if output is not None:
        write_file(output, body)
        return
    if codecs.lookup(sys.stdout.encoding or "utf-8").name != "utf-8":
        import json

        # Escapes say the same in every encoding.
        body = (json.dumps(json.loads(body), indent=2) + "\n").encode(sys.stdout.encoding)
    click.echo(body, nl=False)
