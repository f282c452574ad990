"""`taskmock drift`: how a corpus of real answers differs from an edition."""

from __future__ import annotations

import click

from taskmock.contracts.cli.contract_options import edition_option
from taskmock.contracts.cli.option import FILE
from taskmock.contracts.cli.report_options import Output, comparison_options
from taskmock.contracts.findings.foreign_text import harmless

HELP = """Find out how real answers have drifted from an edition: fields, states, types and forms that came or went.

SAMPLES are recorded answers, one JSON body a file, or folders of them. An
answer that cannot be read has drifted, too. Ids, times and names leave no
trace in the report: another recording of the same situations gives the same
bytes.

\b
Example:
  taskmock drift recordings/
  taskmock drift --edition doc-2019 recordings/ today.json
  taskmock drift --edition v2 --overlay ours.json recordings/

\b
Exit codes: 0 nothing has drifted, 1 something has, 2 wrong usage or a file that cannot be opened.
"""


@click.command("drift", help=HELP, short_help="Find out how real answers have drifted from an edition.")
@click.argument("samples", nargs=-1, required=True, metavar="SAMPLES...", type=click.Path(exists=True))
@edition_option
@click.option("--overlay", "overlay_file", type=FILE, help="Write the suggested overlay to a file.")
@comparison_options()
def drift_command(*, samples: tuple[str, ...], edition: str, overlay_file: str | None, output: Output) -> None:
    """Compares recorded answers with an edition and exits 1 where they have drifted."""
    from taskmock.contracts.drift import Census, SampleError, findings_of, samples_in
    from taskmock.contracts.drift.acceptance import drift_report, left_in
    from taskmock.contracts.drift.report import Aside, drift_json, drift_text
    from taskmock.contracts.drift.suggestion import overlay_documents

    census, passed_over = Census(edition), 0
    try:
        for sample in samples_in(samples):
            if sample.body is not None:
                census.add(sample.body)
            elif sample.defect is not None:
                census.add_unreadable(sample.defect.code)
                click.echo(harmless(f"{click.format_filename(sample.source)}: {sample.defect.message}"), err=True)
            else:
                passed_over += 1
    except SampleError as error:
        raise click.UsageError(str(error)) from None
    if not census.total:
        raise click.UsageError("there is no recorded answer in SAMPLES.")
    if census.answers and not census.trees:
        click.echo("Warning: no answer has a tree: nothing is said of tasks and nodes", err=True)
    source = click.format_filename(samples[0])
    notes = (f"passed over, for it is no answer: {passed_over:,}",) if passed_over else ()
    ((_, report),) = output.accepted([(source, drift_report(findings_of(census), census, notes))], is_exact=True)
    findings = left_in(report, findings_of(census))
    overlays = overlay_documents(census, findings)
    if overlay_file is not None:
        _write_overlay(overlay_file, overlays)
    aside = Aside(passed_over=passed_over, accepted=report.accepted)
    own = {
        "text": lambda: drift_text(census, findings, overlays, aside),
        "json": lambda: drift_json(census, findings, overlays, aside),
    }
    output.end([(source, report)], own=own)


def _write_overlay(file: str, overlays: tuple[dict[str, object], ...]) -> None:
    from taskmock.contracts.drift.report import overlay_text

    if len(overlays) > 1:
        editions = ", ".join(str(overlay["extends"]) for overlay in overlays)
        raise click.UsageError(
            f"--overlay: the answers are of several editions ({editions}); choose one with --edition."
        )
    if overlays:
        Output(file=file).write(overlay_text(overlays[0]))
