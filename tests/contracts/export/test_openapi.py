"""The OpenAPI document: valid, complete, and of the same mind as the schemas."""

import json
import re

import jsonschema
import openapi_spec_validator
import pytest

from taskmock.contracts.export.openapi import openapi_document
from taskmock.schemas import (
    ALL,
    EDITIONS,
    GATEWAYS,
    KNOWN,
    editions_of,
    example_names,
    gateway_names,
    load_example,
    load_gateways,
    load_operations,
)

CHOICES = (*KNOWN, "all")
ESB = "/api/c/compapi/v2/sops/"
APIGW = "/api/bk-sops/{stage}/"
CALLS = [(edition, name) for name in load_operations() for edition in editions_of(name)]


def operations(document):
    """Every operation of a document, with its method and path."""
    return [(method, path, one) for path, methods in document["paths"].items() for method, one in methods.items()]


def answered(document, operation, status="200"):
    """A validator of the answers of an operation."""
    response = operation["responses"][status]
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    [media] = response["content"].values()
    return jsonschema.Draft202012Validator({**media["schema"], "components": document["components"]})


def esb_operation(document, name):
    """A call on the usual path of the ESB, by the method that the API document gives it."""
    return document["paths"][f"{ESB}{name}/"][load_operations()[name]["method"].lower()]


@pytest.mark.parametrize(
    ("edition", "gateway"), [*((edition, ALL) for edition in CHOICES), *(("v2", gateway) for gateway in GATEWAYS)]
)
def test_document_is_valid(edition, gateway):
    openapi_spec_validator.validate(openapi_document(edition, gateways=gateway_names(gateway)))


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("gateway", GATEWAYS)
def test_document_has_every_call_of_an_edition_on_every_path_of_a_gateway(edition, gateway):
    document, facts = openapi_document(edition, gateways=[gateway]), load_gateways()[gateway]

    assert {(method, path) for method, path, _ in operations(document)} == {
        (method.lower(), template.replace("{operation}", name).replace("{route}", row["route"]))
        for name, row in load_operations().items()
        if edition in editions_of(name)
        for template in facts["paths"]
        for method in facts["methods"][row["method"]]
    }


@pytest.mark.parametrize("edition", [*EDITIONS, ALL])
def test_every_call_shows_good_answers_that_fit_its_schema(edition):
    document = openapi_document(edition)
    examples = document["components"]["examples"]

    for _, path, operation in operations(document):
        content = operation["responses"]["200"]["content"]["application/json"]
        shown = [examples[one["$ref"].rpartition("/")[2]]["value"] for one in content["examples"].values()]
        if path.startswith(f"{ESB}"):
            assert all(answered(document, operation).is_valid(value) for value in shown)
        assert shown
        assert all(value["result"] for value in shown)


def test_document_of_all_editions_has_all_calls():
    document = openapi_document("all")

    assert all(esb_operation(document, name) for name in load_operations())


@pytest.mark.parametrize("gateway", [*GATEWAYS, ALL])
def test_operations_have_names_of_their_own(gateway):
    names = [one["operationId"] for _, _, one in operations(openapi_document("all", gateways=gateway_names(gateway)))]

    assert len(names) == len(set(names))


def test_operations_say_what_they_do_and_whose_they_are():
    for _, path, operation in operations(openapi_document("all")):
        assert operation["summary"], path
        assert operation["tags"] == ["api"], path


@pytest.mark.parametrize(("edition", "name"), CALLS)
def test_answers_of_the_schemas_fit_the_document_and_broken_ones_do_not(edition, name):
    document = openapi_document(edition)
    validator = answered(document, esb_operation(document, name))

    for example in example_names(edition, operation=name):
        if example != "request":
            validator.validate(load_example(edition, example, operation=name))
    assert not validator.is_valid({"result": True, "data": 7, "code": 0})
    assert not validator.is_valid({"result": False, "code": "none"})


@pytest.mark.parametrize("name", load_operations())
def test_document_of_all_editions_takes_the_answers_of_each(name):
    document = openapi_document("all")
    validator = answered(document, esb_operation(document, name))

    for edition in editions_of(name):
        validator.validate(load_example(edition, "response", operation=name))


