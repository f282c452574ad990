"""`--taskmock-report`: one report of all that the tests of a run have judged."""

import json
import re
import xml.etree.ElementTree as ET

import jsonschema
import pytest

from support.recorded_answers import ENDED, REVIVED, broken, save, sound
from taskmock.schemas import load_report_schema

pytest_plugins = ["pytester"]

TESTS = """
import json
from pathlib import Path

import pytest

BODIES = json.loads(Path(__file__).with_name("bodies.txt").read_text())


@pytest.fixture
def judged_before(taskmock_contract):
    taskmock_contract.soft_check(json.dumps(BODIES["sound"]))


def test_sound(taskmock_contract):
    taskmock_contract.check(json.dumps(BODIES["sound"]).encode())


def test_broken(taskmock_contract):
    taskmock_contract.check(BODIES["broken"])


def test_several(judged_before, taskmock_contract):
    history = taskmock_contract.history()
    taskmock_contract.soft_check(BODIES["broken"])
    history.add(BODIES["ended"], at=0)
    history.add(BODIES["revived"], at=20)


def test_without_a_verdict():
    assert True
"""
SOURCES = [
    "answers/sound.json::answer",
    "test_it.py::test_broken",
    "test_it.py::test_several",
    "test_it.py::test_several #2",
    "test_it.py::test_several #3",
    "test_it.py::test_sound",
]


@pytest.fixture
def run(pytester):
    """Runs some tests with pytest in this process."""
    pytester.makepyfile(test_it=TESTS)
    bodies = {"sound": sound(), "broken": broken(), "ended": ENDED, "revived": REVIVED}
    save(pytester.path / "bodies.txt", bodies)
    save(pytester.path / "answers" / "sound.json", sound())

    def ran(*arguments):
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", "--taskmock-samples=answers", *arguments)

    return ran


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_report_has_every_verdict_by_test(run, pytester):
    result = run("--taskmock-report=report.json")

    result.assert_outcomes(passed=3, failed=2)
    document = load(pytester.path / "report.json")
    jsonschema.validate(document, load_report_schema())
    assert [report["source"] for report in document["reports"]] == SOURCES
    assert [report["ok"] for report in document["reports"]] == [True, False, True, False, False, True]
    assert [report["subject"] for report in document["reports"]] == ["response"] * 4 + ["history", "response"]
    assert document["reports"][1]["codes"] == {"field.range": 1}


def test_workers_report_the_same(run, pytester):
    run("--taskmock-report=alone.json", "--taskmock-report=alone.html")
    run("--taskmock-report=together.json", "--taskmock-report=together.html", "-n2")

    for ending in ("json", "html"):
        alone, together = (pytester.path / f"{name}.{ending}" for name in ("alone", "together"))
        assert together.read_text(encoding="utf-8") == alone.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        (
            "report.txt",
            r"PASS answers/sound\.json::answer: no findings in 8 nodes\n[^$]*6 checked: 3 passed, 3 failed\n",
        ),
        ("report.md", r"## taskmock: 3 of 6 break the contract\n"),
        ("report.html", r"<!DOCTYPE html>\n[^$]*class=\"tree\""),
        ("report.github.txt", r"[^$]*::error file=test_it\.py,title=field\.range::test_broken: "),
        ("report.gitlab.json", r'[^$]*"path": "test_it\.py"'),
        ("report.sarif", r'\{[\s\S]*"uri": "test_it\.py"'),
        ("report.ctrf.json", r'[^$]*"filePath": "test_it\.py"'),
        ("report.comment.md", r"<!-- taskmock history response -->\n### taskmock: 3 of 6 failed\n"),
    ],
)
def test_ending_tells_the_format(run, pytester, name, pattern):
    run(f"--taskmock-report={name}")

    assert re.match(pattern, (pytester.path / name).read_text(encoding="utf-8"))


def test_junit_report_has_a_suite_for_each_verdict(run, pytester):
    run("--taskmock-report=report.xml")

    suites = ET.fromstring((pytester.path / "report.xml").read_text(encoding="utf-8"))
    assert [suite.get("name") for suite in suites] == SOURCES
    assert [suite.get("failures") for suite in suites][:3] == ["0", "1", "0"]


