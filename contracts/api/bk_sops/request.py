"""All findings in the parameters of one call."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from taskmock.contracts.api.bk_sops.edition import TODAY
from taskmock.contracts.api.bk_sops.shapes import parameters_shape
from taskmock.contracts.findings.violation import WEIGHTS, Strictness, Violation, clip
from taskmock.contracts.findings.wording import sentence
from taskmock.contracts.validation.schema import Shape
from taskmock.contracts.validation.structure import Subject, field_violations
from taskmock.schemas import EDITIONS, editions_of

IDENTITIES = ("bk_token", "bk_username")
"""The parameters of which one must name the user."""

APP = ("bk_app_code", "bk_app_secret")
"""The parameters that name the app."""

TOKEN = "access_token"  # noqa: S105  # a name, no secret
"""The parameter that stands for all the credentials, where a client has one."""

LONGEST_ID = 128
"""The most characters that an id of a call may have."""

IDS = ("bk_biz_id", "task_id", "template_id")
"""The parameters that the document calls strings, though every gateway takes numbers too."""


def request_violations(params: dict[str, Any], strictness: Strictness, shape: Shape) -> Iterator[Violation]:
    """Yields every finding of a call's parameters.

    An id sent as an integer is fine in `v1` and `v2`; in `doc-2019`, where the document says string, it counts
    as an undocumented field: ignored, warned of or failed by strictness.
    """
    has_token = bool(_text(params.get(TOKEN)))
    spared = {f"/{name}" for name in (*APP, TOKEN)} if has_token else set()
    wrong: set[str] = set()
    for found in field_violations(Subject(params, "a request"), shape, strictness=strictness):
        if found.pointer in spared and found.code in {"field.missing", "field.undocumented"}:
            continue
        if found.code == "field.type" and found.pointer[1:] in IDS and type(params[found.pointer[1:]]) is int:
            severity = WEIGHTS.get(strictness)
            if severity is not None:
                message = f"{found.message}; gateways take it, the document does not name it"
                yield dataclasses.replace(found, severity=severity, message=message)
        else:
            wrong.add(found.pointer)
            yield found
    for place, message, expected in _complaints(params, shape):
        if f"/{place}" not in wrong:
            yield _found(params, shape, place, message, expected)
    if not has_token and not any(_text(params.get(name)) for name in IDENTITIES):
        yield Violation(
            code="request.no-identity",
            pointer="",
            path="",
            message="neither `bk_token` nor `bk_username` names the user",
            expected="one of the two, not empty",
            source=sentence(shape.fields["bk_token"]),
        )


def _text(value: object) -> str:
    """A text without blanks around it; "" for anything else."""
    return value.strip() if isinstance(value, str) else ""


def _complaints(params: Mapping[str, Any], shape: Shape) -> Iterator[tuple[str, str, str]]:
    """Yields what no schema says of parameters: the name of one, what is wrong, and what is expected."""
    for name, value in params.items():
        if name not in shape.fields:
            continue
        field = shape.fields[name]
        whole = [value] if "integer" in _types(field) else []
        whole += value if isinstance(value, list) and "integer" in _types(field.get("items", {})) else []
        if any(type(each) is float for each in whole):
            yield name, f"`{name}` is written as a number with a fraction or exponent", "a whole number"
    for name in shape.required:
        if name in (*APP, *IDS, "node_id") and isinstance(params.get(name), str | int):
            text = str(params[name]).strip()
            if not text:
                yield name, f"`{name}` is empty", "what is not empty"
            elif name not in APP and (len(text) > LONGEST_ID or not text.isprintable()):
                yield name, f"`{name}` has the wrong form", f"1 to {LONGEST_ID} printable characters"
    if isinstance(params.get("subprocess_stack"), str) and not _is_list(params["subprocess_stack"]):
        yield "subprocess_stack", "`subprocess_stack` is no JSON text of a list", "a list, or the JSON text of one"
    if "template_schemes_id" in shape.fields:
        yield from _scheme_complaints(params)


def _types(field: Mapping[str, Any]) -> tuple[str, ...]:
    types = field.get("type", ())
    return (types,) if isinstance(types, str) else tuple(types)


def _is_list(text: str) -> bool:
    try:
        return isinstance(json.loads(text), list)
    except (ValueError, RecursionError):
        return False


def _scheme_complaints(params: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yields what bk-sops says against execution schemes: an id of 0, one twice, or nodes that are named besides."""
    name, others = "template_schemes_id", ("exclude_task_nodes_id", "execute_task_nodes_id")
    said = params.get(name, [])
    schemes = [_scheme(each) for each in (said if isinstance(said, list) else [said])]
    if 0 in schemes:
        yield name, f"`{name}` has the number 0", "numbers from 1"
    elif any(each in schemes[:place] for place, each in enumerate(schemes)):
        yield name, f"`{name}` names a scheme twice", "each scheme once"
    elif schemes and any(params.get(other) for other in others):
        yield name, f"`{name}` stands beside nodes that are named", "schemes or nodes"


def _scheme(value: object) -> object:
    """An execution scheme; digits are its number."""
    return int(value) if isinstance(value, str) and value.isdigit() else value


def _found(params: Mapping[str, Any], shape: Shape, name: str, message: str, expected: str) -> Violation:
    value = params[name]
    code = "field.empty" if isinstance(value, str) and not value.strip() else "field.value"
    code = "field.type" if isinstance(value, float) else code
    return Violation(
        code=code,
        pointer=f"/{name}",
        path="",
        message=message,
        expected=expected,
        value=clip(value),
        source=sentence(shape.fields[name]),
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
