"""Calls of a running mock over real sockets: its API, and its admin API."""

from __future__ import annotations

import dataclasses
import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

SOPS = "/api/c/compapi/v2/sops/"
CREDENTIALS = {"bk_app_code": "app", "bk_app_secret": "secret", "bk_username": "anna", "bk_biz_id": "2"}
PATIENCE = 60


@dataclasses.dataclass(frozen=True, slots=True)
class Got:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The decoded body."""
        return json.loads(self.body)

    @property
    def state(self) -> str:
        """The task's state in a good answer."""
        return self.json["data"]["state"]


def status_of(task_id: str = "10", **changed: str) -> str:
    """The path and query of a poll."""
    return f"{SOPS}get_task_status/?{urlencode({**CREDENTIALS, 'task_id': task_id, **changed})}"


def send(
    url: str, target: str = "", method: str = "GET", body: object = None, headers: Mapping[str, str] | None = None
) -> Got:
    """One call on a connection of its own; a body that is no bytes goes as JSON."""
    at = urlsplit(url + target)
    connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=PATIENCE)
    try:
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode("ascii")
        connection.request(method, at.path + (f"?{at.query}" if at.query else ""), sent, dict(headers or {}))
        response = connection.getresponse()
        return Got(response.status, dict(response.getheaders()), response.read())
    finally:
        connection.close()


def poll(url: str, task_id: str = "10") -> dict[str, Any]:
    """The `data` of a good answer."""
    answer = send(url, status_of(task_id)).json
    assert answer["result"] is True, answer
    return answer["data"]


def operate(url: str, name: str, task_id: str = "10", **said: object) -> dict[str, Any]:
    """The answer to an operation."""
    return send(url, f"{SOPS}{name}/", "POST", {**CREDENTIALS, "task_id": task_id, **said}).json


def admin(url: str, target: str, method: str = "GET", body: object = None) -> Any:
    """The decoded answer of an admin call that must be good."""
    answer = send(url, f"/__admin{target}", method, body)
    assert answer.status == 200, answer.body
    return answer.json


def states(node: dict[str, Any]) -> dict[str, str]:
    """The state of each named node of an answer."""
    found = {node["name"]: node["state"]}
    for child in node.get("children", {}).values():
        found |= states(child)
    return found
