"""The options with which every judging command writes its reports, and what they ask for."""

from __future__ import annotations

import dataclasses
import errno
import io
import os
import pathlib
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from taskmock.contracts.cli.option import FILE, Command, bundle, option
from taskmock.contracts.files import DocumentFileError, write_output, write_standard_output
from taskmock.contracts.findings.foreign_text import harmless
from taskmock.contracts.writers import FORMATS

if TYPE_CHECKING:
    from taskmock.contracts.findings.baseline import Baseline
    from taskmock.contracts.findings.report import Report


@dataclasses.dataclass(frozen=True, slots=True)
class Output:
    """How a command writes its reports: the format, the file (None: standard output), whether values are redacted.

    `every`: what follows from another finding is shown, too. `baseline` is a file of accepted findings, written anew
    before it is used where `update` says so.
    """

    form: str = FORMATS[0]
    file: str | None = None
    redact_values: bool = False
    baseline: str | None = None
    update: bool = False
    every: bool = False

    @property
    def draws_trees(self) -> bool:
        """Whether the format shows more of the answers than the findings, so that `finish` needs them."""
        return self.form == "html"

    def check(self) -> None:
        """Sees to it, before anything is asked or judged, that the reports can be written and the baseline be used.

        Raises: click.UsageError where they cannot.
        """
        if self.update and self.baseline is None:
            raise click.UsageError("--baseline-update needs --baseline FILE.")
        if self.file is not None:
            _check_writable(self.file, "--output")
        if self.baseline is None:
            return
        if self.update:
            _check_writable(self.baseline, "--baseline")
        from taskmock.contracts.findings.baseline_file import BaselineError

        try:
            self._known()
        except BaselineError as error:
            raise click.UsageError(str(error)) from None

    def finish(self, reports: Sequence[tuple[str, Report]], *, bodies: Sequence[object] = ()) -> None:
        """Takes out what the baseline accepts and writes the reports.

        `bodies` are the judged answers in the same order, for the trees of the HTML page.

        Raises:
            SystemExit: A document breaks its contract (status 1).
            click.UsageError: The baseline cannot be used, or a file not be written.
        """
        self.end(self.accepted(reports), bodies=bodies)

    def end(
        self,
        reports: Sequence[tuple[str, Report]],
        *,
        bodies: Sequence[object] = (),
        own: Mapping[str, Callable[[], str]] | None = None,
    ) -> None:
        """Writes reports from which all that is accepted has been taken out; `own` are the formats that the command has
        its own words for.

        Raises:
            SystemExit: A document breaks its contract (status 1).
            click.UsageError: A file cannot be written.
        """
        write = (own or {}).get(self.form)
        self.write(self._text(reports, bodies) if write is None else write())
        if not all(report.ok for _, report in reports):
            raise SystemExit(1)

    def accepted(
        self, reports: Sequence[tuple[str, Report]], *, is_exact: bool = False
    ) -> Sequence[tuple[str, Report]]:
        """The reports without what the baseline accepts today; says on standard error what became of its entries.

        `is_exact`: the pointers are without ids, new entries keep them as they are.

        Raises: click.UsageError where the baseline cannot be used.
        """
        if self.baseline is None:
            return reports
        from taskmock.contracts.clock import now
        from taskmock.contracts.findings.baseline import notes_on, update_note
        from taskmock.contracts.findings.baseline_file import BaselineError, check_acceptable, save_baseline

        file, today, found = self.baseline, now().date(), [report for _, report in reports]
        try:
            old = self._known()
            baseline = old.updated(found, today, is_exact=is_exact) if self.update else old
            if self.update:
                check_acceptable(found, click.format_filename(file))
                save_baseline(baseline, file)
        except BaselineError as error:
            raise click.UsageError(str(error)) from None
        name = click.format_filename(file)
        if self.update:
            click.echo(harmless(f"{name}: {update_note(old, baseline)}"), err=True)
        for note in notes_on(baseline, found, today):
            click.echo(harmless(f"{name}: {note}"), err=True)
        return [(source, baseline.applied(report, today)) for source, report in reports]

    def _known(self) -> Baseline:
        """The baseline as its file has it. Raises: BaselineError."""
        from taskmock.contracts.findings.baseline_file import load_baseline

        return load_baseline(self.baseline or "", or_empty=self.update, hint="--baseline-update writes it")

    def _text(self, reports: Sequence[tuple[str, Report]], bodies: Sequence[object]) -> str:
        from taskmock.contracts.clock import now
        from taskmock.contracts.writers import written_report

        if self.redact_values:
            from taskmock.contracts.writers.redaction import redacted

            reports, bodies = redacted(reports, bodies if self.draws_trees else ())
        return written_report(self.form, reports, bodies=bodies, moment=now(), every=self.every)

    def write(self, text: str) -> None:
        """Writes a text to the file, or to standard output where none is named.

        Raises: click.UsageError where the file cannot be written.
        """
        if self.file is None:
            show(text, self.form)
            return
        try:
            write_output(self.file, f"{text}\n")
        except DocumentFileError as error:
            raise click.UsageError(f"cannot write {click.format_filename(self.file)}: {error.reason}") from None


def _check_writable(file: str, option: str) -> None:
    if not file:
        raise click.UsageError(f"{option} names no file.")
    path = pathlib.Path(file)
    if not path.parent.is_dir():
        raise click.UsageError(f"cannot write {click.format_filename(file)}: there is no such folder")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise click.UsageError(f"cannot write {click.format_filename(file)}: {os.strerror(errno.EACCES)}")


def show(text: str, form: str = FORMATS[0]) -> None:
    """Writes a report to standard output: to people in the encoding of their terminal, with escapes for what it lacks;
    to programs in UTF-8."""
    if form != FORMATS[0]:
        write_standard_output(f"{text}\n")
        return
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()  # here, where a reader that went away ends the command quietly


def _output(said: dict[str, Any]) -> Output:
    """Raises: click.UsageError where the reports cannot be written, or the baseline not be used."""
    named = [field.name for field in dataclasses.fields(Output) if field.name in said]
    output = Output(**{name: said.pop(name) for name in named})
    output.check()
    return output


def format_option(*own: str) -> Callable[[Command], Command]:
    """The format of the reports; `own` are those that only this command has."""
    return option(
        "--format",
        "form",
        type=click.Choice((*FORMATS, *own)),
        default=FORMATS[0],
        help="How to write the report: for people, machines, CI services, or as a page.",
    )


output_option = option("-o", "--output", "file", type=FILE, help="Write the report to a file.")
baseline_options = (
    option("--baseline", type=FILE, help="Accept the findings that a file lists."),
    option("--baseline-update", "update", is_flag=True, help="Write the baseline anew: accept every error found now."),
)
OPTIONS = (
    format_option(),
    output_option,
    option("--all", "every", is_flag=True, help="Show what follows from another finding, too."),
    option("--redact-values", is_flag=True, help="Blot values, names and ids in the report; codes and shapes stay."),
    *baseline_options,
)

report_options = bundle("output", _output, OPTIONS)
"""The options on reports, as one `output`."""


def comparison_options(*own: str) -> Callable[[Command], Command]:
    """The same for a command whose reports hold no values: `own` are the formats that only it has."""
    return bundle("output", _output, (format_option(*own), output_option, *baseline_options))
