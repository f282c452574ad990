"""The variant `v1@3.6.10`: told only where every node shows it, refused as `v1`, of no help to any broken answer."""

import copy
import itertools

import pytest

from support.random_tasks import Life
from support.sampled_histories import polls_of
from taskmock.contracts import Contract, Poll
from taskmock.contracts.selftest.calls import call_examples
from taskmock.contracts.selftest.documents import documents
from taskmock.contracts.selftest.trial import KINDS, broken_answers
from taskmock.contracts.validation.schema import compiled_shape
from taskmock.schemas import EDITIONS, STATUS, VARIANTS, bundled, load_example, load_schema

VARIANT = "v1@3.6.10"
BATCH = "get_tasks_status"
CLASS = "<class 'pipeline.core.pipeline.Pipeline'>"
TELLS = "no node has `error_ignored`, and no time is null"


def node(number, state="FINISHED", *children, start="2020-11-03 10:00:00 +0800", finish="2020-11-03 10:00:07 +0800"):
    """A node as those servers sent it."""
    own = f"n{number:031x}"
    return {
        "id": own,
        "state": state,
        "name": f"Step {number}",
        "retry": 0,
        "loop": 1,
        "skip": False,
        "error_ignorable": False,
        "version": f"{number:032x}",
        "state_refresh_at": "2020-11-03T02:00:07.202Z",
        "elapsed_time": 7,
        "children": {child["id"]: child for child in children},
        "start_time": start,
        "finish_time": finish,
    }


def task(*children, state="FAILED", finish="", **more):
    """An answer about a task as those servers sent it."""
    data = node(0, state, *children, finish=finish) | {"name": CLASS, "version": "", **more}
    return {"result": True, "data": data, "code": 0}


FAILED = task(node(1), node(2, "FAILED"), ex_data={f"n{2:031x}": "no space left"})


def batch(*statuses, **more):
    """An answer about several tasks; `more` is in every entry."""
    times = {"create_time": "2020-11-03 09:59:00 +0800", "start_time": "2020-11-03 10:00:00 +0800", "finish_time": ""}
    entries = [
        {"id": number, "name": "Release", "status": status, **times, "url": "u", **more}
        for number, status in enumerate(statuses, 1)
    ]
    return {"result": True, "data": entries, "code": 0}


def bare(body, *without):
    """The status of a task without its children, and without some fields."""
    return {key: value for key, value in body["data"].items() if key not in {"children", *without}}


def verdict(body, edition="auto", operation=STATUS, **named):
    report = Contract(edition, strictness="strict", operation=operation).check_response(body, **named)
    return report.ok, report.edition


def test_answer_of_those_servers_is_told_for_what_it_is():
    report = Contract(strictness="strict").check_response(FAILED)

    assert (report.violations, report.edition, report.basis) == ((), VARIANT, TELLS)


def test_edition_refuses_the_variant_and_the_variant_its_edition():
    assert verdict(FAILED, "v1") == (False, "v1")
    assert verdict(load_example("v1", "response"), VARIANT) == (False, VARIANT)
    assert verdict(FAILED, VARIANT) == (True, VARIANT)


@pytest.mark.parametrize("broken", range(3))
@pytest.mark.parametrize("field", ["error_ignored", "start_time", "finish_time"])
def test_mixed_answer_is_a_broken_one_of_the_edition(broken, field):
    body = copy.deepcopy(FAILED)
    nodes = [body["data"], *body["data"]["children"].values()]
    nodes[broken][field] = {"error_ignored": False}.get(field)

    assert verdict(body) == (False, "v1")


def test_single_node_shows_the_variant_by_an_absent_time_alone():
    assert verdict(task(state="RUNNING")) == (True, VARIANT)
    assert verdict(task(finish="2020-11-03 10:00:07 +0800")) == (False, "v1")


def test_asked_errors_of_a_whole_task_are_demanded():
    silent = task(node(1), node(2, "FAILED"))

    assert verdict(silent, request={"with_ex_data": "1"}) == (False, VARIANT)
    assert verdict(silent, request={}) == (True, VARIANT)


def test_created_body_has_no_name_and_expired_is_no_state():
    created = {**load_example("v1", "created")["data"]}
    del created["name"]

    assert verdict({"result": True, "data": created, "code": 0}, VARIANT) == (True, VARIANT)
    assert verdict(load_example("v1", "created"), VARIANT) == (False, VARIANT)
    assert verdict(load_example("v1", "expired"), VARIANT) == (False, VARIANT)


