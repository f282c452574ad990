"""Which files of a folder are scenarios: one rule for catalogs, `use:` and the linter; importing it costs nothing."""

from __future__ import annotations

from pathlib import Path

SUFFIXES = (".yaml", ".yml", ".json")
"""What the name of a scenario file may end in."""


def scenario_files(folder: Path) -> list[Path]:
    """The scenario files of a folder, in order of their names; none where it cannot be read."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    except OSError:
        return []
