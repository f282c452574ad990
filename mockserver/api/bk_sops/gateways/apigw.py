"""The door of the API gateway: ids in the path, credentials in a header, HTTP statuses that mean what they say.

What the gateway refuses carries its code in headers too; what the system behind it refuses is HTTP 200 without them.
"""

from __future__ import annotations

from typing import Any

import orjson

from taskmock.mockserver.api.bk_sops.errors import Refusal, RefusedError, Row
from taskmock.mockserver.api.bk_sops.gateways.gateway import Gateway
from taskmock.mockserver.api.bk_sops.request import Fields, Place
from taskmock.schemas import load_gateways

ERROR_CODE = "X-Bkapi-Error-Code"
ERROR_MESSAGE = "X-Bkapi-Error-Message"
REQUEST_ID = "X-Bkapi-Request-Id"

SYSTEM_PARAMETERS = 3540000
"""The code of the system behind the gateway for a parameter that is missing or wrong."""


def _argument(reason: str) -> Row:
    """What the gateway says of credentials: all of it is a wrong argument, HTTP 400."""
    return Row(1640001, f'Parameters error [reason="{reason}"]', 400, "INVALID_ARGS")


def _of_system(message: str) -> Row:
    return Row(SYSTEM_PARAMETERS, message, by_system=True)


_NOT_FOUND = Row(1640401, 'API not found [method="{method}" path="{path}"]', 404, "API_NOT_FOUND")

REFUSALS = {
    Refusal.APP_CODE_MISSING: _argument("app code cannot be empty"),
    # The gateway does not tell an unknown app from a wrong secret.
    Refusal.APP_UNKNOWN: _argument("bk_app_code or bk_app_secret is incorrect"),
    Refusal.APP_SECRET_MISSING: _argument("please provide bk_app_secret or bk_signature to verify app"),
    Refusal.APP_SECRET_WRONG: _argument("bk_app_code or bk_app_secret is incorrect"),
    Refusal.USER_MISSING: _argument(
        "user authentication failed, please provide a valid user identity, such as bk_username, bk_token, access_token"
    ),
    Refusal.USER_UNVERIFIED: _argument("user authentication failed, the user indicated by bk_username is not verified"),
    # Nor an invalid token from none.
    Refusal.TOKEN_INVALID: _argument(
        "user authentication failed, please provide a valid user identity, such as bk_username, bk_token, access_token"
    ),
    Refusal.ACCESS_TOKEN_INVALID: _argument("access_token is invalid, code: 403"),
    Refusal.AUTHORIZATION_UNREADABLE: _argument("request header X-Bkapi-Authorization is not a valid JSON"),
    Refusal.APP_NOT_PERMITTED: Row(1640301, "App has no permission to the resource", 403, "APP_NO_PERMISSION"),
    Refusal.BODY_UNREADABLE: _of_system("request body is not a valid json"),
    Refusal.BODY_NO_OBJECT: _of_system("invalid param format"),
    Refusal.PATH_UNKNOWN: _NOT_FOUND,
    Refusal.METHOD_WRONG: _NOT_FOUND,
    Refusal.PARAMETER_MISSING: _of_system("param {name} is required"),
    Refusal.PARAMETER_WRONG: _of_system("param {name} {demand}"),
    Refusal.NODE_UNKNOWN: _NOT_FOUND,
    Refusal.RATE_LIMITED: Row(1642902, "API rate limit exceeded by stage strategy", 429, "RATE_LIMIT_RESTRICTION"),
    Refusal.BODY_TOO_LARGE: Row(1641301, "Request body size too large.", 413, "BODY_SIZE_LIMIT_EXCEED"),
    Refusal.REQUEST_BROKEN: Row(1640001, 'Parameters error [reason="{reason}"]', 400, "INVALID_ARGS"),
    Refusal.GATEWAY_BROKEN: Row(1650001, "Internal Server Error [{reason}]", 500, "INTERNAL_SERVER_ERROR"),
    Refusal.BACKEND_FAILED: Row(
        1650200, 'Bad Gateway [upstream_error="cannot read header from upstream"]', 502, "BAD_GATEWAY"
    ),
    Refusal.BACKEND_AWAY: Row(1650300, "Service Unavailable", 503, "SERVICE_UNAVAILABLE"),
    Refusal.BACKEND_TIMEOUT: Row(
        1650401,
        'Request backend service timeout [upstream_error="cannot read header from upstream"]',
        504,
        "REQUEST_BACKEND_TIMEOUT",
    ),
}
"""How the API gateway says each refusal (facts, "Error answers")."""


def _succeed(data: bytes, _request_id: str, message: str) -> bytes:
    return orjson.dumps({"result": True, "data": orjson.Fragment(data), "code": 0, "message": message})


def _fail(refused: RefusedError, _request_id: str) -> dict[str, Any]:
    if not refused.by_door:
        return {"result": False, "message": refused.message, "code": refused.code}
    return {
        "code_name": refused.name,
        "code": refused.code,
        "message": refused.message,
        "data": None,
        "result": False,
    }


def _error_head(refused: RefusedError) -> Fields:
    if not refused.by_door:
        return ()
    line = " ".join(refused.message.splitlines())
    # Header text is Latin-1; what the gateway puts into it is UTF-8.
    return (ERROR_CODE, str(refused.code)), (ERROR_MESSAGE, line.encode("utf-8", "replace").decode("latin-1"))


def _rate_limit(limit: int, reset: int) -> Fields:
    return (
        ("X-Bkapi-RateLimit-Limit", str(limit)),
        ("X-Bkapi-RateLimit-Remaining", "0"),
        ("X-Bkapi-RateLimit-Reset", str(reset)),
        ("X-Bkapi-RateLimit-Plugin", "bk-stage-rate-limit"),
    )


APIGW = Gateway(
    name="apigw",
    paths=load_gateways()["apigw"],
    methods={"GET": ("GET",), "POST": ("POST",)},
    credentials=frozenset({Place.HEADER}),
    numeric_ids=True,
    refusals=REFUSALS,
    statuses={502: Refusal.BACKEND_FAILED, 503: Refusal.BACKEND_AWAY, 504: Refusal.BACKEND_TIMEOUT},
    succeed=_succeed,
    fail=_fail,
    head=lambda request_id: ((REQUEST_ID, request_id),),
    rate_limit=_rate_limit,
    error_head=_error_head,
)
"""The door of the API gateway, for every stage."""
