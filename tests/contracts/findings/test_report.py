"""Reports: what they keep, how they read as text and as JSON, and the contract that makes them."""

import dataclasses
import json
import re
import subprocess
import sys

import jsonschema
import pytest

import taskmock.contracts
from taskmock.contracts import Contract, Report, Severity, Violation
from taskmock.contracts.api.bk_sops.edition import detected_edition
from taskmock.contracts.findings.group import COUNTED_CHARACTERS, KEPT, KEPT_CHARACTERS, grouped
from taskmock.contracts.writers import json_report, text_report, text_summary
from taskmock.schemas import load_example, load_report_schema


def violation(code="field.type", number=0, severity=Severity.ERROR, **changes):
    found = Violation(code, f"/data/{number}", f"Node {number}", "it is wrong", severity=severity)
    return dataclasses.replace(found, **changes)


def report_on(*violations):
    groups, complete = grouped(violations)
    return Report("response", "v2", "as asked for", "documented", 3, groups, complete)


def exactly(message):
    """A pattern for the whole message."""
    return f"^{re.escape(message)}$"


def test_report_without_violations_is_ok():
    assert report_on().ok


def test_report_with_warnings_only_is_ok():
    report = report_on(violation(severity=Severity.WARNING))

    assert report.ok
    assert (report.errors, report.warnings) == (0, 1)


def test_errors_come_before_warnings_in_the_order_found():
    warning = violation("a.warning", severity=Severity.WARNING)

    report = report_on(warning, violation("b.late"), violation("a.later"), violation("b.late", 1))

    assert [group.code for group in report.groups] == ["b.late", "a.later", "a.warning"]
    assert [found.code for found in report.violations] == ["b.late", "b.late", "a.later", "a.warning"]


def test_report_keeps_a_thousand_of_a_code_and_counts_all():
    report = report_on(*(violation(number=number) for number in range(KEPT + 5)))

    assert len(report.violations) == KEPT
    assert report.errors == KEPT + 5
    assert report.complete


