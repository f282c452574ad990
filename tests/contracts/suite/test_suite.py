"""The shipped suite: what it says of sound deployments, and which of its tests fails by what."""

import contextlib
import dataclasses
import json

import pytest

from support.recorded_answers import save
from taskmock.contracts import Contract, Severity, Violation
from taskmock.contracts.api.bk_sops import lifecycle
from taskmock.contracts.api.bk_sops.rules import RULES
from taskmock.contracts.findings.group import grouped
from taskmock.contracts.suite import deployment as plugin_suite
from taskmock.contracts.suite import evidence
from taskmock.contracts.suite.evidence import COURSE_RULES, DOCUMENT_RULES, Topic, topic_of
from taskmock.contracts.verify.answers import Verified
from taskmock.contracts.verify.credentials import VARIABLES
from taskmock.contracts.verify.probes import probe
from taskmock.contracts.verify.relations import reading_operations
from taskmock.contracts.verify.transport.exchange import TROUBLES
from taskmock.mockserver import MockServer, Settings
from taskmock.mockserver.scenarios import read_scenario

pytest_plugins = ["pytester"]

SUITE = "taskmock.contracts.suite"
SCENARIO = """\
format: 1
scenario: release
edition: v2
task: {name: Release}
start: 1s
flow: [Prepare: 2s, Copy: 5s, Check: 2s]
"""
FAULT = "faults:\n  - {polls: [POLLS], FAULT}\n"
NOBODY = (
    "credentials are missing: TASKMOCK_BK_APP_CODE, TASKMOCK_BK_APP_SECRET, TASKMOCK_BK_TOKEN or TASKMOCK_BK_USERNAME "
    "(or TASKMOCK_ACCESS_TOKEN in the place of all), in the environment"
)
ALL = len(DOCUMENT_RULES) + len(COURSE_RULES) + len(Topic)
NOT_V2 = sum(not rule.is_for("v2") for rule in RULES)


@pytest.fixture
def played():
    """A mock that plays a scenario and shows the next change at each poll."""
    with contextlib.ExitStack() as servers:

        def mock(fault="", *, polls="4"):
            text = SCENARIO + (FAULT.replace("POLLS", polls).replace("FAULT", fault) if fault else "")
            scenario = read_scenario(text, source="test")
            return servers.enter_context(MockServer(scenario, settings=Settings(clock="polls")))

        yield mock


@pytest.fixture
def run(pytester, monkeypatch):
    """Runs the suite with pytest in this process, as fast as the server answers."""
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)

    def ran(url, *arguments, name=SUITE, task="10"):
        quick = (f"--taskmock-target={url}", f"--taskmock-task-id={task}", "--taskmock-interval=0")
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", "--pyargs", name, *quick, *arguments)

    return ran


def failed(result):
    """The tests that failed, without the name of the suite."""
    lines = [line for line in result.outlines if line.startswith("FAILED ")]
    return {line.split()[1].partition("::")[2] for line in lines}


def test_sound_deployment_passes_test_by_test(run, played):
    result = run(played().url, "--taskmock-polls=6")

    result.assert_outcomes(passed=ALL - NOT_V2, skipped=NOT_V2)
    assert len([line for line in result.outlines if line.startswith(SUITE)]) == 3


def test_each_task_is_asked_for_as_often_as_planned_and_no_more(run, played):
    server = played()

    run(server.url, "--taskmock-task-id=11", "--taskmock-polls=2", "--taskmock-bk-biz-id=7", "--taskmock-param=a=b")

    asked = [entry for entry in server.requests() if entry.task_id is not None]
    assert sorted(entry.task_id for entry in asked) == ["10", "10", "11", "11"]
    assert all("bk_biz_id=7" in entry.target and "a=b" in entry.target for entry in asked)


