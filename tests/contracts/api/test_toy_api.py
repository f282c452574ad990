"""The judge knows no API: a toy one, with one form and one rule, is judged by the same pipeline."""

import dataclasses

import pytest

from taskmock.contracts import Contract
from taskmock.contracts.api.protocol import Api, CallContract, Envelope
from taskmock.contracts.findings.rule import Finding, rule
from taskmock.contracts.findings.violation import Violation
from taskmock.contracts.validation.form import Form, Kind
from taskmock.contracts.validation.schema import object_shape


def shape_of(name, **types):
    """The shape of an object whose fields are all required, by their types."""
    properties = {field: {"title": f"of type {kind}", "type": kind} for field, kind in types.items()}
    schema = {"type": "object", "required": list(types), "properties": properties, "additionalProperties": False}
    return object_shape(name, schema)


JOB = Form("urn:toy:job", Kind.OBJECT, {"title": "a job"}, shape=shape_of("job", done="integer", total="integer"))
QUERY = shape_of("query", job="string")


@rule("job.progress", applies_to=("2",))
def no_more_is_done_than_there_is(answer):
    """No more is done than there is to do."""
    job = answer.places[0]
    if job.value["done"] > job.value["total"]:
        yield Finding(job, ("done",), "{0} of {1} are done", "{1} at most", tuple(map(str, job.value.values())))


def envelope_violations(answer):
    """Finds a body that has no job in it."""
    if "job" not in answer.body:
        yield Violation("envelope.missing", "/job", "", "there is no job")


def request_violations(params, strictness, shape):
    """Finds parameters that are not there."""
    for name in shape.required:
        if name not in params:
            yield Violation("field.missing", f"/{name}", "", f"`{name}` is missing")


GET_JOB = CallContract(
    operation="get_job",
    editions=("1", "2"),
    form=lambda edition: JOB,
    envelope=lambda edition, overlay: Envelope(JOB.shape),
    parameters=lambda edition: QUERY,
    detect_edition=lambda body: (body.get("version", "1"), "the body says so"),
    detect_request_edition=lambda params: ("2", "all are alike"),
    rules=(no_more_is_done_than_there_is,),
)
TOY = Api(
    name="toy",
    default="get_job",
    operations={"get_job": GET_JOB},
    payload=lambda body: body.get("job"),
    prefix="/job",
    envelope=envelope_violations,
    tree=lambda answer, nodes: iter(()),
    request=request_violations,
)


def found(body, **terms):
    """Code, place and message of each finding."""
    report = Contract(api=TOY, **terms).check_response(body)
    return [(found.code, found.pointer, found.message) for found in report.violations]


def test_good_answer_keeps_the_contract():
    report = Contract(api=TOY).check_response(b'{"job": {"done": 1, "total": 2}, "version": "2"}')

    assert (report.ok, report.edition, report.operation) == (True, "2", "get_job")
    assert report.violations == ()


def test_structure_and_envelope_are_judged():
    assert found({"job": {"done": "1"}}) == [
        ("field.missing", "/job/total", "`total` is missing"),
        ("field.type", "/job/done", "`done` is a string"),
    ]
    assert found({}) == [("envelope.missing", "/job", "there is no job")]


@pytest.mark.parametrize(("edition", "codes"), [("1", []), ("2", ["job.progress"])])
def test_rule_is_said_of_its_edition(edition, codes):
    body = {"job": {"done": 3, "total": 2}}

    assert [code for code, _, _ in found(body, edition=edition)] == codes
    assert found(body, edition=edition, skip=["job.progress"]) == []


def test_request_is_judged():
    assert [v.pointer for v in Contract(api=TOY).check_request({}).violations] == ["/job"]


def test_contract_names_the_calls_and_editions_of_the_api():
    with pytest.raises(ValueError, match="unknown call 'x': choose one of get_job"):
        Contract(api=TOY, operation="x")
    with pytest.raises(ValueError, match="choose one of auto, 1, 2"):
        Contract("v2", api=TOY)


def test_call_without_a_course_has_no_history():
    contract = Contract(api=dataclasses.replace(TOY))

    assert not contract.has_course
    with pytest.raises(ValueError, match="only answers of get_job have a history"):
        contract.check_history([])
