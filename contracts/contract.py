"""The contract of one call in one edition, and the verdicts on requests and responses that it gives."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from taskmock.contracts.api.bk_sops.call import CallAnswer, call_violations, judged_nodes
from taskmock.contracts.api.bk_sops.edition import AUTO, told_call_edition
from taskmock.contracts.api.bk_sops.lifecycle.snapshot import Poll
from taskmock.contracts.api.bk_sops.request import request_violations, told_request_edition
from taskmock.contracts.api.bk_sops.status import Answer, answer_nodes, answer_violations
from taskmock.contracts.findings.group import grouped
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.violation import Strictness, Violation
from taskmock.contracts.validation.body import BodyError, decoded_object
from taskmock.contracts.validation.overlay import Overlay
from taskmock.contracts.validation.overlay_file import chosen_overlay
from taskmock.schemas import STATUS, chosen, editions_of

ASKED = "as asked for"
TODAY = "v2"
"""The edition of today's servers."""


class Contract:
    """What a call promises in an edition, with undocumented fields weighed by strictness.

    `operation` names the call: `get_task_status` unless told otherwise, or any other of `schemas.load_operations`.
    `edition` is `doc-2019`, `v1`, `v2`, or `auto`: told from each body; or an overlay that extends one, as an `Overlay`
    or by the name of its file (`….json`, `….toml`). `strictness` says whether undocumented fields
    are ignored (`lenient`), warned of (`documented`) or failed (`strict`). A contract keeps nothing between checks.
    """

    __slots__ = ("edition", "operation", "overlay", "strictness")

    def __init__(
        self, edition: str | Overlay = AUTO, *, strictness: str = Strictness.DOCUMENTED, operation: str = STATUS
    ) -> None:
        """Raises: ValueError for a call, edition or strictness that there is not, with those there are, or an overlay
        that cannot be used.
        """
        self.operation = operation
        what, editions = (
            "edition" if operation == STATUS else f"edition of {operation}",
            (AUTO, *editions_of(operation)),
        )
        self.overlay = chosen_overlay(edition)
        if self.overlay is not None and operation != STATUS:
            raise ValueError(f"an overlay changes the contract of {STATUS}, not of {operation}")
        self.edition = chosen(what, str(edition), editions) if self.overlay is None else self.overlay.extends
        self.strictness = Strictness(chosen("strictness", strictness, tuple(map(str, Strictness))))

    def __repr__(self) -> str:
        """The call that makes an equal contract."""
        call = "" if self.operation == STATUS else f", operation={self.operation!r}"
        return f"Contract({self.overlay or self.edition!r}, strictness={self.strictness.value!r}{call})"

    def check_response(self, body: object, *, request: Mapping[str, Any] | None = None) -> Report:
        """The verdict on an answer: bytes or text as received, or the decoded object.

        `request` are the parameters of the call, where known: some fields are promised only where they were asked for.
        """
        try:
            decoded = decoded_object(body)
        except BodyError as error:
            return self._unreadable("response", error)
        told = told_call_edition(decoded, self.operation) if self.edition == AUTO else (self.edition, self._asked)
        if self.operation != STATUS:
            return self._call_report(CallAnswer(decoded, self.operation, told[0], self.strictness, request), told)
        answer = Answer(decoded, told[0], self.strictness, request, self.overlay)
        nodes = answer_nodes(answer)
        return self._report("response", told, answer_violations(answer, nodes), nodes=len(nodes))

    def check_request(self, params: object) -> Report:
        """The verdict on the parameters of a call: a mapping, or JSON as bytes or text."""
        try:
            decoded = decoded_object(dict(params) if isinstance(params, Mapping) else params)
        except BodyError as error:
            return self._unreadable("request", error)
        told = self.edition, ASKED
        if self.edition == AUTO:
            told = told_request_edition(decoded, self.operation)
        found = request_violations(decoded, told[0], self.strictness, operation=self.operation)
        return self._report("request", told, found)

    def check_history(self, polls: Iterable[Poll], *, request: Mapping[str, Any] | None = None) -> Report:
        """The verdict on the answers of one task in the order they were polled: each by itself, and their course.

        `request` are the parameters of the calls, where known and the same for all.

        Raises: ValueError where the contract is another call's.
        """
        from taskmock.contracts.api.bk_sops.series import SeriesJudge, told_history_edition

        if self.operation != STATUS:
            raise ValueError(f"only answers of {STATUS} have a history; {self.operation} has none")

        polls = tuple(polls)
        edition, basis = told_history_edition(polls) if self.edition == AUTO else (self.edition, self._asked)
        account = SeriesJudge(edition if edition != AUTO else TODAY, self.strictness, request, overlay=self.overlay)
        report = self._report("history", (edition, basis), account.violations(polls))
        return dataclasses.replace(report, nodes=account.nodes)

    @property
    def _asked(self) -> str:
        return ASKED if self.overlay is None else f"as {self.overlay.source} extends it"

    def _call_report(self, answer: CallAnswer, told: tuple[str, str]) -> Report:
        spots = answer.spots
        return self._report("response", told, call_violations(answer, spots), nodes=judged_nodes(spots))

    def _unreadable(self, subject: str, error: BodyError) -> Report:
        basis = "the body cannot be read" if self.edition == AUTO else ASKED
        return self._report(subject, (self.edition, basis), [error.violation])

    def _report(
        self, subject: str, edition: tuple[str, str], violations: Iterable[Violation], *, nodes: int = 0
    ) -> Report:
        groups, complete = grouped(violations)
        return Report(
            subject=subject,
            edition=edition[0],
            basis=edition[1],
            strictness=self.strictness.value,
            nodes=nodes,
            groups=groups,
            complete=complete,
            operation=self.operation,
        )