@pytest.mark.parametrize(
    ("fault", "test"),
    [
        ("break: {node: Copy, drop: retry}", "test_no_field_is_missing[10]"),
        ("break: {node: Copy, retype: {retry: string}}", "test_every_field_has_its_type[10]"),
        ("break: {node: Copy, rename: {state: status}}", "test_no_field_is_missing[10]"),
        ("break: {node: Copy, add: {extra: 1}}", "test_every_field_is_documented[10]"),
        ("break: {node: Copy, state: PAUSED}", "test_every_state_is_known_and_in_its_place[10]"),
        ("break: {node: Copy, add: {loop: 0}}", "test_every_value_is_in_its_range_and_form[10]"),
        ("break: {node: task, state: FINISHED}", "test_the_document_keeps_the_rule[10-parent.finished]"),
        ("break: {node: Copy, add: {retry: 3}}", "test_the_course_of_the_task_keeps_the_rule[10-retry.fell]"),
        ("http: 502", "test_the_http_status_is_the_gateways[10]"),
        ("body: '<html>'", "test_the_body_is_one_json_object_in_utf_8[10]"),
        ("truncate: 20", "test_every_call_is_answered_whole_and_in_time[10]"),
        ("reset: 20", "test_every_call_is_answered_whole_and_in_time[10]"),
        ("empty: true", "test_every_call_is_answered_whole_and_in_time[10]"),
        ("content_length: 5", "test_the_body_is_one_json_object_in_utf_8[10]"),
    ],
)
def test_broken_promise_fails_its_test(run, played, fault, test):
    result = run(played(fault).url, "--taskmock-polls=6", "--taskmock-strictness=strict")

    assert test in failed(result)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "Traceback" not in result.stdout.str()


def known_codes():
    """Every code that the judge can find in the answers of a live server."""
    structural = (
        *("body.empty", "body.html", "body.not-json", "body.not-an-object", "body.encoding", "body.duplicate-key"),
        *("envelope.missing", "envelope.type", "envelope.data", "field.missing", "field.type", "field.pattern"),
        *("field.range", "field.empty", "field.value", "field.misplaced", "field.undocumented", "state.unknown"),
        *("state.misplaced", "http.status", "http.content-type", "gateway.error-code", "gateway.code"),
        *("gateway.rate-limit", "gateway.request-id", "verify.no-tree", "verify.refused", "verify.gave-up"),
    )
    return [*structural, *TROUBLES, *(rule.code for rule in RULES), *(rule.code for rule in lifecycle.RULES)]


@pytest.mark.parametrize("edition", ["doc-2019", "v1", "v2"])
def test_every_code_fails_one_test(run, played, pytester, monkeypatch, edition):
    other = {rule.code for rule in (*RULES, *lifecycle.RULES) if not rule.is_for(edition)}
    codes = [code for code in (*known_codes(), "new.code") if code not in other]

    def found(target, questions, *, contract, plan, watch):
        groups, _ = grouped(Violation(code, "", "", f"breaks {code}", severity=Severity.ERROR) for code in codes)
        report = Contract(edition).check_history([])
        return tuple(Verified(q, dataclasses.replace(report, groups=groups), 1, None, None) for q in questions)

    monkeypatch.setattr(evidence, "verify", found)
    result = run(played().url, "--taskmock-report=report.json")

    reports = json.loads((pytester.path / "report.json").read_text(encoding="utf-8"))["reports"]
    told = [code for report in reports if not report["ok"] for code in report["codes"]]
    assert sorted(told) == sorted(codes)
    assert len(failed(result)) == sum(not report["ok"] for report in reports)
    assert {topic_of(code) for code in codes} >= set(Topic)


def test_rules_of_other_editions_are_skipped(run, played):
    result = run(played().url, "-rs", "-k", "keeps_the_rule and version.task")

    result.assert_outcomes(skipped=1, deselected=ALL - 1)
    result.stdout.fnmatch_lines(["SKIPPED * edition v2 has no such rule"])


def test_one_poll_tells_nothing_of_the_course(run, played):
    result = run(played().url, "--taskmock-polls=1", "-rs", name=f"{SUITE}.test_course")

    result.assert_outcomes(skipped=len(COURSE_RULES))
    result.stdout.fnmatch_lines(["SKIPPED * fewer than two answers have shown the task"])


