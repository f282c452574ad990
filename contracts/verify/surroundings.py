"""The verdict on one answer of a live server: what is wrong around its document, and inside."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from taskmock.contracts.contract import Contract
from taskmock.contracts.report import Report, with_findings
from taskmock.contracts.verify.door import Door
from taskmock.contracts.verify.exchange import TROUBLES, Exchange
from taskmock.contracts.verify.rules import RULES, STATUS_RULES, is_gateways_own, json_says_that_it_is_json
from taskmock.contracts.verify.seen import Seen, seen
from taskmock.contracts.violation import Severity, Violation, clip

REFUSED = "A refused call keeps the contract, and says nothing of the task."
UNREAD = "there is no answer to judge"


def violations_around(answer: Seen, door: Door) -> tuple[tuple[Violation, ...], bool]:
    """What is wrong around the document of an answer, and whether there is a document to judge."""
    trouble = answer.exchange.trouble
    if trouble is not None:
        source = TROUBLES[trouble.code]
        return (Violation(trouble.code, "", "", trouble.message, value=trouble.value, source=source),), False
    found: list[Violation] = []
    for rule in RULES:
        by_rule = tuple(rule(answer, door))
        if by_rule and rule in STATUS_RULES:
            return (*by_rule, *json_says_that_it_is_json(answer, door)), False  # nothing else can be judged
        found += by_rule
    return tuple(found), True


def refusal_violations(answer: Seen) -> Iterator[Violation]:
    """Yields the warning that quotes what a call was refused with."""
    refusal = answer.refusal
    if refusal is not None:
        message = f"the call is refused with code {clip(refusal.code)}: {clip(refusal.message)}"
        yield Violation("verify.refused", "", "", message, source=REFUSED, severity=Severity.WARNING)


def judged_body(answer: Seen) -> object:
    """What of an answer the contract judges: all but the name that the API gateway has for its own codes."""
    if answer.body is None:
        return answer.exchange.body
    if is_gateways_own(answer):
        return {name: value for name, value in answer.body.items() if name != "code_name"}
    return answer.body


def exchange_report(exchange: Exchange, door: Door, contract: Contract, request: Mapping[str, Any]) -> Report:
    """The verdict on a call that was made once; `request` are its parameters, credentials aside."""
    answer = seen(1, exchange)
    around, has_document = violations_around(answer, door)
    if has_document:
        report = contract.check_response(judged_body(answer), request=request)
    else:
        report = Report(
            subject="response",
            edition=contract.edition,
            basis=UNREAD,
            strictness=contract.strictness.value,
            nodes=0,
            groups=(),
            operation=contract.operation,
        )
    return with_findings(dataclasses.replace(report, target=exchange.call.shown), around)
