"""Every route by every method, with credentials in every place and every form of body, at every door.

Each is answered as that door answers: a good envelope, a refusal of its own, or one of the system behind it; and never
with a crash.
"""

import itertools
import json
from urllib.parse import urlencode

import pytest

from support.gateway_calls import CREDENTIALS, HEX, body_of, headers_of, knock
from taskmock.mockserver.api.bk_sops.calls import CALLS, STATUS
from taskmock.mockserver.api.bk_sops.calls import OPERATIONS as HANDLED
from taskmock.mockserver.api.bk_sops.gateways.registry import GATEWAYS
from taskmock.schemas import load_operations

OPERATIONS = load_operations()
SAID = {
    "bk_biz_id": "2",
    "task_id": "10",
    "template_id": "7",
    "name": "Release",
    "node_id": "n" + "0" * 31,
    "action": "pause",
    "task_id_list": [10, 11],
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "QUERY")
PLACES = ("query", "body", "header", "nowhere")
FORMS = ("none", "json", "json-without-type", "form", "broken", "list", "not-utf-8", "multipart")
KINDS = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "broken": "application/json",
    "multipart": "multipart/form-data; boundary=x",
}


def ways():
    """Every call, through every door that has a path for it."""
    for door in GATEWAYS.values():
        for name in (STATUS.name, *CALLS):
            yield pytest.param(door.name, name, id=f"{door.name}-{name}")


def sent(form, said):
    """A body of a form."""
    match form:
        case "json" | "json-without-type":
            return json.dumps(said).encode("ascii")
        case "form":
            return urlencode(said).encode("ascii")
        case "broken":
            return json.dumps(said).encode("ascii")[:-1]
        case "list":
            return json.dumps([said]).encode("ascii")
        case "not-utf-8":
            return b"\xff\xfe" + json.dumps(said).encode("utf-16")
        case "multipart":
            return b"--x\r\nContent-Disposition: form-data"
    return b""


@pytest.mark.parametrize(("gateway", "name"), list(ways()))
def test_every_way_to_call_is_answered_as_its_door_answers(make, gateway, name):
    app, door = make(gateway=gateway), GATEWAYS[gateway]
    operation = HANDLED[name]
    statuses = {}

    for method, place, form in itertools.product(METHODS, PLACES, FORMS):
        query = SAID | (CREDENTIALS if place == "query" else {})
        body = sent(form, SAID | (CREDENTIALS if place == "body" else {}))
        target = door.target(operation, {key: value for key, value in SAID.items() if isinstance(value, str)})
        target = f"{target.partition('?')[0]}?{urlencode(query)}"
        kind = {"content-type": KINDS[form]} if form in KINDS else {}
        reply = knock(app, target, method, body=body, header=CREDENTIALS if place == "header" else None, headers=kind)

        answered = body_of(reply)
        headers = headers_of(reply)
        said = method, place, form, reply.status, answered
        assert headers["Content-Type"] == "application/json", said
        assert isinstance(answered["result"], bool), said
        assert (answered["code"] == 0) is answered["result"], said
        if gateway == "apigw":
            assert set(headers["X-Bkapi-Request-Id"]) <= HEX, said
            refused = "X-Bkapi-Error-Code" in headers
            assert reply.status == 200 or refused, said
            assert refused is ("code_name" in answered), said
            assert reply.status in {200, 400, 404}, said
        else:
            assert reply.status == 200, said
            more = {"count"} if name == "get_task_list" and answered["result"] else set()
            assert set(answered) == {"result", "data", "message", "code", "request_id"} | more, said
        statuses.setdefault((method, place), set()).add(answered["result"])

    taken = {*door.methods[operation.method], *(["HEAD"] if operation.method == "GET" else [])}
    wrong = {method for method in METHODS if method.upper() not in taken}
    for method, place in itertools.product(METHODS, PLACES):
        if method in wrong or place == "nowhere":
            assert statuses[method, place] == {False}
    if operation is STATUS:
        assert True in statuses["GET", "header"]


def test_every_call_of_the_api_is_known_to_the_schemas():
    assert {STATUS.name, *CALLS} <= set(OPERATIONS)
