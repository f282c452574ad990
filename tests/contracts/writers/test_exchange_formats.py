"""SARIF and CTRF have the shape that their readers demand."""

import datetime as dt
import json

import jsonschema
import pytest

from support.example_reports import judged
from taskmock.contracts import Contract
from taskmock.contracts.diff import diff_editions
from taskmock.contracts.diff.report import diff_report
from taskmock.contracts.drift import Census, findings_of
from taskmock.contracts.drift.acceptance import drift_report
from taskmock.contracts.writers import written_report
from taskmock.schemas import load_example

MOMENT = dt.datetime(2026, 3, 2, 10, 0, 0, 500_000, tzinfo=dt.UTC)
TEXT, NAME, COUNT = {"type": "string"}, {"type": "string", "minLength": 1}, {"type": "integer", "minimum": 0}


def closed(properties, *, optional=()):
    """An object with these keys alone."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def each(items):
    return {"type": "array", "items": items}


MESSAGE = closed({"text": NAME})
SARIF_RESULT = closed(
    {
        "ruleId": NAME,
        "ruleIndex": COUNT,
        "level": {"enum": ["error", "warning", "note", "none"]},
        "message": MESSAGE,
        "locations": each(
            closed(
                {
                    "physicalLocation": closed(
                        {
                            "artifactLocation": closed({"uri": {**NAME, "pattern": r"^[!#-;=?-\[\]_a-z~%]+$"}}),
                            "region": closed({"startLine": {"type": "integer", "minimum": 1}}),
                        }
                    ),
                    "logicalLocations": each(closed({"fullyQualifiedName": NAME, "name": NAME}, optional=("name",))),
                },
                optional=("logicalLocations",),
            )
        ),
        "partialFingerprints": {"type": "object", "additionalProperties": TEXT},
    }
)
SARIF_RUN = closed(
    {
        "tool": closed(
            {
                "driver": closed(
                    {
                        "name": NAME,
                        "version": NAME,
                        "rules": each(closed({"id": NAME, "shortDescription": MESSAGE})),
                    }
                )
            }
        ),
        "invocations": each(
            closed(
                {
                    "executionSuccessful": {"const": True},
                    "toolExecutionNotifications": each(closed({"level": {"const": "note"}, "message": MESSAGE})),
                }
            )
        ),
        "results": each(SARIF_RESULT),
    }
)
STATUSES = ("passed", "failed", "skipped", "pending", "other")
CTRF_TEST = closed(
    {
        "name": NAME,
        "status": {"enum": [*STATUSES]},
        "duration": COUNT,
        "suite": {**each(TEXT), "minItems": 1},
        "filePath": TEXT,
        "message": TEXT,
        "trace": TEXT,
        "stdout": each(TEXT),
        "extra": {"type": "object"},
    },
    optional=("filePath", "message", "trace", "stdout"),
)
SHAPES = {
    "sarif": closed({"$schema": NAME, "version": {"const": "2.1.0"}, "runs": each(SARIF_RUN)}),
    "ctrf": closed(
        {
            "reportFormat": {"const": "CTRF"},
            "specVersion": {"type": "string", "pattern": "^[0-9]+[.][0-9]+[.][0-9]+$"},
            "generatedBy": TEXT,
            "results": closed(
                {
                    "tool": closed({"name": NAME, "version": TEXT}),
                    "summary": closed(
                        dict.fromkeys(("tests", *STATUSES, "suites", "start", "stop"), COUNT),
                    ),
                    "tests": each(CTRF_TEST),
                }
            ),
        }
    ),
}
"""What of the published schemas the reports use: whatever fits these fits those."""


def drifted():
    census = Census("doc-2019")
    census.add(load_example("v2", "response"))
    census.add_unreadable("body.empty")
    return drift_report(findings_of(census), census, ("a note",))


def renamed(name):
    return [(name, report) for _, report in judged()]


REPORTS = {
    "answers": judged,
    "a Windows path": lambda: renamed("C:\\a b\\发布.json"),
    "a test": lambda: renamed("tests/test_it.py::test_it[发布]"),
    "standard input": lambda: renamed("standard input"),
    "no name": lambda: renamed(""),
    "drift": lambda: [("/recordings/of today", drifted())],
    "diff": lambda: [("v2", diff_report("doc-2019", "v2", diff_editions("doc-2019", "v2")))],
    "nothing": list,
}


@pytest.mark.parametrize("form", SHAPES)
@pytest.mark.parametrize("what", REPORTS)
def test_report_has_its_shape(form, what):
    document = json.loads(written_report(form, REPORTS[what](), moment=MOMENT))

    jsonschema.validate(document, SHAPES[form])


def test_results_point_to_their_rules():
    (run,) = json.loads(written_report("sarif", judged()))["runs"]

    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [one["ruleId"] for one in run["results"]]
    assert len({rule["id"] for rule in rules}) == len(rules)


def test_fingerprints_are_those_of_another_run_and_tell_findings_apart():
    texts = json.dumps(load_example("v2", "response")).replace('"retry": 0', '"retry": -1')
    other = texts.replace("2026-", "2027-")

    prints = [
        [result["partialFingerprints"] for result in json.loads(text)["runs"][0]["results"]]
        for text in (written_report("sarif", [("a.json", Contract().check_response(body))]) for body in (texts, other))
    ]

    assert prints[0] == prints[1]
    assert len({tuple(one.values()) for one in prints[0]}) == len(prints[0]) > 1


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("./a b.json", "a%20b.json"),
        ("C:\\a b\\c.json", "file:///C:/a%20b/c.json"),
        ("/a/b.json", "file:///a/b.json"),
        ("tests/test_it.py::test_it", "tests/test_it.py"),
        ("发布.json", "%E5%8F%91%E5%B8%83.json"),
    ],
)
def test_file_is_a_uri(file, uri):
    (run,) = json.loads(written_report("sarif", [(file, Contract().check_response(b""))]))["runs"]

    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_document_without_errors_is_a_passed_test_and_times_are_those_of_the_run():
    good = Contract("v2").check_response(load_example("v2", "response"))

    results = json.loads(written_report("ctrf", [("a.json", good)], moment=MOMENT))["results"]

    assert [(test["name"], test["status"]) for test in results["tests"]] == [("contract.v2", "passed")]
    assert (results["summary"]["start"], results["summary"]["tests"]) == (1_772_445_600_500, 1)


def test_summary_counts_the_tests():
    results = json.loads(written_report("ctrf", judged()))["results"]

    summary, statuses = results["summary"], [test["status"] for test in results["tests"]]
    assert {status: summary[status] for status in STATUSES} == {status: statuses.count(status) for status in STATUSES}
    assert summary["failed"] > 2
