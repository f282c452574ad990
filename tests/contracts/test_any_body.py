"""Whatever JSON comes, the judge gives a report and never an error of its own."""

import json

from hypothesis import given
from hypothesis import strategies as st

from support.properties import examples
from taskmock.contracts import Contract
from taskmock.contracts.writers import json_report, text_report
from taskmock.schemas import EDITIONS, SCHEMAS, load_example, load_schema, load_states

NAMES = sorted({name for edition in EDITIONS for name in load_schema(edition, "node")["$defs"]["task"]["properties"]})
STATES = [row["state"] for row in load_states()]
TIMES = ["2026-03-02 09:30:00 +0800", "2026-02-30 09:30:00 +0800", "0000-01-01 00:00:00 +0000"]
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(STATES + TIMES)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner),
    max_leaves=12,
)
CHANGES = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from([*NAMES, "result", "data", "é\ud800"]), VALUES), max_size=6
)


def objects_in(value):
    """Every object inside a body, the body first."""
    found = [value]
    for item in found:
        found.extend(inner for inner in item.values() if isinstance(inner, dict))
    return found


@examples(150)
@given(edition=st.sampled_from(EDITIONS), by=st.sampled_from(["auto", *EDITIONS]), changes=CHANGES)
def test_any_changed_answer_gets_a_report(edition, by, changes):
    body = load_example(edition, "response")
    for number, name, value in changes:
        objects = objects_in(body)
        objects[number % len(objects)][name] = value

    report = Contract(by, strictness="strict").check_response(body)

    assert len(text_report(report).splitlines()) < 200
    assert json.loads(json_report([("x", report)]))["ok"] is report.ok


@examples(100)
@given(body=VALUES, subject=st.sampled_from(SCHEMAS[:2]))
def test_any_value_gets_a_report(body, subject):
    contract = Contract()

    report = contract.check_request(body) if subject == "request" else contract.check_response(body)

    assert not report.ok


@examples(100)
@given(body=st.binary(max_size=60) | st.text(max_size=60))
def test_any_text_gets_a_report(body):
    assert not Contract().check_response(body).ok
