"""The verdict on the parameters of a call."""

import json
import types

import pytest

from taskmock.contracts import Contract, Severity
from taskmock.schemas import load_example


def request(edition="doc-2019", **changes):
    """The example request with some parameters changed; `...` drops one."""
    params = {**load_example(edition, "request"), **changes}
    return {name: value for name, value in params.items() if value is not ...}


def findings(params, edition="doc-2019", strictness="documented"):
    report = Contract(edition, strictness=strictness).check_request(params)
    return [(violation.code, violation.pointer, violation.message) for violation in report.violations]


@pytest.mark.parametrize("name", ["bk_app_code", "bk_app_secret", "bk_biz_id", "task_id"])
def test_missing_parameter_is_found(name):
    assert findings(request(**{name: ...})) == [("field.missing", f"/{name}", f"`{name}` is missing")]


@pytest.mark.parametrize("name", ["bk_app_code", "bk_app_secret", "bk_biz_id", "task_id"])
def test_empty_parameter_is_found(name):
    assert findings(request(**{name: ""})) == [("field.empty", f"/{name}", f"`{name}` is empty")]


@pytest.mark.parametrize("identity", [{"bk_token": ...}, {"bk_token": ""}, {"bk_token": "", "bk_username": ""}])
def test_request_without_identity_is_found(identity):
    assert findings(request(**identity)) == [
        ("request.no-identity", "", "neither `bk_token` nor `bk_username` names the user")
    ]


@pytest.mark.parametrize("identity", [{"bk_token": ..., "bk_username": "x"}, {"bk_token": "", "bk_username": "x"}])
def test_a_user_name_is_identity_enough(identity):
    assert findings(request(**identity)) == []


@pytest.mark.parametrize(
    ("strictness", "ok", "severities"),
    [("lenient", True, []), ("documented", True, [Severity.WARNING]), ("strict", False, [Severity.ERROR])],
)
def test_integer_id_weighs_by_strictness_in_the_document(strictness, ok, severities):
    report = Contract("doc-2019", strictness=strictness).check_request(request(task_id=10))

    assert report.ok is ok
    assert [violation.severity for violation in report.violations] == severities
    assert [violation.message for violation in report.violations] == [
        "`task_id` is an integer; gateways take it, the document does not name it"
    ] * len(severities)


def test_integer_ids_are_fine_later():
    assert findings(request("v2", task_id=10, bk_biz_id=2), "v2", "strict") == []


def test_boolean_id_is_found_in_every_edition():
    assert findings(request(task_id=True)) == [("field.type", "/task_id", "`task_id` is a boolean")]
    assert findings(request("v2", task_id=True), "v2") == [("field.type", "/task_id", "`task_id` is a boolean")]


@pytest.mark.parametrize("flag", [True, "false", "True", 0, ""])
def test_flags_are_taken_as_clients_send_them(flag):
    assert findings(request("v2", with_ex_data=flag, with_auto_retry_status=flag), "v2", "strict") == []


def test_misspelt_parameter_gets_a_guess():
    assert findings(request(task_id=..., taskid="10")) == [
        ("field.missing", "/task_id", '`task_id` is missing; is "taskid" meant to be it?'),
        ("field.undocumented", "/taskid", '"taskid" is not documented; did you mean "task_id"?'),
    ]


@pytest.mark.parametrize(
    ("changes", "edition", "basis"),
    [
        ({}, "doc-2019", "the request has no parameter that later editions added"),
        ({"with_ex_data": True}, "v2", "the request has `with_ex_data`"),
        ({"subprocess_id": "x"}, "v2", "the request has `subprocess_id`"),
    ],
)
def test_edition_of_a_request_is_told_from_its_parameters(changes, edition, basis):
    report = Contract().check_request(request(**changes))

    assert (report.ok, report.subject, report.edition, report.basis) == (True, "request", edition, basis)


@pytest.mark.parametrize("form", [json.dumps, lambda params: json.dumps(params).encode(), types.MappingProxyType])
def test_request_is_taken_as_text_bytes_or_mapping(form):
    assert Contract("doc-2019", strictness="strict").check_request(form(request())).ok


def test_unreadable_request_gives_one_finding():
    report = Contract().check_request(b"task_id=10&bk_biz_id=2")

    assert report.subject == "request"
    assert [violation.code for violation in report.violations] == ["body.not-json"]
