"""`taskmock scenarios frames`: the answers of a scenario, for programs in any language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from taskmock.contracts.findings.foreign_text import harmless, harmless_json
from taskmock.mockserver.cli.options import (
    EDITION,
    ConfiguredCommand,
    SetUpError,
    output_option,
    reported_as,
    scenario_dir_option,
    setting,
    write_output,
)
from taskmock.mockserver.core.errors import ScenarioError, ScenarioNotFoundError

if TYPE_CHECKING:
    from taskmock.mockserver.dry_run.frames import PlayedFrame

MOST_CHARACTERS = 64 * 1024 * 1024
"""The most text of all answers together: what is written is held in memory."""


@click.command(name="frames", cls=ConfiguredCommand, short_help="Write all answers of a scenario.")
@click.argument("name")
@scenario_dir_option
@setting("--edition", type=EDITION, help="The edition of the answers; else the scenario's, else doc-2019.")
@setting("--seed", default="0", help="Any text; ids are drawn from it.")
@click.option("--task-id", help="The task that is polled; else one that the scenario plays.")
@click.option("--faults/--no-faults", default=True, show_default=True, help="Whether polls meet the scenario's faults.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A line for each answer, or all of them with their bodies.",
)
@output_option
def frames_command(
    *,
    name: str,
    scenario_dir: tuple[Path, ...],
    edition: str | None,
    form: str,
    output: Path | None,
    **polled: str | bool | None,
) -> None:
    """Write the answers of a scenario in the order in which a client gets them.

    NAME is a scenario's name or a file. The client polls until the last change of the
    tree; each good poll shows the next one. In JSON the body of each answer is the text
    that the client has read, whatever it is; where it got no answer, body and status are
    null.

    \b
      taskmock scenarios frames backend-timeout
      taskmock scenarios frames mine.yaml --format json -o frames.json
    """
    from taskmock.mockserver.dry_run.frames import played_frames
    from taskmock.mockserver.scenarios.catalog import Catalog

    with reported_as(click.UsageError, ScenarioNotFoundError, ScenarioError, ValueError):
        scenario = Catalog(scenario_dir).take(name)
        found = _bounded(played_frames(scenario, edition, **polled))  # type: ignore[arg-type]  # click's
    if form == "json":
        rows = [_row(frame) for frame in found]
        text = harmless_json(json.dumps({"scenario": scenario.name, "frames": rows}, indent=2, ensure_ascii=False))
        write_output(f"{text}\n", output)
    elif output is not None:
        write_output("".join(map(_line, found)), output)
    else:
        click.echo(harmless("".join(map(_line, found))), nl=False)


def _bounded(frames: Iterable[PlayedFrame]) -> Iterator[PlayedFrame]:
    """The answers, as long as they can be held.

    Raises:
        SetUpError: They are too much.
    """
    held = []
    size = 0
    for frame in frames:
        size += len(frame.text or "")
        if size > MOST_CHARACTERS:
            most = MOST_CHARACTERS // (1024 * 1024)
            raise SetUpError(f"the answers have more than {most} MiB; a running mock gives each: taskmock serve")
        held.append(frame)
    return iter(held)


def _row(frame: PlayedFrame) -> dict[str, object]:
    return {
        "poll": frame.poll,
        "moment": frame.moment,
        "status": None if frame.text is None else frame.status,
        "state": frame.state,
        "faults": frame.faults,
        "body": frame.text,
    }


def _line(frame: PlayedFrame) -> str:
    status = "-" if frame.text is None else str(frame.status)
    faults = f"  {', '.join(frame.faults)}" if frame.faults else ""
    return f"{frame.poll:>4}  {frame.moment:>8g} s  {status:>3}  {frame.state or '-'}{faults}\n"
