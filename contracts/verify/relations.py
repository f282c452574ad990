"""The calls around a status that only read: asked for a task that has been verified, and judged, too."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from taskmock.contracts.agreement import CLASS, DETAIL, check_agreement
from taskmock.contracts.api.bk_sops.edition import AUTO
from taskmock.contracts.api.bk_sops.lifecycle.snapshot import FULL
from taskmock.contracts.api.bk_sops.tree import walk_tree
from taskmock.contracts.contract import Contract
from taskmock.contracts.findings.report import Report, with_findings
from taskmock.contracts.findings.violation import Violation
from taskmock.contracts.validation.body import decoded_object
from taskmock.contracts.verify.answers import Question, ReceivedAnswer, Refusal, Verified
from taskmock.contracts.verify.http_rules import judged_exchange, refusal_violations
from taskmock.contracts.verify.plan import RATE
from taskmock.contracts.verify.polling import RateLimitedClient, asking
from taskmock.contracts.verify.target import Target
from taskmock.schemas import STATUS, base_of, editions_of, load_operations
from taskmock.schemas.argument import demand

STARTED = ("FAILED", "FINISHED", "RUNNING")
"""The states of nodes that are asked for by themselves, one node in each."""

UNSEEN = "A call that is only ever refused has not been verified: permissions may be wrong, or the server may lack it."

_SHARED = ("bk_biz_id", "scope")


@dataclasses.dataclass(frozen=True, slots=True)
class Related:
    """One call about a task: `node_id` where it is about a node of it; the answer, and the verdict on it."""

    operation: str
    node_id: str | None
    seen: ReceivedAnswer
    report: Report


def reading_operations() -> tuple[str, ...]:
    """The calls about tasks that only read, but the status itself."""
    rows = load_operations().items()
    return tuple(name for name, row in rows if name != STATUS and not (row["writes"] or row.get("aside")))


def related(
    where: Target | RateLimitedClient,
    verified: Verified,
    operations: Sequence[str],
    *,
    contract: Contract | None = None,
    rate: float | None = RATE,
) -> Iterator[Related]:
    """Yields the results of some calls about a task, those that its edition has; none where no answer showed the task.

    `where` is the server, or a client of it. The pipeline tree of `get_task_detail` is compared with the
    status tree, too.

    Raises: TlsError, UnreachableError, as `verify`.
    """
    demand("related(verified)", verified, Verified, "a Verified, as verify gives")
    demand("related(operations)", operations, list | tuple, "a list of calls' names")
    if verified.tree is None:
        return
    judge = contract or Contract()
    edition = _edition(judge, verified)
    with asking(where, rate) as client:
        for operation in operations:
            if base_of(edition) in (AUTO, *editions_of(operation)):
                inner = Contract(edition, strictness=judge.strictness, operation=operation)
                for node_id in _node_ids(verified) if "node_id" in _required(operation) else (None,):
                    yield _made(client, verified, inner, node_id)


def _made(client: RateLimitedClient, verified: Verified, contract: Contract, node_id: str | None) -> Related:
    """One call about a task, or about one of its nodes."""
    asked = _asked(verified.question, contract.operation, node_id)
    exchange = client.ask(client.target.call(contract.operation, asked))
    answer, report = judged_exchange(exchange, client.target.access, contract, asked)
    if report.ok and answer.refusal is not None:
        is_gone = verified.state == "EXPIRED"  # with its history, calls have nothing to answer from
        report = with_findings(report, refusal_violations(answer) if is_gone else [_unseen(answer.refusal)])
    if contract.operation == DETAIL and report.ok and answer.body is not None and verified.tree is not None:
        agreed = check_agreement(answer.body, verified.tree, edition=contract.edition)
        report = with_findings(report, agreed.violations)
    return Related(contract.operation, node_id, answer, report)


def _asked(question: Question, operation: str, node_id: str | None) -> dict[str, Any]:
    """The parameters of a call about a task."""
    task_id = question.task_id
    in_list = int(task_id) if task_id.isdecimal() else task_id  # what a list in JSON holds is a number
    known = {"task_id": task_id, "task_id_list": [in_list], "node_id": node_id}
    shared = {name: value for name, value in question.parameters.items() if name in _SHARED}
    return {**shared, **{name: known[name] for name in _required(operation) if name in known}}


def _required(operation: str) -> Sequence[str]:
    names: list[str] = load_operations()[operation]["required"]
    return names


def _unseen(refusal: Refusal) -> Violation:
    message = f"the call is refused with {refusal}"
    return Violation("verify.no-data", "", "", message, "an answer with data", source=UNSEEN)


def _edition(contract: Contract, verified: Verified) -> str:
    """The edition that the task's answers were of; `auto` where none of them has told."""
    if contract.edition != AUTO:
        return contract.edition
    return verified.report.edition if FULL in _data(verified) else AUTO


def _data(verified: Verified) -> dict[str, Any]:
    data: dict[str, Any] = decoded_object(verified.tree)["data"]
    return data


def _node_ids(verified: Verified) -> tuple[str, ...]:
    """Some nodes right below the task that have names of their own, one in each state of `STARTED`."""
    found: dict[str, str] = {}
    for node in walk_tree(_data(verified)):
        state, name, key = node.value.get("state"), node.value.get("name"), node.value.get("id")
        is_leaf = node.parent is not None and node.parent.parent is None and not node.children
        if is_leaf and isinstance(state, str) and isinstance(key, str) and _is_named(name):
            found.setdefault(state, key)
    return tuple(found[state] for state in STARTED if state in found)


def _is_named(name: object) -> bool:
    return isinstance(name, str) and name != "" and not name.startswith(CLASS)
