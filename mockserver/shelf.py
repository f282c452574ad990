"""The scenarios that can be played, by name: shipped ones, a user's files and folders, and such as code has made."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from taskmock.mockserver.scenario import Scenario

LIBRARY = Path(__file__).parent / "library"
"""The shipped scenarios, one file each, named as they are called."""

SUFFIXES = (".yaml", ".yml")


class ScenarioNotFoundError(LookupError):
    """No scenario of that name is there; the text says which are."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        self.known = tuple(known)
        closest = difflib.get_close_matches(name, self.known, n=1)
        hint = f"; did you mean {closest[0]!r}?" if closest else ""
        allowed = ", ".join(self.known) or "none"
        super().__init__(f"no scenario is called {name!r}{hint} (there are: {allowed}; or name a file)")


class Shelf:
    """Scenarios by name; files are read when they are first asked for. Later folders win over earlier ones.

    `check` is shown each scenario read from a user's file, and raises ScenarioError where it must not be played.
    """

    def __init__(
        self,
        folders: Iterable[Path] = (),
        scenarios: Iterable[Scenario] = (),
        *,
        check: Callable[[Scenario, Path], None] | None = None,
    ) -> None:
        self._check = check
        self._made = {scenario.name: scenario for scenario in scenarios}
        self._files: dict[str, Path] = {}
        for folder in (LIBRARY, *folders):
            for suffix in SUFFIXES:
                self._files |= {path.stem: path for path in sorted(folder.glob(f"*{suffix}"))}

    def names(self) -> tuple[str, ...]:
        """All names, in order."""
        return tuple(sorted({*self._made, *self._files}))

    def __contains__(self, name: str) -> bool:
        return name in self._made or name in self._files

    def __iter__(self) -> Iterator[Scenario]:
        return (self.scenario(name) for name in self.names())

    def add(self, scenario: Scenario) -> None:
        """Puts a scenario on the shelf, in the place of one of the same name."""
        self._made[scenario.name] = scenario

    def remove(self, name: str) -> bool:
        """Takes a scenario off the shelf, so that its file, if it has one, is read anew; whether it was there."""
        return self._made.pop(name, None) is not None

    def scenario(self, name: str) -> Scenario:
        """The scenario of a name.

        Raises:
            ScenarioNotFoundError: There is none.
            ScenarioError: Its file is broken.
        """
        found = self._found(name)
        if isinstance(found, Path):
            found = self._read(found)
            # A file may be called otherwise than what it holds.
            self._made[name] = self._made[found.name] = found
        return found

    def take(self, name_or_file: str | Path) -> Scenario:
        """The scenario of a name, or of a file, which is then on the shelf too.

        Raises:
            ScenarioNotFoundError: It is neither.
            ScenarioError: The file is broken.
        """
        path = Path(name_or_file)
        if path.suffix in SUFFIXES or path.is_file():
            scenario = self._read(path)
            self.add(scenario)
            return scenario
        return self.scenario(str(name_or_file))

    def _read(self, path: Path) -> Scenario:
        from taskmock.mockserver.loader import load_scenario

        scenario = load_scenario(path, find=self._found)
        if self._check and path.parent != LIBRARY:
            self._check(scenario, path)
        return scenario

    def _found(self, name: str) -> Path | Scenario:
        found = self._made.get(name) or self._files.get(name)
        if found is None:
            raise ScenarioNotFoundError(name, self.names())
        return found
