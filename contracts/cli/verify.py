"""`taskmock verify`: asks a live server as a client does and judges what it answers."""

from __future__ import annotations

import collections
import sys
from typing import TYPE_CHECKING

import click

from taskmock.contracts.cli.contract_options import clock_rule_option, edition_option, strictness_option
from taskmock.contracts.cli.coverage_option import Coverage, coverage_options
from taskmock.contracts.cli.everyday import EverydayCommand
from taskmock.contracts.cli.report_options import Output, report_options
from taskmock.contracts.cli.verify_options import verify_options

if TYPE_CHECKING:
    from taskmock.contracts.cli.progress import Progress
    from taskmock.contracts.cli.verify_options import VerifyRequest
    from taskmock.contracts.contract import Contract
    from taskmock.contracts.findings.report import Report
    from taskmock.contracts.verify import Plan, Probed, Related, Sighting, Smoke, Step, Verified
    from taskmock.contracts.verify.polling import RateLimitedClient

HELP = """Ask a live server for the status of tasks, as a client does, and judge what it answers.

URL is where the server is, with a prefix of the path where it has one. Who
calls stands in the environment, or in a file (--credentials); a server on
this machine is asked with placeholders where neither says.

\b
Example:
  taskmock verify http://127.0.0.1:8070 --task-id 10
  taskmock verify https://bkapi.example.com --gateway apigw --task-id 10 --task-id 11
  taskmock verify "$URL" --task-id 10 --until end --interval 5 --format junit -o report.xml
  taskmock verify "$URL" --task-id 10 --probes
  taskmock verify "$URL" --drive smoke.toml --allow-writes

\b
Environment:
  TASKMOCK_BK_APP_CODE, TASKMOCK_BK_APP_SECRET
  TASKMOCK_BK_TOKEN or TASKMOCK_BK_USERNAME
  TASKMOCK_ACCESS_TOKEN in the place of all four

\b
Exit codes: 0 the contract is kept, 1 it is not, 2 wrong usage or settings, 3 the server cannot be reached.
"""


SMOKE = "smoke task"
"""What reports call the task that --drive has made."""


class UnreachableTargetError(click.ClickException):
    """A server that cannot be reached."""

    exit_code = 3


@click.command(
    "verify",
    cls=EverydayCommand,
    help=HELP,
    short_help="Ask a live server and judge what it answers.",
    everyday=(
        *("task_ids", "gateway", "credentials", "polls", "interval", "until"),
        *("edition", "strictness", "probes", "form", "file", "baseline"),
    ),
)
@click.argument("url", metavar="URL")
@verify_options
@edition_option
@strictness_option
@clock_rule_option
@coverage_options
@report_options
def verify_command(
    *,
    url: str,
    request: VerifyRequest,
    edition: str,
    strictness: str,
    clock_rule: str,
    coverage: Coverage,
    output: Output,
) -> None:
    """Verifies what is asked for; exits 1 where the server breaks its contract, 3 where it cannot be reached."""
    from taskmock.contracts.cli.progress import Progress
    from taskmock.contracts.contract import Contract
    from taskmock.contracts.verify import TargetError, TlsError, UnreachableError

    progress = Progress(sys.stderr, is_brief=output.redact_values)
    try:
        run = _Run(url, Contract(edition, strictness=strictness, clock_rule=clock_rule), request, progress, coverage)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    with coverage.told_after(output):
        try:
            run.run(is_redacted=output.redact_values)
        except UnreachableError as error:
            raise UnreachableTargetError(str(error)) from None
        except (TargetError, TlsError) as error:
            raise click.UsageError(str(error)) from None
        finally:
            progress.close()
        output.finish([*run.reports, *coverage.verdicts()], bodies=run.trees if output.draws_trees else ())


