"""The structural findings: code, pointer, path, sentence, for every way in which a field can be wrong."""

import pytest

from support.structural_findings import example, findings, subprocess_of
from taskmock.contracts import Contract, Severity

NODE = "/data/children/n8a7ef1c3e82395341b7000b79c239eb"
"""The subprocess `Rolling restart` in the example of v2."""


def test_the_examples_subprocess_is_where_these_tests_look():
    body = example()

    assert subprocess_of(body)["id"] == NODE.rsplit("/", 1)[1]


def test_missing_field_is_found_at_its_own_pointer():
    body = example()
    del subprocess_of(body)["skip"]

    report = Contract("v2").check_response(body)
    (violation,) = report.violations

    assert violation.code == "field.missing"
    assert violation.pointer == f"{NODE}/skip"
    assert violation.path == "Rolling restart"
    assert violation.message == "`skip` is missing"
    assert violation.expected == "true or false"
    assert violation.value == ""
    assert violation.source == "Whether a failed node was skipped. [the document]"
    assert violation.severity is Severity.ERROR


def test_misspelt_field_is_missing_and_undocumented_with_a_guess_each_way():
    body = example()
    node = subprocess_of(body)
    node["retyr"] = node.pop("retry")

    assert findings(body) == [
        ("field.missing", f"{NODE}/retry", '`retry` is missing; is "retyr" meant to be it?'),
        ("field.undocumented", f"{NODE}/retyr", '"retyr" is not documented; did you mean "retry"?'),
    ]


def test_a_very_long_undocumented_name_gets_no_guess():
    body = example()
    name = "retry" * 100
    body["data"][name] = 1
    del body["data"]["retry"]

    assert findings(body)[0] == ("field.missing", "/data/retry", "`retry` is missing")


@pytest.mark.parametrize(
    ("strictness", "ok", "severities"),
    [("lenient", True, []), ("documented", True, [Severity.WARNING] * 2), ("strict", False, [Severity.ERROR] * 2)],
)
def test_undocumented_fields_weigh_by_strictness(strictness, ok, severities):
    body = example()
    body["surprise"] = body["data"]["surprise"] = 1

    report = Contract("v2", strictness=strictness).check_response(body)

    assert report.ok is ok
    assert [violation.severity for violation in report.violations] == severities
    assert report.warnings == severities.count(Severity.WARNING)


@pytest.mark.parametrize("strictness", ["lenient", "documented", "strict"])
def test_a_known_field_in_the_wrong_shape_fails_whatever_the_strictness(strictness):
    body = example("v2", "created")
    body["data"]["id"] = "n" + "0" * 31

    assert findings(body, strictness=strictness) == [
        ("field.misplaced", "/data/id", '"id" does not belong to a CREATED body'),
    ]


def test_flag_fields_belong_to_the_task_only():
    body = example()
    subprocess_of(body)["ex_data"] = {}

    assert findings(body) == [
        ("field.misplaced", f"{NODE}/ex_data", '"ex_data" does not belong to a node below the task')
    ]


@pytest.mark.parametrize(
    ("field", "value", "code", "message"),
    [
        ("retry", "0", "field.type", "`retry` is a string"),
        ("retry", 0.0, "field.type", "`retry` is a number with a fraction or exponent"),
        ("retry", 0.5, "field.type", "`retry` is a number with a fraction or exponent"),
        ("retry", True, "field.type", "`retry` is a boolean"),
        ("retry", -1, "field.range", "`retry` is too small"),
        ("loop", 0, "field.range", "`loop` is too small"),
        ("skip", 0, "field.type", "`skip` is an integer"),
        ("name", None, "field.type", "`name` is null"),
        ("name", {}, "field.type", "`name` is an object"),
        ("name", [], "field.type", "`name` is a list"),
        ("id", "N" + "0" * 31, "field.pattern", "`id` has the wrong form"),
        ("id", "n" + "0" * 31 + "\n", "field.pattern", "`id` has the wrong form"),
        ("version", "", "field.pattern", "`version` is empty"),
        ("version", "0" * 32, "field.pattern", "`version` has the wrong form"),
        ("start_time", "", "field.pattern", "`start_time` is empty"),
        ("start_time", "2026-03-02T09:30:00+08:00", "field.pattern", "`start_time` has the wrong form"),
        ("start_time", "2026-13-02 09:30:00 +0800", "field.pattern", "`start_time` has the wrong form"),
        ("start_time", "2026-03-02 24:00:00 +0800", "field.pattern", "`start_time` has the wrong form"),
        ("start_time", 1772415000, "field.type", "`start_time` is an integer"),
        ("children", [], "field.type", "`children` is a list"),
        ("children", None, "field.type", "`children` is null"),
        ("state", 5, "field.type", "`state` is an integer"),
    ],
)
def test_wrong_value_is_found(field, value, code, message):
    body = example()
    subprocess_of(body)[field] = value

    assert (code, f"{NODE}/{field}", message) in findings(body)


