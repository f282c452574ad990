"""`taskmock verify` as its users meet it: credentials, several tasks, reports, and what it says while it goes on."""

import io
import json
import math
import shutil
import signal
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from support.gateway_calls import backend_error
from support.raw_server import GOOD, PATIENCE, RawServer, raw_server
from support.verify_runs import codes, mock, reports, verify
from taskmock.contracts.cli.progress import Progress
from taskmock.contracts.cli.verify import verify_command
from taskmock.contracts.verify import Credentials, Plan, Question, Target
from taskmock.contracts.verify import verify as verified
from taskmock.contracts.verify.gateway import PLACES
from taskmock.contracts.verify.plan import Pace
from taskmock.mockserver import MockServer, Settings
from taskmock.schemas import GATEWAYS

EVERYTHING = {
    "TASKMOCK_BK_APP_CODE": "app",
    "TASKMOCK_BK_APP_SECRET": "a-long/secret",
    "TASKMOCK_BK_TOKEN": "a-long-token",
    "TASKMOCK_BK_USERNAME": "anna",
}
TASKMOCK = shutil.which("taskmock", path=str(Path(sys.executable).parent)) or "taskmock"
REMOTE = "http://remote.example.com"


def authorization(server):
    return json.loads(server.lines[-1].headers()["x-bkapi-authorization"])


def error(ended):
    """The error message of a run, without the lines on usage."""
    return ended.stderr.partition("Error: ")[2].rstrip("\n")


@pytest.fixture
def answering():
    """A server that answers well whatever it is asked."""
    with raw_server(lambda line: line.answer()) as server:
        yield server


# -- credentials


def test_environment_says_who_calls(answering):
    verify(answering.url, "--task-id", "10", **EVERYTHING)

    assert authorization(answering) == {
        "bk_app_code": "app",
        "bk_app_secret": "a-long/secret",
        "bk_token": "a-long-token",
        "bk_username": "anna",
    }


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("who.json", '{"bk_app_code": "filed", "bk_app_secret": "b", "bk_username": "c"}'),
        ("who.toml", '\ufeffbk_app_code = "filed"\nbk_app_secret = "b"\nbk_username = "c"\n'),
    ],
)
def test_file_says_who_calls_in_the_place_of_the_environment(answering, tmp_path, name, content):
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")

    verify(answering.url, "--task-id", "10", "--credentials", str(file), **EVERYTHING)

    assert authorization(answering) == {"bk_app_code": "filed", "bk_app_secret": "b", "bk_username": "c"}


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({}, "TASKMOCK_BK_APP_CODE, TASKMOCK_BK_APP_SECRET, TASKMOCK_BK_TOKEN or TASKMOCK_BK_USERNAME"),
        ({"TASKMOCK_BK_APP_CODE": "a"}, "TASKMOCK_BK_APP_SECRET, TASKMOCK_BK_TOKEN or TASKMOCK_BK_USERNAME"),
        ({"TASKMOCK_BK_APP_CODE": "a", "TASKMOCK_BK_TOKEN": "t"}, "TASKMOCK_BK_APP_SECRET"),
        ({"TASKMOCK_BK_APP_CODE": "a", "TASKMOCK_BK_APP_SECRET": "s"}, "TASKMOCK_BK_TOKEN or TASKMOCK_BK_USERNAME"),
    ],
)
def test_missing_variables_are_named(environment, missing):
    ended = verify(REMOTE, "--task-id", "10", **environment)

    assert ended.exit_code == 2
    assert error(ended) == (
        f"credentials are missing: {missing} (or TASKMOCK_ACCESS_TOKEN in the place of all), "
        "in the environment or by --credentials FILE"
    )


def test_half_of_the_credentials_is_no_placeholder():
    assert verify("http://127.0.0.1:1", "--task-id", "10", TASKMOCK_BK_APP_CODE="a").exit_code == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot read FILE: No such file or directory"),
        (b"{", "FILE: not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (b"\xff", "FILE: not UTF-8"),
        (b"[]", "FILE: a list, not an object with bk_app_code, bk_app_secret, bk_token, bk_username, access_token"),
        (
            b'{"bk_app_cod": "a", "bk_token": 5}',
            "\n".join(
                [
                    "FILE: unknown key 'bk_app_cod'; did you mean \"bk_app_code\"?",
                    "FILE: `bk_token` is an integer, not a string",
                ]
            ),
        ),
        (b'{"bk_app_code": "a\\nb"}', "`bk_app_code` has a line break or another control character in it"),
        (
            b'{"bk_app_code": "a", "bk_app_secret": "b"}',
            "FILE: credentials are missing: bk_token or bk_username (or access_token in the place of all)",
        ),
    ],
)
def test_file_of_credentials_that_cannot_be_used_is_explained(tmp_path, content, message):
    file = tmp_path / "who.json"
    if content is not None:
        file.write_bytes(content)

    ended = verify(REMOTE, "--task-id", "10", "--credentials", str(file))

    assert (ended.exit_code, error(ended)) == (2, message.replace("FILE", str(file)))


