"""Calls of the status API without any socket: their targets and bodies, and what is asked of their answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from support.mock_calls import Got
from taskmock.contracts import Contract
from taskmock.mockserver.http.message import Call, Reply
from taskmock.mockserver.server.app import App

STATUS = "/api/c/compapi/v2/sops/get_task_status/"
EXAMPLE = {"bk_app_code": "esb_test", "bk_app_secret": "xxx", "bk_token": "xxx", "bk_biz_id": "2", "task_id": "10"}
"""The document's own example."""


def target(path: str = STATUS, **changed: str) -> str:
    """The example's request target, with some parameters changed."""
    return f"{path}?{urlencode(EXAMPLE | changed)}"


def without(*names: str) -> dict[str, str]:
    """The example's parameters without some."""
    return {name: value for name, value in EXAMPLE.items() if name not in names}


def ask(app: App, target: str, *, method: str = "GET", body: bytes = b"", headers: Mapping[str, str] | None = None):
    """The answer to one call without any socket."""
    return answered(app.answer(call(target, method=method, body=body, headers=headers)))


def call(target: str, *, method: str = "GET", body: bytes = b"", headers: Mapping[str, str] | None = None) -> Call:
    """A call as the server hands it over."""
    return Call(method, target, tuple((name.lower(), value) for name, value in (headers or {}).items()), body)


def answered(reply: Reply) -> Got:
    """A reply as a client sees it."""
    return Got(reply.status, dict(reply.headers), reply.body)


def post(app: App, parameters: object, **named: Any) -> Got:
    """The answer to a JSON POST without any socket."""
    return ask(app, STATUS, method="POST", body=json.dumps(parameters).encode("ascii"), **named)


def assert_strict(answer: Got, edition: str = "doc-2019") -> None:
    """Asserts an answer that keeps its contract to the letter."""
    assert answer.status == 200
    report = Contract(edition, strictness="strict").check_response(answer.body)
    assert report.ok, report.groups


def assert_envelope(answer: Got, code: int, message: str, *, status: int = 200) -> None:
    """Asserts a whole refusal of the gateway."""
    body = answer.json
    assert answer.status == status
    assert set(body) == {"result", "data", "message", "code", "request_id"}
    assert (body["result"], body["data"], body["code"], body["message"]) == (False, None, code, message)
    assert len(body["request_id"]) == 32
    assert set(body["request_id"]) <= set("0123456789abcdef")


def shape(node: dict[str, Any]) -> Any:
    """Ids and names of a tree, without anything that time changes."""
    return node["id"], node["name"], [shape(child) for child in node["children"].values()]


def node_ids(node: dict[str, Any]) -> list[str]:
    """The ids of all nodes below one, level by level of the walk."""
    found = []
    for child in node["children"].values():
        found += [child["id"], *node_ids(child)]
    return found
