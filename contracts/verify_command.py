"""`taskmock verify`: asks a live server as a client does and judges what it answers."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from taskmock.contracts.coverage_option import Coverage, coverage_options
from taskmock.contracts.edition_option import edition_option
from taskmock.contracts.report_options import Output, report_options
from taskmock.contracts.strictness import Strictness
from taskmock.contracts.verify_options import Wanted, verify_options

if TYPE_CHECKING:
    from taskmock.contracts.verify import Plan, Question, Sighting, Verified
    from taskmock.contracts.verify.run import Watch

HELP = """Ask a live server for the status of tasks, as a client does, and judge what it answers.

URL is where the server is, with a prefix of the path where it has one. Who
calls stands in the environment, or in a file (--credentials); a server on
this machine is asked with placeholders where neither says.

\b
Example:
  taskmock verify http://127.0.0.1:8070 --task-id 10
  taskmock verify https://bkapi.example.com --gateway apigw --task-id 10 --task-id 11
  taskmock verify "$URL" --task-id 10 --until end --interval 5 --format junit -o report.xml

\b
Environment:
  TASKMOCK_BK_APP_CODE, TASKMOCK_BK_APP_SECRET
  TASKMOCK_BK_TOKEN or TASKMOCK_BK_USERNAME
  TASKMOCK_ACCESS_TOKEN in the place of all four

\b
Exit codes: 0 the contract is kept, 1 it is not, 2 wrong usage or settings, 3 the server cannot be reached.
"""


class UnreachableTargetError(click.ClickException):
    """A server that cannot be reached."""

    exit_code = 3


@click.command("verify", help=HELP, short_help="Ask a live server and judge what it answers.")
@click.argument("url", metavar="URL")
@verify_options
@edition_option
@click.option(
    "--strictness",
    type=click.Choice([str(choice) for choice in Strictness]),
    default=str(Strictness.DOCUMENTED),
    show_default=True,
    help="Undocumented fields: ignored, warned of, or failed.",
)
@coverage_options
@report_options
def verify_command(
    *, url: str, wanted: Wanted, edition: str, strictness: str, coverage: Coverage, output: Output
) -> None:
    """Verifies every task and exits 1 where the server breaks its contract, 3 where it cannot be reached."""
    from taskmock.contracts.contract import Contract
    from taskmock.contracts.verify import TargetError, TlsError, UnreachableError, verify

    contract = Contract(edition, strictness=strictness)
    target, questions, plan = wanted.target(url), wanted.questions(), wanted.plan()
    names = [
        f"task {f'#{number}' if output.redact_values else question.task_id}"
        for number, question in enumerate(questions, 1)
    ]
    try:
        with _watched(dict(zip(questions, names, strict=True)), plan, coverage) as watch:
            found = verify(target, questions, contract=contract, plan=plan, watch=watch)
    except UnreachableError as error:
        raise UnreachableTargetError(str(error)) from None
    except (TargetError, TlsError) as error:
        raise click.UsageError(str(error)) from None
    _finish(found, names, output, coverage)


@contextlib.contextmanager
def _watched(names: dict[Question, str], plan: Plan, coverage: Coverage) -> Iterator[Watch]:
    """Somebody who hears of each answer: counts it, and tells of it on standard error."""
    from taskmock.contracts.verify.progress import Progress

    progress = Progress(sys.stderr, names, polls=plan.polls)

    def watch(sighting: Sighting) -> None:
        coverage.add(sighting.seen.body, request=sighting.question.asked)
        progress(sighting)

    try:
        yield watch
    finally:
        progress.close()


def _finish(found: tuple[Verified, ...], names: list[str], output: Output, coverage: Coverage) -> None:
    """Writes the reports. Raises: SystemExit where one is not good."""
    reports = [(name, verified.report) for name, verified in zip(names, found, strict=True)]
    bodies = [verified.tree or b"" for verified in found] if output.draws_trees else ()
    with coverage.told_after(output):
        output.finish(reports, bodies=bodies)
