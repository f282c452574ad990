"""The options of `taskmock validate` on coverage, and what they ask for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from taskmock.contracts.cli.option import bundle, option
from taskmock.contracts.cli.report_options import Output, show

if TYPE_CHECKING:
    from taskmock.contracts.coverage import Tally
    from taskmock.contracts.findings.report import Report


class Coverage:
    """The coverage of one run: counts answers where it was asked for, tells it and fails the run below the least."""

    def __init__(self, edition: str, *, least: float | None, is_wanted: bool) -> None:
        self._least = least
        self._tally: Tally | None = None
        if is_wanted or least is not None:
            from taskmock.contracts.coverage import Tally

            self._tally = Tally(edition)

    @property
    def is_wanted(self) -> bool:
        """Whether the coverage is asked for."""
        return self._tally is not None

    def add(self, body: object, *, request: Mapping[str, object] | None = None) -> None:
        """Counts one answer; `request` are the parameters of its call, where known."""
        if self._tally is not None:
            self._tally.add(body, request=request)

    def verdicts(self) -> list[tuple[str, Report]]:
        """The verdict on the coverage, with its source, where less was shown than is demanded; else none."""
        tally, least = self._tally, self._least
        if tally is None or least is None or tally.share * 100 >= least:
            return []
        from taskmock.contracts.coverage.report import percent
        from taskmock.contracts.findings.demand import coverage_report

        return [("coverage", coverage_report(tally.edition, percent(tally.share), least=least))]

    @contextlib.contextmanager
    def told_after(self, output: Output) -> Iterator[None]:
        """Tells the coverage once the reports inside are written, whatever they say.

        Raises: click.UsageError where both would go to standard output, and only the coverage is text.
        """
        if self._tally is None:
            yield
            return
        if output.form != "text" and output.file is None:
            raise click.UsageError(f"--coverage prints text: write the {output.form} report to a file (--output).")
        from taskmock.contracts.coverage.report import coverage_text

        try:
            yield
        except SystemExit:
            show(coverage_text(self._tally))
            raise
        show(coverage_text(self._tally))


OPTIONS = (
    option("--coverage", "is_covered", is_flag=True, help="Tell which parts of the contract the answers showed."),
    option(
        "--coverage-min",
        "least",
        metavar="PERCENT",
        type=click.FloatRange(0, 100),
        help="Fail the run where they showed less, in per cent.",
    ),
)

coverage_options = bundle(
    "coverage",
    lambda said: Coverage(said["edition"], least=said.pop("least"), is_wanted=said.pop("is_covered")),
    OPTIONS,
)
"""The options on coverage, as one `coverage`."""