def test_secrets_that_a_server_repeats_are_starred_out():
    echo = "a-long-token, a-long\\/secret, a-long%2Fsecret"
    page = {"result": False, "data": None, "message": echo, "code": 1, "request_id": "0" * 32}

    def behave(line):
        if len(server.lines) == 1:
            line.answer(json.dumps(page).encode("ascii"))
        else:
            line.answer(b"", status="302 Found", Location="http://h.example.com/a-long-token")

    with raw_server(behave) as server:
        ended = verify(server.url, "--task-id", "10", "--polls", "2", "--format", "json", **EVERYTHING)

    assert ended.exit_code == 1
    assert "a-long" not in ended.output
    assert "************, ***" in ended.stdout


@pytest.mark.parametrize("secret", ["bk_app_secret", "bk_token", "access_token"])
def test_secret_is_no_parameter(secret):
    ended = verify("http://127.0.0.1:1", "--task-id", "10", "--param", f"{secret}=s3cret")

    assert ended.exit_code == 2
    assert error(ended) == (f"--param {secret}: credentials stand in the environment or in a file (--credentials)")


# -- what is asked


def test_further_parameters_and_headers_are_sent(answering):
    verify(answering.url, "--task-id", "10", "--bk-biz-id", "3", "--param", "scope=project", "-H", "X-Mock-Session: a")

    (line,) = answering.lines
    assert line.target.endswith("get_task_status/?bk_biz_id=3&scope=project&task_id=10")
    assert line.headers()["x-mock-session"] == "a"


def test_parameters_are_known_to_the_rules():
    with MockServer("nested-subprocess-failure", settings=Settings(clock="instant")) as server:
        asked = verify(server.url, "--task-id", "10", "--param", "with_ex_data=false")
        unasked = verify(server.url, "--task-id", "10", "--param", "with_ex_data=")

    assert (asked.exit_code, unasked.exit_code) == (0, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--task-id", ""), "--task-id is empty: which task is to be verified?"),
        (("--task-id", "1", "--bk-biz-id", ""), "--bk-biz-id is empty: leave it out for business 2"),
        (("--task-id", "1", "--stage", "prod"), "--stage needs --gateway apigw: no other gateway has stages."),
        (("--task-id", "1", "-o", ""), "--output names no file."),
        (("--task-id", "1", "-o", "no/x.xml"), "cannot write no/x.xml: there is no such folder"),
        (
            ("--task-id", "1", "--baseline", "no/x.json"),
            "cannot read no/x.json: No such file or directory; --baseline-update writes it",
        ),
        (
            ("--task-id", "1", "--baseline", "no/x.json", "--baseline-update"),
            "cannot write no/x.json: there is no such folder",
        ),
        ((), "Missing option '--task-id': which task is to be verified?"),
        (("--task-id", "1", "-H", "X-A"), "--header 'X-A': a header is NAME: VALUE"),
        (("--task-id", "1", "--param", "x"), "--param 'x': a parameter is NAME=VALUE"),
        (("--task-id", "1", "--param", "=x"), "--param '': a parameter is NAME=VALUE"),
        (("--task-id", "1", "--param", "task_id=2"), "--param task_id: use --task-id"),
        (("--task-id", "1", "--param", "bk_biz_id=2"), "--param bk_biz_id: use --bk-biz-id"),
        (("--task-id", "1", "--timeout", "inf"), "a time-out is longer than 0 s and at most 86,400 s, not inf"),
        (("--task-id", "1", "--interval", "nan"), "interval is from 0 to 86,400 s, not nan"),
        (("--task-id", "x", "--gateway", "apigw"), "the API gateway takes numbers only: task_id is 'x'"),
        (
            ("--task-id", "1", "--coverage", "--format", "json"),
            "--coverage prints text: write the json report to a file (--output).",
        ),
    ],
)
def test_wrong_usage_is_explained(answering, arguments, message):
    ended = verify(answering.url, *arguments)

    assert (ended.exit_code, error(ended)) == (2, message)
    assert answering.lines == []


