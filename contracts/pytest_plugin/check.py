"""What a test judges answers with: at once, at its end, and from poll to poll.

Only pytest is imported here; the judge is loaded with the first answer.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from taskmock.contracts.pytest_plugin.run import Judged, Run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

    import pytest

    from taskmock.contracts.findings.report import Report
    from taskmock.contracts.history import History


class Terms(TypedDict, total=False):
    """By what one answer is judged, where it is not by the terms of the run."""

    edition: str | None
    strictness: str | None
    operation: str


class ContractCheck:
    """Judges what a test hands it."""

    def __init__(self, run: Run, item: pytest.Item) -> None:
        self.edition = run.edition
        self.strictness = run.strictness
        self._run = run
        self._item = item
        self._broken: list[tuple[str, Report]] = []
        self._soft_checks = 0
        self._histories: dict[History, int] = {}

    def check(self, body: object, *, request: Mapping[str, Any] | None = None, **terms: Unpack[Terms]) -> Report:
        """Fails the test at once unless an answer keeps its contract; gives the report where it does.

        `body` is decoded JSON, its text or bytes, or a response of requests or httpx; `request` are the parameters of
        the call that it answers, where known; `terms` are `edition`, `strictness` and `operation`.
        """
        __tracebackhide__ = True
        report = self._judged(body, request, terms)
        if not report.ok:
            self._run.fail([("", report)])
        return report

    def soft_check(self, body: object, *, request: Mapping[str, Any] | None = None, **terms: Unpack[Terms]) -> Report:
        """The same without an end to the test: it goes on, and fails at its end with the findings of all its answers.

        Gives the report, which says by `.ok` whether the answer keeps its contract. The findings name the check by its
        number in the test, and by the line that calls it.
        """
        report = self._judged(body, request, terms)
        self._soft_checks += 1
        if not report.ok:
            source = f"{report.subject} of soft check {self._soft_checks} ({self._line(inspect.currentframe())})"
            self._broken.append((source, report))
        return report

    def _line(self, frame: FrameType | None) -> str:
        """The file and the line that call the function of a frame."""
        caller = None if frame is None else frame.f_back
        if caller is None:
            return "line unknown"
        path, root = Path(caller.f_code.co_filename), self._item.config.rootpath
        return f"{path.relative_to(root) if path.is_relative_to(root) else path.name}:{caller.f_lineno}"

    def history(self, *, edition: str | None = None, strictness: str | None = None) -> History:
        """A history to `add` the answers of one task to as they are polled; the end of the test judges them."""
        from taskmock.contracts.history import History

        history = History(self._run.contract(edition=edition, strictness=strictness))
        self._histories[history] = 0
        return history

    def close(self) -> None:
        """Fails the test by what it has not told of."""
        __tracebackhide__ = True
        broken = self.untold()
        if broken:
            self._run.fail(broken)

    def untold(self) -> list[tuple[str, Report]]:
        """The reports that the test has not told of yet: of broken answers, and of histories as they are by now.

        Each, with its source, is given once.
        """
        broken, self._broken = self._broken, []
        for history, judged in self._histories.items():
            polls = history.polls
            if len(polls) == judged:
                continue
            self._histories[history] = len(polls)
            report = self._run.settled(self._item, Judged(history.report(), body=polls[-1].body))
            broken += [] if report.ok else [("", report)]
        return broken

    def forget(self) -> None:
        """Drops what the test has not told of."""
        self._broken.clear()
        self._histories.clear()

    def _judged(self, body: object, request: Mapping[str, Any] | None, terms: Terms) -> Report:
        content = getattr(body, "content", body)
        report = self._run.contract(**terms).check_response(content, request=request)
        return self._run.settled(self._item, Judged(report, body=content))
