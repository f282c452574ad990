"""Options that several commands have, each written once, and the file that `--output` names."""

from __future__ import annotations

from pathlib import Path

import click

from taskmock.mockserver.configured_command import SetUpError
from taskmock.schemas import EDITIONS

EDITION = click.Choice(EDITIONS)
"""The type of `--edition`; what it means, and what it is by default, each command says."""

scenario_dir_option = click.option(
    "--scenario-dir",
    envvar="TASKMOCK_SCENARIO_DIR",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of scenario files; may be repeated.",
)
"""Where further scenarios are."""

output_option = click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file instead of standard output."
)
"""Where the output goes."""


def write_file(path: Path, content: bytes, *, parents: bool = False) -> None:
    """Writes a whole file; with `parents` also makes the folders that it is in.

    Raises:
        SetUpError: It cannot be written.
    """
    try:
        if parents:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise SetUpError(f"cannot write {path}: {error.strerror}") from None
