"""What a run of pytest does with its verdicts at its end: reports written, the baseline updated, a summary."""

from __future__ import annotations

import collections
import operator
from collections.abc import Iterable, Iterator, Sequence

import pytest

from taskmock.contracts.clock import now
from taskmock.contracts.files import DocumentFileError, write_output
from taskmock.contracts.findings.baseline import Baseline, Entry, entry_text
from taskmock.contracts.findings.baseline_file import BaselineError, check_acceptable, save_baseline
from taskmock.contracts.findings.foreign_text import harmless
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.wording import counted
from taskmock.contracts.pytest_plugin.record import RECORD, unpacked
from taskmock.contracts.pytest_plugin.run import Acceptance, Judged, Run
from taskmock.contracts.writers import written_report
from taskmock.contracts.writers.redaction import redacted


class RunReport:
    """Gathers the verdicts of all tests, from the workers of pytest-xdist too, and reports them; a plugin of pytest."""

    def __init__(self, run: Run, *, is_redacted: bool) -> None:
        self._files = run.files
        self._acceptance = run.acceptance
        self._every = run.every
        self._is_redacted = is_redacted
        self._records: list[tuple[str, str]] = []
        self._lines: list[str] = []
        self._mistakes: list[str] = []
        self._unused: tuple[Entry, ...] = ()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keeps what a test has judged, unless another plugin runs that test again."""
        record, outcome = getattr(report, RECORD, None), str(report.outcome)
        if record and outcome != "rerun":
            self._records.append((report.nodeid, record))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Writes the reports and the baseline; a run that cannot is no success."""
        if session.config.getoption("collectonly"):
            return
        # By test: the order in which workers report is another every time.
        by_test = sorted(self._records, key=operator.itemgetter(0))
        judged = [(nodeid, one) for nodeid, record in by_test for one in unpacked(record)]
        reports = list(zip(_sources(judged), (one.report for _, one in judged), strict=True))
        if self._acceptance:
            reports = self._accepted(reports, self._acceptance)
        self._write(reports, [one.body for _, one in judged])
        if self._mistakes and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Says what was written, and what was accepted."""
        for line in self._lines:
            terminalreporter.write_sep("-", harmless(line))
        if terminalreporter.config.get_verbosity() > 0:
            for entry in self._unused:
                terminalreporter.write_line(f"nothing found for {entry_text(entry)}")
        for line in self._mistakes:
            terminalreporter.write_line(harmless(f"ERROR: {line}"), red=True)

    def _accepted(self, reports: Sequence[tuple[str, Report]], acceptance: Acceptance) -> list[tuple[str, Report]]:
        """The reports without what the baseline accepts; it is written anew where that was asked for."""
        baseline, found = acceptance.baseline, [report for _, report in reports]
        if acceptance.is_updated:
            # A run may leave tests out, and with them findings: entries that still hold stay.
            baseline = baseline.updated(found, acceptance.today, is_partial=True)
            self._save(baseline, acceptance, found)
        self._unused = baseline.unused(found)
        settled = [(source, baseline.applied(report, acceptance.today)) for source, report in reports]
        accepted = sum(report.accepted for _, report in settled)
        self._lines.append(f"taskmock: {counted(accepted, 'finding')} accepted by {acceptance.name}")
        return settled

    def _save(self, baseline: Baseline, acceptance: Acceptance, found: Sequence[Report]) -> None:
        try:
            check_acceptable(found, acceptance.name)
            save_baseline(baseline, str(acceptance.file))
        except BaselineError as error:
            self._mistakes.append(f"--taskmock-baseline: {error}")
            return
        new = len(set(baseline.entries) - set(acceptance.baseline.entries))
        entries = f"{len(baseline.entries):,} {'entry' if len(baseline.entries) == 1 else 'entries'}"
        self._lines.append(f"taskmock: {acceptance.name} written: {entries}, {new:,} of them new")

    def _write(self, reports: Sequence[tuple[str, Report]], bodies: Sequence[object]) -> None:
        if self._is_redacted:
            reports, bodies = redacted(reports, bodies)
        for file in self._files:
            text = written_report(file.form, reports, bodies=bodies, moment=now(), every=self._every)
            try:
                file.path.parent.mkdir(parents=True, exist_ok=True)
                write_output(file.path, f"{text}\n")
            except (OSError, DocumentFileError) as error:
                reason = error.strerror if isinstance(error, OSError) else error.reason
                self._mistakes.append(f"--taskmock-report: cannot write {file.name}: {reason}")
            else:
                self._lines.append(f"taskmock: {counted(len(reports), 'verdict')} in {file.name}")


def _sources(judged: Iterable[tuple[str, Judged]]) -> Iterator[str]:
    """Where each verdict comes from: its test's id, told apart where a test has judged several things."""
    seen: collections.Counter[str] = collections.Counter()
    for nodeid, one in judged:
        source = f"{nodeid}: {one.part}" if one.part else nodeid
        seen[source] += 1
        yield source if seen[source] == 1 else f"{source} #{seen[source]}"
