"""What one run of verification is to do, as a user says it in words: each part is made, and checked, when it is used.

Imports inside functions keep the command line's start free of cost.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from taskmock.contracts.cli.option import FILE, bundle, option
from taskmock.schemas import ALL, GATEWAYS, hint

if TYPE_CHECKING:
    from taskmock.contracts.verify.answers import Question
    from taskmock.contracts.verify.plan import Plan
    from taskmock.contracts.verify.smoke import Smoke
    from taskmock.contracts.verify.target import Target


class VerifyRequestError(ValueError):
    """An option that cannot be used; the text names it and says what is allowed."""


@dataclasses.dataclass(frozen=True, slots=True)
class VerifyRequest:
    """What one run asks for, as it stands in the options; each part is checked when it is used."""

    gateway: str
    stage: str
    credentials: str | None
    credentials_in: str | None
    headers: tuple[str, ...]
    ca_file: str | None
    client_cert: str | None
    insecure: bool
    timeout: float
    task_ids: tuple[str, ...]
    bk_biz_id: str
    parameters: tuple[str, ...]
    polls: int | None
    interval: float
    until: str | None
    rate: float
    concurrency: int
    probes: bool
    operations: tuple[str, ...]
    drive: str | None
    allows_writes: bool

    def target(self, url: str) -> Target:
        """The server to ask, and as whom.

        Raises: VerifyRequestError, TargetError, CredentialsError for what cannot be, or where credentials are missing.
        """
        from taskmock.contracts.verify import Target, Tls
        from taskmock.contracts.verify.credentials import credentials_from_environment, load_credentials
        from taskmock.contracts.verify.target import base_url, is_on_this_machine

        tls = Tls(self.ca_file, self.client_cert, self.insecure)
        url = base_url(url)
        if self.credentials is None:
            is_local = is_on_this_machine(url)
            caller = credentials_from_environment(is_local=is_local, or_else=" or by --credentials FILE")
        else:
            caller = load_credentials(self.credentials)
        return Target(
            url,
            gateway=self.gateway,
            stage=self.stage,
            credentials=caller,
            place=self.credentials_in,
            headers=tuple(map(_header, self.headers)),
            tls=None if tls == Tls() else tls,
            timeout=self.timeout,
        )

    def questions(self) -> tuple[Question, ...]:
        """The tasks to ask for, each once.

        Raises: VerifyRequestError where there is none, or a parameter is none.
        """
        from taskmock.contracts.verify import Question

        if not (self.task_ids or self.probes or self.drive):
            raise VerifyRequestError("Missing option '--task-id': which task is to be verified?")
        parameters = self.shared_parameters()
        if "" in self.task_ids:
            raise VerifyRequestError("--task-id is empty: which task is to be verified?")
        return tuple(Question(task_id, parameters) for task_id in dict.fromkeys(self.task_ids))

    def shared_parameters(self) -> dict[str, str]:
        """The parameters of each call but the task's id.

        Raises: VerifyRequestError where one is none.
        """
        if not self.bk_biz_id:
            raise VerifyRequestError("--bk-biz-id is empty: leave it out for business 2")
        return {"bk_biz_id": self.bk_biz_id, **dict(map(_parameter, self.parameters))}

    def plan(self, *, is_followed: bool = False) -> Plan:
        """How often and how fast to ask; `is_followed` where a task is followed to its end whatever the options say.

        Raises: ValueError for a number that is too small or too large.
        """
        from taskmock.contracts.verify import END, Plan
        from taskmock.contracts.verify.plan import UNTIL_END

        until = END if is_followed or self.until is not None else frozenset()
        return Plan(
            self.polls or (UNTIL_END if until else 1),
            until=until,
            interval=self.interval,
            rate=self.rate,
            concurrency=self.concurrency,
        )

    def smoke(self) -> Smoke | None:
        """The task to make and start; None where there is to be none.

        Raises: VerifyRequestError where no option allows it; SmokeError where the file describes none.
        """
        if self.drive is None:
            return None
        from taskmock.contracts.verify.smoke import load_smoke

        if not self.allows_writes:
            raise VerifyRequestError("--drive makes and starts a task on the server: allow it with --allow-writes.")
        return load_smoke(self.drive)

    def related(self, edition: str) -> tuple[str, ...]:
        """The calls to make besides, for each task.

        Raises: VerifyRequestError where the edition has no such call.
        """
        if not self.operations:
            return ()
        from taskmock.contracts.verify.relations import reading_operations
        from taskmock.schemas import EDITIONS, editions_of

        known = reading_operations()
        if ALL in self.operations:
            return known
        for name in self.operations:
            if name not in known:
                raise VerifyRequestError(
                    f"--operation {name!r}: choose one of {', '.join((ALL, *known))}{hint(name, (ALL, *known))}"
                )
            if edition in EDITIONS and edition not in editions_of(name):
                there = " and ".join(editions_of(name))
                raise VerifyRequestError(f"--operation {name}: there is no such call in {edition}, only in {there}.")
        return tuple(name for name in known if name in self.operations)


def _header(text: str) -> tuple[str, str]:
    """Raises: VerifyRequestError where it is no header."""
    name, colon, value = text.partition(":")
    if not colon:
        raise VerifyRequestError(f"--header {name!r}: a header is NAME: VALUE")
    return name.strip(), value.strip()


def _parameter(text: str) -> tuple[str, str]:
    """Raises: VerifyRequestError where it is no parameter that may stand there."""
    from taskmock.contracts.verify.credentials import ParameterError, parameter_of

    try:
        return parameter_of(text, prefix="--", secrets="the environment or in a file (--credentials)")
    except ParameterError as error:
        raise VerifyRequestError(f"--param {error}") from None


def _request(said: dict[str, Any]) -> VerifyRequest:
    """Raises: click.UsageError for a stage where there are none."""
    from taskmock.contracts.verify.gateway import STAGED

    source = click.get_current_context().get_parameter_source("stage")
    if source is not ParameterSource.DEFAULT and said["gateway"] not in STAGED:
        raise click.UsageError(f"--stage needs --gateway {' or '.join(STAGED)}: no other gateway has stages.")
    return VerifyRequest(**{field.name: said.pop(field.name) for field in dataclasses.fields(VerifyRequest)})


ABOVE_0 = click.FloatRange(0, min_open=True)

OPTIONS = (
    option("--task-id", "task_ids", metavar="ID", multiple=True, help="A task to ask for; may be repeated."),
    option("--bk-biz-id", metavar="ID", default="2", help="The business that the tasks are of."),
    option(
        "--param",
        "parameters",
        metavar="NAME=VALUE",
        multiple=True,
        help="A further parameter, such as with_ex_data=true.",
    ),
    option("--gateway", type=click.Choice(GATEWAYS), default="esb", help="The gateway to call."),
    option("--stage", metavar="NAME", default="prod", help="The stage of the API gateway."),
    option("--credentials", type=FILE, help="Who calls: a JSON or TOML file in the place of the environment."),
    option(
        "--credentials-in",
        type=click.Choice(("header", "query")),
        help="Where the ESB finds them; else in the header, by the legacy one in the query.",
    ),
    option(
        "-H", "--header", "headers", metavar="NAME: VALUE", multiple=True, help="A further header; may be repeated."
    ),
    option("--ca-file", type=FILE, help="Authorities to trust, in PEM, in the place of the system's."),
    option("--client-cert", type=FILE, help="The client's certificate and key, in PEM."),
    option("--insecure", is_flag=True, help="Take any certificate for good."),
    option(
        "--timeout",
        metavar="SECONDS",
        type=ABOVE_0,
        default=35.0,
        help="How long a whole answer may take, from the first look-up of the name to the last byte.",
    ),
    option(
        "--polls",
        metavar="NUMBER",
        type=click.IntRange(1),
        help="How often each task is asked for; else once, or up to 500 times until its end.",
    ),
    option(
        "--interval",
        metavar="SECONDS",
        type=click.FloatRange(0),
        default=2.0,
        help="The time from one poll of a task to the next.",
    ),
    option("--until", type=click.Choice(("end",)), help="Stop when a task is FINISHED, REVOKED or EXPIRED."),
    option(
        "--rate",
        metavar="NUMBER",
        type=ABOVE_0,
        default=10.0,
        help="Most calls in a second, of all tasks together.",
    ),
    option(
        "--concurrency",
        metavar="NUMBER",
        type=click.IntRange(1, 100),
        default=4,
        help="How many tasks are asked for at once.",
    ),
    option(
        "--probes",
        is_flag=True,
        help="Make calls that ought to be refused, too: no parameter, an unknown task, wrong credentials.",
    ),
    option(
        "--operation",
        "operations",
        metavar="NAME",
        multiple=True,
        help="A further call that only reads, to be made for each task and judged; all for all. May be repeated.",
    ),
    option(
        "--drive",
        type=FILE,
        help="Make and start the task that a JSON or TOML file describes, and follow it to its end.",
    ),
    option("--allow-writes", "allows_writes", is_flag=True, help="Allow --drive to change something."),
)

verify_options = bundle("request", _request, OPTIONS)
"""The options on whom and how to ask, as one `request`."""
