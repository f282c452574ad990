"""Scenario files: read by their paths, built on each other with `use:`, and written."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from taskmock.mockserver.core.errors import UNREADABLE
from taskmock.mockserver.core.scenario import Scenario
from taskmock.mockserver.scenarios.folder import scenario_files
from taskmock.mockserver.scenarios.reader.scenario_file import read_scenario
from taskmock.mockserver.scenarios.syntax.emitter import emit
from taskmock.mockserver.scenarios.syntax.nodes import quoted
from taskmock.mockserver.scenarios.syntax.problems import Problems
from taskmock.mockserver.scenarios.syntax.source import MOST_BYTES, too_big
from taskmock.schemas import closest
from taskmock.schemas.argument import demand

Find = Callable[[str], Path | Scenario]
"""Gives the file, or the scenario itself, of a name; raises LookupError with a text for people."""


def load_scenario(
    path: Path | str, *, find: Find | None = None, opened: Callable[[Path], object] | None = None
) -> Scenario:
    """The scenario of a file; `use: NAME` means a file beside it, else what `find` gives.

    `opened` is told of each file that is read for it, before it is.

    Raises:
        ScenarioError: With all that is wrong with the file.
        ArgumentError: `path` is no path.
    """
    demand("load_scenario(path)", path, str | os.PathLike, "the path of a scenario file")
    return _load(Path(path), find, opened, ())


def _load(path: Path, find: Find | None, opened: Callable[[Path], object] | None, chain: tuple[Path, ...]) -> Scenario:
    """The scenario of a file; `chain` holds the files that are being read because of each other."""
    if opened is not None:
        opened(path)
    content = _content(path)
    chain = (*chain, path.resolve())

    def resolve(name: str) -> Scenario:
        used = _beside(path, name) or (find(name) if find else _none(path, name))
        if isinstance(used, Scenario):
            return used
        if used.resolve() in chain:
            circle = [*chain[chain.index(used.resolve()) :], used]
            names = " → ".join(link.stem for link in circle)
            raise LookupError(f"the scenario uses itself: {names}; allowed: `use` without a circle")
        return _load(used, find, opened, chain)

    return read_scenario(content, source=str(path), resolve=resolve)


def _content(path: Path) -> bytes:
    source = str(path)
    try:
        size = path.stat().st_size
        if size <= MOST_BYTES:
            return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        wrong = f"the file cannot be read ({getattr(error, 'strerror', None) or error})"
        raise Problems(source, "").refusal(0, UNREADABLE, wrong, allowed="a scenario file") from None
    raise too_big(size, source=source)


def _beside(path: Path, name: str) -> Path | None:
    """The file of a name in the folder of another file, the same as a catalog has; never one of another folder."""
    files = {found.stem: found for found in scenario_files(path.parent) if found.is_file() and found != path}
    return files.get(name)


def _none(path: Path, name: str) -> Path:
    if path.stem == name:
        return path  # the file itself: a circle
    names = sorted({found.stem for found in scenario_files(path.parent) if found.is_file()})
    like = closest(name, names)
    hint = f"; did you mean {quoted(like)}?" if like else ""
    raise LookupError(f"no scenario is called {quoted(name)}; allowed: {', '.join(names) or 'none'}{hint}")


def dump_scenario(scenario: Scenario) -> str:
    """The text of a scenario file: YAML; JSON (which is YAML, too) where it holds recorded answers."""
    demand("dump_scenario(scenario)", scenario, Scenario, "a Scenario, such as load_scenario(FILE) gives")
    data = scenario.as_data()
    if any(play.frames for play in scenario.plays):
        return json.dumps(data, ensure_ascii=True, indent=1) + "\n"
    return emit(data)
