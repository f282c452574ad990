"""Negative probes: calls that a server ought to refuse, and that change nothing on it.

A server that accepts one keeps its contract all the same; what is found is an answer that is malformed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from taskmock.contracts.contract import Contract
from taskmock.contracts.findings.report import Report, with_findings
from taskmock.contracts.findings.violation import Severity, Violation
from taskmock.contracts.verify.answers import ReceivedAnswer
from taskmock.contracts.verify.credentials import Credentials
from taskmock.contracts.verify.http_rules import judged_exchange
from taskmock.contracts.verify.plan import RATE
from taskmock.contracts.verify.polling import RateLimitedClient, asking
from taskmock.contracts.verify.target import Target
from taskmock.contracts.verify.transport.exchange import Call
from taskmock.schemas import GATEWAYS, STATUS
from taskmock.schemas.argument import demand

UNKNOWN_TASK = "2147483647"
"""An id that no server has come to yet, and that its database can look for."""

UNKNOWNSTATUSER = Credentials(
    bk_app_code="taskmock-probe",
    bk_app_secret="taskmock-probe",  # noqa: S106 - of no application
    bk_username="taskmock-probe",
)
"""An unregistered application: the caller's own, with a wrong secret, might be locked out."""

OUGHT = "A probe is a call that ought to be refused; a server that accepts one keeps its contract all the same."


@dataclasses.dataclass(frozen=True, slots=True)
class Probe:
    """One call that ought to be refused: its name, the gateways at which it can be made, its parameters and caller."""

    name: str
    gateways: tuple[str, ...]
    parameters: Callable[[Mapping[str, Any]], dict[str, Any]]
    credentials: Credentials | None = None

    def call(self, target: Target, parameters: Mapping[str, Any]) -> Call:
        """The call; `parameters` are those of an ordinary one."""
        return target.call(STATUS, self.parameters(parameters), credentials=self.credentials)


PROBES = (
    Probe("missing-parameter", ("esb", "esb-legacy"), lambda given: {**given}),  # ids stand in the gateway's path
    Probe("unknown-task", GATEWAYS, lambda given: {**given, "task_id": UNKNOWN_TASK}),
    Probe("wrong-credentials", GATEWAYS, lambda given: {**given, "task_id": UNKNOWN_TASK}, UNKNOWNSTATUSER),
    Probe("no-credentials", GATEWAYS, lambda given: {**given, "task_id": UNKNOWN_TASK}, Credentials()),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Probed:
    """The answer to a probe, and the verdict on it."""

    name: str
    seen: ReceivedAnswer
    report: Report


def probe(
    where: Target | RateLimitedClient,
    parameters: Mapping[str, Any],
    *,
    contract: Contract | None = None,
    rate: float | None = RATE,
) -> Iterator[Probed]:
    """Yields the result of each probe that can be made at the server's gateway.

    `where` is the server, or a client of it; `parameters` are those of an ordinary call but the task's.

    Raises:
        TlsError: A certificate's file cannot be used.
        UnreachableError: The server cannot be reached.
    """
    demand("probe(parameters)", parameters, Mapping, "the parameters of a call by name")
    judge = contract or Contract()
    with asking(where, rate) as client:
        target = client.target
        for one in PROBES:
            if target.gateway in one.gateways:
                exchange = client.ask(one.call(target, parameters))
                answer, report = judged_exchange(exchange, target.access, judge, one.parameters(parameters))
                yield Probed(one.name, answer, with_findings(report, _accepted(answer)))


def _accepted(answer: ReceivedAnswer) -> Iterator[Violation]:
    """Yields the warning on a call that was not refused."""
    if answer.body is not None and answer.body.get("result") is True:
        message = "the call is accepted"
        yield Violation("verify.accepted", "", "", message, "a refusal", source=OUGHT, severity=Severity.WARNING)
