"""The contract of any call: requests and answers, editions, and what is no answer at all."""

import json

import pytest

from support.example_answers import ANSWERS, CALLS, answer, findings, report_on
from taskmock import schemas
from taskmock.contracts import Contract, Violation

REQUESTS = [(operation, edition) for operation in CALLS for edition in schemas.editions_of(operation)]


@pytest.mark.parametrize(("operation", "edition", "name"), ANSWERS, ids="-".join)
def test_example_answer_keeps_the_contract_in_strict(operation, edition, name):
    report = report_on(operation, answer(operation, edition, name), edition=edition)

    assert report.violations == ()
    assert (report.subject, report.operation) == ("response", operation)


@pytest.mark.parametrize(("operation", "edition"), REQUESTS, ids="-".join)
def test_example_request_keeps_the_contract_in_strict(operation, edition):
    request = schemas.load_example(edition, "request", operation=operation)

    report = Contract(edition, strictness="strict", operation=operation).check_request(request)

    assert report.violations == ()
    assert (report.subject, report.operation) == ("request", operation)


def test_answers_agree_with_their_requests():
    for operation in CALLS:
        request = schemas.load_example("v2", "request", operation=operation)

        assert findings(operation, answer(operation), request=request) == []


@pytest.mark.parametrize(
    ("operation", "edition", "name", "told"),
    [
        ("get_tasks_status", "v1", "response", ("v1", "the task has `state_refresh_at` but no `root_id:`")),
        ("get_tasks_status", "v2", "children", ("v2", "the task has `root_id:`")),
        (
            "get_tasks_status",
            "doc-2019",
            "response",
            ("doc-2019", "the task has none of the fields that later editions added"),
        ),
        ("get_tasks_status", "v2", "failure", ("v2", "nothing in the body tells")),
        ("get_task_detail", "doc-2019", "response", ("doc-2019", "the task has `business_id`")),
        ("get_task_detail", "v1", "response", ("v2", "no field of 2019, and alike in v1 and v2")),
        (
            "get_task_node_detail",
            "doc-2019",
            "retried",
            ("doc-2019", "the node has none of the fields that later editions added"),
        ),
        ("get_task_node_detail", "v1", "response", ("v1", "the node has `state_refresh_at` but no `root_id:`")),
        ("get_task_node_detail", "v2", "response", ("v2", "the node has `root_id:`")),
        ("get_task_node_detail", "v1", "waiting", ("v1", "the node was not reached and has `error_ignored`")),
        ("get_task_node_detail", "v2", "waiting", ("v2", "the node was not reached and has no `error_ignored`")),
        ("get_task_node_detail", "v2", "failure", ("v2", "alike in all editions")),
        ("start_task", "v1", "response", ("v2", "alike in all editions")),
    ],
)
def test_edition_is_told_from_the_answer(operation, edition, name, told):
    report = Contract(operation=operation).check_response(answer(operation, edition, name))

    assert (report.edition, report.basis) == told
    assert report.ok


def test_statuses_in_the_form_of_engine_1_before_2021_count_as_v1():
    body = answer("get_tasks_status", "v1")
    for field in ("state_refresh_at", "error_ignored"):
        del body["data"][0]["status"][field]

    report = Contract(operation="get_tasks_status").check_response(body)

    assert (report.edition, report.basis) == ("v1", "the task has no `root_id:`")


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"bk_biz_id": "2"}, ("doc-2019", "the request has no parameter that later editions added")),
        ({"scope": "project"}, ("v2", "the request has `scope`")),
    ],
)
def test_edition_is_told_from_the_request(params, told):
    report = Contract(operation="start_task").check_request(params)

    assert (report.edition, report.basis) == told


def test_request_of_a_later_call_counts_as_v2():
    report = Contract(operation="operate_node").check_request({})

    assert (report.edition, report.basis) == ("v2", "alike in all editions that have the call")


def test_number_in_the_place_of_an_id_weighs_like_an_undocumented_field_in_doc_2019():
    request = schemas.load_example("doc-2019", "request", operation="create_task") | {"template_id": 266}

    reports = [
        Contract("doc-2019", strictness=strictness, operation="create_task").check_request(request)
        for strictness in ("lenient", "documented", "strict")
    ]

    assert [(report.errors, report.warnings) for report in reports] == [(0, 0), (0, 1), (1, 0)]


@pytest.mark.parametrize(
    ("operation", "change", "finding"),
    [
        ("operate_task", {"action": "stop"}, ("field.value", "/action", "`action` has the wrong value")),
        ("operate_node", {"node_id": ""}, ("field.empty", "/node_id", "`node_id` is empty")),
        ("operate_node", {"inputs": "x"}, ("field.type", "/inputs", "`inputs` is a string")),
        (
            "create_task",
            {"callback_url": "ftp://x"},
            ("field.pattern", "/callback_url", "`callback_url` has the wrong form"),
        ),
        ("create_task", {"nmae": "x"}, ("field.undocumented", "/nmae", '"nmae" is not documented')),
        (
            "get_tasks_status",
            {"task_id_list": [1] * 51},
            ("field.range", "/task_id_list", "`task_id_list` has 51 items"),
        ),
        (
            "get_tasks_status",
            {"task_id_list": [1, None]},
            ("field.type", "/task_id_list/1", "`task_id_list.1` is null"),
        ),
        (
            "get_tasks_manual_intervention_state",
            {"task_id_list": [1] * 10},
            ("field.range", "/task_id_list", "`task_id_list` has 10 items"),
        ),
        ("get_task_list", {"limit": "many"}, ("field.pattern", "/limit", "`limit` has the wrong form")),
    ],
)
def test_wrong_parameter_is_found(operation, change, finding):
    request = schemas.load_example("v2", "request", operation=operation) | change

    report = Contract("v2", strictness="strict", operation=operation).check_request(request)

    assert [(v.code, v.pointer, v.message) for v in report.violations] == [finding]


