"""The admin API described by itself: an OpenAPI 3.1 document made from its endpoints."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterable, Mapping
from typing import Any

from taskmock.mockserver.admin.endpoint import YAML, Endpoint, Schema
from taskmock.mockserver.sessions.names import NAME_PATTERN

TAG = "admin"

_ARGUMENT = re.compile(r"\{(\w+)\}")
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"type": "string", "description": "What is wrong, and what is meant where that can be told."},
        "allowed": {"description": "What is allowed."},
    },
}
_ARGUMENTS: dict[str, Schema] = {"session": {"type": "string", "pattern": NAME_PATTERN}}
_YAML: dict[str, Any] = {YAML: {"schema": {"type": "object"}}}


def admin_document(prefix: str, endpoints: Iterable[Endpoint], *, token: bool) -> dict[str, Any]:
    """The OpenAPI 3.1 document of these endpoints, all under `prefix`; with `token` callers must show one."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(prefix + endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {"title": "taskmock admin API", "version": importlib.metadata.version("taskmock")},
        "servers": [{"url": "/"}],
        "tags": [{"name": TAG, "description": "Control over a running mock."}],
        "security": [{"token": []}] if token else [{}],
        "paths": paths,
        "components": {
            "schemas": {"Error": _ERROR},
            "responses": {
                "Error": {
                    "description": "Nothing was done.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
                }
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def with_admin(api: Mapping[str, Any], admin: Mapping[str, Any]) -> dict[str, Any]:
    """One document of both: the API at its gateways, and the admin API that controls the mock behind them.

    A call of the API says itself who may make it; what the admin API says of that holds for all others.
    """
    components = {
        kind: {**api["components"].get(kind, {}), **admin["components"].get(kind, {})}
        for kind in api["components"].keys() | admin["components"].keys()
    }
    return {
        **api,
        "tags": [*api["tags"], *admin["tags"]],
        "security": admin["security"],
        "paths": {**api["paths"], **admin["paths"]},
        "components": {kind: components[kind] for kind in sorted(components)},
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.answer.__name__,
        "tags": [TAG],
        "summary": endpoint.summary,
        "description": (endpoint.answer.__doc__ or "").strip(),
        "responses": {"200": _good(endpoint), "4XX": {"$ref": "#/components/responses/Error"}},
    }
    if endpoint.unguarded:
        operation["security"] = [{}]
    if endpoint.leads:
        location = {"description": "A path of this site.", "schema": {"type": "string"}}
        operation["responses"]["303"] = {"description": "To `next`.", "headers": {"Location": location}}
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": dict(_ARGUMENTS.get(name, {"type": "string"}))}
        for name in _ARGUMENT.findall(endpoint.path)
    ]
    for name, schema in endpoint.query.items():
        parameters.append({"name": name, "in": "query", "required": name in endpoint.needed, "schema": dict(schema)})
    if parameters:
        operation["parameters"] = parameters
    if endpoint.raw:
        operation["requestBody"] = {"required": True, "content": _YAML}
    elif endpoint.body is not None:
        schema = object_schema(endpoint.body, required=endpoint.required)
        content = {"application/json": {"schema": schema | {"additionalProperties": False}}}
        operation["requestBody"] = {"required": bool(endpoint.required), "content": content}
    return operation


def _good(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.gives is None:
        return {"description": "The text of a scenario file.", "content": _YAML}
    schema = object_schema(endpoint.gives, required=tuple(endpoint.gives))
    return {"description": "Done.", "content": {"application/json": {"schema": schema}}}


def object_schema(properties: Mapping[str, Schema], *, required: tuple[str, ...] = ()) -> dict[str, Any]:
    """The JSON Schema of an object with these properties."""
    return {
        "type": "object",
        "properties": {name: dict(schema) for name, schema in properties.items()},
        "required": list(required),
    }
