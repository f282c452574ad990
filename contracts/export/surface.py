"""A call at a gateway in OpenAPI's words: parameters, bodies, credentials, answers and their headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from taskmock.contracts.export.components import Components, pascal
from taskmock.schemas import base_of, load_example, load_gateways, load_json, load_schema

_FACTS = load_json("gateways.json")
_GATEWAYS = load_gateways()
CREDENTIALS = {name: text for name, text in _FACTS["credentials"].items() if text}
JSON, FORM = "application/json", "application/x-www-form-urlencoded"

SECURITY_SCHEMES: dict[str, Any] = {
    "authorization": {
        "type": "apiKey",
        "in": "header",
        "name": _FACTS["authorization"]["header"],
        "description": _FACTS["authorization"]["description"],
    },
    **{
        name: {
            "type": "apiKey",
            "in": "query",
            "name": name,
            "description": f"{text}; at the ESB, where the header is not there.",
        }
        for name, text in CREDENTIALS.items()
    },
}
"""Where credentials stand; a body may have them as fields too, at the ESB."""

HEADER: list[dict[str, list[str]]] = [{"authorization": []}]
QUERY: list[dict[str, list[str]]] = [
    {"bk_app_code": [], "bk_app_secret": [], "bk_username": []},
    {"bk_app_code": [], "bk_app_secret": [], "bk_token": []},
]
BODY: list[dict[str, list[str]]] = [{}]

ID_IN_PATH = {"type": "string", "pattern": "^[0-9]{1,18}$"}
STAGE = {
    "name": "stage",
    "in": "path",
    "required": True,
    "description": "A stage of the API gateway.",
    "schema": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_-]{0,19}$"},
    "example": "prod",
}

_HEADERS = _GATEWAYS["apigw"]["headers"]
_REQUEST_ID, *_ERROR = list(_HEADERS)[:3]
_RATE_LIMITS = list(_HEADERS)[3:]
_NUMERIC = frozenset({_ERROR[0], *_RATE_LIMITS[:3]})


def shared_components() -> dict[str, Any]:
    """The components that every document has beside schemas: headers, answers in failure, places of credentials."""
    failure = {"$ref": "#/components/schemas/EsbError"}
    errors = {
        f"Esb{status}": {"description": text, "content": {JSON: {"schema": failure}}}
        for status, text in _GATEWAYS["esb"]["statuses"].items()
    }
    own = {"$ref": "#/components/schemas/GatewayError"}
    for status, text in _GATEWAYS["apigw"]["statuses"].items():
        names = [_REQUEST_ID, *_ERROR, *(_RATE_LIMITS if status == "429" else ())]
        errors[f"Gateway{status}"] = {
            "description": text,
            "headers": {name: _header(name) for name in names},
            "content": {JSON: {"schema": own}},
        }
    headers = {
        _header_part(name): {
            "description": text,
            "required": True,
            "schema": {"type": "string", **({"pattern": "^[0-9]+$"} if name in _NUMERIC else {"minLength": 1})},
        }
        for name, text in _HEADERS.items()
    }
    return {"responses": errors, "headers": headers, "securitySchemes": SECURITY_SCHEMES}


def answers(
    edition_responses: list[dict[str, str]], gateway: Mapping[str, Any], examples: Mapping[str, dict[str, str]]
) -> dict[str, Any]:
    """The answers of a call at a gateway (its facts): HTTP 200 with the system's answer, and its own refusals.

    `examples` are good answers by the edition, or the editions, whose they are.
    """
    schema = edition_responses[0] if len(edition_responses) == 1 else {"anyOf": edition_responses}
    good: dict[str, Any] = {
        "description": "What the system says; where it refuses, `result` is false and the status is 200 all the same.",
        "content": {JSON: {"schema": schema, **({"examples": examples} if examples else {})}},
    }
    if gateway["headers"]:
        good["headers"] = {_REQUEST_ID: _header(_REQUEST_ID)}
    family = "Gateway" if gateway["headers"] else "Esb"
    refusals = {status: {"$ref": f"#/components/responses/{family}{status}"} for status in gateway["statuses"]}
    return {"200": good, **refusals}


class Parameters:
    """The parameters of a call in its latest edition, as they stand in a path, a query or a body."""

    def __init__(self, operation: str, edition: str, components: Components) -> None:
        schema = load_schema(edition, "request", operation=operation)
        self.required = [name for name in schema["required"] if name not in CREDENTIALS]
        self._uri, self._components = f"{schema['$id']}#/properties/", components
        self.names = [name for name in schema["properties"] if name not in CREDENTIALS]
        self.example = load_example(base_of(edition), "request", operation=operation)

    def in_path(self, names: list[str]) -> Iterator[dict[str, Any]]:
        """Those that stand in the path: ids, numbers all of them."""
        for name in names:
            yield {
                "name": name,
                "in": "path",
                "required": True,
                "description": self._schema(name).get("description", ""),
                "schema": ID_IN_PATH,
                "example": str(self.example.get(name, 1)),
            }

    def in_query(self, *, without: list[str]) -> Iterator[dict[str, Any]]:
        """Those that stand in the query."""
        for name in self.names:
            if name in without:
                continue
            schema = self._schema(name)
            found = {"name": name, "in": "query", "description": schema.pop("description", ""), "schema": schema}
            yield {**found, **({"required": True} if name in self.required else {})}

    def body(self, *, without: list[str], credentials: bool) -> dict[str, Any]:
        """The body of a POST: JSON, at the ESB a form too, with credentials where the header has none."""
        names = [name for name in self.names if name not in without]
        required = [name for name in self.required if name in names]
        shown = {name: self._schema(name) for name in (*(CREDENTIALS if credentials else ()), *names)}
        schema = {"type": "object", "properties": shown, "required": required}
        content: dict[str, Any] = {JSON: {"schema": schema}}
        if credentials:
            form = {
                name: {"type": "string", "description": field.get("description", "")} for name, field in shown.items()
            }
            content[FORM] = {"schema": {"type": "object", "properties": form, "required": required}}
        return {"required": bool(required), "content": content}

    def _schema(self, name: str) -> dict[str, Any]:
        return self._components.inlined(self._uri + name)


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{_header_part(name)}"}


def _header_part(name: str) -> str:
    return pascal(name.removeprefix("X-Bkapi-"))
