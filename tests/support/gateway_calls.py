"""Calls at every door without any socket, and what is asked of what comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from taskmock.mockserver.http.message import Call, Reply
from taskmock.mockserver.server.app import App

ESB = "/api/c/compapi/v2/sops/{operation}/"
APIGW = "/api/bk-sops/prod/"
CREDENTIALS = {"bk_app_code": "shop", "bk_app_secret": "s3cret", "bk_username": "alice"}
IDS = {"bk_biz_id": "2", "task_id": "10"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
HEX = set("0123456789abcdef")


def backend_error(status: int, operation: str = "get_task_status") -> str:
    """What an ESB says where the system behind it answers with a status other than 200."""
    return (
        f"Component request third-party system [SOPS] interface [{operation}] error: Status Code: {status}, "
        "Error Message: third-party system interface response status code is not 200, "
        "please try again later or contact component developer to handle this"
    )


def knock(
    app: App,
    target: str,
    method: str = "GET",
    *,
    body: bytes = b"",
    header: object = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """What comes back; `header` goes as X-Bkapi-Authorization, as JSON unless it is a text."""
    sent = dict(headers or {})
    if header is not None:
        sent["x-bkapi-authorization"] = header if isinstance(header, str) else json.dumps(header)
    return app.answer(Call(method, target, tuple(sent.items()), body))


def esb(app: App, said: Mapping[str, Any] | None = None, operation: str = "get_task_status", **named: Any) -> Reply:
    """A call at the ESB: a GET with everything in the query."""
    query = urlencode(IDS | CREDENTIALS if said is None else said)
    return knock(app, f"{ESB.format(operation=operation)}?{query}", **named)


def posted(app: App, said: Mapping[str, Any], operation: str) -> Reply:
    """A call at the ESB: a POST with everything in its body, as JSON."""
    return knock(app, ESB.format(operation=operation), "POST", body=json.dumps(said).encode("ascii"))


def apigw(app: App, route: str = "get_task_status/10/2/", *, header: object = CREDENTIALS, **named: Any) -> Reply:
    """A call at the API gateway, with all credentials in the header."""
    return knock(app, APIGW + route, header=header, **named)


def body_of(reply: Reply) -> dict[str, Any]:
    """The decoded body."""
    decoded: dict[str, Any] = json.loads(reply.body)
    return decoded


def headers_of(reply: Reply) -> dict[str, str]:
    """The headers that are not the mock's own."""
    return {name: value for name, value in reply.headers if not name.startswith("X-Mock-")}


def assert_esb_refusal(reply: Reply, code: int, message: str, *, status: int = 200) -> None:
    """Asserts a whole refusal of an ESB: status, headers and body."""
    body = body_of(reply)
    request_id = body.pop("request_id")
    assert len(request_id) == 32
    assert set(request_id) <= HEX
    assert reply.status == status
    assert headers_of(reply) == {"Content-Type": "application/json"}
    assert body == {"result": False, "data": None, "message": message, "code": code}


def assert_gateway_refusal(
    reply: Reply, status: int, code: int, name: str, message: str, *, more: Mapping[str, str] | None = None
) -> None:
    """Asserts a whole refusal of the API gateway itself: it has the code in the headers too."""
    headers = headers_of(reply)
    request_id = headers.pop("X-Bkapi-Request-Id")
    assert len(request_id) == 32
    assert set(request_id) <= HEX
    assert reply.status == status
    assert headers == {
        "Content-Type": "application/json",
        "X-Bkapi-Error-Code": str(code),
        "X-Bkapi-Error-Message": message,
        **(more or {}),
    }
    assert body_of(reply) == {"code_name": name, "code": code, "message": message, "data": None, "result": False}


def assert_system_refusal(reply: Reply, code: int, message: str, **more: object) -> None:
    """Asserts what the API gateway passes on of the system behind it: HTTP 200, and no header says so."""
    headers = headers_of(reply)
    assert len(headers.pop("X-Bkapi-Request-Id")) == 32
    assert reply.status == 200
    assert headers == {"Content-Type": "application/json"}
    assert body_of(reply) == {"result": False, "message": message, "code": code, **more}
