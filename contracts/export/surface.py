"""What a call looks like at a door, in OpenAPI's words: parameters, bodies, credentials, answers and their headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from taskmock.contracts.export.components import Components, pascal
from taskmock.schemas import load_example, load_schema

CREDENTIALS = ("bk_app_code", "bk_app_secret", "bk_token", "bk_username")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
AUTHORIZATION = "X-Bkapi-Authorization"

SECURITY_SCHEMES: dict[str, Any] = {
    "authorization": {
        "type": "apiKey",
        "in": "header",
        "name": AUTHORIZATION,
        "description": "JSON: bk_app_code, bk_app_secret and bk_token or bk_username; or access_token alone.",
    },
    **{
        name: {"type": "apiKey", "in": "query", "name": name, "description": description}
        for name, description in (
            ("bk_app_code", "App id; at the ESB, where the header is not there."),
            ("bk_app_secret", "App secret; at the ESB, where the header is not there."),
            ("bk_token", "The user's login token; at the ESB, where the header is not there."),
            ("bk_username", "The user's name, from apps that may give one; at the ESB, where the header is not there."),
        )
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

GATEWAY_ERRORS = {
    "400": "Credentials are missing, wrong or no JSON; or the request cannot be read.",
    "401": "The user is not logged in.",
    "403": "The app has no permission.",
    "404": "There is no such call, or an id is no number.",
    "413": "The body is too large.",
    "429": "Too many calls.",
    "500": "The gateway failed.",
    "502": "The system behind the gateway gave no answer.",
    "503": "The system behind the gateway is away.",
    "504": "The system behind the gateway took too long.",
}
"""The statuses with which the API gateway itself refuses a call."""

ESB_ERRORS = {
    "400": "The request cannot be read.",
    "413": "The body is too large.",
    "500": "The ESB failed.",
}
"""The statuses other than 200 of the ESB on a path that it knows."""

_HEADERS = {
    "X-Bkapi-Request-Id": "The request's id, by which the gateway's people find it.",
    "X-Bkapi-Error-Code": "The code of the error, the same as in the body.",
    "X-Bkapi-Error-Message": "The message of the error, the same as in the body.",
    "X-Bkapi-RateLimit-Limit": "How many calls there may be.",
    "X-Bkapi-RateLimit-Remaining": "How many are left.",
    "X-Bkapi-RateLimit-Reset": "In how many seconds there are more.",
    "X-Bkapi-RateLimit-Plugin": "What of the gateway counts the calls.",
}
_REQUEST_ID, *_ERROR = list(_HEADERS)[:3]
_RATE_LIMITS = list(_HEADERS)[3:]
_NUMERIC = frozenset({"X-Bkapi-Error-Code", *_RATE_LIMITS[:3]})


def shared_components() -> dict[str, Any]:
    """The components that every document has beside schemas: headers, answers in failure, places of credentials."""
    failure = {"$ref": "#/components/schemas/EsbError"}
    errors = {
        f"Esb{status}": {"description": text, "content": {JSON: {"schema": failure}}}
        for status, text in ESB_ERRORS.items()
    }
    own = {"$ref": "#/components/schemas/GatewayError"}
    for status, text in GATEWAY_ERRORS.items():
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


def answers(edition_responses: list[dict[str, str]], *, is_gateway: bool) -> dict[str, Any]:
    """The answers of a call: HTTP 200 with what the system says, good or not, and what the door itself refuses."""
    schema = edition_responses[0] if len(edition_responses) == 1 else {"anyOf": edition_responses}
    good: dict[str, Any] = {
        "description": "What the system says; where it refuses, `result` is false and the status is 200 all the same.",
        "content": {JSON: {"schema": schema}},
    }
    if not is_gateway:
        own = {status: {"$ref": f"#/components/responses/Esb{status}"} for status in ESB_ERRORS}
        return {"200": good, **own}
    good["headers"] = {_REQUEST_ID: _header(_REQUEST_ID)}
    return {"200": good, **{status: {"$ref": f"#/components/responses/Gateway{status}"} for status in GATEWAY_ERRORS}}


class Parameters:
    """The parameters of a call in its latest edition, as they stand in a path, a query or a body."""

    def __init__(self, operation: str, edition: str, components: Components) -> None:
        schema = load_schema(edition, "request", operation=operation)
        self.required = [name for name in schema["required"] if name not in CREDENTIALS]
        self._uri, self._components = f"{schema['$id']}#/properties/", components
        self.names = [name for name in schema["properties"] if name not in CREDENTIALS]
        self.example = load_example(edition, "request", operation=operation)

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
