"""The admin API describes itself: a valid OpenAPI document, complete, and true of each answer."""

import jsonschema
import openapi_spec_validator
import pytest
from mock_calls import admin, poll, send

from taskmock.mockserver.admin.desk import ENDPOINTS
from taskmock.mockserver.server import MockServer, Settings

TASK = "/sessions/anna/tasks/10"
FINE = b"format: 1\nscenario: fine\nflow: [A: 1s]\n"
LINK = "link"

# One good call of each endpoint, in an order in which they all are good.
GOOD_CALLS = [
    ("GET", "/health", None),
    ("GET", "/openapi.json", None),
    ("PUT", "/scenarios/{scenario}", FINE),
    ("GET", "/scenarios", None),
    ("GET", "/scenarios/{scenario}", None),
    ("PUT", "/sessions/{session}", {"scenario": "release", "clock": "manual", "speed": 2}),
    ("PUT", "/sessions/{session}/tasks/{task}", {"scenario": "release"}),
    ("GET", "/sessions", None),
    ("GET", "/sessions/{session}", None),
    ("GET", "/sessions/{session}/tasks/{task}", None),
    ("POST", "/sessions/{session}/tasks/{task}/clock", {"seek": "failed"}),
    ("POST", "/sessions/{session}/tasks/{task}/commands", {"commands": [{"retry": "Copy B"}]}),
    ("POST", "/sessions/{session}/tasks/{task}/faults", {"faults": [{"answers": 2, "http": 502}]}),
    ("GET", "/sessions/{session}/tasks/{task}/faults", None),
    ("GET", "/sessions/{session}/tasks/{task}/scenario", None),
    ("GET", "/replay", LINK),
    ("DELETE", "/sessions/{session}/tasks/{task}/faults", None),
    ("GET", "/use", None),
    ("GET", "/requests", None),
    ("POST", "/requests/find", {"session": "anna"}),
    ("POST", "/requests/count", {}),
    ("POST", "/requests/wait", {"timeout": 0}),
    ("DELETE", "/requests", None),
    ("DELETE", "/scenarios/{scenario}", None),
    ("DELETE", "/sessions/{session}", None),
    ("PUT", "/auth", b"apps: [{code: a, secret: b}]"),
    ("GET", "/auth", None),
    ("DELETE", "/auth", None),
    ("POST", "/reset", {}),
]


def filled(path):
    return path.format(session="anna", task="10", scenario="fine") if "{" in path else path


def test_document_is_valid(mock):
    openapi_spec_validator.validate(admin(mock.url, "/openapi.json"))


def test_document_has_each_endpoint_once(mock):
    document = admin(mock.url, "/openapi.json")

    listed = [(method.upper(), path) for path, methods in document["paths"].items() for method in methods]
    ids = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert sorted(listed) == sorted((endpoint.method, f"/__admin{endpoint.path}") for endpoint in ENDPOINTS)
    assert len(set(ids)) == len(ids)


def test_each_operation_says_what_it_does_and_takes(mock):
    for methods in admin(mock.url, "/openapi.json")["paths"].values():
        for operation in methods.values():
            assert operation["summary"]
            assert operation["description"].endswith(".")
            assert all(parameter["schema"] for parameter in operation.get("parameters", ()))


def test_good_calls_are_all_there_are():
    assert {call[:2] for call in GOOD_CALLS} == {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}


def test_each_answer_is_what_the_document_says(mock):
    document = admin(mock.url, "/openapi.json")
    poll(f"{mock.url}/__s/anna")

    for method, path, body in GOOD_CALLS:
        target = f"/__admin{filled(path)}"
        if body is LINK:
            target, body = admin(mock.url, TASK)["link"], None
        answer = send(mock.url, target, method, body)
        assert answer.status == 200, (path, answer.body)
        [(kind, media)] = document["paths"][f"/__admin{path}"][method.lower()]["responses"]["200"]["content"].items()
        assert answer.headers["Content-Type"].partition(";")[0] == kind
        if kind == "application/json":
            jsonschema.Draft202012Validator(media["schema"]).validate(answer.json)


@pytest.mark.parametrize(("token", "security"), [(None, [{}]), ("secret", [{"token": []}])])
def test_document_says_whether_a_token_is_wanted(token, security):
    with MockServer(settings=Settings(admin_token=token)) as server:
        answer = send(server.url, "/__admin/openapi.json", headers={"Authorization": f"Bearer {token}"})

    assert answer.json["security"] == security
