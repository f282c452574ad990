"""A smoke task: made and started on the server, then followed to its end; every answer on the way is judged."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from taskmock.contracts.contract import Contract
from taskmock.contracts.report import Report, with_findings
from taskmock.contracts.verify.plan import END, UNTIL_END, Plan
from taskmock.contracts.verify.polling import Asker, asking
from taskmock.contracts.verify.run import Question, Sighting, Verified, verify
from taskmock.contracts.verify.seen import Seen, seen
from taskmock.contracts.verify.smoke import CREATE, START, Smoke
from taskmock.contracts.verify.surroundings import exchange_report
from taskmock.contracts.verify.target import Target
from taskmock.contracts.violation import Violation, clip

IDLE = frozenset({"FAILED", "SUSPENDED", "NODE_SUSPENDED"})
"""States from which a task that nobody cares for does not come by itself, unless soon."""

REFUSED_STEP = {
    CREATE: ("verify.not-created", "A smoke task is made where the caller may make tasks of its template."),
    START: ("verify.not-started", "A smoke task is started by who has made it."),
}
WRONG_END = "A smoke task ends in a state in which it may (`ends`)."


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """A call that changed something, or was to: the answer, and the verdict on it."""

    operation: str
    seen: Seen
    report: Report


@dataclasses.dataclass(frozen=True, slots=True)
class Driven:
    """What came of a smoke task: the calls that made and started it, and what was found of it where they were heard."""

    steps: tuple[Step, ...]
    verified: Verified | None

    @property
    def ok(self) -> bool:
        """Whether the server has kept the contract and the task has ended as it may."""
        return self.verified is not None and self.verified.ok and all(step.report.ok for step in self.steps)


Watch = Callable[[Step | Sighting], None]
"""Hears of each answer as it comes."""


class Drive:
    """One smoke task of a business on one server, or where somebody asks already."""

    def __init__(
        self, where: Target | Asker, smoke: Smoke, *, bk_biz_id: str = "2", contract: Contract | None = None
    ) -> None:
        self._where = where
        self._smoke = smoke
        self._business = {"bk_biz_id": bk_biz_id}
        self._contract = contract or Contract()

    def run(self, plan: Plan | None = None, *, watch: Watch | None = None) -> Driven:
        """Makes the task, starts it and follows it: to a state in which it may end, to its end, or until it has stayed
        FAILED or suspended for ten polls. A call that writes is made once, whatever becomes of its answer.

        Raises:
            TlsError: A certificate's file cannot be used.
            UnreachableError: The server cannot be reached.
        """
        plan = plan or Plan(UNTIL_END)
        hear = watch or _nobody
        with asking(self._where, plan.rate) as asker:
            created = self._step(asker, CREATE, self._smoke.parameters)
            hear(created)
            task_id = task_id_in(created.seen)
            if task_id is None:
                return Driven((created,), None)
            started = self._step(asker, START, {"task_id": task_id})
            hear(started)
            is_started = _is_heard(started.seen)
            return Driven((created, started), self._followed(asker, task_id, plan, hear) if is_started else None)

    def _step(self, asker: Asker, operation: str, parameters: Mapping[str, Any]) -> Step:
        """One call, judged; one that the server did not do is a finding, where nothing else is."""
        asked = {**self._business, **parameters}
        exchange = asker.ask(asker.target.call(operation, asked))
        contract = Contract(self._contract.edition, strictness=self._contract.strictness, operation=operation)
        answer, report = seen(1, exchange), exchange_report(exchange, asker.target.door, contract, asked)
        is_done = _is_heard(answer) if operation == START else task_id_in(answer) is not None
        if not is_done and report.ok:
            code, source = REFUSED_STEP[operation]
            refusal = answer.refusal
            said = "" if refusal is None else f": code {clip(refusal.code)}: {clip(refusal.message)}"
            message = f"{operation} was refused{said}" if refusal else f"the answer of {operation} names no task"
            report = with_findings(report, [Violation(code, "", "", message, source=source)])
        return Step(operation, answer, report)

    def _followed(self, asker: Asker, task_id: str, plan: Plan, hear: Watch) -> Verified:
        ends = self._smoke.ends
        plan = dataclasses.replace(plan, until=END | {*ends}, idle=IDLE - {*ends})
        question = Question(task_id, self._business)
        (verified,) = verify(asker, [question], contract=self._contract, plan=plan, watch=hear)
        if verified.state is None or verified.state in ends:
            return verified
        message = f"the smoke task is {clip(verified.state)} (poll {verified.polls})"
        found = Violation("verify.end", "", "", message, " or ".join(ends), source=WRONG_END)
        return dataclasses.replace(verified, report=with_findings(verified.report, [found]))


def task_id_in(answer: Seen) -> str | None:
    """The id of the task that an answer of create_task names; None where it names none."""
    data = answer.body.get("data") if _is_heard(answer) and answer.body is not None else None
    task_id = data.get("task_id") if isinstance(data, dict) else None
    is_id = isinstance(task_id, str | int) and not isinstance(task_id, bool) and str(task_id).isdecimal()
    return str(task_id) if is_id else None


def _is_heard(answer: Seen) -> bool:
    return answer.body is not None and answer.body.get("result") is True


def _nobody(_: Step | Sighting) -> None:
    """Hears nothing."""
