"""The doors of the ESB, whose paths the document describes: HTTP 200 and an envelope, whatever goes wrong.

`esb-legacy` is the older one: it takes GET where the call is a GET, and has one code for all that the system behind it
refuses.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import orjson

from taskmock.mockserver.api.bk_sops.errors import Refusal, RefusedError, Row
from taskmock.mockserver.api.bk_sops.gateways.gateway import Gateway
from taskmock.mockserver.api.bk_sops.request import Place
from taskmock.schemas import load_gateways

CREDENTIALS_CODE = 1306000
"""The gateway's code for wrong credentials, and for all that it has no code of its own for."""

BACKEND_CODE = 1306201
"""The gateway could not get an answer from the system behind it."""

PERMISSION_CODE = 1306403
"""The app may not use the call."""

PARAMETERS_CODE = 1306406
"""A parameter of the call is missing or wrong."""

RATE_CODE = 1306429
"""Too many calls."""

_BACKEND = "Request to the system [SOPS] failed, "

REFUSALS = {
    Refusal.APP_CODE_MISSING: Row(CREDENTIALS_CODE, "APP Code [bk_app_code] cannot be empty"),
    Refusal.APP_UNKNOWN: Row(
        CREDENTIALS_CODE, "Invalid APP Code [bk_app_code={app}], please confirm if the APP Code has been registered"
    ),
    Refusal.APP_SECRET_MISSING: Row(CREDENTIALS_CODE, "APP Secret [bk_app_secret] cannot be empty"),
    Refusal.APP_SECRET_WRONG: Row(
        CREDENTIALS_CODE,
        "APP Secret verification failed, please confirm if the APP Secret and APP Code [bk_app_code={app}] match",
    ),
    Refusal.USER_MISSING: Row(
        CREDENTIALS_CODE,
        "User authentication failed, please provide a valid user identity, such as bk_token, bk_username",
    ),
    # The ESB does not tell an unverified name from none.
    Refusal.USER_UNVERIFIED: Row(
        CREDENTIALS_CODE,
        "User authentication failed, please provide a valid user identity, such as bk_token, bk_username",
    ),
    Refusal.TOKEN_INVALID: Row(CREDENTIALS_CODE, "User authentication failed, please check if the bk_token is valid"),
    Refusal.ACCESS_TOKEN_INVALID: Row(
        CREDENTIALS_CODE, "User authentication failed, please check if the access_token is valid"
    ),
    Refusal.AUTHORIZATION_UNREADABLE: Row(
        CREDENTIALS_CODE, "Request header X-Bkapi-Authorization is not a JSON object"
    ),
    Refusal.APP_NOT_PERMITTED: Row(PERMISSION_CODE, "App [bk_app_code={app}] has no permission to the API {operation}"),
    Refusal.BODY_UNREADABLE: Row(CREDENTIALS_CODE, "Request body is neither a JSON object nor a form"),
    Refusal.BODY_NO_OBJECT: Row(CREDENTIALS_CODE, "Request body is JSON but not an object"),
    Refusal.PATH_UNKNOWN: Row(CREDENTIALS_CODE, 'API not found [method="{method}" path="{path}"]', status=404),
    Refusal.METHOD_WRONG: Row(CREDENTIALS_CODE, "Request method {method} is not allowed, use {allowed}"),
    Refusal.PARAMETER_MISSING: Row(PARAMETERS_CODE, "Parameters error, param {name} is required"),
    Refusal.PARAMETER_WRONG: Row(PARAMETERS_CODE, "Parameters error, param {name} {demand}"),
    # No route of the system behind takes a hex id.
    Refusal.NODE_UNKNOWN: Row(BACKEND_CODE, _BACKEND + "Status Code: 404, no task has the node {node}"),
    Refusal.RATE_LIMITED: Row(RATE_CODE, "API rate limit exceeded: {limit} calls, try again in {reset} seconds"),
    Refusal.BODY_TOO_LARGE: Row(CREDENTIALS_CODE, "{reason}", status=413),
    Refusal.REQUEST_BROKEN: Row(CREDENTIALS_CODE, "{reason}", status=400),
    Refusal.GATEWAY_BROKEN: Row(CREDENTIALS_CODE, "{reason}", status=500),
    Refusal.BACKEND_FAILED: Row(BACKEND_CODE, _BACKEND + "Status Code: 502, please try again later"),
    Refusal.BACKEND_AWAY: Row(BACKEND_CODE, _BACKEND + "Status Code: 503, please try again later"),
    Refusal.BACKEND_TIMEOUT: Row(BACKEND_CODE, _BACKEND + "response time exceeds 30 seconds"),
}
"""How the ESB says each refusal (facts, "Error answers")."""


def _succeed(data: bytes, request_id: str, message: str) -> bytes:
    return orjson.dumps(
        {"result": True, "data": orjson.Fragment(data), "message": message, "code": 0, "request_id": request_id}
    )


def _fail(refused: RefusedError, request_id: str) -> dict[str, Any]:
    return {
        "result": False,
        "data": None,
        "message": refused.message,
        "code": refused.code,
        "request_id": request_id,
    }


ESB = Gateway(
    name="esb",
    paths=load_gateways()["esb"],
    methods={"GET": ("GET", "POST"), "POST": ("POST",)},
    credentials=frozenset({Place.QUERY, Place.BODY, Place.HEADER}),
    refusals=REFUSALS,
    succeed=_succeed,
    fail=_fail,
)
"""The door of the document, for GET and POST; it keeps the codes of the system behind it."""

ESB_LEGACY = dataclasses.replace(
    ESB, name="esb-legacy", methods={"GET": ("GET",), "POST": ("POST",)}, system_code=CREDENTIALS_CODE
)
"""The same paths on the older ESB."""
