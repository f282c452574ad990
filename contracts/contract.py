"""The contract of one edition, and the verdicts on requests and responses that it gives."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from taskmock.contracts.answer import Answer, answer_nodes, answer_violations
from taskmock.contracts.body import BodyError, decoded_object
from taskmock.contracts.edition import AUTO, checked_edition, told_edition, told_request_edition
from taskmock.contracts.group import grouped
from taskmock.contracts.lifecycle.poll import Poll
from taskmock.contracts.overlay import Overlay
from taskmock.contracts.overlay_file import chosen_overlay
from taskmock.contracts.report import Report
from taskmock.contracts.request import later_parameters, request_violations
from taskmock.contracts.strictness import Strictness
from taskmock.contracts.violation import Violation
from taskmock.schemas import chosen

ASKED = "as asked for"
TODAY = "v2"
"""The edition of today's servers."""


class Contract:
    """What `get_task_status` promises in an edition, with undocumented fields weighed by strictness.

    `edition` is `doc-2019`, `v1`, `v2`, or `auto`: told from each body; or an overlay that extends one, as an `Overlay`
    or by the name of its file (`….json`, `….toml`). `strictness` says whether undocumented fields
    are ignored (`lenient`), warned of (`documented`) or failed (`strict`). A contract keeps nothing between checks.
    """

    __slots__ = ("edition", "overlay", "strictness")

    def __init__(self, edition: str | Overlay = AUTO, *, strictness: str = Strictness.DOCUMENTED) -> None:
        """Raises: ValueError for an unknown edition or strictness, with the allowed ones, or an unusable overlay."""
        self.overlay = chosen_overlay(edition)
        self.edition = checked_edition(str(edition)) if self.overlay is None else self.overlay.extends
        self.strictness = Strictness(chosen("strictness", strictness, tuple(map(str, Strictness))))

    def __repr__(self) -> str:
        """The call that makes an equal contract."""
        return f"Contract({self.overlay or self.edition!r}, strictness={self.strictness.value!r})"

    def check_response(self, body: object, *, request: Mapping[str, Any] | None = None) -> Report:
        """The verdict on an answer: bytes or text as received, or the decoded object.

        `request` are the parameters of the call, where known: some fields are promised only where they were asked for.
        """
        try:
            decoded = decoded_object(body)
        except BodyError as error:
            return self._unreadable("response", error)
        edition, basis = told_edition(decoded) if self.edition == AUTO else (self.edition, self._asked)
        answer = Answer(decoded, edition, self.strictness, request, self.overlay)
        nodes = answer_nodes(answer)
        return self._report("response", (edition, basis), answer_violations(answer, nodes), nodes=len(nodes))

    def check_request(self, params: object) -> Report:
        """The verdict on the parameters of a call: a mapping, or JSON as bytes or text."""
        try:
            decoded = decoded_object(dict(params) if isinstance(params, Mapping) else params)
        except BodyError as error:
            return self._unreadable("request", error)
        edition, basis = self.edition, ASKED
        if edition == AUTO:
            edition, basis = told_request_edition(decoded, later_parameters())
        return self._report("request", (edition, basis), request_violations(decoded, edition, self.strictness))

    def check_history(self, polls: Iterable[Poll], *, request: Mapping[str, Any] | None = None) -> Report:
        """The verdict on the answers of one task in the order they were polled: each by itself, and their course.

        `request` are the parameters of the calls, where known and the same for all.
        """
        from taskmock.contracts.polled import Account, told_history_edition

        polls = tuple(polls)
        edition, basis = told_history_edition(polls) if self.edition == AUTO else (self.edition, self._asked)
        account = Account(edition if edition != AUTO else TODAY, self.strictness, request, overlay=self.overlay)
        report = self._report("history", (edition, basis), account.violations(polls))
        return dataclasses.replace(report, nodes=account.nodes)

    @property
    def _asked(self) -> str:
        return ASKED if self.overlay is None else f"as {self.overlay.source} extends it"

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
        )
