"""The table of broken scenario files: their texts, and every message that is due."""

from __future__ import annotations

from typing import NamedTuple

from support.places import DATA

HEAD = "format: 1\nscenario: demo\n"
"""How most texts begin."""


class Broken(NamedTuple):
    """A broken text, and its problems as `LINE:COLUMN: [CODE] MESSAGE`."""

    name: str
    text: str
    problems: tuple[str, ...]


def broken_files() -> list[Broken]:
    """The table, in the order of the file: `>>>>> NAME`, the text, `<<<<<`, the problems."""
    table = (DATA / "broken_scenarios.txt").read_text(encoding="utf-8")
    entries = table.removeprefix(">>>>> ").split("\n\n>>>>> ")
    return [_broken(entry) for entry in entries]


def _broken(entry: str) -> Broken:
    head, _, problems = entry.partition("<<<<<\n")
    name, _, text = head.partition("\n")
    return Broken(name, text, tuple(problems.strip("\n").split("\n")))