def test_batch_of_those_servers_is_told_for_what_it_is():
    flows = {"flow_type": "common", "current_flow": "execute_task", "is_deleted": False}
    statuses = bare(FAILED, "ex_data"), bare(task(node(1), state="FINISHED", finish="2020-11-03 10:00:07 +0800"))
    documented = [bare({"data": status}, "state_refresh_at") for status in statuses]

    for body in (batch(*statuses), batch(*statuses, **flows), batch(*documented), batch(FAILED["data"], **flows)):
        assert verdict(body, operation=BATCH) == (True, VARIANT)
        assert verdict(body, "v1", operation=BATCH) == (False, "v1")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda entries: entries[0]["status"].update(error_ignored=False),
        lambda entries: entries[0]["status"].update(finish_time=None),
        lambda entries: entries[0]["status"].pop("state_refresh_at"),
        lambda entries: entries[0].pop("flow_type"),
        lambda entries: entries[1].pop("is_deleted"),
        lambda entries: entries.pop(1) and entries[0]["status"].pop("state_refresh_at"),
    ],
)
def test_mixed_batch_is_a_broken_one_of_the_edition(spoil):
    flows = {"flow_type": "common", "current_flow": "execute_task", "is_deleted": False}
    body = copy.deepcopy(batch(bare(FAILED, "ex_data"), bare(FAILED, "ex_data"), **flows))
    spoil(body["data"])

    assert verdict(body, operation=BATCH) == (False, "v1")


def test_history_of_those_servers_is_judged_by_the_variant():
    first, last = task(node(1, "RUNNING", finish=""), state="RUNNING"), task(node(1), state="RUNNING")
    for body, elapsed in ((first, 5), (last, 9)):
        body["data"]["elapsed_time"] = elapsed
    first["data"]["children"][f"n{1:031x}"]["elapsed_time"] = 5

    report = Contract(strictness="strict").check_history([Poll(first, 5), Poll(last, 9)])

    assert (report.violations, report.edition) == ((), VARIANT)


def test_life_that_the_mock_plays_raises_no_alarm():
    for number in range(4_000_000, 4_000_010):
        assert Contract(VARIANT, strictness="strict").check_history(polls_of(number, VARIANT)).violations == (), number


def test_moment_that_the_mock_plays_is_told_from_its_nodes():
    for number in range(4_000_000, 4_000_005):
        life = Life(number, VARIANT)
        polls = [poll for poll in polls_of(number, VARIANT) if len(poll.body["data"].get("children", ())) > 0]
        assert {verdict(poll.body) for poll in polls} <= {(True, VARIANT)}, life.number


@pytest.mark.parametrize("edition", EDITIONS)
def test_no_broken_answer_of_an_edition_passes_for_the_variant(edition):
    answers = {(STATUS, name): body for name, body in documents(edition).items()}
    calls = {(call, name): body for call, name, body in call_examples(edition)}
    tried = 0
    for attempt in itertools.chain(*(broken_answers(edition, KINDS, each) for each in (answers, calls))):
        tried += 1
        report = Contract(operation=attempt.operation, strictness="lenient").check_response(attempt.mutant.body)
        assert report.edition not in VARIANTS or not report.ok, (attempt.mutation, attempt.document)
    assert tried > 500


@pytest.mark.parametrize("operation", [STATUS, BATCH, "get_task_node_detail"])
@pytest.mark.parametrize("name", ["request", "response"])
def test_schemas_of_the_variant_can_be_used_by_any_engine(operation, name):
    import jsonschema

    schema = load_schema(VARIANT, name, operation=operation)
    jsonschema.Draft202012Validator.check_schema(bundled(schema))


@pytest.mark.parametrize("shape", ["task", "node"])
def test_schema_of_the_variant_agrees_with_the_judge(shape):
    schema = load_schema(VARIANT, "node")
    compiled = compiled_shape(shape, {**schema, "$ref": f"#/$defs/{shape}"}, schema["$defs"][shape])

    assert "error_ignored" not in compiled.fields
    assert compiled.fields["finish_time"]["title"] == 'YYYY-MM-DD HH:MM:SS +ZZZZ, or ""'
    assert [compiled.is_valid({**node(1), "children": {}, "finish_time": time}) for time in ("", None)] == [True, False]
