"""The admin API described by itself: an OpenAPI 3.1 document made from its endpoints."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterable
from typing import Any

from taskmock.mockserver.admin.endpoint import Endpoint

_ARGUMENT = re.compile(r"\{(\w+)\}")
_ERROR = {
    "description": "What is wrong, and what is allowed.",
    "content": {
        "application/json": {
            "schema": {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
        }
    },
}


def openapi_document(prefix: str, endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of these endpoints, all under `prefix`."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(prefix + endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {"title": "taskmock admin API", "version": importlib.metadata.version("taskmock")},
        "paths": paths,
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.answer.__name__,
        "summary": endpoint.summary,
        "description": (endpoint.answer.__doc__ or "").strip(),
        "responses": {
            "200": {"description": "Done.", "content": {"application/json": {"schema": {}}}},
            "4XX": _ERROR,
        },
    }
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _ARGUMENT.findall(endpoint.path)
    ]
    for name, schema in endpoint.query.items():
        parameters.append({"name": name, "in": "query", "required": False, "schema": dict(schema)})
    if parameters:
        operation["parameters"] = parameters
    if endpoint.raw:
        operation["requestBody"] = {"required": True, "content": {"application/yaml": {"schema": {"type": "string"}}}}
    elif endpoint.body is not None:
        content = {"application/json": {"schema": body_schema(endpoint)}}
        operation["requestBody"] = {"required": bool(endpoint.required), "content": content}
    return operation


def body_schema(endpoint: Endpoint) -> dict[str, Any]:
    """What an endpoint takes as its body, as a JSON Schema."""
    return {
        "type": "object",
        "properties": {name: dict(schema) for name, schema in (endpoint.body or {}).items()},
        "required": list(endpoint.required),
        "additionalProperties": False,
    }
