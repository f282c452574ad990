"""By what a run of pytest judges, and how a verdict is settled: the run's baseline applied, the verdict kept.

Only pytest is imported here; the judge is loaded with the first answer.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NoReturn

import pytest

from taskmock.contracts.pytest_plugin.options import ALL

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from taskmock.contracts.contract import Contract
    from taskmock.contracts.findings.baseline import Baseline
    from taskmock.contracts.findings.report import Report
    from taskmock.contracts.validation.overlay import Overlay


NAMED = 3
"""Most codes that pytest's line on a failed test names."""


class BrokenContractError(pytest.fail.Exception):  # type: ignore[name-defined,misc]  # pytest's own, an attribute
    """The failure of a test by what it judged: pytest shows the text alone, and the codes where it sums up."""

    def __init__(self, text: str, codes: str) -> None:
        super().__init__(text, pytrace=False)
        self.codes = codes


@dataclasses.dataclass(frozen=True, slots=True)
class Acceptance:
    """The baseline of a run, its file and the file's name as it is shown, and the day of the run.

    `is_updated`: it is written anew at the end, and accepts every error until then.
    """

    file: Path
    name: str
    baseline: Baseline
    today: dt.date
    is_updated: bool = False

    def applied(self, report: Report) -> Report:
        """The verdict without what is accepted."""
        baseline = self.baseline
        if self.is_updated:
            baseline = baseline.updated([report], self.today, is_partial=True)
        return baseline.applied(report, self.today)


@dataclasses.dataclass(frozen=True, slots=True)
class ReportFile:
    """A report that a run writes: where, the file's name as it is shown, and the format."""

    path: Path
    name: str
    form: str


@dataclasses.dataclass(frozen=True, slots=True)
class Judged:
    """A verdict before the baseline, on which part of its test it is ("": all), and the answer, for a drawn tree."""

    report: Report
    part: str = ""
    body: object = b""


@dataclasses.dataclass(frozen=True, slots=True)
class Run:
    """The terms of a run, and the reports that it writes."""

    edition: str = "auto"
    strictness: str = "documented"
    overlay: Overlay | None = None
    acceptance: Acceptance | None = None
    files: tuple[ReportFile, ...] = ()
    clock_rule: str = "auto"
    every: bool = False

    @property
    def keeps_verdicts(self) -> bool:
        """Whether anything is told of the verdicts at the end of the run."""
        return bool(self.acceptance or self.files)

    def contract(
        self, *, edition: str | None = None, strictness: str | None = None, operation: str = "get_task_status"
    ) -> Contract:
        """The contract of the run, or the one that a test asks for; an overlay is of `get_task_status` only."""
        from taskmock.contracts.api.bk_sops.api import OPERATIONS
        from taskmock.contracts.contract import Contract

        is_overlaid = self.overlay is not None and operation in OPERATIONS and OPERATIONS[operation].of_tree
        own = self.overlay if self.overlay is not None and is_overlaid else self.edition
        strictness = strictness or self.strictness
        return Contract(edition or own, strictness=strictness, operation=operation, clock_rule=self.clock_rule)

    def settled(self, item: pytest.Item, judged: Judged) -> Report:
        """A verdict as it counts for a test; it is kept with the test until the test hands it on."""
        if self.keeps_verdicts:
            is_drawn = any(file.form == "html" for file in self.files)
            kept = judged if is_drawn else dataclasses.replace(judged, body=b"")
            item.stash.setdefault(JUDGED, []).append(kept)
        return self.acceptance.applied(judged.report) if self.acceptance else judged.report

    def fail(self, broken: Sequence[tuple[str, Report]]) -> NoReturn:
        """Fails the test by verdicts of failure with their sources.

        Raises: BrokenContractError.
        """
        __tracebackhide__ = True
        raise BrokenContractError(self.text(broken), _codes(report for _, report in broken))

    def text(self, broken: Sequence[tuple[str, Report]]) -> str:
        """Verdicts of failure with their sources as text, for pytest."""
        texts = (report.text(source=source, every=self.every, hint=ALL.flag) for source, report in broken)
        return "\n".join(texts)


def _codes(reports: Iterable[Report]) -> str:
    """The codes of what is wrong in some reports, in words."""
    from taskmock.contracts.findings.cause import shown
    from taskmock.contracts.findings.violation import Severity

    causes = (cause for report in reports for cause in shown(report.groups).causes(Severity.ERROR))
    codes = list(dict.fromkeys(cause.first.code for cause in causes))
    more = [f"{len(codes) - NAMED} more"] if len(codes) > NAMED else []
    return ", ".join([*codes[:NAMED], *more])


RUN: pytest.StashKey[Run] = pytest.StashKey()
"""The run's terms, with its configuration."""

JUDGED: pytest.StashKey[list[Judged]] = pytest.StashKey()
"""The verdicts that a test has come to and not yet handed on, with the test."""
