"""What four HTTP clients make of one poll, each in a few words: a status, an envelope, a state, or an error's name."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import httpx
import requests
from bkapi_client_core.apigateway import APIGatewayClient, Operation, OperationGroup, bind_property

from support.mock_calls import CREDENTIALS, SOPS, status_of

PARAMETERS = {**CREDENTIALS, "task_id": "10"}


def by_requests(url: str, timeout: float) -> str:
    """A poll with requests."""
    try:
        response = requests.get(url + status_of(), timeout=timeout)
        return seen(response.status_code, response.json)
    except requests.RequestException as error:
        return name_of(error)


def by_httpx(url: str, timeout: float) -> str:
    """A poll with httpx."""
    try:
        response = httpx.get(url + status_of(), timeout=timeout)
        return seen(response.status_code, response.json)
    except (httpx.HTTPError, ValueError) as error:
        return name_of(error)


def by_curl(url: str, timeout: float) -> str:
    """A poll with curl."""
    command = ["curl", "-s", "--max-time", str(timeout), "-w", r"\n%{http_code}", url + status_of()]
    result = subprocess.run(command, capture_output=True, check=False)
    if result.returncode:
        return f"exit {result.returncode}"
    body, _, status = result.stdout.rpartition(b"\n")
    try:
        return seen(int(status), lambda: json.loads(body))
    except ValueError:
        return "no JSON"


class Sops(OperationGroup):
    """The one call."""

    get_task_status = bind_property(Operation, name="get_task_status", method="GET", path=f"{SOPS}get_task_status/")


class Client(APIGatewayClient):
    """The SDK's client, pointed at the mock."""

    sops = bind_property(Sops, name="sops")


def by_sdk(url: str, timeout: float) -> str:
    """A poll with bkapi-client-core."""
    with Client(stage="", endpoint=url) as client:
        try:
            answer = client.sops.get_task_status(params=PARAMETERS, timeout=timeout)
        except requests.RequestException as error:
            return name_of(error)
        return seen(200, lambda: answer)


CLIENTS: tuple[Callable[[str, float], str], ...] = (by_requests, by_httpx, by_curl, by_sdk)


def seen(status: int, decoded: Callable[[], object]) -> str:
    """What an answer says."""
    if status != 200:
        return f"status {status}"
    body = decoded()
    assert isinstance(body, dict)
    if body["result"] is not True:
        return f"code {body['code']}"
    data = body["data"]
    if data is None:
        return "no `data`"
    return f"state {json.dumps(data['state'])}".replace('"', "`") if "state" in data else "no `state`"


def name_of(error: Exception) -> str:
    """The name of an error, as a client's code catches it."""
    return f"`{type(error).__name__}`"