@pytest.mark.parametrize(("edition", "name"), CALLS)
def test_parameters_of_the_schemas_fit_the_document(edition, name):
    document, said = openapi_document(edition), load_example(edition, "request", operation=name)
    operation = document["paths"][f"{ESB}{name}/"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    validator = jsonschema.Draft202012Validator({**schema, "components": document["components"]})

    validator.validate(said)
    for required in schema["required"]:
        assert not validator.is_valid({key: value for key, value in said.items() if key != required})


def test_parameters_of_a_get_stand_in_the_query_of_the_esb():
    operation = openapi_document()["paths"][f"{ESB}get_task_status/"]["get"]

    assert [(one["name"], one["in"], one.get("required", False)) for one in operation["parameters"]] == [
        ("bk_biz_id", "query", True),
        ("task_id", "query", True),
        ("scope", "query", False),
        ("subprocess_id", "query", False),
        ("with_ex_data", "query", False),
        ("with_failed_node_info", "query", False),
        ("with_auto_retry_status", "query", False),
    ]


def test_ids_stand_in_the_path_of_the_api_gateway_and_nowhere_else():
    operation = openapi_document()["paths"][f"{APIGW}operate_task/{{task_id}}/{{bk_biz_id}}/"]["post"]
    body = operation["requestBody"]["content"]["application/json"]["schema"]

    assert [(one["name"], one["in"], one["required"]) for one in operation["parameters"]] == [
        ("stage", "path", True),
        ("task_id", "path", True),
        ("bk_biz_id", "path", True),
    ]
    assert (list(body["properties"]), body["required"]) == (["action", "scope"], ["action"])


def test_credentials_stand_in_the_header_at_both_doors_and_beside_the_parameters_at_the_esb():
    document = openapi_document()
    schemes = document["components"]["securitySchemes"]
    asked, told = (document["paths"][f"{ESB}get_task_status/"][method] for method in ("get", "post"))
    gateway = document["paths"][f"{APIGW}get_task_status/{{task_id}}/{{bk_biz_id}}/"]["get"]

    assert (schemes["authorization"]["in"], schemes["authorization"]["name"]) == ("header", "X-Bkapi-Authorization")
    assert gateway["security"] == [{"authorization": []}]
    assert [set(choice) for choice in asked["security"]] == [
        {"authorization"},
        {"bk_app_code", "bk_app_secret", "bk_username"},
        {"bk_app_code", "bk_app_secret", "bk_token"},
    ]
    assert told["security"] == [{"authorization": []}, {}]
    assert {"bk_app_code", "bk_app_secret", "bk_token", "bk_username"} <= told["requestBody"]["content"][
        "application/json"
    ]["schema"]["properties"].keys()


REFUSALS = {
    "esb": (f"{ESB}get_task_status/", "200", {"result": False, "data": None, "message": "no", "code": 1306000}),
    "esb-broken": (f"{ESB}get_task_status/", "500", {"result": False, "message": "no", "code": 1306500}),
    "gateway": (
        f"{APIGW}get_task_status/{{task_id}}/{{bk_biz_id}}/",
        "404",
        {"code": 1640401, "code_name": "API_NOT_FOUND", "message": "no", "data": None, "result": False},
    ),
    "system-behind-the-gateway": (
        f"{APIGW}get_task_status/{{task_id}}/{{bk_biz_id}}/",
        "200",
        {"result": False, "message": "no", "code": 3540000},
    ),
}


@pytest.mark.parametrize(("path", "status", "body"), REFUSALS.values(), ids=REFUSALS)
def test_refusals_fit_the_document_and_are_never_good(path, status, body):
    document = openapi_document()
    validator = answered(document, document["paths"][path]["get"], status)

    validator.validate(body)
    assert not validator.is_valid({**body, "result": True})


def test_rate_limit_of_the_gateway_is_told_in_headers():
    response = openapi_document()["components"]["responses"]["Gateway429"]

    assert sorted(response["headers"]) == [
        "X-Bkapi-Error-Code",
        "X-Bkapi-Error-Message",
        "X-Bkapi-RateLimit-Limit",
        "X-Bkapi-RateLimit-Plugin",
        "X-Bkapi-RateLimit-Remaining",
        "X-Bkapi-RateLimit-Reset",
        "X-Bkapi-Request-Id",
    ]


def test_document_is_plain_json_with_no_part_that_nobody_refers_to():
    document = openapi_document("all")
    text = json.dumps(document)

    for kind in ("schemas", "headers", "responses"):
        for name in document["components"][kind]:
            assert f'"#/components/{kind}/{name}"' in text, name


def test_patterns_are_those_of_every_engine():
    assert "(?!" not in json.dumps(openapi_document("all"))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"edition": "v3"}, "unknown edition 'v3': choose one of doc-2019, v1, v2, v1@3.6.10, all; did you mean 'v2'?"),
        ({"gateways": ["esv"]}, "unknown gateway 'esv': choose one of esb, esb-legacy, apigw; did you mean 'esb'?"),
    ],
)
def test_unknown_choice_names_those_there_are(asked, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        openapi_document(**asked)
