"""A smoke task is made, started and followed, once and only where it is allowed; every answer on the way is judged."""

import json
import re

import pytest

from support.raw_server import raw_server
from support.verify_runs import mock, reports, verify
from taskmock.contracts.verify import Drive, Plan, Smoke, Target, load_smoke
from taskmock.mockserver import MockServer, Settings
from taskmock.schemas import load_example

SMOKE = 'template_id = 5\nname = "Smoke"\n'
FAILING = """\
format: 1
scenario: failing
edition: v2
start: 1s
flow: [Copy: {takes: 2s, fails: disk full}]
"""


@pytest.fixture
def smoke(tmp_path):
    """Writes a file that describes a smoke task and gives its name."""

    def writing(content=SMOKE, name="smoke.toml"):
        file = tmp_path / name
        file.write_text(content, encoding="utf-8")
        return str(file)

    return writing


def sources(ended):
    return {report["source"]: set(report["codes"]) for report in reports(ended)}


@pytest.mark.parametrize("gateway", ["esb", "esb-legacy", "apigw"])
@pytest.mark.parametrize("edition", ["doc-2019", "v1", "v2"])
def test_smoke_task_is_made_started_and_followed_to_its_end(smoke, gateway, edition):
    settings = Settings(clock="polls", edition=edition, gateway="esb-legacy" if gateway == "esb-legacy" else "all")
    with MockServer("slow-start", settings=settings) as server:
        ended = verify(server.url, "--gateway", gateway, "--drive", smoke(), "--allow-writes", "--format", "json")
        asked = [call.target.rpartition("sops/")[2].partition("/")[0] for call in server.requests()]

    assert ended.exit_code == 0
    assert sources(ended) == {"create_task": set(), "start_task": set(), "smoke task": set()}
    if gateway != "apigw":
        assert asked[:3] == ["create_task", "start_task", "get_task_status"]


def test_steps_are_told_on_the_way(smoke):
    with mock("slow-start") as server:
        ended = verify(server.url, "--drive", smoke(), "--allow-writes")

    lines = ended.stderr.splitlines()
    assert lines[0].startswith("--interval 0: as fast as --rate allows, ")
    assert lines[1:4] == ["create_task: HTTP 200", "start_task: HTTP 200", "smoke task: poll 1: CREATED"]
    assert re.fullmatch(r"smoke task: poll \d+: FINISHED", lines[-1])


def test_nothing_is_written_unless_it_is_allowed(smoke):
    with raw_server(lambda line: line.answer()) as server:
        ended = verify(server.url, "--drive", smoke(), "--task-id", "10")

    assert (ended.exit_code, server.lines) == (2, [])
    assert ended.stderr.endswith(
        "Error: --drive makes and starts a task on the server: allow it with --allow-writes.\n"
    )


def test_task_that_ends_otherwise_than_it_may_is_found(smoke):
    with mock(FAILING) as server:
        ended = verify(server.url, "--drive", smoke(), "--allow-writes", "--format", "json")

    last = reports(ended)[-1]
    assert ended.exit_code == 1
    assert [violation["code"] for violation in last["violations"]] == ["verify.end", "verify.not-ended"]
    assert last["violations"][0]["message"] == 'the smoke task is "FAILED" (poll 12)'
    assert last["violations"][0]["expected"] == "FINISHED"


def test_task_may_be_meant_to_fail(smoke):
    with mock(FAILING) as server:
        ended = verify(server.url, "--drive", smoke(SMOKE + 'ends = "FAILED"'), "--allow-writes", "--format", "json")

    assert (ended.exit_code, sources(ended)["smoke task"]) == (0, set())


def test_breaks_are_found_in_the_smoke_task(smoke):
    with mock("unknown-state") as server:
        ended = verify(server.url, "--drive", smoke(), "--allow-writes", "--format", "json")

    assert (ended.exit_code, sources(ended)["smoke task"]) == (1, {"state.unknown"})


# -- servers that do not do it

MADE = {"result": True, "code": 0, "message": "", "request_id": "0" * 32}
NO = {"result": False, "code": 3540100, "message": "you have no permission", "data": None, "request_id": "0" * 32}


def answering(**bodies):
    """A server that answers each operation with a body, or does with the line what a function does."""

    def behave(line):
        operation = line.target.rpartition("sops/")[2].partition("/")[0]
        body = bodies[operation]
        if callable(body):
            body(line)
        else:
            line.answer(json.dumps(body).encode("ascii"))

    return raw_server(behave)


