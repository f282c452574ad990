"""Example answers, and what the judge says of their structure."""

from taskmock.contracts import Contract
from taskmock.schemas import load_example


def example(edition="v2", name="response"):
    """An example answer of an edition."""
    return load_example(edition, name)


def subprocess_of(body):
    """The node `Rolling restart` of the example."""
    return next(child for child in body["data"]["children"].values() if child["name"] == "Rolling restart")


def findings(body, edition="v2", strictness="documented"):
    """Code, pointer and message of every structural finding (those of the rules left out)."""
    report = Contract(edition, strictness=strictness).check_response(body)
    prefixes = ("field.", "state.", "envelope.")
    return [(v.code, v.pointer, v.message) for v in report.violations if v.code.startswith(prefixes)]
