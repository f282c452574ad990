"""Redacted reports hold no value, name or id of what was judged, and still say which rule broke where."""

import json
import random
import re

import pytest

from support.example_reports import judged
from taskmock.contracts import Contract, Violation
from taskmock.contracts.findings.group import grouped
from taskmock.contracts.findings.report import Report
from taskmock.contracts.selftest.documents import documents
from taskmock.contracts.selftest.mutation import Specimen
from taskmock.contracts.selftest.trial import MUTATIONS
from taskmock.contracts.writers import FORMATS, written_report
from taskmock.contracts.writers.redaction import Redaction
from taskmock.schemas import EDITIONS

SECRET = "geheim"


def redacted(*violations):
    """Violations, redacted together."""
    groups, complete = grouped(violations)
    report = Report("response", "v2", "as asked for", "documented", 3, groups, complete)
    return Redaction().report(report).violations


def secretive(edition):
    """A good failed task in which every name says a secret, and every id is one."""
    text = json.dumps(documents(edition)["a failed task"]).replace("Step", SECRET).replace("Release", SECRET)
    return json.loads(text.replace('"n' + "0" * 30, '"n' + "7" * 30))


def broken(edition):
    """Broken answers of an edition with secrets: a mutant of every kind that fits."""
    for mutation in MUTATIONS:
        mutant = mutation.mutate(Specimen(secretive(edition), edition, random.Random(mutation.name)))
        if mutant is not None:
            yield mutation.name, mutant


@pytest.mark.parametrize("edition", EDITIONS)
def test_redacted_report_holds_no_name_id_or_value(edition):
    for name, mutant in broken(edition):
        report = Contract(edition, strictness="strict").check_response(mutant.body, request=mutant.request)
        redaction = Redaction()
        blotted = redaction.report(report)
        for form in FORMATS:
            text = written_report(form, [("x", blotted)], bodies=[redaction.body(mutant.body)])
            assert SECRET not in text, (name, form)
            assert not re.search("n?7{30}|f{31}|disk full|Step 2|finishTime", text), (name, form)


@pytest.mark.parametrize("edition", EDITIONS)
def test_redacted_report_keeps_codes_counts_and_sentences(edition):
    for _, mutant in broken(edition):
        report = Contract(edition, strictness="strict").check_response(mutant.body, request=mutant.request)
        blotted = Redaction().report(report)
        assert [(v.code, v.source, v.severity) for v in blotted.violations] == [
            (v.code, v.source, v.severity) for v in report.violations
        ]
        assert (blotted.errors, blotted.warnings, blotted.nodes) == (report.errors, report.warnings, report.nodes)


def test_redacted_findings_of_one_node_belong_together():
    first, second, third = redacted(
        Violation("field.range", "/data/children/n1/children/n2/retry", "A / B", "`retry` is too small", value="-1"),
        Violation("field.type", "/data/children/n1/loop", "A", "`loop` is null", value="null"),
        Violation("field.undocumented", "/data/children/n1/a~1b", "A", '"a/b" is not documented', value='"x"'),
    )

    assert (first.pointer, first.path, first.value) == ("/data/children/#1/children/#2/retry", "#1 / #2", "[redacted]")
    assert (second.pointer, second.path) == ("/data/children/#1/loop", "#1")
    assert (third.pointer, third.message) == ("/data/children/#1/#3", "[redacted] is not documented")


@pytest.mark.parametrize(
    ("code", "message", "redacted_message"),
    [
        ("times.order", "finish_time is 12 s after 10", "finish_time is # s after #"),
        ("field.type", "`failed_node_info.n1.node_id` is null", "`failed_node_info.[redacted].node_id` is null"),
        ("field.undocumented", r'"a\"b" is "c"', "[redacted] is [redacted]"),
        ("field.undocumented", '"' + "a" * 76 + '... is not "b"', "[redacted] is not [redacted]"),
        ("field.undocumented", '"cut', "[redacted]"),
        ("order.state", 'a "FAILED" node is "done"', 'a "FAILED" node is [redacted]'),
        ("id.request", f"asked for n{'0' * 31}", "asked for [redacted]"),
    ],
)
def test_message_that_is_not_made_of_names_loses_what_it_quotes(code, message, redacted_message):
    [found] = redacted(Violation(code, "/data/retry", "X", message))

    assert found.message == redacted_message


@pytest.mark.parametrize(
    ("template", "names", "redacted_message"),
    [
        ("a {0} node is marked as skipped", ("FAILED",), "a FAILED node is marked as skipped"),
        ("a {0} node is marked as skipped", ("very\nsecret node is",), "a [redacted] node is marked as skipped"),
        (
            "a {0} node has the {1} child {2}",
            ("a", "RUNNING", '"x"'),
            "a [redacted] node has the RUNNING child [redacted]",
        ),
        ("it fell from {0} to {1}", ("3", "-1.5"), "it fell from # to -#.#"),
        ("it is {0}, not {1}", ("[3 items]", "3 items"), "it is [# items], not [redacted]"),
        ("{0} is {1}", ('"{0}"', "true"), "[redacted] is true"),
    ],
)
def test_message_that_is_made_of_names_loses_the_names(template, names, redacted_message):
    polls = " (poll 13, after poll 12)"
    made = {"names": names, "templates": (template, "{0}")}
    [found] = redacted(Violation("order.x", "/data/retry", "X", template.format(*names) + polls, **made))

    assert found.message == redacted_message + polls


def test_expectations_keep_the_contracts_own_words():
    structural = Violation("field.range", "/data/retry", "X", "wrong", expected="an integer, 0 or more")
    relational = Violation("times.order", "/data/retry", "X", "wrong", expected='"2026-03-02 10:00:00 +0800" or later')

    first, second = redacted(structural, relational)

    assert first.expected == "an integer, 0 or more"
    assert second.expected == "[redacted] or later"


def test_tree_keeps_its_shape_and_known_states():
    body = documents("v2")["a failed task"]
    first, _ = body["data"]["children"].values()
    first["state"] = "DONE"

    tree = Redaction().body(body)["data"]

    assert (tree["name"], tree["state"]) == ("the task", "FAILED")
    assert [(key, child["name"], child["state"]) for key, child in tree["children"].items()] == [
        ("#1", "#1", "[redacted]"),
        ("#2", "#2", "FAILED"),
    ]


@pytest.mark.parametrize("body", [b"<html>", {"result": False}, {"data": {}}, None])
def test_body_without_a_tree_is_empty(body):
    assert Redaction().body(body) == {}


def test_redacted_requests_hold_no_token():
    reports = [(source, Redaction().report(report)) for source, report in judged()]

    assert all("very-secret" not in written_report(form, reports) for form in FORMATS)
