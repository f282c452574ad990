"""The polls of each task: collected one by one, or read from files."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from taskmock.contracts.api.bk_sops.lifecycle.snapshot import READING, Poll, clock_told
from taskmock.contracts.files import without_mark
from taskmock.contracts.history.har import ENDING as HAR
from taskmock.contracts.history.har import har_recording, told_omissions
from taskmock.contracts.history.lines import ENDINGS as LINES
from taskmock.contracts.history.lines import lines_recording, looks_like_lines
from taskmock.contracts.history.recording import HistoryError, Recording

if TYPE_CHECKING:
    from taskmock.contracts.contract import Contract
    from taskmock.contracts.findings.report import Report

MAX_BYTES = 512 * 1024 * 1024
"""Largest recording that is read: a thousand polls of the largest real answers."""


class History:
    """Collects the answers of one task as they are polled, to judge them together."""

    def __init__(self, contract: Contract) -> None:
        from taskmock.contracts.contract import Contract
        from taskmock.schemas.argument import demand

        demand("History(contract)", contract, Contract, "a Contract")
        self._contract = contract
        self._polls: list[Poll] = []

    @property
    def polls(self) -> tuple[Poll, ...]:
        """The polls so far."""
        return tuple(self._polls)

    def add(self, body: object, *, at: float | None = None) -> None:
        """Adds the next answer: decoded JSON, its text or bytes, or a response of requests or httpx.

        `at` is when it was received, in seconds on one clock for the whole history; without it the answers' own times
        tell their age.
        """
        told = getattr(body, "headers", {}).get(READING, "") if hasattr(body, "content") else ""
        self._polls.append(Poll(getattr(body, "content", body), at, clock=clock_told(told)))

    def report(self) -> Report:
        """The verdict on all answers so far."""
        return self._contract.check_history(self._polls)


@dataclasses.dataclass(frozen=True, slots=True)
class RecordedHistory:
    """The polls of one task in some recordings, and what their reader should know of how they were read."""

    polls: tuple[Poll, ...]
    notes: tuple[str, ...] = ()

    def report(self, contract: Contract) -> Report:
        """The verdict on them."""
        report = contract.check_history(self.polls)
        return dataclasses.replace(report, notes=(*self.notes, *report.notes))


def read_histories(files: Sequence[tuple[str, bytes]]) -> dict[str, tuple[Poll, ...]]:
    """The polls in some files, given by name and content, in their order: by task, "" where the files do not say.

    A name ending in `.jsonl` or `.ndjson` is JSON Lines, one in `.har` a browser's recording; any other is one answer,
    or JSON Lines by its looks.

    Raises: HistoryError where a file is no such recording.
    """
    return {task: history.polls for task, history in recorded(files).items()}


def recorded(files: Sequence[tuple[str, bytes]]) -> dict[str, RecordedHistory]:
    """The same with notes: how a file was read, and how many of its calls are no polls.

    Raises: HistoryError where a file is no such recording.
    """
    if sum(len(content) for _, content in files) > MAX_BYTES:
        raise HistoryError(f"the history has more than the {MAX_BYTES:,} bytes that are judged")
    found: dict[str, list[Poll]] = {}
    omitted: dict[str, list[str]] = {}
    notes: list[str] = []
    for name, content in files:
        recording = _recording(content, name)
        if not recording.polls:
            none = told_omissions([kind for _, kind in recording.omitted])
            raise HistoryError(f"{name} holds no poll{f', only {none}' if none else ''}")
        for task, poll in recording.polls:
            found.setdefault(task, []).append(poll)
        for task, kind in recording.omitted:
            omitted.setdefault(task, []).append(kind)
        notes += recording.notes
    first = next(iter(found), "")
    for task in [*omitted]:
        if task not in found:
            omitted.setdefault(first, []).extend(omitted.pop(task))
    return {
        task: RecordedHistory(
            tuple(polls), (*(notes if task == first else ()), *_told(told_omissions(omitted.get(task, []))))
        )
        for task, polls in found.items()
    }


def _told(omissions: str) -> tuple[str, ...]:
    return (f"left out, for they are no polls: {omissions}",) if omissions else ()


def _recording(content: bytes, name: str) -> Recording:
    content = without_mark(content)
    if name.lower().endswith(HAR):
        return har_recording(content, name)
    if name.lower().endswith(LINES) or looks_like_lines(content):
        return lines_recording(content, name)
    return Recording((("", Poll(content)),))
