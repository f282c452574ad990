"""`taskmock validate`: judges recorded requests and answers from files or standard input."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

from taskmock.contracts.api.bk_sops.edition import AUTO
from taskmock.contracts.cli.contract_options import (
    clock_rule_option,
    edition_option,
    operation_option,
    strictness_option,
)
from taskmock.contracts.cli.coverage_option import Coverage, coverage_options
from taskmock.contracts.cli.report_options import Output, report_options
from taskmock.contracts.files import DocumentFileError, read_bounded, without_mark
from taskmock.contracts.findings.foreign_text import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taskmock.contracts.api.bk_sops.lifecycle import Poll
    from taskmock.contracts.contract import Contract
    from taskmock.contracts.findings.report import Report

STANDARD_INPUT = "-"

MARKED = "the file begins with a byte order mark, which is taken for the file's, not the answer's"

HELP = """Judge recorded answers (or requests) of get_task_status, or of another call.

FILE holds one JSON body, the whole answer with `result` and `data`; `-` reads standard input.

\b
Example:
  curl -s "$URL/get_task_status/?..." | taskmock validate -
  taskmock validate --edition v2 --strictness strict answers/*.json
  taskmock validate --request request.json
  taskmock validate --operation get_task_detail detail.json
  taskmock validate --history poll-1.json poll-2.json poll-3.json
  taskmock validate --history polls.jsonl
  taskmock validate --format html -o report.html answers/*.json
  taskmock validate --self-test

\b
Editions:
  auto      told from the body (the default); the report says which and why
  doc-2019  the document: ten fields a node, "" for absent times
  v1        tasks of engine 1 on today's servers: 14 fields a node
  v2        tasks of engine 2: 15 fields a node

\b
Exit codes: 0 every file keeps its contract, 1 one does not, 2 wrong usage or unreadable file.
"""


@click.command("validate", help=HELP, short_help="Judge recorded answers or requests.")
@click.argument("files", nargs=-1, metavar="FILE...", type=click.Path(allow_dash=True))
@edition_option
@operation_option
@click.option("--request", "is_request", is_flag=True, help="Judge the parameters of a call instead of an answer.")
@click.option("--history", "is_history", is_flag=True, help="Judge the answers of one task in the order of the polls.")
@strictness_option
@clock_rule_option
@click.option("--require-tree", is_flag=True, help="Fail answers that have no tree, such as failures.")
@click.option("--self-test", is_flag=True, help="Break good answers in every known way; show which rule catches it.")
@coverage_options
@report_options
def validate_command(
    *,
    files: tuple[str, ...],
    edition: str,
    operation: str,
    is_request: bool,
    is_history: bool,
    strictness: str,
    clock_rule: str,
    self_test: bool,
    require_tree: bool,
    coverage: Coverage,
    output: Output,
) -> None:
    """Judges every file and exits 1 where one breaks its contract."""
    if self_test:
        _test_judge(edition, files, output)
        return
    if not files:
        raise click.UsageError("Missing argument 'FILE...'.")
    contract = _contract(edition, strictness, operation, clock_rule)
    if not contract.has_course and (is_history or coverage.is_wanted):
        option = "--history" if is_history else "--coverage"
        raise click.UsageError(f"{option} is about answers of {contract.api.default}, not of {operation}.")
    if is_request:
        _check_request_options(
            **{"--history": is_history, "--require-tree": require_tree, "--coverage": coverage.is_wanted}
        )
    if is_history:
        _judge_histories(contract, files, output, coverage, require_tree=require_tree)
        return
    from taskmock.contracts.findings.demand import with_tree_demanded

    check = contract.check_request if is_request else contract.check_response
    reports, bodies = [], []
    unread: list[str] = []
    for name in files:
        try:
            body = _content(name)
        except click.UsageError as error:
            unread.append(error.message)
            continue
        is_marked, body = _without_mark(name, body)
        coverage.add(body)
        report = check(body)
        report = dataclasses.replace(report, notes=(MARKED, *report.notes)) if is_marked else report
        _tell_history(_source(name), report)
        if not (report.ok or is_request):
            _tell_edition(_source(name), body, edition, operation)
        reports.append((_source(name), with_tree_demanded(report) if require_tree else report))
        bodies.append(body if output.draws_trees and contract.has_course else b"")
    if not reports:
        raise click.UsageError("\n".join(unread))
    for message in unread:
        click.echo(harmless(f"Error: {message}"), err=True)
    try:
        with coverage.told_after(output):
            output.finish([*reports, *coverage.verdicts()], bodies=bodies)
    except SystemExit:
        if not unread:
            raise
    if unread:
        raise SystemExit(2)


def _check_request_options(**wanted: bool) -> None:
    """Raises: click.UsageError where `--request` stands beside an option that is about answers."""
    for option in (option for option, is_wanted in wanted.items() if is_wanted):
        raise click.UsageError(f"{option} judges answers, --request the parameters of calls: choose one.")


def _contract(edition: str, strictness: str, operation: str, clock_rule: str) -> Contract:
    """The contract to judge by.

    Raises: click.UsageError where the edition has no such call.
    """
    from taskmock.contracts.contract import Contract

    try:
        return Contract(edition, strictness=strictness, operation=operation, clock_rule=clock_rule)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _tell_history(source: str, report: Report) -> None:
    """Leads to `--history` where a body that is no JSON goes on with more of it on a later line."""
    messages = [found.message for found in report.violations if found.code == "body.not-json"]
    if any("extra data at line" in message and "at line 1," not in message for message in messages):
        click.echo(harmless(f"Hint: {source}: a history, with an answer on each line? Use --history"), err=True)


def _tell_edition(source: str, body: bytes, edition: str, operation: str) -> None:
    """Says so where a body that breaks the edition which was asked for is written in another one."""
    from taskmock.contracts.api.bk_sops.api import OPERATIONS
    from taskmock.contracts.validation.body import BodyError, decoded_object
    from taskmock.schemas import KNOWN

    if edition not in KNOWN:
        return
    try:
        decoded = decoded_object(body)
    except BodyError:
        return
    told, basis = OPERATIONS[operation].detect_edition(decoded)
    if told != edition and decoded.get("data"):
        click.echo(harmless(f"Hint: {source}: the body looks like {told} ({basis})"), err=True)


def _tell_other_edition(source: str, report: Report, polls: Iterable[Poll]) -> None:
    """Says so where an answer of a history that breaks its edition is written in another one."""
    from taskmock.contracts.api.bk_sops.series import detected_other_edition
    from taskmock.schemas import KNOWN

    other = detected_other_edition(polls, report.edition) if report.edition in KNOWN and not report.ok else None
    if other is not None:
        number, told, basis = other
        click.echo(harmless(f"Hint: {source}: poll {number} looks like {told} ({basis})"), err=True)


def _judge_histories(
    contract: Contract, files: tuple[str, ...], output: Output, coverage: Coverage, *, require_tree: bool
) -> None:
    """Judges the polls in all files together, one history for each task that they tell apart.

    Raises: click.UsageError where a file holds no polls.
    """
    from taskmock.contracts.findings.demand import with_tree_demanded
    from taskmock.contracts.history import MAX_BYTES, HistoryError, recorded

    try:
        histories = recorded([(_source(name), _content(name, most=MAX_BYTES)) for name in files])
    except HistoryError as error:
        raise click.UsageError(str(error)) from None
    source = _source(files[0]) + (f" to {_source(files[-1])}" if len(files) > 1 else "")
    reports = [(f"{source}: {task}" if task else source, histories[task].report(contract)) for task in histories]
    for (source, report), history in zip(reports, histories.values(), strict=True):
        _tell_other_edition(source, report, history.polls)
    if require_tree:
        reports = [(source, with_tree_demanded(report)) for source, report in reports]
    for poll in (poll for history in histories.values() for poll in history.polls):
        coverage.add(poll.body)
    with coverage.told_after(output):
        bodies = [history.polls[-1].body if output.draws_trees else b"" for history in histories.values()]
        output.finish([*reports, *coverage.verdicts()], bodies=bodies)


def _test_judge(edition: str, files: tuple[str, ...], output: Output) -> None:
    """Runs the self-test of an edition, of all for `auto`.

    Raises: SystemExit where the judge lets a broken answer pass, or fails a good one.
    """
    if files:
        raise click.UsageError("--self-test breaks answers of its own: it takes no FILE.")
    if output.form not in {"text", "json"}:
        raise click.UsageError("--self-test writes text or json, no other --format.")
    from taskmock.contracts.selftest.account import account_json, account_text
    from taskmock.contracts.selftest.trial import run_self_test
    from taskmock.schemas import EDITIONS

    if edition not in {AUTO, *EDITIONS}:
        raise click.UsageError("--self-test breaks answers of an edition, not of a variant or an overlay.")
    test = run_self_test(EDITIONS if edition == AUTO else (edition,))
    output.write(account_json(test) if output.form == "json" else account_text(test))
    if not test.ok:
        raise SystemExit(1)


def _content(name: str, *, most: int | None = None) -> bytes:
    """The bytes of a file or of standard input, no more than the judge needs to see that there are too many.

    Raises: click.UsageError where the file cannot be read.
    """
    from taskmock.contracts.validation.body import MAX_BYTES

    most = most or MAX_BYTES
    if name == STANDARD_INPUT:
        with click.open_file(name, "rb") as stream:
            content: bytes = stream.read(most + 1)
        return content
    try:
        return read_bounded(name, most)
    except DocumentFileError as error:
        raise click.UsageError(f"cannot read {click.format_filename(name)}: {error.reason}") from None


def _without_mark(name: str, content: bytes) -> tuple[bool, bytes]:
    """Whether a file begins with a byte order mark, and its content without it; what is piped in stays as it is."""
    if name == STANDARD_INPUT:
        return False, content
    rest = without_mark(content)
    return len(rest) < len(content), rest


def _source(name: str) -> str:
    return "standard input" if name == STANDARD_INPUT else click.format_filename(name)
