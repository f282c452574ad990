"""Which files have changed, once they have stood still: by `stat` alone, as bind mounts and NFS notify nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple


class Stamp(NamedTuple):
    """What tells two states of a file apart; a file that is renamed into the place of another has another `node`."""

    size: int
    time: int
    node: int


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a file; None where there is none, or none that can be looked at."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ino)


class Watcher:
    """Compares files with what they were. A change counts once a file is the same in two looks, one after the other."""

    def __init__(self, stamp: Callable[[Path], Stamp | None] = stamp_of) -> None:
        self._stamp = stamp
        self._counted: dict[Path, Stamp | None] = {}
        self._latest: dict[Path, Stamp | None] = {}

    def settle(self, paths: Iterable[Path]) -> None:
        """Takes files as they are now, where it does not know them yet."""
        for path in paths:
            if path not in self._counted:
                self._counted[path] = self._latest[path] = self._stamp(path)

    def look(self, paths: Iterable[Path]) -> frozenset[Path]:
        """The files that are new, changed or gone, each once: of these, and of those that it knows."""
        before, self._latest = self._latest, {path: self._stamp(path) for path in {*paths, *self._counted}}
        still = {path: stamp for path, stamp in self._latest.items() if path in before and before[path] == stamp}
        changed = frozenset(path for path, stamp in still.items() if self._counted.get(path) != stamp)
        for path in changed:
            self._counted[path] = still[path]
        for path in [path for path, stamp in self._counted.items() if stamp is None and path not in changed]:
            del self._counted[path]
        return changed

    def is_there(self, path: Path) -> bool:
        """Whether a file counts as one that is there."""
        return self._counted.get(path) is not None

    def __len__(self) -> int:
        return len(self._counted)
