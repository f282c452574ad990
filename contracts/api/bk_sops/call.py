"""Everything the judge says of the answer of a call other than `get_task_status`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from taskmock.contracts.api.bk_sops.call_rules import CallDocument, call_rule_violations
from taskmock.contracts.api.bk_sops.envelope import Envelope, envelope_violations
from taskmock.contracts.api.bk_sops.status import Answer, tree_violations
from taskmock.contracts.findings.violation import Strictness, Violation
from taskmock.contracts.validation.form import Form, Kind, answer_form, envelope_shape, needs_data
from taskmock.contracts.validation.spot import Spot, spot_violations, walk_spots
from taskmock.contracts.validation.walk import walk

NODES = ("activity", "gateway", "start_event", "end_event")
"""The parts of a pipeline tree that are nodes of the task."""


@dataclasses.dataclass(frozen=True, slots=True)
class CallAnswer:
    """One decoded answer of a call, with the edition and strictness to judge it by, and its request where known."""

    body: dict[str, Any]
    operation: str
    edition: str
    strictness: Strictness
    request: Mapping[str, Any] | None = None

    @property
    def form(self) -> Form | None:
        """The form that its `data` must have; None where it holds nothing that could be judged."""
        return answer_form(self.edition, self.operation)

    @property
    def spots(self) -> tuple[Spot, ...]:
        """Every place of its data that is judged by itself; none where `result` is false."""
        if self.body.get("result") is False:
            return ()
        return tuple(walk_spots(self.body.get("data"), self.form))


def call_violations(answer: CallAnswer, spots: tuple[Spot, ...]) -> Iterator[Violation]:
    """Yields every finding of an answer whose places have been found: its envelope, its structure, then the rules."""
    form = answer.form
    yield from envelope_violations(
        Envelope(
            body=answer.body,
            shape=envelope_shape(answer.edition, answer.operation),
            edition=answer.edition,
            strictness=answer.strictness,
            telltale=() if form is None else form.required,
            needs_data=needs_data(answer.edition, answer.operation),
        )
    )
    for spot in spots:
        if spot.form.kind is Kind.TREE:
            yield from _status_violations(spot, answer)
        else:
            yield from spot_violations(spot, answer.edition, answer.strictness)
    if spots:
        document = CallDocument(answer.operation, answer.edition, answer.body, spots, answer.request)
        yield from call_rule_violations(document)


def judged_nodes(spots: tuple[Spot, ...]) -> int:
    """How many nodes of tasks an answer tells of: in pipeline trees and in status trees."""
    trees = sum(1 for spot in spots if spot.form.kind is Kind.TREE for _ in walk(spot.value))
    return trees + sum((spot.among or spot.form).uri.rpartition("/")[2] in NODES for spot in spots)


def _status_violations(spot: Spot, answer: CallAnswer) -> Iterator[Violation]:
    """Judges a status tree by its own contract; it may lack its children, where they were not asked for."""
    nodes = tuple(walk(spot.value, prefix=spot.pointer))
    tree = Answer({"result": True, "data": spot.value}, answer.edition, answer.strictness)
    for found in tree_violations(tree, nodes):
        if found.code != "field.missing" or found.pointer != f"{spot.pointer}/children":
            yield found