def test_task_that_is_lost_on_its_way_has_not_ended():
    polls = iter(range(99))

    with raw_server(lambda line: line.answer() if next(polls) < 1 else line.answer(b"{")) as server:
        ended = verify(server.url, "--task-id", "10", "--until", "end", "--polls", "2", "--format", "json")

    messages = [found["message"] for found in reports(ended)[0]["violations"] if found["code"] == "verify.not-ended"]
    assert messages == ['the task has not ended: it was "CREATED", and the last answers showed no task (poll 2)']


# -- several tasks


def test_tasks_are_reported_in_the_order_given():
    with mock("failed-then-retried") as server:
        ended = verify(server.url, *(f"--task-id={number}" for number in (9, 3, 7, 3)), "--polls", "3")

    assert [line.partition(":")[0] for line in ended.stdout.splitlines() if line.startswith("PASS")] == [
        "PASS task 9",
        "PASS task 3",
        "PASS task 7",
    ]
    assert ended.stdout.endswith("3 checked: 3 passed, 0 failed\n")


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_tasks_than_allowed_are_asked_for_at_once(most):
    inside, seen, lock = [], [], threading.Lock()
    together = threading.Barrier(most)

    def behave(line):
        with lock:
            inside.append(line)
            seen.append(len(inside))
        together.wait(60)  # only as many as are allowed can get past it
        with lock:
            inside.remove(line)
        line.answer()

    with raw_server(behave) as server:
        plan = Plan(2, interval=0, rate=None, concurrency=most)
        found = verified(Target(server.url), [str(number) for number in range(6)], plan=plan)

    assert [one.task_id for one in found] == ["0", "1", "2", "3", "4", "5"]
    assert all(one.ok and one.polls == 2 for one in found)
    assert max(seen) == most


