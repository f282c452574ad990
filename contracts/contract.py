"""The contract of one call in one edition, and the verdicts on requests and responses that it gives."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from taskmock.contracts.api.bk_sops.api import BK_SOPS
from taskmock.contracts.api.bk_sops.edition import AUTO
from taskmock.contracts.api.bk_sops.lifecycle.snapshot import Poll
from taskmock.contracts.api.bk_sops.overlay_file import chosen_overlay
from taskmock.contracts.api.protocol import Answer, Api, ClockRule, Detected, Series
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.violation import Strictness, Violation
from taskmock.contracts.validation.body import BodyError, decoded_object
from taskmock.contracts.validation.overlay import Overlay
from taskmock.schemas import chosen, known_of
from taskmock.schemas.argument import demand

ASKED = "as asked for"


class Contract:
    """What a call promises in an edition, with undocumented fields weighed by strictness.

    `operation` names the call: `get_task_status` by default, or any other of `schemas.load_operations`.
    `edition` is `doc-2019`, `v1`, `v2`, or `auto`: detected from each body; or an overlay that extends one, as an
    `Overlay` or by the name of its file (`….json`, `….toml`). `strictness` says whether undocumented fields
    are ignored (`lenient`), warned of (`documented`) or failed (`strict`). `api` is the API that has the call, and
    `skip` are the codes of rules that are left out. A contract keeps nothing between checks.
    """

    __slots__ = ("_call", "api", "clock_rule", "edition", "operation", "overlay", "skip", "strictness")

    def __init__(
        self,
        edition: str | os.PathLike[str] | Overlay = AUTO,
        *,
        strictness: str = Strictness.DOCUMENTED,
        operation: str = "",
        api: Api = BK_SOPS,
        skip: Collection[str] = (),
        clock_rule: str = ClockRule.AUTO,
    ) -> None:
        """Raises: ValueError for a call, edition or strictness that there is not, with those there are, or an overlay
        that cannot be used.
        """
        demand("Contract(edition)", edition, str | os.PathLike | Overlay, "an edition, or an overlay or its file")
        demand("Contract(operation=…)", operation, str, "the name of a call")
        demand("Contract(api=…)", api, Api, "an Api")
        demand("Contract(skip=…)", skip, list | tuple | set | frozenset, "a collection of rules' codes")
        self.api = api
        self.skip = skip
        self.clock_rule = ClockRule(chosen("clock rule", clock_rule, tuple(map(str, ClockRule))))
        self.operation = chosen("call", operation or api.default, tuple(api.operations))
        self._call = api.operations[self.operation]
        what = "edition" if self._call.of_tree else f"edition of {self.operation}"
        self.overlay = chosen_overlay(edition)
        if self.overlay is not None and not self._call.of_tree:
            raise ValueError(f"an overlay changes the contract of {api.default}, not of {self.operation}")
        allowed = (AUTO, *known_of(self._call.editions))
        self.edition = chosen(what, str(edition), allowed) if self.overlay is None else self.overlay.extends
        self.strictness = Strictness(chosen("strictness", strictness, tuple(map(str, Strictness))))

    def __repr__(self) -> str:
        """The call that makes an equal contract."""
        call = "" if self.operation == self.api.default else f", operation={self.operation!r}"
        return f"Contract({self.overlay or self.edition!r}, strictness={self.strictness.value!r}{call})"

    @property
    def has_course(self) -> bool:
        """Whether answers of the call have a history: whether they show one task from poll to poll."""
        return self._call.series is not None

    def check_response(self, body: object, *, request: Mapping[str, Any] | None = None) -> Report:
        """The verdict on an answer: bytes or text as received, or the decoded object.

        `request` are the parameters of the call, where known: some fields are promised only where they were asked for.
        """
        demand("check_response(request=…)", request, Mapping | None, "the parameters of the call by name")
        try:
            decoded = decoded_object(body)
        except BodyError as error:
            return self._unreadable("response", error)
        detected = self.chosen_edition or self._call.detect_edition(decoded)
        answer = self._answer(decoded, detected[0], request)
        return self.report("response", detected, answer.violations(), nodes=answer.nodes)

    def check_request(self, params: object) -> Report:
        """The verdict on the parameters of a call: a mapping, or JSON as bytes or text."""
        try:
            decoded = decoded_object(dict(params) if isinstance(params, Mapping) else params)
        except BodyError as error:
            return self._unreadable("request", error)
        detected = (self.edition, ASKED) if self.chosen_edition else self._call.detect_request_edition(decoded)
        shape = self._call.parameters(detected[0])
        return self.report("request", detected, self.api.request(decoded, self.strictness, shape))

    def check_history(self, polls: Iterable[Poll], *, request: Mapping[str, Any] | None = None) -> Report:
        """The verdict on the answers of one task in the order they were polled: each by itself, and their course.

        `request` are the parameters of the calls, where known and the same for all.

        Raises: ValueError where the contract is another call's.
        """
        demand("check_history(request=…)", request, Mapping | None, "the parameters of the calls by name")
        demand("check_history(polls)", polls, Iterable, "polls in their order, each a Poll(body, at)")
        polls = tuple(polls)
        for poll in polls:
            demand("check_history(polls)", poll, Poll, "polls in their order, each a Poll(body, at)")
        detected = self.chosen_edition or self._call.detect_series_edition(polls)
        judge = self.series(detected[0], request)
        report = self.report("history", detected, judge.violations(polls))
        return dataclasses.replace(report, polls=len(polls), nodes=judge.nodes, notes=judge.notes)

    def series(self, edition: str, request: Mapping[str, Any] | None = None) -> Series:
        """The judge of a history that is not there as a whole yet, by an edition.

        Raises: ValueError where the contract is another call's.
        """
        if self._call.series is None:
            raise ValueError(f"only answers of {self.api.default} have a history; {self.operation} has none")
        return self._call.series(
            lambda body, detected: self._answer(body, detected, request), edition, self.skip, self.clock_rule
        )

    @property
    def chosen_edition(self) -> Detected | None:
        """The edition to judge by and why; None where each body tells its own."""
        if self.edition == AUTO:
            return None
        return self.edition, ASKED if self.overlay is None else f"as {self.overlay.source} extends it"

    def _answer(self, body: dict[str, Any], edition: str, request: Mapping[str, Any] | None) -> Answer:
        return Answer(body, self.api, self._call, edition, self.strictness, request, self.overlay, self.skip)

    def _unreadable(self, subject: str, error: BodyError) -> Report:
        basis = "the body cannot be read" if self.edition == AUTO else ASKED
        return self.report(subject, (self.edition, basis), [error.violation])

    def report(self, subject: str, edition: Detected, violations: Iterable[Violation], *, nodes: int = 0) -> Report:
        """The verdict of this contract on a subject, with the edition that was judged by and why."""
        return Report.of(
            violations,
            subject,
            edition,
            strictness=self.strictness.value,
            nodes=nodes,
            operation=self.operation,
            of_tree=self._call.of_tree,
        )