def test_format_may_be_named(run, pytester):
    run("--taskmock-report=summary", "--taskmock-report-format=markdown")

    assert (pytester.path / "summary").read_text(encoding="utf-8").startswith("## taskmock: 3 of 6 break")


def test_report_may_stand_in_the_ini_file(run, pytester):
    pytester.makeini("[pytest]\ntaskmock_report =\n    out/report.json\n    out/report.md\n")

    run("-k", "sound")

    assert load(pytester.path / "out" / "report.json")["ok"] is True
    assert (pytester.path / "out" / "report.md").exists()


def test_values_may_be_blotted(run, pytester):
    run("--taskmock-report=report.json", "--taskmock-report=report.html", "--taskmock-redact-values")

    found = load(pytester.path / "report.json")["reports"][1]["violations"][0]
    assert (found["value"], found["path"]) == ("[redacted]", "the task")
    page = (pytester.path / "report.html").read_text(encoding="utf-8")
    assert 'class="tree"' in page
    assert sound()["data"]["id"] not in page


def test_summary_says_what_was_written(run):
    result = run("--taskmock-report=report.json", "-k", "test_sound")

    result.stdout.fnmatch_lines(["*--- taskmock: 1 verdict in report.json ---*"])


def test_run_without_verdicts_writes_an_empty_report(run, pytester):
    run("--taskmock-report=report.json", "-k", "without")

    assert load(pytester.path / "report.json") == {"format": 1, "ok": True, "reports": []}


def test_collecting_writes_nothing(run, pytester):
    run("--taskmock-report=report.json", "--collect-only")

    assert not (pytester.path / "report.json").exists()


def test_report_that_cannot_be_written_fails_the_run(run, pytester):
    save(pytester.path / "file", "in the way")

    result = run("--taskmock-report=file/report.json", "-k", "sound")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.assert_outcomes(passed=2, deselected=3)
    result.stdout.fnmatch_lines(["ERROR: --taskmock-report: cannot write *report.json: *"])


def test_test_that_is_run_again_counts_once(run, pytester):
    pytester.makeconftest("""
        from _pytest.runner import runtestprotocol

        def pytest_runtest_protocol(item, nextitem):
            item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
            for report in runtestprotocol(item, nextitem=nextitem, log=False):
                report.outcome = "rerun"
                item.ihook.pytest_runtest_logreport(report=report)
            runtestprotocol(item, nextitem=nextitem)
            return True
    """)

    run("--taskmock-report=report.json", "-k", "test_broken")

    assert [report["source"] for report in load(pytester.path / "report.json")["reports"]] == [SOURCES[1]]


def test_body_too_deep_for_a_page_leaves_out_its_tree(run, pytester):
    pytester.makepyfile(
        test_deep="""
        def test_deep(taskmock_contract):
            node = {}
            for _ in range(3000):
                node = {"state": "RUNNING", "children": {"a": node}}
            taskmock_contract.soft_check({"result": True, "data": node})
    """
    )

    run("--taskmock-report=report.html", "-k", "test_deep")

    page = (pytester.path / "report.html").read_text(encoding="utf-8")
    assert "test_deep.py::test_deep" in page
    assert 'class="tree"' not in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--taskmock-report=report.csv"],
            (
                "ERROR: --taskmock-report: report.csv tells no format; choose one of .gitlab.json, .sarif.json, "
                ".ctrf.json, .sarif, .github.txt, .txt, .json, .xml, .comment.md, .md, "
                ".html, or a --taskmock-report-format"
            ),
        ),
        (
            ["--taskmock-report=report.csv", "--taskmock-report-format=jsn"],
            (
                "ERROR: --taskmock-report-format: unknown format 'jsn': choose one of text, json, junit, markdown, "
                "comment, github, gitlab, sarif, ctrf, html; did you mean 'json'?"
            ),
        ),
        (["--taskmock-report-format=json"], "ERROR: --taskmock-report-format needs one --taskmock-report FILE"),
        (
            ["--taskmock-report=a.md", "--taskmock-report=b.md", "--taskmock-report-format=json"],
            "ERROR: --taskmock-report-format needs one --taskmock-report FILE",
        ),
        (["--taskmock-report=answers"], "ERROR: --taskmock-report: answers is a folder, not a file"),
    ],
)
def test_report_that_cannot_be_is_a_usage_error(run, arguments, message):
    result = run(*arguments)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert [line for line in result.errlines if line] == [message]
