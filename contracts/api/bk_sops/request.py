"""All findings in the parameters of one call."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from typing import Any

from taskmock.contracts.api.bk_sops.edition import TODAY
from taskmock.contracts.api.bk_sops.shapes import parameters_shape
from taskmock.contracts.findings.violation import WEIGHTS, Strictness, Violation
from taskmock.contracts.findings.wording import sentence
from taskmock.contracts.validation.schema import Shape
from taskmock.contracts.validation.structure import Subject, field_violations
from taskmock.schemas import EDITIONS, editions_of

IDENTITIES = ("bk_token", "bk_username")
"""The parameters of which one must name the user."""

IDS = ("bk_biz_id", "task_id", "template_id")
"""The parameters that the document calls strings, though every gateway takes numbers too."""


def request_violations(params: dict[str, Any], strictness: Strictness, shape: Shape) -> Iterator[Violation]:
    """Yields every finding of a call's parameters.

    An id sent as an integer is fine in `v1` and `v2`; in `doc-2019`, where the document says string, it counts
    as an undocumented field: ignored, warned of or failed by strictness.
    """
    for found in field_violations(Subject(params, "a request"), shape, strictness=strictness):
        if found.code == "field.type" and found.pointer[1:] in IDS and type(params[found.pointer[1:]]) is int:
            severity = WEIGHTS.get(strictness)
            if severity is not None:
                message = f"{found.message}; gateways take it, the document does not name it"
                yield dataclasses.replace(found, severity=severity, message=message)
        else:
            yield found
    if not any(params.get(name) not in (None, "") for name in IDENTITIES):
        yield Violation(
            code="request.no-identity",
            pointer="",
            path="",
            message="neither `bk_token` nor `bk_username` names the user",
            expected="one of the two, not empty",
            source=sentence(shape.fields["bk_token"]),
        )


def detected_request_edition(params: Mapping[str, Any], operation: str) -> tuple[str, str]:
    """The edition of a request and how it was detected."""
    if EDITIONS[0] not in editions_of(operation):
        return TODAY, "alike in all editions that have the call"
    later = later_parameters(operation)
    found = next((name for name in params if name in later), None)
    if found:
        return TODAY, f"the request has `{found}`"
    return EDITIONS[0], "the request has no parameter that later editions added"


@functools.cache
def later_parameters(operation: str) -> frozenset[str]:
    """The parameters of a call that editions after the document added."""
    first, *others = editions_of(operation)
    known = frozenset(name for edition in others for name in parameters_shape(edition, operation).fields)
    return known - parameters_shape(first, operation).fields.keys()