def test_task_that_is_never_seen_fails_the_run_and_says_nothing_of_its_document(run, played):
    result = run(played("envelope: {code: 3540400, message: gone}", polls="1, 2, 3").url, "-rfs")

    assert failed(result) == {"test_the_task_is_shown[10]"}
    result.stdout.fnmatch_lines(["SKIPPED * no answer has shown the task"])


def test_part_of_the_suite_can_be_run(run, played):
    name = f"{SUITE}.test_answers::test_the_content_type_is_json"

    run(played().url, name=name).assert_outcomes(passed=1)


def test_workers_share_the_tests(run, played):
    run(played().url, "-n2", name=f"{SUITE}.test_answers").assert_outcomes(passed=9)


def test_suite_runs_beside_own_tests_whatever_names_they_have(run, played, pytester):
    pytester.makeini("[pytest]\npython_files = check_*.py\npython_functions = check_*\n")
    save(pytester.path / "contracts" / "__init__.py", "OWNER = 'user'\n")
    save(
        pytester.path / "contracts" / "check_own.py",
        "import contracts\n\n\ndef check_owner():\n    assert contracts.OWNER == 'user'\n",
    )

    run(played().url, "contracts/check_own.py", name=f"{SUITE}.test_answers").assert_outcomes(passed=10)


def test_report_and_baseline_hold_for_the_suite(run, played, pytester):
    fault = "break: {node: Copy, drop: retry}"
    arguments = ("--taskmock-polls=6", "--taskmock-baseline=known.json")

    run(played(fault).url, *arguments, "--taskmock-baseline-update").assert_outcomes(
        passed=ALL - NOT_V2, skipped=NOT_V2
    )
    result = run(played(fault).url, *arguments, "--taskmock-report=report.html")

    result.assert_outcomes(passed=ALL - NOT_V2, skipped=NOT_V2)
    result.stdout.fnmatch_lines(["*--- taskmock: 1 finding accepted by known.json ---*"])
    page = (pytester.path / "report.html").read_text(encoding="utf-8")
    assert page.count('class="tree"') == 1


def test_page_in_the_place_of_every_answer_passes_no_test_about_it(run, played):
    result = run(played("http: 404", polls="1, 2, 3").url, "-rfs", name=f"{SUITE}.test_answers")

    assert failed(result) == {
        "test_the_task_is_shown[10]",
        "test_the_http_status_is_the_gateways[10]",
    }
    result.assert_outcomes(failed=2, passed=2, skipped=5)
    result.stdout.fnmatch_lines(["SKIPPED * no answer could be read"])


def test_baseline_accepts_no_run_that_has_seen_no_task(run, played, pytester):
    server = played("envelope: {code: 3540400, message: gone}", polls="1, 2, 3")

    result = run(server.url, "--taskmock-baseline=known.json", "--taskmock-baseline-update")

    assert failed(result) == {"test_the_task_is_shown[10]"}
    reason = "verify.no-tree: where nothing was judged, there is nothing to accept"
    result.stdout.fnmatch_lines([f"ERROR: --taskmock-baseline: known.json is not written: {reason}"])
    assert not (pytester.path / "known.json").exists()


def test_report_that_leaves_the_house_does_not_name_the_tasks(run, played):
    result = run(played().url, "--taskmock-redact-values", "--collect-only", "-q", task="4711")

    assert f"{SUITE}.test_answers::test_the_task_is_shown[#1]" in result.outlines
    assert "4711" not in result.stdout.str()


