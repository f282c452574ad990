"""The verdict on one task of a live server: each answer around and inside its document, and their course."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from taskmock.contracts.api.bk_sops.edition import AUTO, detected_edition
from taskmock.contracts.api.bk_sops.lifecycle.snapshot import FULL, READING, Poll, clock_told
from taskmock.contracts.api.protocol import Detected, Series
from taskmock.contracts.contract import Contract
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.violation import Origin, Severity, Violation, at_poll, clip
from taskmock.contracts.findings.wording import listed
from taskmock.contracts.validation.body import MAX_BYTES
from taskmock.contracts.verify.answers import ReceivedAnswer, Refusal, speaks_of_credentials
from taskmock.contracts.verify.gateway import GatewayAccess
from taskmock.contracts.verify.http_rules import judged_body, refusal_violations, violations_around
from taskmock.contracts.verify.plan import PATIENCE, Plan

NO_TREE = "A run that has seen no task has verified nothing."
GAVE_UP = "What is refused or broken many times in a row is not asked for for ever."
NOT_ENDED = "A task that was to be followed to its end was left before."


class Examination:
    """Judges the answers of one task as they come, and keeps of them what the report and the page need.

    `asked` are the parameters of the call, credentials aside.
    """

    def __init__(self, contract: Contract, access: GatewayAccess, asked: Mapping[str, Any], plan: Plan) -> None:
        self.polls = 0
        self.state: str | None = None
        self.last_tree: bytes | None = None
        self._contract = contract
        self._access = access
        self._asked = asked
        self._plan = plan
        self._last: ReceivedAnswer | None = None
        self._last_refusal = ""
        self._doubt = ""
        self._cause: Origin | None = None
        self._refused_with: Refusal | None = None
        self._treeless = 0

    def report(self, answers: Iterable[ReceivedAnswer]) -> Report:
        """The verdict on all answers, drawn one by one."""
        told, answers = self._told(iter(answers))
        judge = self._contract.series(told[0], self._asked)
        found = itertools.chain(self._violations(answers, judge), judge.close(), self._conclusion(judge))
        report = self._contract.report("history", told, found)
        return dataclasses.replace(report, polls=self.polls, nodes=judge.nodes, notes=judge.notes)

    def _told(self, answers: Iterator[ReceivedAnswer]) -> tuple[Detected, Iterator[ReceivedAnswer]]:
        """The edition to judge by and how it is known: from the first answer that shows a started task, for which it
        looks ahead as far as memory allows."""
        chosen = self._contract.chosen_edition
        if chosen is not None:
            return chosen, answers
        held: list[ReceivedAnswer] = []
        told: Detected | None = None
        for answer in answers:
            held.append(answer)
            if answer.body is not None:
                told = told or detected_edition(answer.body)
                if answer.data is not None and FULL in answer.data:
                    told = detected_edition(answer.body)
                    break
            if sum(len(one.exchange.body) for one in held) > MAX_BYTES:
                break
        return told or (AUTO, "no answer can be read"), itertools.chain(held, answers)

    def _violations(self, answers: Iterator[ReceivedAnswer], judge: Series) -> Iterator[Violation]:
        for answer in answers:
            self._note(answer)
            for violation in self._of_answer(answer, judge):
                if self._cause is None and answer.data is None and violation.severity is Severity.ERROR:
                    self._cause = Origin(violation.code, violation.pointer)
                yield violation

    def _note(self, answer: ReceivedAnswer) -> None:
        """Remembers what the conclusion needs."""
        self.polls, self._last, self._cause = answer.number, answer, None
        self._treeless = 0 if answer.data is not None else self._treeless + 1
        if answer.data is not None:
            self.last_tree, self.state = answer.exchange.body, answer.state
        self._doubt = "; the credentials or the permissions may be wrong" if speaks_of_credentials(answer) else ""
        if answer.refusal is not None:
            self._last_refusal = f"; the last refusal: {answer.refusal} (poll {answer.number})"

    def _of_answer(self, answer: ReceivedAnswer, judge: Series) -> Iterator[Violation]:
        """Yields what is wrong with one answer, and with its place in the course of the task."""
        around, has_document = violations_around(answer, self._access)
        for violation in around:
            yield at_poll(violation, answer.number)
        if has_document:
            yield from judge.follow(answer.number, self._poll(answer))
            yield from self._refusal(answer)

    def _poll(self, answer: ReceivedAnswer) -> Poll:
        exchange = answer.exchange
        clock = clock_told(exchange.header(READING.lower()) or "")
        return Poll(judged_body(answer), exchange.at, exchange.at - exchange.seconds, clock)

    def _refusal(self, answer: ReceivedAnswer) -> Iterator[Violation]:
        """Yields what a call was refused with; once where the next ones are refused alike."""
        before, self._refused_with = self._refused_with, answer.refusal
        if answer.refusal != before:
            for violation in refusal_violations(answer):
                yield at_poll(violation, answer.number)

    def _conclusion(self, judge: Series) -> Iterator[Violation]:
        """Yields what the run as a whole has failed to show; a tree too broken to be one is not missed again.

        Where the last answer is an error by itself, what was not seen follows from that.
        """
        if self.last_tree is None and not judge.nodes and self._last is not None:
            message = f"no answer of {self.polls} showed a task{self._last_refusal}{self._doubt}"
            yield Violation("verify.no-tree", "", "", message, "a task", source=NO_TREE, follows=self._cause)
        if self._treeless >= PATIENCE and self.polls < self._plan.polls:
            message = f"gave up after {PATIENCE} answers in a row without a task (poll {self.polls})"
            warning = Violation("verify.gave-up", "", "", message, source=GAVE_UP, severity=Severity.WARNING)
            yield dataclasses.replace(warning, follows=self._cause)
        last = self._last
        if self._plan.until and last is not None and self.last_tree is not None and last.state not in self._plan.until:
            unseen = "" if last.data is not None else ", and the last answers showed no task"
            message = f"the task has not ended: it was {clip(self.state)}{unseen} (poll {self.polls})"
            yield Violation("verify.not-ended", "", "", message, listed(self._plan.until), source=NOT_ENDED)
