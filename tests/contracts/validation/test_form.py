"""The judge of a call's answers says of its structure what the published schema says, and survives whatever comes."""

import json
import threading

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.changed_bodies import CHANGES, VALUES, changed
from support.example_answers import ANSWERS, CALLS, answer, report_on
from support.properties import examples
from taskmock import schemas
from taskmock.contracts import Contract
from taskmock.contracts.writers import json_report, text_report

STRUCTURAL = ("field.", "envelope.", "state.")
LEVELS = 5_000


SCHEMAS = {
    (operation, edition): jsonschema_rs.validator_for(
        schemas.bundled(schemas.load_schema(edition, "response", operation=operation))
    )
    for operation in CALLS
    for edition in schemas.editions_of(operation)
}


@examples(400)
@given(which=st.sampled_from(ANSWERS), changes=CHANGES)
def test_judge_and_schema_give_one_verdict_on_any_changed_answer(which, changes):
    operation, edition, name = which
    body = changed(answer(operation, edition, name), changes)

    report = report_on(operation, body, edition=edition)
    structural = [violation for violation in report.violations if violation.code.startswith(STRUCTURAL)]

    assert (structural == []) is SCHEMAS[operation, edition].is_valid(body), structural


@examples(150)
@given(which=st.sampled_from(ANSWERS), changes=CHANGES, asked=VALUES)
def test_any_changed_answer_of_any_call_gets_a_report(which, changes, asked):
    operation, _, name = which
    body = changed(answer(*which), changes)
    request = dict.fromkeys(["task_id", "node_id", "task_id_list", "limit", "include_children_status"], asked)

    report = Contract(operation=operation, strictness="strict").check_response(body, request=request)

    assert len(text_report(report).splitlines()) < 200
    assert json.loads(json_report([(name, report)]))["ok"] is report.ok


@examples(100)
@given(body=VALUES, operation=st.sampled_from(CALLS))
def test_any_value_gets_a_report_in_any_call(body, operation):
    contract = Contract(operation=operation)

    assert not contract.check_response(body).ok
    assert not contract.check_request(body).ok


def nested_pipelines(levels):
    """An answer whose pipelines lie in each other, one subprocess a level."""
    body = answer("get_task_detail")
    tree = body["data"]["pipeline_tree"]
    subprocess = next(node for node in tree["activities"].values() if "pipeline" in node)
    inner, named = subprocess["pipeline"], "1"
    for number in range(levels):
        named = str(number)
        inner = {**inner, "activities": {named: {**subprocess, "id": named, "pipeline": inner}}}
    subprocess["pipeline"] = inner
    return body


@pytest.mark.sweep
def test_pipelines_5_000_levels_deep_are_judged_in_a_small_thread():
    body, results = nested_pipelines(LEVELS), []
    before = threading.stack_size(512 * 1024)
    try:
        thread = threading.Thread(target=lambda: results.append(report_on("get_task_detail", body)))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)

    (report,) = results

    assert report.nodes > LEVELS
    assert {violation.code for violation in report.violations} == {"pipeline.id"}


def test_text_that_nests_too_deep_is_one_finding():
    text = '{"result": true, "data": {"pipeline_tree": ' + '{"a":' * 2_000 + "1" + "}" * 2_002

    assert [violation.code for violation in report_on("get_task_detail", text).violations] == ["body.too-deep"]


@pytest.mark.parametrize("name", ["children", "response"])
@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_a_broken_status_is_judged_by_the_contract_of_statuses(name, edition):
    body = answer("get_tasks_status", edition, name)
    body["data"][0]["status"] |= {"state": "PAUSED", "retry": -1}

    found = [(v.code, v.pointer) for v in report_on("get_tasks_status", body, edition=edition).violations]

    assert found == [("state.unknown", "/data/0/status/state"), ("field.range", "/data/0/status/retry")]


def test_places_in_a_status_tree_are_those_of_the_whole_answer():
    body = answer("get_tasks_status", name="children")
    key, child = next(iter(body["data"][0]["status"]["children"].items()))
    child["id"] = "n" + "0" * 31

    (violation,) = report_on("get_tasks_status", body).violations

    assert (violation.code, violation.pointer) == ("id.key-mismatch", f"/data/0/status/children/{key}/id")


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_node_that_is_ready_again_is_judged_as_one_that_has_run(edition):
    body = answer("get_task_node_detail", edition, "retried")
    body["data"] |= {"state": "READY", "start_time": None, "finish_time": None, "elapsed_time": 0, "outputs": []}

    assert report_on("get_task_node_detail", body, edition=edition).violations == ()


def test_node_that_was_not_reached_is_judged_as_such_though_its_state_is_wrong():
    body = answer("get_task_node_detail", "v2", "waiting")
    body["data"]["state"] = "CREATED"

    (found,) = report_on("get_task_node_detail", body).violations
    assert (found.code, found.pointer) == ("field.value", "/data/state")