@pytest.mark.parametrize(
    ("url", "arguments", "message"),
    [
        ("http://127.0.0.1:9", (), "--taskmock-target: cannot reach 127.0.0.1:9: it refuses connections"),
        ("http://127.0.0.1:9", ("-n2",), "--taskmock-target: cannot reach 127.0.0.1:9: it refuses connections"),
        ("", (), "the suite needs --taskmock-target URL"),
        ("ftp://x", (), "--taskmock-target: 'ftp://x' is no URL that begins with http:// or https:// and a host"),
        ("https://sops.example.com", (), f"--taskmock-target: {NOBODY}"),
        (
            "http://127.0.0.1:9",
            ("--taskmock-gateway=esp",),
            "--taskmock-gateway: unknown gateway 'esp': choose one of esb, esb-legacy, apigw; did you mean 'esb'?",
        ),
        (
            "http://127.0.0.1:9",
            ("--taskmock-bk-biz-id=",),
            "--taskmock-bk-biz-id is empty: leave it out, or say what it is",
        ),
        ("http://127.0.0.1:9", ("--taskmock-task-id=",), "the suite needs --taskmock-task-id ID"),
        (
            "http://127.0.0.1:9",
            ("--taskmock-stage=test",),
            "--taskmock-stage needs --taskmock-gateway apigw: no other gateway has stages",
        ),
        ("http://127.0.0.1:9", ("--taskmock-polls=0",), "--taskmock-polls is at least 1, not 0"),
        ("http://127.0.0.1:9", ("--taskmock-polls=nan",), "--taskmock-polls: 'nan' is no number"),
        ("http://127.0.0.1:9", ("--taskmock-interval=2s",), "--taskmock-interval: '2s' is no number"),
        ("http://127.0.0.1:9", ("--taskmock-param=x",), "--taskmock-param 'x': a parameter is NAME=VALUE"),
        (
            "http://127.0.0.1:9",
            ("--taskmock-param=bk_token=s3cret",),
            "--taskmock-param bk_token: credentials stand in the environment",
        ),
        ("http://127.0.0.1:9", ("--taskmock-param=task_id=1",), "--taskmock-param task_id: use --taskmock-task-id"),
    ],
)
def test_deployment_that_cannot_be_is_one_usage_error(run, url, arguments, message):
    result = run(url, *arguments)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert [line for line in result.errlines if line] == [f"ERROR: {message}"]
    assert failed(result) == set()


def test_help_needs_no_deployment(pytester):
    result = pytester.runpytest_inprocess("--pyargs", SUITE, "--help")

    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*--taskmock-task-id=ID*"])


def test_suite_needs_a_task(run):
    result = run("http://127.0.0.1:9", task="")

    assert [line for line in result.errlines if line] == ["ERROR: the suite needs --taskmock-task-id ID"]


def test_server_that_goes_away_is_one_line_a_test(run, played, monkeypatch):
    monkeypatch.setattr(plugin_suite, "reach", lambda target: None)

    result = run("http://127.0.0.1:9", name=f"{SUITE}.test_answers")

    result.assert_outcomes(errors=9)
    assert result.stdout.str().count("\ncannot reach 127.0.0.1:9: it refuses connections\n") == 9


def test_suite_that_is_come_upon_by_its_path_says_how_to_ask_for_it(pytester):
    from taskmock.contracts import suite

    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", suite.__path__[0])

    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines([f"the suite is asked for by its name: pytest --pyargs {SUITE}"])


def test_further_calls_are_made_where_they_are_asked_for(run, played):
    result = run(played().url, "--taskmock-operation=all", "--taskmock-polls=6", "-v", "-k", "test_calls")

    outcomes = result.parseoutcomes()
    assert outcomes["passed"] + outcomes.get("skipped", 0) == len(reading_operations())
    test = f"{SUITE}.test_calls::test_the_call_keeps_its_contract_and_agrees_with_the_status[10-get_task_detail] PASSED"
    assert any(line.startswith(test) for line in result.outlines)


def test_call_of_a_node_is_made_for_some_nodes(run, played, pytester):
    run(played().url, "--taskmock-operation=get_task_node_detail", "--taskmock-polls=4", "--taskmock-report=r.json")

    reports = json.loads((pytester.path / "r.json").read_text(encoding="utf-8"))["reports"]
    of_nodes = [report["source"] for report in reports if report["operation"] == "get_task_node_detail"]
    assert len(of_nodes) == 2
    assert all(": n" in source for source in of_nodes)


