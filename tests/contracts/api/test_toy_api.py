"""The judge knows no API: a toy one, with one form and one rule, is judged by the same pipeline."""

import dataclasses

import pytest

from support.toy_contract import TOY
from taskmock.contracts import Contract

STEPS = [{"step": "Copy", "phase": "stuck"}, {"step": "Clean", "phase": "busy"}]


def found(body, **terms):
    """Code, place and message of each finding."""
    report = Contract(api=TOY, **terms).check_response(body)
    return [(found.code, found.pointer, found.message) for found in report.violations]


def test_good_answer_keeps_the_contract():
    report = Contract(api=TOY).check_response(b'{"ref": "a1", "job": "Release", "steps": []}')

    assert (report.ok, report.edition, report.operation) == (True, "autumn", "get_job")
    assert report.violations == ()


def test_structure_and_envelope_are_judged():
    assert found({"ref": 1, "steps": [{"step": "Copy", "phase": "gone"}]}, edition="spring") == [
        ("field.missing", "/job", "`job` is missing"),
        ("field.type", "/ref", "`ref` is an integer"),
        ("field.value", "/steps/0/phase", "`steps.0.phase` has the wrong value"),
    ]
    assert found({"problem": "no job 10"}) == [("envelope.missing", "/kind", "a problem has no kind")]


@pytest.mark.parametrize(("edition", "codes"), [("spring", []), ("autumn", ["job.order"])])
def test_rule_is_said_of_its_edition(edition, codes):
    body = {"ref": "a1", "job": "Release", "steps": STEPS}

    assert [code for code, _, _ in found(body, edition=edition)] == codes
    assert found(body, edition=edition, skip=["job.order"]) == []


def test_request_is_judged():
    assert [v.pointer for v in Contract(api=TOY).check_request({}).violations] == ["/job"]


def test_contract_names_the_calls_and_editions_of_the_api():
    with pytest.raises(ValueError, match="unknown call 'x': choose one of get_job"):
        Contract(api=TOY, operation="x")
    with pytest.raises(ValueError, match="choose one of auto, spring, autumn"):
        Contract("v2", api=TOY)


def test_call_without_a_course_has_no_history():
    contract = Contract(api=dataclasses.replace(TOY))

    assert not contract.has_course
    with pytest.raises(ValueError, match="only answers of get_job have a history"):
        contract.check_history([])
