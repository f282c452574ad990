"""The contract of the toy API of `support.toy_api`: one form and one rule, in that API's own words."""

from taskmock.contracts.api.protocol import Api, CallContract, Envelope
from taskmock.contracts.findings.rule import Finding, rule
from taskmock.contracts.findings.violation import Violation
from taskmock.contracts.validation.form import Form, Kind
from taskmock.contracts.validation.schema import object_shape

STEP = {
    "type": "object",
    "required": ["step", "phase"],
    "properties": {
        "step": {"title": "the name of the step", "type": "string"},
        "phase": {"title": "next, busy, stuck or done", "enum": ["next", "busy", "stuck", "done"]},
    },
}


def shape_of(name, **properties):
    """The shape of an object whose fields are all required, by their schemas."""
    schema = {"type": "object", "required": list(properties), "properties": properties, "additionalProperties": False}
    return object_shape(name, schema)


ANSWER = shape_of(
    "job",
    ref={"title": "what the answer is called", "type": "string"},
    job={"title": "the name of the job", "type": "string"},
    steps={"title": "the steps that have begun, in their order", "type": "array", "items": STEP},
)
JOB = Form("urn:toy:job", Kind.OBJECT, {"title": "a job"}, shape=ANSWER)
QUERY = shape_of("query", job={"title": "the number of the job", "type": "integer"})


@rule("job.order", applies_to=("autumn",))
def a_step_begins_when_all_before_it_are_done(answer):
    """A step begins when all before it are done."""
    job = answer.places[0]
    for number, step in enumerate(job.value["steps"][:-1]):
        if step["phase"] != "done":
            yield Finding(job, ("steps", number, "phase"), "{0} is not done", "done", (step["step"],))


def envelope_violations(answer):
    """Finds a refusal that does not say its kind; a job has no envelope."""
    if "problem" in answer.body and "kind" not in answer.body:
        yield Violation("envelope.missing", "/kind", "", "a problem has no kind")


def request_violations(params, strictness, shape):
    """Finds parameters that are not there."""
    for name in shape.required:
        if name not in params:
            yield Violation("field.missing", f"/{name}", "", f"`{name}` is missing")


GET_JOB = CallContract(
    operation="get_job",
    editions=("spring", "autumn"),
    form=lambda edition: JOB,
    envelope=lambda edition, overlay: Envelope(ANSWER),
    parameters=lambda edition: QUERY,
    detect_edition=lambda body: ("autumn" if body.get("ref", "").startswith("a") else "spring", "its ref says so"),
    detect_request_edition=lambda params: ("spring", "all are alike"),
    rules=(a_step_begins_when_all_before_it_are_done,),
)
TOY = Api(
    name="toy",
    default="get_job",
    operations={"get_job": GET_JOB},
    payload=lambda body: None if "problem" in body else body,
    prefix="",
    envelope=envelope_violations,
    tree=lambda answer, nodes: iter(()),
    request=request_violations,
)