def test_pace_gives_each_call_its_moment():
    now = [100.0]
    pace = Pace(4, now=lambda: now[0])

    first = [pace.delay() for _ in range(3)]
    now[0] = 110.0

    assert first == [0, 0.25, 0.5]
    assert [pace.delay(), pace.delay()] == [0, 0.25]
    assert [Pace(None).delay() for _ in range(3)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"polls": 0}, "polls is at least 1, not 0"),
        ({"concurrency": 0}, "concurrency is at least 1, not 0"),
        ({"interval": -1}, "interval is from 0 to 86,400 s, not -1"),
        ({"interval": math.nan}, "interval is from 0 to 86,400 s, not nan"),
        ({"rate": 0}, "rate is a number above 0, one call a day at the least, not 0"),
        ({"rate": math.inf}, "rate is a number above 0, one call a day at the least, not inf"),
    ],
)
def test_plan_that_cannot_be_is_refused(changed, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        Plan(**changed)


def test_options_are_by_default_what_they_are_in_python():
    options = {option.name: option for option in verify_command.params}
    plan, target = Plan(), Target("http://localhost")

    assert (options["interval"].default, options["rate"].default) == (plan.interval, plan.rate)
    assert options["concurrency"].default == plan.concurrency
    assert (options["timeout"].default, options["stage"].default) == (target.timeout, target.stage)
    assert (options["gateway"].default, tuple(options["gateway"].type.choices)) == (target.gateway, GATEWAYS)
    assert set(options["credentials_in"].type.choices) == set(PLACES)


def test_run_without_tasks_asks_nobody():
    nobody = Target(REMOTE, credentials=Credentials(access_token="a-long-token"))

    assert verified(nobody, []) == ()


# -- what the run as a whole has shown


def test_run_without_a_task_is_no_success():
    refused = {"result": False, "data": None, "message": "APP Secret verification failed", "code": 1306000}

    with raw_server(
        lambda line: line.answer(json.dumps({**refused, "request_id": "0" * 32}).encode("ascii"))
    ) as server:
        ended = verify(server.url, "--task-id", "10", "--polls", "3")

    assert ended.exit_code == 1
    assert ended.stdout == (
        "FAIL task 10: 1 error and 1 warning\n"
        "  edition v2 (nothing in the body tells), strictness documented\n"
        f"  asked: GET {server.url}/api/c/compapi/v2/sops/get_task_status/\n"
        '  verify.no-tree  no answer of 3 showed a task; the last refusal: code 1306000: "APP Secret verification '
        'failed" (poll 3); the credentials or the permissions may be wrong\n'
        "    expected a task\n"
        "    A run that has seen no task has verified nothing.\n"
        '  warning verify.refused  poll 1  the call is refused with code 1306000: "APP Secret verification failed"\n'
        "    A refused call keeps the contract, and says nothing of the task.\n"
    )


@pytest.mark.parametrize(("status", "code"), [("404 File not found", "http.status"), ("200 OK", "body.html")])
def test_page_in_the_place_of_an_answer_is_one_finding_and_shows_no_task(status, code):
    with raw_server(
        lambda line: line.answer(b"<html>Log in</html>", status=status, Content_Type="text/html")
    ) as server:
        ended = verify(server.url, "--task-id", "10", "--format", "json")

    assert ended.exit_code == 1
    assert codes(ended).keys() == {"verify.no-tree", code}
    assert "credentials" not in ended.stdout


def test_reports_tell_what_was_asked_and_not_as_whom():
    page = {"status": "404 Not Found", "Content_Type": "text/html"}
    with raw_server(lambda line: line.answer(b"<html>", **page)) as server:
        ran = [verify(server.url, "--task-id", "10", "--format", form, **EVERYTHING) for form in ("json", "junit")]
        blotted = verify(server.url, "--task-id", "10", "--format", "json", "--redact-values", **EVERYTHING)

    asked = f"GET {server.url}/api/c/compapi/v2/sops/get_task_status/"
    (report,) = reports(ran[0])
    (prop,) = ET.fromstring(ran[1].stdout).findall(".//property[@name='target']")
    assert (report["target"], prop.get("value")) == (asked, asked)
    assert {found["value"] for found in report["violations"] if found["code"] == "http.status"} == {
        'Content-Type "text/html"'
    }
    assert reports(blotted)[0]["target"] == ""
    assert "a-long" not in ran[0].stdout + ran[1].stdout


def refuse(line):
    line.answer(b'{"result": false, "data": null, "message": "no", "code": 1306000, "request_id": ""}')


def be_lost(line):
    line.answer(b"<html>Not here</html>", status="404 Not Found", Content_Type="text/html")


@pytest.mark.parametrize(
    ("behaviour", "refused"), [(refuse, "verify.no-tree"), (be_lost, "http.status, verify.no-tree")]
)
def test_baseline_is_not_written_where_nothing_was_judged(tmp_path, behaviour, refused):
    file = tmp_path / "known.json"

    with raw_server(behaviour) as server:
        ended = verify(server.url, "--task-id", "10", "--baseline", str(file), "--baseline-update")

    assert (ended.exit_code, ended.stdout) == (2, "")
    assert error(ended) == f"{file} is not written: {refused}: where nothing was judged, there is nothing to accept"
    assert not file.exists()


def test_task_that_has_not_ended_is_an_error():
    with mock("nested-subprocess-failure") as server:
        ended = verify(server.url, "--task-id", "10", "--until", "end", "--polls", "30", "--format", "json")

    assert (ended.exit_code, codes(ended)) == (1, {"verify.not-ended": "error"})
    assert reports(ended)[0]["violations"][0]["message"] == 'the task has not ended: it was "FAILED" (poll 30)'


def test_edition_is_told_by_the_first_started_answer():
    with mock("slow-start", edition="v1") as server:
        ended = verify(server.url, "--task-id", "10", "--polls", "12", "--format", "json")

    (report,) = reports(ended)
    assert (report["edition"], report["ok"]) == ("v1", True)


def test_edition_that_is_named_is_judged_by():
    with mock("failed-then-retried") as server:
        ended = verify(server.url, "--task-id", "10", "--polls", "4", "--edition", "v1", "--format", "json")

    assert ended.exit_code == 1
    assert reports(ended)[0]["basis"] == "as asked for"


# -- reports


def test_overlay_is_judged_by(tmp_path):
    overlay = tmp_path / "ours.json"
    overlay.write_text('{"extends": "v2", "node": {"owner": {"type": "string", "required": true}}}', encoding="utf-8")
    with mock("failed-then-retried") as server:
        ended = verify(server.url, "--task-id", "10", "--polls", "4", "--edition", str(overlay), "--format", "json")

    (report,) = reports(ended)
    assert (ended.exit_code, set(report["codes"])) == (1, {"field.missing"})
    assert report["basis"] == f"as {overlay} extends it"


def test_coverage_counts_every_answer():
    with mock("failed-then-retried") as server:
        ended = verify(server.url, "--task-id", "10", "--until", "end", "--coverage")
        low = verify(f"{server.url}/__s/b", "--task-id", "10", "--coverage-min", "99")

    assert ended.exit_code == 0
    assert "COVERAGE " in ended.stdout
    assert "task FAILED" not in ended.stdout.partition("COVERAGE")[2]
    assert low.exit_code == 1


def test_baseline_takes_known_findings_out(tmp_path):
    baseline = str(tmp_path / "known.json")
    with mock("unknown-state") as server:
        arguments = ("--task-id", "10", "--until", "end", "--baseline", baseline)
        written = verify(f"{server.url}/__s/a", *arguments, "--baseline-update")
        again = verify(f"{server.url}/__s/b", *arguments)

    assert (written.exit_code, again.exit_code) == (0, 0)
    assert "accepted by the baseline" in again.stdout


def test_report_that_leaves_the_house_names_nothing():
    with mock("bad-credentials") as server:
        ended = verify(server.url, "--task-id", "4711", "--polls", "9", "--redact-values")

    assert "4711" not in ended.output
    assert "demo" not in ended.stdout
    assert "code 1306000" in ended.stdout
    assert "polls 2 to 7" in ended.stdout


@pytest.mark.parametrize("form", ["junit", "markdown", "github", "gitlab", "html"])
def test_report_has_any_form(form, tmp_path):
    file = tmp_path / "report"
    with mock("unknown-state") as server:
        ended = verify(server.url, "--task-id", "10", "--until", "end", "--format", form, "-o", str(file))

    text = file.read_text(encoding="utf-8")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert "state.unknown" in text
    if form == "junit":
        assert ET.fromstring(text).find("testsuite").get("name") == "task 10"
    if form == "html":
        assert "Balance the shards" in text


# -- progress


BACKEND = backend_error(502)[:177]  # a line of progress has no more


def test_changes_are_told_in_lines():
    with mock("transient-backend-error") as server:
        ended = verify(server.url, "--task-id", "10", "--until", "end", "--format", "json")

    pace = "as fast as --rate allows, 1e+06 polls a second, and at most 500 of a task: it has some 0.0005 s to end"
    assert ended.stderr.splitlines() == [
        f"--interval 0: {pace}",
        "task 10: poll 1: CREATED",
        "task 10: poll 2: RUNNING",
        f"task 10: poll 3: refused, code 1306201: {BACKEND}",
        "task 10: poll 5: RUNNING",
        "task 10: poll 6: HTTP 502, no task",
        "task 10: poll 8: RUNNING",
        "task 10: poll 9: FINISHED",
    ]


@pytest.mark.parametrize(
    ("plan", "paced"),
    [
        (Plan(500, interval=0), True),
        (Plan(500, interval=0.09), True),
        (Plan(500, interval=0.1), False),
        (Plan(500, interval=2, rate=0.4), True),
        (Plan(500), False),
        (Plan(500, interval=0, rate=None), False),
    ],
)
def test_pace_is_told_where_the_interval_does_not_hold_it(plan, paced):
    assert plan.is_paced_by_rate == paced


def test_trouble_is_told_in_words():
    with raw_server(lambda line: line.reset()) as server:
        ended = verify(server.url, "--task-id", "10")

    assert ended.stderr == "task 10: poll 1: the connection was reset before an answer\n"


class Terminal(io.StringIO):
    """A stream that says it is one."""

    def isatty(self):
        return True


def test_terminal_shows_one_line_that_goes_away(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    terminal, question = Terminal(), Question("10", {"bk_biz_id": "2"})
    progress = Progress(terminal)
    progress.expect(question, "task 10", polls=4)

    with raw_server(lambda line: line.answer(GOOD)) as server:
        verified(Target(server.url), [question], plan=Plan(4, interval=0, rate=None), watch=progress)
    progress.close()

    drawn = terminal.getvalue().split("\r")
    assert drawn[1].rstrip() == "[#####               ] task 10: CREATED"
    assert {len(line) for line in drawn if line} == {59}
    assert (drawn[-2].strip(), drawn[-1]) == ("", "")
    assert "\x1b" not in terminal.getvalue()


# -- what ends a run early


def test_server_that_is_gone_between_two_parts_of_a_run_is_a_finding():
    server = RawServer(lambda line: (line.read_request(), server.stop_listening(), line.answer()))
    try:
        ended = verify(server.url, "--task-id", "10", "--probes", "--format", "json")
    finally:
        server.close()

    assert ended.exit_code == 1
    assert [set(report["codes"]) for report in reports(ended)] == [set(), *[{"http.unreachable"}] * 4]


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent otherwise there")
def test_run_ends_at_ctrl_c_though_the_server_hangs(tmp_path):
    asked = threading.Event()

    def hang(line):
        asked.set()
        line.hold()

    with raw_server(hang) as server:
        command = [TASKMOCK, "verify", server.url, "--task-id", "10"]
        with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert asked.wait(PATIENCE)
            process.send_signal(signal.SIGINT)
            said = process.communicate(timeout=PATIENCE)

    assert (process.returncode, said) == (130, (b"", b""))
