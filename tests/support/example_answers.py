"""Example answers of all calls, and what the judge says of them."""

from taskmock import schemas
from taskmock.contracts import Contract

CALLS = [operation for operation in schemas.load_operations() if operation != schemas.STATUS]
ANSWERS = [
    (operation, edition, name)
    for operation in CALLS
    for edition in schemas.editions_of(operation)
    for name in schemas.example_names(edition, operation=operation)
    if name != "request"
]


def answer(operation, edition="v2", name="response"):
    """An example answer of a call."""
    return schemas.load_example(edition, name, operation=operation)


def report_on(operation, body, *, edition="v2", strictness="strict", request=None):
    """The judge's report on an answer of a call."""
    return Contract(edition, strictness=strictness, operation=operation).check_response(body, request=request)


def findings(operation, body, **terms):
    """Code, pointer and message of every finding in an answer of a call."""
    return [(v.code, v.pointer, v.message) for v in report_on(operation, body, **terms).violations]
