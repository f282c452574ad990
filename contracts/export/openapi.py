"""The contract as an OpenAPI 3.1 document: every call at every gateway, in one edition or in all."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Sequence
from typing import Any

from taskmock.contracts.export.components import Components
from taskmock.contracts.export.surface import BODY, HEADER, QUERY, STAGE, Parameters, answers, shared_components
from taskmock.schemas import (
    ALL,
    EDITIONS,
    GATEWAYS,
    KNOWN,
    chosen,
    editions_of,
    gateway_names,
    known_of,
    load_gateways,
    load_operations,
    load_schema,
)

TAG = "api"

_ERRORS: dict[str, Any] = {
    "EsbError": {
        "description": "A failure of the ESB itself.",
        "type": "object",
        "required": ["result", "message", "code"],
        "properties": {
            "result": {"const": False},
            "message": {"type": "string"},
            "code": {"type": "integer"},
            "data": {"type": "null"},
            "request_id": {"type": "string"},
        },
    },
    "GatewayError": {
        "description": "An error of the API gateway's own.",
        "type": "object",
        "required": ["code", "code_name", "message", "result", "data"],
        "properties": {
            "code": {"type": "integer", "description": "1600000, and the HTTP status in its middle: 1640001."},
            "code_name": {"type": "string", "description": "Name of the error: INVALID_ARGS."},
            "message": {"type": "string"},
            "data": {"type": "null"},
            "result": {"const": False},
        },
    },
}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def openapi_document(edition: str = "v2", *, gateways: Sequence[str] = gateway_names(ALL)) -> dict[str, Any]:
    """The OpenAPI 3.1 document of every call that an edition or a variant has (`all`: any edition), at some gateways.

    Raises: ValueError for an edition or a gateway that there is not, with those there are.
    """
    chosen("edition", edition, (*KNOWN, ALL))
    components = Components()
    components.schemas.update(_ERRORS)
    paths: dict[str, dict[str, Any]] = {}
    for name, row in load_operations().items():
        editions = [
            known for known in known_of(editions_of(name)) if edition in {known, ALL if known in EDITIONS else ""}
        ]
        if editions:
            for gateway in gateways:
                _add_call(paths, row, chosen("gateway", gateway, GATEWAYS), editions, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Task statuses of BlueKing Standard OPS",
            "version": importlib.metadata.version("taskmock"),
            "description": f"The calls of task statuses and those around them, edition {edition}.",
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": TAG, "description": "The API itself."}],
        "paths": paths,
        "components": {"schemas": components.schemas, "examples": components.examples, **shared_components()},
    }


def _add_call(
    paths: dict[str, dict[str, Any]],
    row: dict[str, Any],
    gateway: str,
    editions: Sequence[str],
    components: Components,
) -> None:
    """Adds the paths of one call at one gateway."""
    name, facts = row["name"], load_gateways()[gateway]
    schemas = [load_schema(edition, "response", operation=name)["$id"] for edition in editions]
    responses = [components.reference(f"{schema}#") for schema in dict.fromkeys(schemas)]
    parameters = Parameters(name, editions[-1], components)
    examples = components.examples_of(name, [edition for edition in editions if edition in EDITIONS])
    for number, template in enumerate(facts["paths"], 1):
        path = template.replace("{operation}", name).replace("{route}", row["route"])
        for method in map(str.lower, facts["methods"][row["method"]]):
            words = [gateway.replace("-", "_"), name]
            words += [method] if method != row["method"].lower() else []
            words += [str(number)] if number > 1 else []
            paths.setdefault(path, {})[method] = {
                "operationId": "_".join(words),
                "summary": row["summary"],
                "tags": [TAG],
                **_request(path, method, parameters, ids_in_path=facts["ids_in_path"]),
                "responses": answers(responses, facts, examples),
            }


def _request(path: str, method: str, parameters: Parameters, *, ids_in_path: bool) -> dict[str, Any]:
    """The parameters and the body of a call at a path, and where its credentials stand."""
    placed = _PLACEHOLDER.findall(path)
    named = [name for name in placed if name != "stage"]
    stands = [*([STAGE] if "stage" in placed else []), *parameters.in_path(named)]
    if method == "get":
        stands += parameters.in_query(without=named)
        return {"parameters": stands, "security": HEADER if ids_in_path else [*HEADER, *QUERY]}
    body = parameters.body(without=named, credentials=not ids_in_path)
    security = HEADER if ids_in_path else [*HEADER, *BODY]
    return {**({"parameters": stands} if stands else {}), "requestBody": body, "security": security}
