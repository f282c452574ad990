"""Scenario files in folders: found by name, read, and built on each other with `use:`."""

from __future__ import annotations

from pathlib import Path

from taskmock.mockserver.loader.problem import Problems, closest
from taskmock.mockserver.loader.scenario_file import read_scenario
from taskmock.mockserver.loader.source_text import refuse_size
from taskmock.mockserver.scenario import Scenario
from taskmock.mockserver.yaml_node import quoted

SUFFIXES = (".yaml", ".yml", ".json")
"""What a scenario file's name may end in."""


class Shelf:
    """The scenario files of some folders; a name that several folders have is that of the first."""

    def __init__(self, *folders: Path | str) -> None:
        self._folders = tuple(map(Path, folders))

    def names(self) -> tuple[str, ...]:
        """The names of all scenarios, in alphabetical order: those of their files, without the ending."""
        found = (
            path.stem for folder in self._folders if folder.is_dir() for path in folder.iterdir() if _is_file(path)
        )
        return tuple(sorted(set(found)))

    def path(self, name: str) -> Path:
        """The file of a scenario.

        Raises:
            LookupError: No file in the folders has that name.
        """
        for folder in self._folders:
            for path in (folder / f"{name}{suffix}" for suffix in SUFFIXES):
                if path.name == f"{name}{path.suffix}" and _is_file(path):
                    return path
        like = closest(name, self.names())
        hint = f"; did you mean {quoted(like)}?" if like else ""
        raise LookupError(f"no scenario is called {quoted(name)}; allowed: {', '.join(self.names()) or 'none'}{hint}")

    def load(self, name: str) -> Scenario:
        """The scenario of a name.

        Raises:
            LookupError: No file has that name.
            ScenarioError: The file is broken, or uses itself, through however many others.
        """
        return self._load(name, ())

    def read(self, path: Path) -> Scenario:
        """The scenario of a file anywhere, which may use those of the folders.

        Raises:
            ScenarioError: The file is broken, or cannot be read.
        """
        return self._read(path, (path.stem,))

    def _load(self, name: str, chain: tuple[str, ...]) -> Scenario:
        """The scenario of a name; `chain` names those that are being read because of each other."""
        if name in chain:
            circle = " → ".join((*chain[chain.index(name) :], name))
            raise LookupError(f"the scenario uses itself: {circle}; allowed: `use` without a circle")
        return self._read(self.path(name), (*chain, name))

    def _read(self, path: Path, chain: tuple[str, ...]) -> Scenario:
        def resolve(name: str) -> Scenario:
            return self._load(name, chain)

        return read_scenario(_content(path), source=str(path), resolve=resolve)


def load_scenario(path: Path | str, *, folders: tuple[Path | str, ...] = ()) -> Scenario:
    """The scenario of a file; `use:` names others of its folder, then of `folders`.

    Raises:
        ScenarioError: With all that is wrong with the file.
    """
    path = Path(path)
    return Shelf(path.parent, *folders).read(path)


def _is_file(path: Path) -> bool:
    return path.suffix in SUFFIXES and path.is_file()


def _content(path: Path) -> bytes:
    source = str(path)
    try:
        refuse_size(path.stat().st_size, source=source)
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        problems = Problems(source, "")
        said = getattr(error, "strerror", None) or error
        problems.add(0, "file", f"the file cannot be read ({said})", allowed="a scenario file")
        raise problems.error() from None