def test_request_without_a_user_is_found_in_any_call():
    request = schemas.load_example("v2", "request", operation="operate_task")
    del request["bk_username"]

    report = Contract("v2", operation="operate_task").check_request(request)

    assert [v.code for v in report.violations] == ["request.no-identity"]


@pytest.mark.parametrize("data", [None, {}, {"x": 1}, "success", ...])
def test_operation_answers_nothing_in_particular(data):
    body = {"result": True, "data": data, "message": "success", "code": 0}
    if data is ...:
        del body["data"]

    assert findings("operate_node", body) == []


def test_whole_finding_names_field_path_and_source():
    body = answer("get_task_detail")
    subprocess = next(a for a in body["data"]["pipeline_tree"]["activities"].values() if "pipeline" in a)
    key, inner = next(iter(subprocess["pipeline"]["activities"].items()))
    del inner["component"]["code"]

    report = report_on("get_task_detail", body)

    assert report.violations == (
        Violation(
            code="field.missing",
            pointer=f"/data/pipeline_tree/activities/{subprocess['id']}/pipeline/activities/{key}/component/code",
            path="Rolling restart / Restart 1",
            message="`code` is missing",
            expected="a string",
            source="Code of the plug-in. [the API document]",
        ),
    )
    assert report.nodes == 9


def test_unknown_node_type_gets_all_types_and_the_closest():
    body = answer("get_task_detail")
    key, activity = next(iter(body["data"]["pipeline_tree"]["activities"].items()))
    activity["type"] = "ServiceActivty"

    (violation,) = report_on("get_task_detail", body).violations

    assert violation.pointer == f"/data/pipeline_tree/activities/{key}/type"
    assert violation.message == '`type` has the wrong value; did you mean "ServiceActivity"?'
    assert violation.expected == "one of ServiceActivity, SubProcess"


def test_entry_of_a_wrong_type_is_found_where_it_stands():
    body = answer("get_task_detail")
    body["data"]["pipeline_tree"]["flows"]["x/y"] = "a line"
    body["data"]["outputs"].append(7)

    assert findings("get_task_detail", body) == [
        ("field.type", "/data/pipeline_tree/flows/x~1y", 'the entry "x/y" is a string'),
        ("field.type", "/data/outputs/0", "the entry 0 is an integer"),
    ]


def test_node_that_was_reached_is_known_by_its_fields_though_its_id_is_missing():
    body = answer("get_task_node_detail")
    del body["data"]["id"]

    assert findings("get_task_node_detail", body) == [("field.missing", "/data/id", "`id` is missing")]


def test_inside_of_data_in_place_of_an_answer_is_told():
    body = answer("create_task")["data"]

    assert findings("create_task", body) == [
        ("envelope.missing", "/result", "`result` is missing; this looks like the inside of `data`")
    ]


@pytest.mark.parametrize(
    ("operation", "change", "finding"),
    [
        ("get_task_list", {"data": {}}, ("envelope.data", "/data", "`data` is an object")),
        ("get_task_list", {"count": "3"}, ("envelope.type", "/count", "`count` is a string")),
        ("get_task_list", {"count": -2}, ("envelope.range", "/count", "`count` is too small")),
        ("get_task_detail", {"data": []}, ("envelope.data", "/data", "`data` is a list")),
        ("get_task_detail", {"total": 3}, ("field.undocumented", "/total", '"total" is not documented')),
    ],
)
def test_wrong_envelope_is_found(operation, change, finding):
    assert findings(operation, answer(operation) | change)[0] == finding


def test_text_and_bytes_are_judged_like_objects():
    body = answer("get_task_list")

    for form in (body, json.dumps(body), json.dumps(body).encode()):
        assert findings("get_task_list", form) == []


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        (
            {"operation": "get_task"},
            r"^unknown call 'get_task': choose one of get_task_status, .*; did you mean 'get_task",
        ),
        (
            {"operation": "get_task_list", "edition": "doc-2019"},
            r"^unknown edition of get_task_list 'doc-2019': choose one of auto, v1, v2, v1@3\.6\.10$",
        ),
    ],
)
def test_contract_names_what_there_is(terms, message):
    with pytest.raises(ValueError, match=message):
        Contract(**terms)


def test_overlay_is_of_the_status_only(tmp_path):
    path = tmp_path / "own.json"
    path.write_text('{"extends": "v2", "node": {"x": {"type": "string"}}}', encoding="utf-8")

    with pytest.raises(ValueError, match=r"^an overlay changes the contract of get_task_status, not of start_task$"):
        Contract(str(path), operation="start_task")


def test_other_calls_have_no_history():
    with pytest.raises(ValueError, match=r"^only answers of get_task_status have a history; start_task has none$"):
        Contract(operation="start_task").check_history([])


def test_repr_is_the_call_that_makes_an_equal_contract():
    assert repr(Contract("v2", operation="start_task")) == (
        "Contract('v2', strictness='documented', operation='start_task')"
    )
