"""Everything the judge says of the parameters of one call."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from typing import Any

from taskmock.contracts.strictness import WEIGHTS, Strictness
from taskmock.contracts.structure import Place, field_violations
from taskmock.contracts.validator import request_shape
from taskmock.contracts.violation import Violation
from taskmock.contracts.wording import sentence
from taskmock.schemas import EDITIONS

IDENTITIES = ("bk_token", "bk_username")
"""The parameters of which one must name the user."""

IDS = ("bk_biz_id", "task_id")
"""The parameters that the document calls strings, though every gateway takes numbers too."""


def request_violations(params: dict[str, Any], edition: str, strictness: Strictness) -> Iterator[Violation]:
    """Yields every finding of a call's parameters.

    An id sent as an integer is fine in `v1` and `v2`; in `doc-2019`, where the document says string, it weighs like
    an undocumented field: ignored, warned of or failed by strictness.
    """
    shape = request_shape(edition)
    for found in field_violations(params, shape, Place("", "", "a request", edition), strictness=strictness):
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


@functools.cache
def later_parameters() -> frozenset[str]:
    """The parameters that editions after the document added."""
    first, *others = EDITIONS
    known = frozenset(name for edition in others for name in request_shape(edition).fields)
    return known - request_shape(first).fields.keys()