def test_report_bounds_the_text_it_keeps():
    pointer = "/" + "x" * (KEPT_CHARACTERS // 4)

    report = report_on(*(violation(pointer=pointer) for _ in range(6)), violation("b.other", pointer=pointer))

    assert [(group.total, len(group.violations)) for group in report.groups] == [(6, 3), (1, 1)]
    assert report.complete


def test_judging_stops_where_findings_grow_beyond_all_bounds():
    pointer = "/" + "x" * (COUNTED_CHARACTERS // 4)
    endless = iter(lambda: violation(pointer=pointer), None)

    groups, complete = grouped(endless)

    assert not complete
    assert groups[0].total == 4


def test_text_of_a_good_answer_is_two_lines():
    report = Contract().check_response(load_example("v2", "response"))

    assert str(report) == (
        "PASS response: no findings in 8 nodes\n  edition v2 (the task has `root_id:`), strictness documented"
    )


def test_text_says_what_where_and_what_is_allowed():
    body = load_example("doc-2019", "response")
    body["data"]["retry"] = -1
    body["data"]["colour"] = "red"

    text = text_report(Contract("doc-2019").check_response(body), source="answer.json")

    assert text == (
        "FAIL answer.json: 1 error and 1 warning in 3 nodes\n"
        "  edition doc-2019 (as asked for), strictness documented\n"
        "  field.range (1): Retry or skip times of the node."
        " [the document; the engine counts retries only, from 0]\n"
        "    \"<class 'pipeline.core.pipeline.Pipeline'>\": `retry` is too small\n"
        "      at /data/retry, expected an integer, 0 or more, found -1\n"
        "  warning field.undocumented (1)\n"
        '    "<class \'pipeline.core.pipeline.Pipeline\'>": "colour" is not documented\n'
        "      at /data/colour, expected only id, state, name, retry, loop, skip, version, children, start_time,"
        ' finish_time, found "red"'
    )


def test_text_shows_once_what_a_group_shares():
    text = str(report_on(violation(expected="x", source="s"), violation(number=1, expected="x", source="s")))

    assert text.splitlines()[2:] == [
        "  field.type (2): s",
        "    expected of each: x",
        '    "Node 0": it is wrong',
        "      at /data/0",
        '    "Node 1": it is wrong',
        "      at /data/1",
    ]


def test_text_shows_with_each_finding_what_differs():
    first = violation(expected="x", source="s", path="", pointer="")
    second = violation(number=1, expected="y", source="t")
    bare = violation(path="", pointer="", message="bare")

    text = str(report_on(first, second, bare))

    assert text.splitlines()[2:] == [
        "  field.type (3)",
        "    it is wrong",
        "      expected x",
        "      s",
        '    "Node 1": it is wrong',
        "      at /data/1, expected y",
        "      t",
        "    bare",
    ]


def test_text_of_many_codes_stays_short():
    codes = [f"code.number-{number}" for number in range(60)]
    found = [violation(code, number, expected=str(number), source=str(number)) for code in codes for number in range(9)]

    assert len(str(report_on(*found)).splitlines()) < 200


def test_text_has_no_control_characters_from_names():
    text = str(report_on(violation(path="\x1b[31mred\r\n")))

    assert '\\x1b[31mred\\r\\n": it is wrong' in text


def test_text_says_when_judging_stopped():
    report = dataclasses.replace(report_on(violation()), complete=False)

    assert str(report).splitlines()[-1] == "  ... judging stopped here: there is more than a report can hold"


def test_long_paths_are_shortened_in_the_middle():
    line = str(report_on(violation(path="a" * 100 + "b" * 100))).splitlines()[3]

    assert line == '    "' + "a" * 77 + " ... " + "b" * 77 + '": it is wrong'


def test_summary_counts_reports():
    assert text_summary([report_on(), report_on(violation()), report_on()]) == "3 checked: 2 passed, 1 failed"


def test_json_report_fits_its_schema_and_is_ascii():
    bodies = [load_example("v2", "response"), {"result": True, "data": {"näme": "\n"}}, b"", b"[]"]
    named = [(f"ä{number}.json", Contract().check_response(body)) for number, body in enumerate(bodies)]

    text = json_report([*named, ("r", Contract().check_request({}))])
    document = json.loads(text)

    jsonschema.Draft202012Validator(load_report_schema()).validate(document)
    assert text.isascii()
    assert document["ok"] is False
    assert [report["ok"] for report in document["reports"]] == [True, False, False, False, False]
    assert document["reports"][2] == {
        "source": "ä2.json",
        "subject": "response",
        "target": "",
        "operation": "get_task_status",
        "ok": False,
        "edition": "auto",
        "basis": "the body cannot be read",
        "strictness": "documented",
        "nodes": 0,
        "errors": 1,
        "warnings": 0,
        "accepted": 0,
        "complete": True,
        "notes": [],
        "codes": {"body.empty": 1},
        "causes": [
            {
                "code": "body.empty",
                "severity": "error",
                "pointer": "",
                "path": "",
                "message": "the body is empty",
                "polls": [],
                "change": "",
            }
        ],
        "violations": [
            {
                "code": "body.empty",
                "pointer": "",
                "path": "",
                "message": "the body is empty",
                "expected": "a JSON object",
                "value": "",
                "source": "",
                "severity": "error",
                "poll": 0,
                "follows": None,
            }
        ],
    }


def test_json_report_counts_a_code_of_both_severities_together():
    document = json.loads(json_report([("x", report_on(violation(), violation(severity=Severity.WARNING)))]))

    assert document["reports"][0]["codes"] == {"field.type": 2}


def test_unknown_edition_is_refused_with_the_closest():
    message = "unknown edition 'V2': choose one of auto, doc-2019, v1, v2, v1@3.6.10; did you mean 'v2'?"

    with pytest.raises(ValueError, match=exactly(message)):
        Contract("V2")


def test_unknown_strictness_is_refused_with_the_closest():
    message = "unknown strictness 'stict': choose one of lenient, documented, strict; did you mean 'strict'?"

    with pytest.raises(ValueError, match=exactly(message)):
        Contract("v2", strictness="stict")


def test_contract_shows_how_to_make_it():
    assert repr(Contract("v1", strictness="strict")) == "Contract('v1', strictness='strict')"


@pytest.mark.parametrize(
    ("data", "edition", "basis"),
    [
        (None, "v2", "nothing in the body tells"),
        ({}, "v2", "nothing in the body tells"),
        ({"id": "x", "parent_id": "y"}, "v2", "the task has `parent_id`"),
        ({"id": "x", "error_ignored": False}, "v1", "the task has `error_ignored` but no `root_id:`"),
        ({"state": "CREATED", "start_time": None}, "v2", "a CREATED or EXPIRED body, alike in v1 and v2"),
        (
            {"state": "CREATED", "start_time": "", "elapsed_time": 0.0},
            "doc-2019",
            "the task has none of the fields that later editions added",
        ),
    ],
)
def test_edition_is_told_with_its_reason(data, edition, basis):
    assert detected_edition({"result": True, "data": data}) == (edition, basis)


def test_public_names_are_imported_on_first_use():
    code = (
        "import sys, taskmock.contracts as c; before = 'taskmock.contracts.contract' in sys.modules; "
        "c.Contract; print(before, 'taskmock.contracts.contract' in sys.modules, 'jsonschema' in sys.modules)"
    )

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "False True False"


def test_package_lists_its_public_names():
    assert dir(taskmock.contracts) == [
        "Baseline",
        "Contract",
        "History",
        "Poll",
        "Report",
        "Severity",
        "Violation",
        "check_agreement",
        "load_baseline",
        "save_baseline",
    ]


def test_package_has_no_other_names():
    with pytest.raises(AttributeError, match=exactly("module 'taskmock.contracts' has no attribute 'Kontract'")):
        taskmock.contracts.Kontract  # noqa: B018
