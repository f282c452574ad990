"""The `esb` door: the paths that the document describes; whatever goes wrong, it answers HTTP 200 and an envelope."""

from __future__ import annotations

import json
from typing import Any

import orjson

from taskmock.mockserver.gateways.door import Door, Parameters, Received, RefusedError, is_given

CREDENTIALS_CODE = 1306000
"""The gateway's code for wrong credentials, and for all that it has no code of its own for."""

BACKEND_CODE = 1306201
"""The gateway could not get an answer from the system behind it."""

RATE_CODE = 1306429
"""Too many calls."""

PARAMETERS_CODE = 1306406
"""A parameter of the call is missing or wrong."""

SYSTEM_ERROR_CODE = 3599999
"""The system behind the gateway failed in a way that it has no code for."""

_CREDENTIALS = frozenset({"access_token", "bk_app_code", "bk_app_secret", "bk_ticket", "bk_token", "bk_username"})
_LONGEST_ECHO = 200  # characters of a caller's path in a message


def _read(received: Received) -> Parameters:
    """GET says all in the query; POST in a JSON body whatever its Content-Type, else in a form.

    Credentials in the header win.
    """
    parameters: dict[str, Any] = dict(received.query)
    if received.method == "POST":
        parameters |= _body(received)
    if received.authorization is not None:
        parameters |= _authorization(received.authorization)
    return parameters


def _body(received: Received) -> Parameters:
    if not received.body.strip():
        return received.form
    try:
        decoded = _json(received.body)
    except ValueError:
        if received.form and not received.body.lstrip().startswith((b"{", b"[")):
            return received.form
        raise RefusedError(CREDENTIALS_CODE, "Request body is neither a JSON object nor a form") from None
    if not isinstance(decoded, dict):
        raise RefusedError(CREDENTIALS_CODE, "Request body is JSON but not an object")
    return decoded


def _authorization(header: str) -> Parameters:
    try:
        decoded = _json(header)
    except ValueError:
        decoded = None
    if not isinstance(decoded, dict):
        raise RefusedError(CREDENTIALS_CODE, "Request header X-Bkapi-Authorization is not a JSON object")
    return {name: value for name, value in decoded.items() if name in _CREDENTIALS}


def _json(text: str | bytes) -> Any:  # noqa: ANN401  # decoded JSON
    """Decoded JSON; ValueError also for what only Python takes (NaN) and for what it cannot hold (depth)."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _admit(parameters: Parameters) -> None:
    if is_given(parameters, "access_token"):
        return
    if not is_given(parameters, "bk_app_code"):
        raise RefusedError(CREDENTIALS_CODE, "APP Code [bk_app_code] cannot be empty")
    if not is_given(parameters, "bk_app_secret"):
        raise RefusedError(CREDENTIALS_CODE, "APP Secret verification failed, [bk_app_secret] cannot be empty")
    if not (is_given(parameters, "bk_token") or is_given(parameters, "bk_username")):
        raise RefusedError(
            CREDENTIALS_CODE,
            "User authentication failed, please provide a valid user identity, such as bk_token, bk_username",
        )


def _missing(name: str) -> RefusedError:
    return RefusedError(PARAMETERS_CODE, f"Parameters error, param {name} is required")


def _wrong(name: str, demand: str) -> RefusedError:
    return RefusedError(PARAMETERS_CODE, f"Parameters error, param {name} {demand}")


def _unknown_path(method: str, path: str) -> RefusedError:
    path = path if len(path) <= _LONGEST_ECHO else path[:_LONGEST_ECHO] + "…"
    return RefusedError(CREDENTIALS_CODE, f'API not found [method="{method}" path="{path}"]', status=404)


def _wrong_method(method: str, allowed: tuple[str, ...]) -> RefusedError:
    return RefusedError(CREDENTIALS_CODE, f"Request method {method} is not allowed, use {' or '.join(allowed)}")


def _unknown_node(node_id: str) -> RefusedError:
    # No route of the system behind takes a hex id (fact: 1306201 with 404).
    return RefusedError(
        BACKEND_CODE, f"Request to the system [SOPS] failed, Status Code: 404, no task has the node {node_id}"
    )


def _expired(task_id: str) -> RefusedError:
    return RefusedError(SYSTEM_ERROR_CODE, f"task[id={task_id}] get status error: the task's history has expired")


def _rate_limited(limit: int, reset: int) -> tuple[RefusedError, tuple[tuple[str, str], ...]]:
    # This door says it with HTTP 200 and without headers (fact).
    return RefusedError(RATE_CODE, f"API rate limit exceeded: {limit} calls, try again in {reset} seconds"), ()


def _refused_request(status: int, message: str) -> RefusedError:
    return RefusedError(CREDENTIALS_CODE, message, status=status)


def _succeed(data: bytes, request_id: str, *, message: str = "") -> bytes:
    return orjson.dumps(
        {"result": True, "data": orjson.Fragment(data), "message": message, "code": 0, "request_id": request_id}
    )


def _fail(refused: RefusedError, request_id: str) -> bytes:
    # json, not orjson: a message may quote text that no UTF-8 can hold.
    return json.dumps(
        {
            "result": False,
            "data": None,
            "message": refused.message,
            "code": refused.code,
            "request_id": request_id,
            **refused.extra,
        }
    ).encode("ascii")


ESB = Door(
    name="esb",
    paths=("/api/c/compapi/v2/sops/<operation>/", "/api/c/compapi/sops/<operation>/"),
    methods=("GET", "POST"),
    plain_code=CREDENTIALS_CODE,
    read=_read,
    admit=_admit,
    missing=_missing,
    wrong=_wrong,
    unknown_path=_unknown_path,
    wrong_method=_wrong_method,
    unknown_node=_unknown_node,
    expired=_expired,
    rate_limited=_rate_limited,
    refused_request=_refused_request,
    succeed=_succeed,
    fail=_fail,
)
"""The door of the document, for GET and POST."""