def codes(step):
    return [violation.code for violation in step.report.violations if violation.severity == "error"]


def drive(url, smoke=None):
    return Drive(Target(url), smoke or Smoke({"template_id": 5, "name": "Smoke"})).run(Plan(3, interval=0, rate=None))


def test_refusal_to_make_the_task_ends_the_drive():
    with answering(create_task=NO) as server:
        driven = drive(server.url)

    (step,) = driven.steps
    assert (len(server.lines), driven.verified, driven.ok) == (1, None, False)
    assert codes(step) == ["verify.not-created"]
    assert step.report.violations[0].message == ('create_task was refused: code 3540100: "you have no permission"')


@pytest.mark.parametrize("task_id", [None, True, "", "n1", -1, [1]])
def test_answer_that_names_no_task_ends_the_drive(task_id):
    with answering(create_task={**MADE, "data": {"task_id": task_id}}) as server:
        driven = drive(server.url)

    assert (len(server.lines), driven.ok) == (1, False)
    assert codes(driven.steps[0]) != []


def test_refusal_to_start_the_task_ends_the_drive():
    created = {**MADE, "data": load_example("v2", "response", operation="create_task")["data"]}
    with answering(create_task=created, start_task=NO) as server:
        driven = drive(server.url)

    assert (len(server.lines), driven.verified) == (2, None)
    assert [codes(step) for step in driven.steps] == [[], ["verify.not-started"]]


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (lambda line: line.reset(), "http.connection-reset"),
        (lambda line: line.answer(b"", status="307 Temporary Redirect", Location="/x"), "http.redirect"),
        (lambda line: line.answer(b"<html>", status="502 Bad Gateway"), "http.status"),
    ],
)
def test_call_that_writes_is_made_once(behaviour, code):
    with answering(create_task=behaviour) as server:
        driven = drive(server.url)

    assert (len(server.lines), codes(driven.steps[0])) == (1, [code])


def test_parameters_are_sent_as_the_file_says(smoke):
    content = {"template_id": 5, "constants": {"${host}": "web-1"}, "flow_type": "common"}
    with answering(create_task=NO) as server:
        verify(
            server.url,
            *("--drive", smoke(json.dumps(content), "smoke.json"), "--allow-writes", "--bk-biz-id", "3"),
        )

    (line,) = server.lines
    assert json.loads(line.request.partition(b"\r\n\r\n")[2]) == {
        "bk_biz_id": "3",
        "name": "taskmock smoke test",
        **content,
    }


# -- files


@pytest.mark.parametrize(
    ("content", "mistakes"),
    [
        ("[]", ["a list, not an object with `template_id`"]),
        ("{}", ["/template_id: `template_id` is missing; expected a string that is not empty, or an integer"]),
        (
            '{"template_id": 5, "nam": "x", "bk_token": "x", "bk_biz_id": 2}',
            [
                "unknown key 'nam'; did you mean \"name\"? (there are ",
                "`bk_token` stands in the environment, or in the file of --credentials",
                "`bk_biz_id` stands in the option --bk-biz-id",
            ],
        ),
        (
            '{"template_id": 5, "name": 7, "constants": [], "ends": ["FINISH", 5]}',
            [
                "/name: `name` is an integer; expected a string of 1 to 100 characters",
                "/constants: `constants` is a list; expected an object",
                "`ends`: 'FINISH' is none of FINISHED, FAILED, REVOKED; did you mean \"FINISHED\"?",
                "`ends`: 5 is none of FINISHED, FAILED, REVOKED",
            ],
        ),
        ('{"template_id": 5, "ends": []}', ["`ends` is empty"]),
        ("{", ["not JSON: "]),
    ],
)
def test_every_mistake_in_a_file_is_told(smoke, content, mistakes):
    file = smoke(content, "smoke.json")

    ended = verify("http://127.0.0.1:1", "--drive", file, "--allow-writes")

    told = ended.stderr.partition("Error: ")[2].splitlines()
    assert ended.exit_code == 2
    assert len(told) == len(mistakes)
    for line, mistake in zip(told, mistakes, strict=True):
        assert line.startswith(f"{file}: {mistake}")


def test_file_is_a_task_with_a_name_and_an_end(smoke):
    loaded = load_smoke(smoke("template_id = 5\n"))

    assert loaded == Smoke({"name": "taskmock smoke test", "template_id": 5}, ("FINISHED",))
