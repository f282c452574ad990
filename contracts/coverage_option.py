"""The options of `taskmock validate` on coverage, and what they ask for."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import click

from taskmock.contracts.report_options import Output, show

if TYPE_CHECKING:
    from taskmock.contracts.coverage import Tally


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
        """Whether anybody asked for the coverage."""
        return self._tally is not None

    def add(self, body: object, *, request: Mapping[str, object] | None = None) -> None:
        """Counts one answer; `request` are the parameters of its call, where known."""
        if self._tally is not None:
            self._tally.add(body, request=request)

    @contextlib.contextmanager
    def told_after(self, output: Output) -> Iterator[None]:
        """Tells the coverage once the reports inside are written, whatever they say.

        Raises:
            click.UsageError: Report and coverage would both go to standard output, and only one is text.
            SystemExit: Less was shown than is demanded (status 1).
        """
        if self._tally is None:
            yield
            return
        if output.form != "text" and output.file is None:
            raise click.UsageError(f"--coverage prints text: write the {output.form} report to a file (--output).")
        try:
            yield
        except SystemExit:
            self._tell(self._tally)
            raise
        if not self._tell(self._tally):
            raise SystemExit(1)

    def _tell(self, tally: Tally) -> bool:
        """Prints the coverage; gives whether it is enough."""
        from taskmock.contracts.coverage.report import coverage_text, percent

        is_enough = self._least is None or tally.share * 100 >= self._least
        show(coverage_text(tally))
        if not is_enough:
            show(f"FAIL coverage: {percent(tally.share)} % is less than the {self._least:g} % demanded")
        return is_enough


def coverage_options(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options on coverage, and hands it what they say as one `coverage`."""

    @functools.wraps(command)
    def with_coverage(*, is_covered: bool, least: float | None, edition: str, **options: object) -> None:
        command(edition=edition, coverage=Coverage(edition, least=least, is_wanted=is_covered), **options)

    for option in reversed(OPTIONS):
        option(with_coverage)
    return with_coverage


OPTIONS = (
    click.option("--coverage", "is_covered", is_flag=True, help="Tell which parts of the contract the answers showed."),
    click.option(
        "--coverage-min",
        "least",
        metavar="PERCENT",
        type=click.FloatRange(0, 100),
        help="Fail the run where they showed less, in per cent.",
    ),
)
