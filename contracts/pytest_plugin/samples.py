"""Recorded answers as tests: each file below a folder is one, of an answer or of the history of tasks."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from taskmock.contracts.files import DocumentFileError, read_bounded, without_mark
from taskmock.contracts.findings.foreign_text import harmless
from taskmock.contracts.history import HAR, LINES, HistoryError, recorded
from taskmock.contracts.history import MAX_BYTES as MAX_HISTORY
from taskmock.contracts.pytest_plugin.run import RUN, Judged
from taskmock.contracts.validation.body import MAX_BYTES

ANSWER = ".json"
ENDINGS = (ANSWER, *LINES, HAR)


class Samples:
    """Collects recorded answers below some folders; a plugin of pytest."""

    def __init__(self, folders: Mapping[str, Path], *, said_by: str) -> None:
        """Takes folders by the names that people know them by; `said_by` is the option that names them.

        Raises:
            pytest.UsageError: A folder is not there, or holds no recorded answer.
        """
        self.folders = {name: folder.resolve() for name, folder in folders.items()}
        self._wanted: set[str] = set()
        self._found: set[str] = set()
        for name, folder in folders.items():
            if not folder.is_dir():
                what = "is a file, not a folder" if folder.exists() else "is not there"
                raise pytest.UsageError(harmless(f"{said_by}: {name} {what}"))
            if not any(map(_is_recording, folder.rglob("*"))):
                raise pytest.UsageError(harmless(f"{said_by}: no recorded answer in {name}: {_files()} are"))

    def add_to(self, arguments: list[str], start: Path) -> None:
        """Adds the folders to what pytest collects, but those in which, or above which, it collects anyway."""
        named = [(start / argument.partition("::")[0]).resolve() for argument in arguments]
        chosen = [folder for folder in self.folders.values() if any(path.is_relative_to(folder) for path in named)]
        self._wanted = {name for name, folder in self.folders.items() if folder not in chosen}
        for folder in (self.folders[name] for name in sorted(self._wanted)):
            if not any(folder.is_relative_to(path) for path in named):
                named.append(folder)
                arguments.append(str(folder))

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> SampleFile | None:
        """Takes the files of answers and histories that are in the folders."""
        if not (_is_recording(file_path) and self._holds(file_path)):
            return None
        return SampleFile.from_parent(parent, path=file_path)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session) -> None:
        """Makes an error of a folder in which pytest looks at nothing, such as one whose name begins with a dot."""
        for name in sorted(self._wanted - self._found):
            text = f"--taskmock-samples: pytest ignores all in {name} (see norecursedirs, --ignore, collect_ignore)"
            session.ihook.pytest_collectreport(report=pytest.CollectReport(name, "failed", text, []))

    def _holds(self, path: Path) -> bool:
        """Whether a path is in one of the folders, which has then been looked through."""
        resolved = path.resolve()
        found = {name for name, folder in self.folders.items() if resolved.is_relative_to(folder)}
        self._found |= found
        return bool(found)


class SampleFile(pytest.File):
    """One file of recorded answers."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yields its one test."""
        kind = AnswerItem if self.path.suffix.lower() == ANSWER else HistoryItem
        yield kind.from_parent(self, name=kind.NAME)


class SampleItem(pytest.Item):
    """A test that passes where what was recorded keeps the contract, and fails with the report and nothing else."""

    NAME = ""

    def runtest(self) -> None:
        """Judges what was recorded."""
        run = self.config.stash[RUN]
        settled = [(self._source(judged.part), run.settled(self, judged)) for judged in self.judged()]
        broken = [(source, report) for source, report in settled if not report.ok]
        if broken:
            run.fail(broken)

    @abc.abstractmethod
    def judged(self) -> Iterable[Judged]:
        """The verdicts on what was recorded."""

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where it is, for pytest, and what stands above its failure."""
        return self.path, None, f"{self._source('')}: {self.name}"

    def _source(self, part: str) -> str:
        file = self.nodeid.partition("::")[0]
        return f"{file}: {part}" if part else file


class AnswerItem(SampleItem):
    """Judges one answer."""

    NAME = "answer"

    def judged(self) -> Iterable[Judged]:
        """The verdict on the answer."""
        content = without_mark(_content(self.path, MAX_BYTES))
        return [Judged(self.config.stash[RUN].contract().check_response(content), body=content)]


class HistoryItem(SampleItem):
    """Judges the answers of a task from poll to poll, of each task where a recording tells several apart."""

    NAME = "history"

    def judged(self) -> Iterable[Judged]:
        """The verdict on the history of each task."""
        try:
            histories = recorded([(self.path.name, _content(self.path, MAX_HISTORY))])
        except HistoryError as error:
            pytest.fail(harmless(str(error)), pytrace=False)
        contract = self.config.stash[RUN].contract()
        for task, history in histories.items():
            yield Judged(history.report(contract), f"task {task}" if task else "", history.polls[-1].body)


def _is_recording(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS and not path.name.startswith(".") and path.is_file()


def _content(path: Path, most: int) -> bytes:
    """The bytes of a file; a test fails where it cannot be read."""
    try:
        return read_bounded(path, most)
    except DocumentFileError as error:
        pytest.fail(harmless(f"cannot read {path.name}: {error.reason}"), pytrace=False)


def _files() -> str:
    return " and ".join([", ".join(f"*{ending}" for ending in ENDINGS[:-1]), f"*{ENDINGS[-1]}"])