@pytest.mark.parametrize(
    ("state", "code", "message"),
    [
        (
            "finished",
            "state.unknown",
            '"finished" is no state of a node below the task in edition v2; did you mean "FINISHED"?',
        ),
        ("DONE", "state.unknown", '"DONE" is no state of a node below the task in edition v2'),
        ("BLOCKED", "state.unknown", "BLOCKED is no state of edition v2, only of v1"),
        (
            "PENDING_CONFIRMATION",
            "state.unknown",
            '"PENDING_CONFIRMATION" belongs to the web page\'s own endpoint, never to this API',
        ),
        (
            "CREATED",
            "state.misplaced",
            "a node below the task is never CREATED: one not yet reached has no entry",
        ),
        ("EXPIRED", "state.misplaced", "a node below the task is never EXPIRED in edition v2"),
    ],
)
def test_wrong_state_of_a_node_is_found(state, code, message):
    body = example()
    subprocess_of(body)["state"] = state

    assert findings(body) == [(code, f"{NODE}/state", message)]


def test_a_nodes_state_on_the_task_is_found():
    body = example()
    body["data"]["state"] = "READY"

    assert findings(body) == [("state.misplaced", "/data/state", "the task is never READY in edition v2")]


def test_a_nodes_state_is_allowed_on_a_subtree():
    body = example()
    body["data"] = subprocess_of(body)
    body["data"]["state"] = "READY"

    assert findings(body) == []


def test_a_nodes_state_is_allowed_where_a_subprocess_was_asked_for():
    body = example()
    body["data"]["state"] = "READY"

    report = Contract("v2").check_response(body, request={"subprocess_id": body["data"]["id"]})

    assert not any(violation.code.startswith("state.") for violation in report.violations)


def test_created_children_are_allowed_in_the_document():
    body = example("doc-2019")
    child = next(iter(body["data"]["children"].values()))
    child.update(state="CREATED", start_time="", finish_time="")

    assert findings(body, "doc-2019") == []


def test_absent_times_are_empty_in_the_document_and_null_later():
    document, later = example("doc-2019"), example("v2")
    document["data"]["finish_time"], later["data"]["finish_time"] = None, ""

    assert findings(document, "doc-2019") == [("field.type", "/data/finish_time", "`finish_time` is null")]
    assert findings(later) == [("field.pattern", "/data/finish_time", "`finish_time` is empty")]


def test_children_that_are_no_objects_are_found_by_their_keys():
    body = example()
    subprocess_of(body)["children"].update({"x/y~": "no", "z": None})

    assert findings(body) == [
        ("field.type", f"{NODE}/children/x~1y~0", 'the child "x/y~" is a string'),
        ("field.type", f"{NODE}/children/z", 'the child "z" is null'),
    ]


def test_values_inside_the_flag_fields_are_found_at_their_own_pointers():
    body = example()
    body["data"]["failed_node_info"] = {"a/b": {"node_id": 3, "auto_retry_times": -1}}
    body["data"]["auto_retry_status"] = {"exist_auto_retry_nodes": True, "auto_retry_nodes": ["x"]}

    assert findings(body) == [
        ("field.type", "/data/failed_node_info/a~1b/node_id", "`failed_node_info.a/b.node_id` is an integer"),
        (
            "field.range",
            "/data/failed_node_info/a~1b/auto_retry_times",
            "`failed_node_info.a/b.auto_retry_times` is too small",
        ),
        (
            "field.pattern",
            "/data/auto_retry_status/auto_retry_nodes/0",
            "`auto_retry_status.auto_retry_nodes.0` has the wrong form",
        ),
    ]


def test_odd_keys_inside_the_flag_fields_are_found():
    body = example()
    body["data"]["failed_node_info"] = {"00": 1, "0": 2, "": 3}

    assert findings(body) == [
        ("field.type", "/data/failed_node_info/", "`failed_node_info.` is an integer"),
        ("field.type", "/data/failed_node_info/0", "`failed_node_info.0` is an integer"),
        ("field.type", "/data/failed_node_info/00", "`failed_node_info.00` is an integer"),
    ]


def test_values_inside_the_flag_fields_are_explained():
    body = example()
    body["data"]["auto_retry_status"] = {"exist_auto_retry_nodes": 1, "auto_retry_nodes": [5]}

    violations = Contract("v2").check_response(body).groups[0].violations

    assert [(violation.expected, violation.source) for violation in violations] == [
        ("32 lower-case hex digits, or n and 31 of them", "Id of a node that will retry by itself."),
        ("true or false", "Whether a node will retry by itself."),
    ]


def test_a_flag_field_that_lacks_a_field_is_found():
    body = example()
    body["data"]["auto_retry_status"] = {}

    assert findings(body) == [("field.missing", "/data/auto_retry_status", "`auto_retry_status` lacks a field")]


def test_created_body_may_lack_children():
    body = example("v1", "created")
    del body["data"]["children"]

    assert findings(body, "v1") == []


def test_created_body_with_other_values_is_found():
    body = example("v1", "created")
    body["data"].update(skip=False, retry=3, start_time="2026-03-02 09:30:00 +0800", children={"": {}})
    del body["data"]["name"]

    found = [finding for finding in findings(body, "v1") if not finding[1].startswith("/data/children/")]

    assert sorted(found) == [
        ("field.missing", "/data/name", "`name` is missing"),
        ("field.type", "/data/skip", "`skip` is a boolean"),
        ("field.type", "/data/start_time", "`start_time` is a string"),
        ("field.value", "/data/children", "`children` has the wrong value"),
        ("field.value", "/data/retry", "`retry` has the wrong value"),
    ]


@pytest.mark.parametrize("state", ["CREATED", "EXPIRED"])
def test_later_shapes_are_none_of_the_documents(state):
    body = example("v2", state.lower())

    assert ("field.missing", "/data/id", "`id` is missing") in findings(body, "doc-2019")
