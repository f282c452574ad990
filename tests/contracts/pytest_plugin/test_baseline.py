"""`--taskmock-baseline`: findings that are accepted for a while fail no test."""

import datetime as dt
import json

import pytest

from support.recorded_answers import ENDED, REVIVED, broken, lines, save, sound

pytest_plugins = ["pytester"]

TESTS = """
import json
from pathlib import Path

BODIES = json.loads(Path(__file__).with_name("bodies.txt").read_text())


def test_check(taskmock_contract):
    report = taskmock_contract.check(BODIES["broken"])
    assert report.ok and report.accepted == 1


def test_soft_check(taskmock_contract):
    assert taskmock_contract.soft_check(BODIES["broken"]).ok


def test_history(taskmock_contract):
    history = taskmock_contract.history()
    history.add(BODIES["broken"])


def test_sound(taskmock_contract):
    taskmock_contract.check(BODIES["sound"])
"""
RETRY = {"code": "field.range", "place": "/data/retry", "until": "2999-12-31"}
UPDATE = ("--taskmock-baseline=known.json", "--taskmock-baseline-update")


@pytest.fixture
def run(pytester):
    """Runs tests that judge a broken answer in every way with pytest in this process."""
    pytester.makepyfile(test_it=TESTS)
    save(pytester.path / "bodies.txt", {"broken": broken(), "sound": sound()})
    save(pytester.path / "answers" / "broken.json", broken())

    def ran(*arguments):
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", "--taskmock-samples=answers", *arguments)

    return ran


@pytest.fixture
def known(pytester):
    """Writes a baseline of some entries."""
    path = pytester.path / "known.json"

    def written(*entries):
        return save(path, {"format": 1, "accepted": list(entries)})

    return written


def entries(pytester):
    return json.loads((pytester.path / "known.json").read_text(encoding="utf-8"))["accepted"]


def test_without_a_baseline_all_fail(run):
    run().assert_outcomes(passed=1, failed=4)


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "workers"])
def test_accepted_findings_fail_nothing_and_are_counted(run, known, workers):
    known(RETRY)

    result = run("--taskmock-baseline=known.json", *workers)

    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(["*--- taskmock: 4 findings accepted by known.json ---*"])


def test_baseline_may_stand_in_the_ini_file(run, known, pytester):
    known(RETRY)
    pytester.makeini("[pytest]\ntaskmock_baseline = known.json\n")

    run().assert_outcomes(passed=5)


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "workers"])
def test_expired_entry_fails_and_says_why(run, known, workers):
    known(RETRY | {"until": "2020-01-31"})

    result = run("--taskmock-baseline=known.json", "-k", "test_history", *workers)

    result.assert_outcomes(failed=1, deselected=0 if workers else 4)
    result.stdout.fnmatch_lines(["*`retry` is too small (poll 1); the baseline accepted it until 2020-01-31"])


def test_new_finding_fails(run, known):
    known(RETRY | {"place": "/data/loop"})

    run("--taskmock-baseline=known.json").assert_outcomes(passed=1, failed=4)


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "workers"])
def test_update_accepts_what_is_found(run, pytester, workers):
    result = run(*UPDATE, *workers)

    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(
        [
            "*--- taskmock: known.json written: 1 entry, 1 of them new ---*",
            "*--- taskmock: 4 findings accepted by known.json ---*",
        ]
    )
    until = dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=90)
    [entry] = entries(pytester)
    assert (entry["code"], entry["place"]) == ("field.range", "/data/retry")
    assert abs(dt.date.fromisoformat(entry["until"]) - until) <= dt.timedelta(days=1)
    run("--taskmock-baseline=known.json").assert_outcomes(passed=5)


def test_update_of_some_tests_keeps_what_others_need(run, known, pytester):
    other = {"code": "field.type", "place": "/data/loop", "until": "2999-12-31"}
    expired = other | {"place": "/data/skip", "until": "2020-01-31"}
    known(other, expired)

    run(*UPDATE, "-k", "test_check")

    assert [entry["place"] for entry in entries(pytester)] == ["/data/loop", "/data/retry"]


def test_update_renews_what_has_expired(run, known, pytester):
    known(RETRY | {"until": "2020-01-31", "reason": "known to the server's team"})

    run(*UPDATE).assert_outcomes(passed=5)

    [entry] = entries(pytester)
    assert entry["reason"] == "known to the server's team"
    assert entry["until"] > "2020-01-31"


def test_lifecycle_findings_are_accepted_too(run, pytester):
    save(pytester.path / "answers" / "polls.jsonl", lines(ENDED, REVIVED))

    run(*UPDATE, "-k", "polls").assert_outcomes(passed=1, deselected=5)

    assert "task.terminal" in {entry["code"] for entry in entries(pytester)}
    run("--taskmock-baseline=known.json", "-k", "polls").assert_outcomes(passed=1, deselected=5)


def test_report_counts_what_was_accepted(run, known, pytester):
    known(RETRY)

    run("--taskmock-baseline=known.json", "--taskmock-report=report.json")

    reports = json.loads((pytester.path / "report.json").read_text(encoding="utf-8"))["reports"]
    assert [(report["ok"], report["accepted"]) for report in reports] == [(True, 1)] * 4 + [(True, 0)]


def test_entries_that_match_nothing_are_named_where_more_is_to_be_said(run, known):
    known(RETRY, RETRY | {"place": "/data/loop"})

    run("--taskmock-baseline=known.json").stdout.no_fnmatch_line("nothing found*")
    run("--taskmock-baseline=known.json", "-v").stdout.fnmatch_lines(["nothing found for field.range at /data/loop"])


def test_baseline_that_cannot_be_written_fails_the_run(run, pytester):
    result = run("--taskmock-baseline=nowhere/known.json", "--taskmock-baseline-update")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(["ERROR: --taskmock-baseline: cannot write *known.json: *"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--taskmock-baseline-update"], "ERROR: --taskmock-baseline-update needs --taskmock-baseline FILE"),
        (
            ["--taskmock-baseline=none.json"],
            "ERROR: --taskmock-baseline: cannot read *none.json: *; --taskmock-baseline-update writes it",
        ),
        (["--taskmock-baseline=bodies.txt"], "ERROR: --taskmock-baseline: *bodies.txt: `format` is None, not 1"),
    ],
)
def test_baseline_that_cannot_be_is_a_usage_error(run, arguments, message):
    result = run(*arguments)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_two_baselines_in_the_ini_file_are_a_usage_error(run, pytester):
    pytester.makeini("[pytest]\ntaskmock_baseline = known findings.json\n")

    result = run()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines[0] == "ERROR: taskmock_baseline: 2 names for one file: quote a name that has spaces"
