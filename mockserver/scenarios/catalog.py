"""The scenarios that can be played, by name: shipped ones, those of a user's folders and files, those made in code."""

from __future__ import annotations

import collections
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from taskmock.mockserver.core.errors import ScenarioNotFoundError
from taskmock.mockserver.core.scenario import PinnedScenario, Scenario
from taskmock.mockserver.scenarios.folder import SUFFIXES, scenario_files
from taskmock.schemas.argument import demand

LIBRARY = Path(__file__).parent / "library"
"""The shipped scenarios, one file each, called by their names."""


def check_named(where: str, scenario: object) -> None:
    """Checks that `where` is given what names a scenario, or is one; None leaves the choice to others.

    Raises:
        ArgumentError: It is neither.
    """
    __tracebackhide__ = True
    takes = "a scenario's name, its file, or a Scenario (read_scenario makes one of a text)"
    demand(where, scenario, str | os.PathLike | Scenario | None, takes)


class Catalog:
    """Scenarios by name; files are read when they are first asked for. Later folders win over earlier ones.

    `check` gets each scenario read from a user's file, and raises ScenarioError if it must not be played. `keeper` is
    told of each that is added, and by None that it is removed.
    """

    def __init__(
        self,
        folders: Iterable[Path] = (),
        scenarios: Iterable[Scenario] = (),
        *,
        check: Callable[[Scenario, Path], None] | None = None,
    ) -> None:
        self._check = check
        self.keeper: Callable[[str, Scenario | None], None] | None = None
        self._made = {scenario.name: scenario for scenario in scenarios}
        self._of_files: dict[str, Scenario] = {}
        self._edits: collections.Counter[str] = collections.Counter()
        self._folders = tuple(folders)
        self._files = {path.stem: path for folder in (LIBRARY, *self._folders) for path in scenario_files(folder)}
        self.broken: dict[str, str] = {}
        """What is wrong with files that were read again and cannot be played, by the names of their scenarios."""

    def names(self) -> tuple[str, ...]:
        """All names, in order."""
        return tuple(sorted({*self._made, *self._files}))

    def file(self, name: str) -> Path:
        """The file of a scenario's name.

        Raises:
            ScenarioNotFoundError: There is none.
        """
        if name not in self._files:
            raise ScenarioNotFoundError(name, sorted(self._files))
        return self._files[name]

    def __contains__(self, name: str) -> bool:
        return name in self._made or name in self._files

    def __iter__(self) -> Iterator[Scenario]:
        return (self.scenario(name) for name in self.names())

    def add(self, scenario: Scenario) -> None:
        """Adds a scenario for all sessions, in the place of one of the same name."""
        self._made[scenario.name] = scenario
        self._edits[scenario.name] += 1
        if self.keeper is not None:
            self.keeper(scenario.name, scenario)

    def hold(self, scenario: Scenario) -> PinnedScenario:
        """A scenario for one session; it is added for all sessions only if no other has its name."""
        if scenario.name not in self:
            self._made[scenario.name] = scenario
        return PinnedScenario(scenario, self._edits[scenario.name])

    def edit_of(self, name: str) -> int:
        """How often the scenario of a name was edited, which `PinnedScenario` has too."""
        return self._edits[name]

    def remove(self, name: str) -> bool:
        """Removes a scenario, so that its file, if it has one, is read anew; whether it was there."""
        self._of_files.pop(name, None)
        if self._made.pop(name, None) is None:
            return False
        self._edits[name] += 1
        if self.keeper is not None:
            self.keeper(name, None)
        return True

    # -- files that are edited while they play

    @property
    def has_folders(self) -> bool:
        """Whether there are folders of a user's."""
        return bool(self._folders)

    def listed(self, counts: Callable[[Path], bool]) -> dict[str, Path]:
        """The user's files that are in the folders now, and count, by the names they go by."""
        return {path.stem: path for folder in self._folders for path in scenario_files(folder) if counts(path)}

    def list_again(self, counts: Callable[[Path], bool]) -> dict[str, Path]:
        """The same; from now on the catalog has these files, and no others beside the shipped ones."""
        found = self.listed(counts)
        self._files = {path.stem: path for path in scenario_files(LIBRARY)} | found
        return found

    def is_put(self, name: str) -> bool:
        """Whether what plays by a name was added, and not read from the name's file."""
        return name in self._made and self._made[name] is not self._of_files.get(name)

    def know(self, name: str, scenario: Scenario) -> None:
        """Plays what was read from a name's file, unless something else was put by that name."""
        if not self.is_put(name):
            self._made[name] = self._of_files[name] = scenario

    def edit(self, name: str, scenario: Scenario | None) -> None:
        """Plays what a name's file has become, None where it is gone; sessions that hold the name follow."""
        if scenario is None:
            self._made.pop(name, None)
            self._of_files.pop(name, None)
        else:
            self._made[name] = self._of_files[name] = scenario
        self._edits[name] += 1

    # -- scenarios by name

    def scenario(self, name: str, held: Iterable[PinnedScenario] = ()) -> Scenario:
        """The scenario of a name: the first `held` one, unless the catalog's own was edited since, else the catalog's.

        Raises:
            ScenarioNotFoundError: There is none.
            ScenarioError: Its file is broken.
        """
        for scenario, edit in held:
            if scenario.name == name and edit == self._edits[name]:
                return scenario
        found = self._found(name)
        if isinstance(found, Path):
            found = self.read(found)
            for known in (name, found.name):  # the name of a file may differ from that of its scenario
                self._made[known] = self._of_files[known] = found
        return found

    def chosen(self, name_or_file: str | Path) -> Scenario:
        """The scenario of a name, or of a file, which is read anew and not added.

        Raises:
            ScenarioNotFoundError: It is neither.
            ScenarioError: The file is broken.
        """
        path = Path(name_or_file)
        is_file = path.suffix in SUFFIXES or path.is_file()
        return self.read(path) if is_file else self.scenario(str(name_or_file))

    def take(self, name_or_file: str | Path) -> Scenario:
        """The scenario of a name, or of a file, which is then added for all sessions.

        Raises:
            ScenarioNotFoundError, ScenarioError: as for `chosen`.
        """
        scenario = self.chosen(name_or_file)
        if scenario is not self._made.get(scenario.name):
            self.edit(scenario.name, scenario)
        return scenario

    def read(self, path: Path, opened: Callable[[Path], object] | None = None) -> Scenario:
        """The scenario of a file, which is not added.

        With `opened` all files that it is made of are read anew, and `opened` is told of each.

        Raises:
            ScenarioError: The file is broken.
        """
        from taskmock.mockserver.scenarios.files import load_scenario

        find = self._found if opened is None else self._file_or_put
        scenario = load_scenario(path, find=find, opened=opened)
        if self._check and path.parent != LIBRARY:
            self._check(scenario, path)
        return scenario

    def _file_or_put(self, name: str) -> Path | Scenario:
        path = self._files.get(name)
        return self._found(name) if path is None or self.is_put(name) else path

    def _found(self, name: str) -> Path | Scenario:
        found = self._made.get(name) or self._files.get(name)
        if found is None:
            raise ScenarioNotFoundError(name, self.names())
        return found
