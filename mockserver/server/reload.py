"""Scenario files that are edited while the server runs: what they become is played, and what is broken is told."""

from __future__ import annotations

import dataclasses
import functools
import logging
import threading
from collections.abc import Callable
from pathlib import Path

from taskmock.mockserver.core.errors import ScenarioError
from taskmock.mockserver.core.scenario import PinnedScenario, Scenario
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.record import SessionPlan
from taskmock.mockserver.scenarios.catalog import Catalog
from taskmock.mockserver.scenarios.folder import SUFFIXES
from taskmock.mockserver.scenarios.watcher import Watcher

LOG = logging.getLogger("taskmock")

INTERVAL = 0.3
"""Seconds between two looks at the files."""

MOST_FILES = 2000
"""Files that are looked at so often; more of them are looked at as much more slowly."""


@dataclasses.dataclass(slots=True)
class _Source:
    """A scenario's file: what it was when it could be played last, and all files that it is made of."""

    path: Path
    scenario: Scenario | None = None
    files: frozenset[Path] = frozenset()
    problem: str = ""


def _any(_: Path) -> bool:
    return True


class Reloader:
    """Follows the scenario files of a server: those of its folders, the `file` that plays for all tasks, and theirs.

    `say` gets a line for each thing that people should know. Nothing is looked at until `look` is called.
    """

    def __init__(
        self,
        playback: Playback,
        catalog: Catalog,
        *,
        file: Path | None = None,
        say: Callable[[str], None],
        watcher: Watcher | None = None,
    ) -> None:
        self._playback = playback
        self._catalog = catalog
        self._file = file
        self._say = say
        self._watcher = watcher or Watcher()
        self._sources: dict[str, _Source] = {}
        self._slow = False

    def start(self) -> tuple[tuple[Path, str], ...]:
        """Reads all files; gives those that cannot be played, each with what is wrong."""
        found = self._with_own(self._catalog.listed(_any), _any)
        self._watcher.settle(found.values())
        self._sources = {name: _Source(path) for name, path in found.items()}
        for name, source in self._sources.items():
            source.scenario = self._read(source)
            if source.scenario is not None:
                for known in self._names(name, source.scenario):
                    self._catalog.know(known, source.scenario)
        self._watcher.settle(self._all_files())
        self._tell()
        return tuple((source.path, source.problem) for source in self._sources.values() if source.problem)

    @property
    def has_files(self) -> bool:
        """Whether there is anything to look at."""
        return self._file is not None or self._catalog.has_folders

    @property
    def interval(self) -> float:
        """Seconds until the next look."""
        return INTERVAL * max(1.0, len(self._watcher) / MOST_FILES)

    def look(self) -> None:
        """Looks at the files once: what has changed before the look before this one counts from now on."""
        listed = self._with_own(self._catalog.listed(_any), _any)
        changed = self._watcher.look({*listed.values(), *self._all_files()})
        if not self._slow and len(self._watcher) > MOST_FILES:
            self._slow = True
            self._say(f"more than {MOST_FILES} scenario files: looked at every {self.interval:.1f} s only")
        if not changed:
            return
        found = self._with_own(self._catalog.list_again(self._watcher.is_there), self._watcher.is_there)
        for name in [name for name in self._sources if name not in found]:
            self._gone(name, self._sources.pop(name))
        for name, path in found.items():
            source = self._sources.get(name)
            if source is None or source.path != path or source.problem or changed & {path, *source.files}:
                self._again(name, path, source)
        self._watcher.settle(self._all_files())
        self._tell()

    def _with_own(self, found: dict[str, Path], counts: Callable[[Path], bool]) -> dict[str, Path]:
        """The files by the names that their scenarios go by, with that which plays for all tasks."""
        own, name = self._file, self._playback.default
        return found if own is None or name is None or not counts(own) else {**found, name: own}

    def _names(self, name: str, scenario: Scenario) -> set[str]:
        """The names of a file's scenario: the file's, and its own unless another file is called so."""
        return {name} if scenario.name in self._sources else {name, scenario.name}

    def _all_files(self) -> frozenset[Path]:
        return frozenset().union(*(source.files for source in self._sources.values()))

    def _read(self, source: _Source) -> Scenario | None:
        """The scenario of a file, with the files that it is made of noted; None where it cannot be played."""
        opened: set[Path] = set()
        try:
            scenario = self._catalog.read(source.path, opened.add)
        except ScenarioError as error:
            source.files, source.problem = source.files | opened, str(error)
            return None
        source.files, source.problem = frozenset(opened), ""
        return scenario

    def _again(self, name: str, path: Path, source: _Source | None) -> None:
        """Reads a file that is new, was edited, or could not be played."""
        before = source or _Source(path)
        after = self._sources[name] = _Source(path, before.scenario, before.files)
        scenario = self._read(after)
        if scenario is None:
            if after.problem != before.problem:
                goes_on = "" if after.scenario is None else "; the version before goes on"
                self._say(f"Warning: {path} cannot be played{goes_on}:\n{after.problem}")
            return
        if scenario == before.scenario:
            if before.problem:
                self._say(f"{path} can be played again")
            return
        after.scenario = scenario
        if path == self._file and scenario.name != name:
            self._sources[scenario.name] = self._sources.pop(name)
            self._gone(name, before)
            name = self._playback.default = scenario.name
        if self._catalog.is_put(name):
            self._say(
                f"{path} has changed, but the scenario that was put by the name {name} plays, until it is taken back"
            )
            return
        for known in self._names(name, scenario):
            self._catalog.edit(known, scenario)
        self._say(f"{'new' if source is None else 'reloaded'}: {name} ({path})")

    def _gone(self, name: str, source: _Source) -> None:
        """Tasks that play a scenario go on with it when its file is gone; it is unknown to new ones."""
        if self._catalog.is_put(name):
            return
        gone = source.scenario
        for known in {name} if gone is None else self._names(name, gone):
            self._catalog.edit(known, None)
        if gone is not None:
            keep_playing(self._playback, PinnedScenario(gone, self._catalog.edit_of(gone.name)))
        self._say(f"gone: {name} ({source.path}); tasks that play it go on")

    def _tell(self) -> None:
        self._catalog.broken = {name: one.problem for name, one in self._sources.items() if one.problem}


def keep_playing(playback: Playback, pinned: PinnedScenario) -> None:
    """Lets the tasks that play a scenario go on with it, whatever becomes of its name."""

    def held(plan: SessionPlan, task_id: str) -> SessionPlan:
        return dataclasses.replace(plan, held=plan.holding(task_id, pinned))

    store = playback.store
    for session in store.sessions():
        for record in store.records(session):
            if record.key.scenario == pinned.scenario.name:
                store.replan(session, functools.partial(held, task_id=record.key.task_id))


def file_of(scenario: object) -> Path | None:
    """The file that a setting names for all tasks; None where it names a scenario by its name, or is one."""
    if not isinstance(scenario, str | Path):
        return None
    path = Path(scenario)
    return path if path.suffix in SUFFIXES or path.is_file() else None


class ReloadThread:
    """Looks at the files again and again until it is stopped."""

    def __init__(self, reloader: Reloader) -> None:
        self._reloader = reloader
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="taskmock-reload", daemon=True)

    def start(self) -> None:
        """Begins to look."""
        self._thread.start()

    def stop(self) -> None:
        """Looks no more."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._reloader.interval):
            try:
                self._reloader.look()
            except Exception:
                LOG.exception("scenario files could not be looked at")