def pace_text(plan: Plan) -> str:
    """How tasks are followed to their ends where only the rate holds up the polls."""
    least = plan.polls / plan.rate if plan.rate else 0
    pace = f"as fast as --rate allows, {plan.rate:g} polls a second, and at most {plan.polls} of a task"
    return f"--interval {plan.interval:g}: {pace}: it has some {least:g} s to end"


class _Run:
    """One run of the command: its reports so far, each with its name and, in `trees`, the last tree or nothing."""

    def __init__(
        self, url: str, contract: Contract, request: VerifyRequest, progress: Progress, coverage: Coverage
    ) -> None:
        """Raises: ValueError for options that cannot be used."""
        self.reports: list[tuple[str, Report]] = []
        self.trees: list[bytes] = []
        self._contract = contract
        self._progress = progress
        self._coverage = coverage
        self._target, self._questions, self._smoke = request.target(url), request.questions(), request.smoke()
        self._operations = request.related(contract.edition)
        self._plan, self._driven_plan = request.plan(), request.plan(is_followed=True)
        self._request = request

    def run(self, *, is_redacted: bool) -> None:
        """Makes all calls; a redacted report does not name the tasks.

        Raises:
            TargetError, TlsError: The server cannot be asked so.
            UnreachableError: It cannot be reached.
        """
        from taskmock.contracts.verify import asking

        followed = self._driven_plan if self._smoke is not None else self._plan
        if followed.until and followed.is_paced_by_rate:
            self._progress.announce(pace_text(followed))
        with asking(self._target, self._request.rate) as client:
            self._verify(client, is_redacted=is_redacted)
            if self._request.probes:
                self._probe(client)
            if self._smoke is not None:
                self._drive(client, self._smoke)

    def _verify(self, client: RateLimitedClient, *, is_redacted: bool) -> None:
        from taskmock.contracts.verify import verify

        plan, names = self._plan, {}
        for number, question in enumerate(self._questions, 1):
            names[question] = f"task #{number}" if is_redacted else f"task {question.task_id}"
            self._progress.expect(question, names[question], polls=plan.polls)
        for verified in verify(client, self._questions, contract=self._contract, plan=plan, watch=self._watch):
            self._keep(client, names[verified.question], verified)

    def _watch(self, sighting: Sighting) -> None:
        """Counts an answer for the coverage, and tells of it."""
        self._coverage.add(sighting.seen.body, request=sighting.question.asked)
        self._progress(sighting)

    def _probe(self, client: RateLimitedClient) -> None:
        from taskmock.contracts.verify import probe

        for probed in probe(client, self._request.shared_parameters(), contract=self._contract):
            self._add(f"probe {probed.name}", probed)

    def _drive(self, client: RateLimitedClient, smoke: Smoke) -> None:
        from taskmock.contracts.verify import Drive, Sighting

        plan = self._driven_plan

        def watch(found: Step | Sighting) -> None:
            if isinstance(found, Sighting):
                self._progress.expect(found.question, SMOKE, polls=plan.polls)
                self._watch(found)
            else:
                self._add(found.operation, found)

        drive = Drive(client, smoke, bk_biz_id=self._request.bk_biz_id, contract=self._contract)
        verified = drive.run(plan, watch=watch).verified
        if verified is not None:
            self._keep(client, SMOKE, verified)

    def _keep(self, client: RateLimitedClient, name: str, verified: Verified) -> None:
        """Keeps what was found of a task, and makes the further calls about it."""
        from taskmock.contracts.verify import related

        self.reports.append((name, verified.report))
        self.trees.append(verified.tree or b"")
        counts: collections.Counter[str] = collections.Counter()
        for call in related(client, verified, self._operations, contract=self._contract):
            counts[call.operation] += 1
            number = "" if call.node_id is None else f" #{counts[call.operation]}"
            self._add(f"{name}: {call.operation}{number}", call)

    def _add(self, name: str, made: Probed | Related | Step) -> None:
        """Tells of a call that is made once, and keeps its report."""
        self._progress.tell(name, made.seen)
        self.reports.append((name, made.report))
        self.trees.append(b"")
