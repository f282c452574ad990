"""`taskmock generate`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

_HELP = """Print one believable answer of get_task_status: result and data, as JSON.

The same seed and wishes give the same bytes, in every release and on every
machine.

\b
  taskmock generate
  taskmock generate --seed 7 --nodes 40 --depth 3 --state FAILED
  taskmock generate --edition v2 --locale zh -o tree.json
"""


@click.command(name="generate", help=_HELP)
@click.option(
    "--seed", envvar="TASKMOCK_SEED", default="0", show_default=True, help="Any text: what all is drawn from."
)
@click.option("--nodes", type=click.IntRange(min=1), help="Visible nodes, the task itself among them.")
@click.option("--depth", type=int, help="Levels of nodes below the task.")
@click.option("--state", help="The task's state: CREATED, RUNNING, FAILED, SUSPENDED, REVOKED, FINISHED, ...")
@click.option(
    "--edition",
    envvar="TASKMOCK_EDITION",
    type=click.Choice(["doc-2019", "v1", "v2"]),
    default="doc-2019",
    show_default=True,
    help="Whose words are spoken.",
)
@click.option(
    "--locale",
    envvar="TASKMOCK_LOCALE",
    default="en",
    show_default=True,
    help="Language of names: en, zh, or any of Faker's such as ja_JP.",
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file instead of standard output."
)
def generate_command(seed: str, edition: str, locale: str, output: Path | None, **wishes: object) -> None:
    from taskmock.mockserver.generator import GenerateError, Wish
    from taskmock.mockserver.phrases import LocaleError
    from taskmock.mockserver.sample import sample

    state = wishes["state"]
    wish = Wish(
        nodes=wishes["nodes"],  # type: ignore[arg-type]  # click has checked it
        depth=wishes["depth"],  # type: ignore[arg-type]
        state=str(state).upper() if state is not None else None,
        edition=edition,
        locale=locale,
    )
    try:
        body = sample(seed, wish)
    except (GenerateError, LocaleError) as error:
        raise click.UsageError(str(error)) from None
    _write(body, output)


def _write(body: bytes, output: Path | None) -> None:
    if output is not None:
        try:
            output.write_bytes(body)
        except OSError as error:
            raise click.UsageError(f"cannot write {output}: {error.strerror}") from None
        return
    encoding = (sys.stdout.encoding or "utf-8").lower().replace("-", "")
    text = body.decode("utf-8")
    if encoding != "utf8":
        import json

        # Escapes say the same in every encoding.
        text = json.dumps(json.loads(text), indent=2) + "\n"
    click.echo(text, nl=False)
