"""The calls of bk-sops as the judge knows them: one table, in which every call has its contract."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from taskmock.contracts.api.bk_sops import edition as editions
from taskmock.contracts.api.bk_sops.call_rules import RULES
from taskmock.contracts.api.bk_sops.call_rules.document import CallDocument
from taskmock.contracts.api.bk_sops.envelope import envelope_violations, payload_of
from taskmock.contracts.api.bk_sops.request import detected_request_edition, request_violations
from taskmock.contracts.api.bk_sops.series import SeriesJudge, detected_history_edition
from taskmock.contracts.api.bk_sops.shapes import (
    answer_form,
    envelope_shape,
    needs_data,
    parameters_shape,
    response_shape,
)
from taskmock.contracts.api.bk_sops.states import vocabularies
from taskmock.contracts.api.bk_sops.status import tree_violations
from taskmock.contracts.api.bk_sops.tree import NODE, PREFIX, TREE
from taskmock.contracts.api.protocol import Answer, Api, CallContract, Detected, Envelope
from taskmock.contracts.validation.overlay import Overlay
from taskmock.schemas import EDITIONS, STATUS, load_operations

NODES = frozenset({"activity", "gateway", "start_event", "end_event"})
"""The parts of a pipeline tree that are nodes of the task."""

_DETECTORS: dict[str, Callable[[Mapping[str, Any]], Detected]] = {
    "get_tasks_status": editions.detected_batch_edition,
    "get_task_node_detail": editions.detected_node_edition,
    "get_task_detail": editions.detected_detail_edition,
}


@functools.cache
def _status_envelope(edition: str, overlay: Overlay | None) -> Envelope:
    return Envelope(response_shape(edition, "envelope", overlay=overlay), telltale=("state",))


_STATUS = CallContract(
    operation=STATUS,
    editions=EDITIONS,
    form=lambda _: TREE,
    envelope=_status_envelope,
    parameters=functools.partial(parameters_shape, operation=STATUS),
    detect_edition=editions.detected_edition,
    detect_request_edition=functools.partial(detected_request_edition, operation=STATUS),
    of_tree=True,
    series=SeriesJudge,
    detect_series_edition=detected_history_edition,
)


def _document(answer: Answer) -> CallDocument:
    return CallDocument(answer.call.operation, answer.edition, answer.body, answer.places, answer.request)


def _call(operation: str, known: tuple[str, ...]) -> CallContract:
    """The contract of a call other than the status."""
    form = functools.partial(answer_form, operation=operation)

    @functools.cache
    def envelope(edition: str, _: Overlay | None) -> Envelope:
        own = form(edition)
        telltale = () if own is None else own.required
        return Envelope(envelope_shape(edition, operation), needs_data(edition, operation), telltale)

    return CallContract(
        operation=operation,
        editions=known,
        form=form,
        envelope=envelope,
        parameters=functools.partial(parameters_shape, operation=operation),
        detect_edition=_DETECTORS.get(operation, editions.undetected_edition),
        detect_request_edition=functools.partial(detected_request_edition, operation=operation),
        rules=RULES.get(operation, ()),
        document=_document,
    )


OPERATIONS: dict[str, CallContract] = {
    STATUS: _STATUS,
    **{name: _call(name, tuple(row["editions"])) for name, row in load_operations().items() if name != STATUS},
}
"""The contract of every call."""

BK_SOPS = Api(
    name="bk-sops",
    default=STATUS,
    operations=OPERATIONS,
    payload=payload_of,
    prefix=PREFIX,
    node=NODE,
    envelope=envelope_violations,
    tree=tree_violations,
    request=request_violations,
    vocabularies=vocabularies,
    nodes=NODES,
)
"""The API of BlueKing Standard OPS."""
