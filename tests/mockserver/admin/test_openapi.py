"""A mock describes itself, its API and its admin API: a valid OpenAPI document, complete, and true of each answer."""

import jsonschema
import openapi_spec_validator
import pytest

from support.mock_calls import admin, poll, send
from taskmock.contracts.export.openapi import openapi_document
from taskmock.mockserver.admin.router import endpoints_of
from taskmock.mockserver.api.bk_sops.api import BkSopsApi
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.settings import Settings
from taskmock.schemas import ALL, GATEWAYS, gateway_names

TASK = "/sessions/anna/tasks/10"
FINE = b"format: 1\nscenario: fine\nflow: [A: 1s]\n"
LINK = "link"
ENDPOINTS = endpoints_of(BkSopsApi())

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
    ("POST", "/sessions/{session}/clock", {"speed": 3}),
    ("POST", "/sessions/{session}/tasks/{task}/clock", {"seek": "failed", "speed": 2, "frozen": False}),
    ("POST", "/sessions/{session}/tasks/{task}/commands", {"commands": [{"retry": "Copy B"}]}),
    ("POST", "/sessions/{session}/tasks/{task}/faults", {"faults": [{"answers": 2, "http": 502}]}),
    ("GET", "/sessions/{session}/tasks/{task}/faults", None),
    ("GET", "/sessions/{session}/tasks/{task}/scenario", None),
    ("GET", "/replay", LINK),
    ("DELETE", "/sessions/{session}/tasks/{task}/faults", None),
    ("GET", "/use", None),
    ("GET", "/requests", None),
    ("GET", "/requests/{number}", None),
    ("POST", "/requests/find", {"session": "anna"}),
    ("POST", "/requests/count", {}),
    ("POST", "/requests/wait", {"timeout": 0}),
    ("DELETE", "/requests", None),
    ("DELETE", "/scenarios/{scenario}", None),
    ("POST", "/sessions/{session}/faults", {"faults": [{"on": "operations", "http": 502}]}),
    ("GET", "/sessions/{session}/faults", None),
    ("DELETE", "/sessions/{session}/faults", None),
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


def operations(document, tag):
    """The operations of one of the two APIs, with their methods and paths."""
    return [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if operation["tags"] == [tag]
    ]


def test_document_has_each_endpoint_once(mock):
    document = admin(mock.url, "/openapi.json")

    listed = [(method, path) for method, path, _ in operations(document, "admin")]
    ids = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert sorted(listed) == sorted((endpoint.method, f"/__admin{endpoint.path}") for endpoint in ENDPOINTS)
    assert len(set(ids)) == len(ids)


def test_each_operation_says_what_it_does_and_takes(mock):
    for _, path, operation in operations(admin(mock.url, "/openapi.json"), "admin"):
        assert operation["summary"], path
        assert operation["description"].endswith("."), path
        assert all(parameter["schema"] for parameter in operation.get("parameters", ()))


@pytest.mark.parametrize("gateway", [*GATEWAYS, ALL])
@pytest.mark.parametrize(("edition", "described"), [(None, "all"), ("v1", "v1")])
def test_document_has_the_calls_of_the_edition_at_the_doors_that_are_open(gateway, edition, described):
    with MockServer(settings=Settings(edition=edition, gateway=gateway)) as server:
        document = admin(server.url, "/openapi.json")

    api = openapi_document(described, gateways=gateway_names(gateway))
    assert operations(document, "api") == operations(api, "api")
    assert document["components"]["schemas"].items() >= api["components"]["schemas"].items()


def test_good_calls_are_all_there_are():
    assert {call[:2] for call in GOOD_CALLS} == {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}


def test_each_answer_is_what_the_document_says(mock):
    document = admin(mock.url, "/openapi.json")
    poll(f"{mock.url}/__s/anna")

    for method, path, body in GOOD_CALLS:
        target = f"/__admin{filled(path.replace('{number}', '1'))}"
        if body is LINK:
            target, body = admin(mock.url, TASK)["link"], None
        answer = send(mock.url, target, method, body)
        assert answer.status == 200, (path, answer.body)
        [(kind, media)] = document["paths"][f"/__admin{path}"][method.lower()]["responses"]["200"]["content"].items()
        assert answer.headers["Content-Type"].partition(";")[0] == kind
        if kind == "application/json":
            jsonschema.Draft202012Validator(media["schema"]).validate(answer.json)


def test_other_method_is_answered_with_those_there_are(mock):
    answer = send(mock.url, "/__admin/sessions/anna", "POST")

    assert (answer.status, answer.headers["Allow"]) == (405, "DELETE, GET, PUT")


@pytest.mark.parametrize(("token", "security"), [(None, [{}]), ("secret", [{"token": []}])])
def test_document_says_whether_a_token_is_wanted(token, security):
    with MockServer(settings=Settings(admin_token=token)) as server:
        answer = send(server.url, "/__admin/openapi.json", headers={"Authorization": f"Bearer {token}"})

    assert answer.json["security"] == security
    assert answer.json["paths"]["/__admin/health"]["get"]["security"] == [{}]