def test_further_call_without_a_task_is_skipped(run, played):
    server = played("envelope: {code: 3540400, message: gone}", polls="1, 2, 3")

    run(server.url, "--taskmock-operation=get_task_detail", "-k", "test_calls").assert_outcomes(
        skipped=1, deselected=ALL
    )


def test_probes_are_made_where_they_are_asked_for(run, played):
    result = run(played().url, "--taskmock-probes", "-v", name=f"{SUITE}.test_probes")

    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["*test_a_call_that_ought_to_be_refused_is_answered_in_form[[]unknown-task] PASSED*"])


def test_probe_that_breaks_the_contract_fails(run, monkeypatch, played):
    def probed(target, parameters, *, contract, rate):
        for one in probe(target, parameters, contract=contract, rate=rate):
            crash = contract.check_response("<html>")
            yield dataclasses.replace(one, report=crash) if one.name == "unknown-task" else one

    monkeypatch.setattr(evidence, "probe", probed)

    result = run(played().url, "--taskmock-probes", name=f"{SUITE}.test_probes")

    assert failed(result) == {"test_a_call_that_ought_to_be_refused_is_answered_in_form[unknown-task]"}
    result.stdout.fnmatch_lines(["FAIL probe unknown-task: 1 error"])


@pytest.mark.parametrize(
    ("module", "arguments", "message"),
    [
        ("test_probes", (), f"{SUITE}.test_probes needs --taskmock-probes"),
        ("test_calls", (), f"{SUITE}.test_calls needs --taskmock-operation NAME"),
        (
            "test_calls",
            ("--taskmock-operation=get_task_detial",),
            "--taskmock-operation: unknown operation 'get_task_detial': choose one of all, *; did you mean *detail'?",
        ),
    ],
)
def test_what_is_optional_has_to_be_asked_for(run, module, arguments, message):
    result = run("http://127.0.0.1:9", *arguments, name=f"{SUITE}.{module}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


@pytest.mark.parametrize(
    ("ini", "message"),
    [
        (
            "taskmock_gateway = esp",
            "taskmock_gateway: unknown gateway 'esp': choose one of esb, ",
        ),
        ("taskmock_stage = test", "taskmock_stage needs --taskmock-gateway apigw: no other gateway has stages"),
        ("taskmock_polls = 0", "taskmock_polls is at least 1, not 0"),
        ("taskmock_interval = -1", "taskmock_interval is from 0 to 86,400 s, not -1"),
        ("taskmock_interval = 2s", "taskmock_interval: '2s' is no number"),
        ("taskmock_param = x", "taskmock_param 'x': a parameter is NAME=VALUE"),
        ("taskmock_operation = get_task", "taskmock_operation: unknown operation 'get_task': choose one of all, "),
        ("taskmock_edition = v3", "taskmock_edition: unknown edition 'v3': choose one of auto, doc-2019, v1, v2, "),
        ("taskmock_strictness = hard", "taskmock_strictness: unknown strictness 'hard': choose one of lenient, "),
        ("taskmock_clock_rule = yes", "taskmock_clock_rule: 'yes' is none of auto, on, off"),
        ("taskmock_baseline = nowhere.json", "taskmock_baseline: cannot read "),
        ("taskmock_report = report.doc", "taskmock_report: report.doc tells no format; choose one of "),
        ("", "taskmock_target: cannot reach 127.0.0.1:9: it refuses connections"),
    ],
)
def test_ini_key_is_blamed_by_its_own_name(pytester, ini, message):
    pytester.makeini(f"[pytest]\ntaskmock_target = http://127.0.0.1:9\ntaskmock_task_id = 10\n{ini}\n")

    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "--pyargs", SUITE)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "".join(line for line in result.errlines if line).startswith(f"ERROR: {message}")
