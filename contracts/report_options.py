"""The options with which every judging command writes its reports, and what they ask for."""

from __future__ import annotations

import dataclasses
import functools
import io
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from taskmock.contracts.writers import FORMATS

if TYPE_CHECKING:
    from taskmock.contracts.report import Report


@dataclasses.dataclass(frozen=True, slots=True)
class Output:
    """How a command's reports are written: the format, the file (None: standard output), and whether blotted."""

    form: str = FORMATS[0]
    file: str | None = None
    redact_values: bool = False

    @property
    def draws_trees(self) -> bool:
        """Whether the format shows more of the answers than the findings, so that `finish` needs them."""
        return self.form == "html"

    def finish(self, reports: Sequence[tuple[str, Report]], *, bodies: Sequence[object] = ()) -> None:
        """Writes the reports; `bodies` are the judged answers in the same order, for the trees of the HTML page.

        Raises:
            SystemExit: A document breaks its contract (status 1).
            click.UsageError: The file cannot be written.
        """
        self.write(self._text(reports, bodies))
        if not all(report.ok for _, report in reports):
            raise SystemExit(1)

    def _text(self, reports: Sequence[tuple[str, Report]], bodies: Sequence[object]) -> str:
        import datetime as dt

        from taskmock.contracts.writers import written_report

        if self.redact_values:
            from taskmock.contracts.writers.redaction import Redaction

            redaction = Redaction()
            reports = [(source, redaction.report(report)) for source, report in reports]
            bodies = [redaction.body(body) for body in bodies] if self.draws_trees else ()
        return written_report(self.form, reports, bodies=bodies, moment=dt.datetime.now(tz=dt.UTC))

    def write(self, text: str) -> None:
        """Writes a text to the file, or to standard output where none is named.

        Raises: click.UsageError where the file cannot be written.
        """
        if self.file is None:
            show(text)
            return
        try:
            with open(self.file, "w", encoding="utf-8", newline="\n") as stream:  # noqa: PTH123 - click made it a name
                stream.write(f"{text}\n")
        except OSError as error:
            raise click.UsageError(f"cannot write {click.format_filename(self.file)}: {error.strerror}") from None


def report_options(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options on reports, and hands it what they say as one `output`."""

    @functools.wraps(command)
    def with_output(*, form: str, file: str | None, redact_values: bool, **options: object) -> None:
        command(output=Output(form, file, redact_values), **options)

    for option in reversed(OPTIONS):
        option(with_output)
    return with_output


def show(text: str) -> None:
    """Writes to standard output, with escapes for what its encoding lacks."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()  # here, where a reader that went away ends the command quietly


OPTIONS = (
    click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        default=FORMATS[0],
        show_default=True,
        help="How to write the report: for people, machines, CI services, or as a page.",
    ),
    click.option(
        "-o", "--output", "file", metavar="FILE", type=click.Path(dir_okay=False), help="Write the report to a file."
    ),
    click.option(
        "--redact-values", is_flag=True, help="Blot values, names and ids in the report; codes and shapes stay."
    ),
)
