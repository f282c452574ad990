"""What the admin API refuses: each with one sentence, and what is allowed."""

import json

import pytest

from support.mock_calls import admin, send, status_of
from taskmock.mockserver import ScenarioError, read_scenario

TASK = "/__admin/sessions/anna/tasks/10"
RELEASE = {"format": 1, "scenario": "release", "flow": ["Copy B"]}
CLOCK_WORDS = ["advance", "frozen", "restart", "seek", "set", "speed"]
MOMENTS = (
    '"next", "back", "start", "end", "failed", "suspended", "expired", '
    '"NODE start", "NODE failed", "NODE suspended", "NODE end"'
)


def refused(url, target, method="GET", body=None):
    answer = send(url, target, method, body)
    assert answer.headers["Content-Type"] == "application/json"
    return answer.status, answer.json


def test_unknown_path_lists_the_paths(mock):
    status, answer = refused(mock.url, "/__admin/session")

    assert (status, answer["error"]) == (404, "no such path: /__admin/session")
    assert "/__admin/sessions/{session}/tasks/{task}/clock" in answer["paths"]


def test_unknown_method_lists_the_methods(mock):
    assert refused(mock.url, "/__admin/sessions/anna", "POST") == (
        405,
        {"error": "POST is not allowed here", "allowed": ["DELETE", "GET", "PUT"]},
    )


def told(error):
    """What a sentence says is allowed for a value; nothing where it is not about a value."""
    allowed = error.partition("; allowed: ")[2]
    return json.loads(f"[{allowed}]") if allowed.startswith(('"', "true")) else [allowed] if allowed else []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"sek": "next"}, "unknown property 'sek'; did you mean 'seek'?"),
        ({"zzz": 1}, "unknown property 'zzz'"),
        ({"advance": "1h"}, 'advance is "1h"; allowed: number'),
        ({"advance": True}, "advance is true; allowed: number"),
        ({"advance": -1}, "advance is -1; allowed: 0 to 100000000000"),
        ({"advance": 1e300}, "advance is 1e+300; allowed: 0 to 100000000000"),
        ({"advance": 10**40}, f"advance is {'1' + '0' * 28}…; allowed: 0 to 100000000000"),
        ({}, "say at least one thing"),
        ({"seek": "mid"}, f'seek is "mid"; allowed: {MOMENTS}'),
        ({"seek": "Copy B"}, f'seek is "Copy B"; allowed: {MOMENTS}'),
        ({"seek": "Copy B next"}, f'seek is "Copy B next"; allowed: {MOMENTS}'),
        ({"seek": "faild"}, f'seek is "faild"; allowed: {MOMENTS}'),
        ({"seek": ""}, f'seek is ""; allowed: {MOMENTS}'),
        ({"seek": 1}, "seek is 1; allowed: string"),
        ({"speed": 0}, "speed is 0; allowed: more than 0, at most 100000"),
        ({"speed": True}, "speed is true; allowed: number"),
        ({"restart": False}, "restart is false; allowed: true"),
        ({"restart": 1}, "restart is 1; allowed: true"),
        ({"frozen": None}, "frozen is null; allowed: boolean"),
        ([], "the body is no JSON object"),
        ("next", "the body is no JSON object"),
        (b"{", "the body is not JSON"),
        (b"\xff", "the body is not JSON"),
        (b"[" * 100_000, "the body is not JSON"),
        (b'{"advance": NaN}', "advance is NaN; allowed: 0 to 100000000000"),
        (b'{"advance": Infinity}', "advance is Infinity; allowed: 0 to 100000000000"),
    ],
)
def test_body_that_says_something_else_is_refused(mock, task, body, error):
    status, answer = refused(mock.url, f"{TASK}/clock", "POST", body)

    assert (status, answer["error"]) == (400, error)
    assert answer["allowed"] == (told(error) or CLOCK_WORDS)


def test_clock_is_moved_once_in_one_call(mock, task):
    assert refused(mock.url, f"{TASK}/clock", "POST", {"seek": "end", "speed": 2, "advance": 1}) == (
        400,
        {"error": "'seek' and 'advance' both move the clock", "allowed": ["advance", "set", "seek", "restart"]},
    )


@pytest.mark.parametrize(
    ("moment", "status", "error", "allowed"),
    [
        (
            "suspended",
            409,
            "task 10 of scenario release never shows SUSPENDED",
            ["next", "back", "start", "end", "failed"],
        ),
        ("expired", 409, "task 10 of scenario release never shows EXPIRED", ["next", "back", "start", "end", "failed"]),
        (
            "Copy A failed",
            409,
            "node 'Copy A' of task 10 of scenario release never shows FAILED",
            ["Copy A start", "Copy A end"],
        ),
        ("Approve start", 409, "node 'Approve' of task 10 of scenario release never starts", []),
        ("Copy C failed", 404, "no node is called 'Copy C'; did you mean 'Copy B' or 'Copy A'?", None),
        (
            "failed failed",
            404,
            "no node is called 'failed'; there are: 'task', 'Prepare', 'Copy A', 'Copy B', 'Approve'",
            None,
        ),
    ],
)
def test_moment_that_never_comes_is_told_and_opens_nothing(mock, moment, status, error, allowed):
    got, answer = refused(mock.url, f"{TASK}/clock", "POST", {"seek": moment, "frozen": True})

    assert (got, answer["error"], answer.get("allowed")) == (status, error, allowed)
    assert mock.app.playback.store.sessions() == ()


def test_clock_that_polls_move_has_no_speed(mock):
    admin(mock.url, "/sessions/anna", "PUT", {"clock": "polls"})

    assert refused(mock.url, f"{TASK}/clock", "POST", {"speed": 2}) == (
        409,
        {"error": "polls move the clock of task 10: it has no speed", "allowed": "a clock that time moves"},
    )


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"scenario": "relaese"}, "no scenario is called 'relaese'; did you mean 'release'?"),
        ({"clock": "walls"}, 'clock is "walls"; allowed: "wall", "polls", "manual", "instant", null'),
        ({"speed": 0}, "speed is 0; allowed: more than 0, at most 100000"),
        ({"speed": 1e308}, "speed is 1e+308; allowed: more than 0, at most 100000"),
        ({"scenario": 7}, "scenario is 7; allowed: string or null"),
    ],
)
def test_session_is_not_settled_on_what_cannot_be(mock, body, error):
    status, answer = refused(mock.url, "/__admin/sessions/anna", "PUT", body)

    assert status == (404 if "scenario is called" in error else 400)
    assert answer["error"].startswith(error)
    assert mock.app.playback.store.sessions() == ()


@pytest.mark.parametrize(
    ("method", "target"),
    [("GET", ""), ("GET", "/faults"), ("DELETE", "/faults"), ("GET", "/scenario")],
)
def test_unknown_task_lists_those_there_are(mock, task, method, target):
    assert refused(mock.url, f"/__admin/sessions/anna/tasks/11{target}", method) == (
        404,
        {"error": "this session has no task '11'; PUT opens it", "known": ["10"]},
    )


def test_session_name_that_cannot_be_is_refused(mock):
    status, answer = refused(mock.url, "/__admin/sessions/a%20b")

    assert (status, answer["error"]) == (400, "'a b' cannot name a session: 1 to 128 visible ASCII characters")


def test_task_of_a_scenario_for_other_ids_is_refused(mock):
    text = b"format: 1\nscenario: only\ntask: {id: 7}\nflow: [A: 1s]\n"
    admin(mock.url, "/scenarios/only", "PUT", text)

    status, answer = refused(mock.url, TASK, "PUT", {"scenario": "only"})

    assert (status, answer["error"]) == (400, "the scenario 'only' does not play for the task '10'; allowed: 7")


def test_scenario_is_a_name_and_never_a_file(mock, tmp_path):
    file = tmp_path / "secret.yaml"
    file.write_text("password: hunter2\n", encoding="utf-8")

    status, answer = refused(mock.url, TASK, "PUT", {"scenario": str(file)})

    assert status == 404
    assert "hunter2" not in json.dumps(answer)


def test_command_that_the_state_forbids_is_a_conflict(mock, task):
    assert refused(mock.url, f"{TASK}/commands", "POST", {"commands": [{"retry": "Copy B"}]}) == (
        409,
        {
            "error": "retry Copy B: bamboo_engine.exceptions.NotFoundError",
            "reason": "bamboo_engine.exceptions.NotFoundError",
        },
    )


def test_commands_are_given_all_or_none(mock, clock, task):
    clock.set(3)
    commands = [{"pause": "task"}, {"pause": "task"}]

    status, answer = refused(mock.url, f"{TASK}/commands", "POST", {"commands": commands})

    assert (status, answer["reason"].partition(" state ")[2]) == (409, "from SUSPENDED to SUSPENDED")
    assert admin(mock.url, task)["log"] == []
    assert admin(mock.url, task)["state"] == "RUNNING"


@pytest.mark.parametrize(
    ("commands", "status", "error"),
    [
        ([{"retry": "Cpoy B"}], 404, "no node is called 'Cpoy B'; did you mean 'Copy B' or 'Copy A'?"),
        ([{"at": "3s", "pause": "task"}], 400, "'at' is for scenario files"),
        ([{"pause": "task", "when": "task FAILED"}], 400, "'when' is for scenario files"),
        ([], 400, "commands is empty; allowed: at least 1"),
        (["pause"], 400, 'commands holds "pause"; allowed: objects'),
        ("pause", 400, 'commands is "pause"; allowed: array'),
    ],
)
def test_command_that_is_none_is_refused(mock, task, commands, status, error):
    got, answer = refused(mock.url, f"{TASK}/commands", "POST", {"commands": commands})

    assert (got, answer["error"]) == (status, error)


def test_command_with_an_unknown_verb_tells_the_verbs(mock, task):
    status, answer = refused(mock.url, f"{TASK}/commands", "POST", {"commands": [{"rety": "Copy B"}]})

    assert status == 400
    assert "unknown key 'rety' in an operation" in answer["error"]
    assert "did you mean 'retry'?" in answer["error"]
    assert [problem["line"] for problem in answer["problems"]] == [1]


def test_missing_property_is_named(mock, task):
    assert refused(mock.url, f"{TASK}/commands", "POST", {}) == (
        400,
        {"error": "property 'commands' is missing", "allowed": ["commands"]},
    )


@pytest.mark.parametrize(
    ("fault", "status", "error"),
    [
        ({"http": 99}, 400, "http is '99'; allowed: a whole number from 200 to 599"),
        ({"htpt": 502}, 400, "did you mean 'http'?"),
        ({"when": "Cpoy B FAILED", "http": 502}, 404, "no node is called 'Cpoy B'"),
        ({"break": {"node": "Copy C", "drop": "state"}}, 404, "no node is called 'Copy C'"),
    ],
)
def test_fault_that_cannot_be_is_refused(mock, task, fault, status, error):
    got, answer = refused(mock.url, f"{TASK}/faults", "POST", {"faults": [fault]})

    assert got == status
    assert error in answer["error"]
    assert admin(mock.url, f"{task}/faults") == {"faults": []}


def test_fault_at_a_node_that_no_recorded_answer_has_is_refused(mock):
    frames = {
        "format": 1,
        "scenario": "seen",
        "frames": [{"at": "0s", "body": {"result": True, "data": {"state": "X"}}}],
    }
    admin(mock.url, "/scenarios/seen", "PUT", frames)
    admin(mock.url, "/sessions/anna/tasks/10", "PUT", {"scenario": "seen"})

    status, answer = refused(mock.url, f"{TASK}/faults", "POST", {"faults": [{"when": "Copy B FAILED", "http": 502}]})

    assert (status, answer["error"]) == (404, "no node is called 'Copy B'")


def test_broken_scenario_is_refused_with_lines(mock):
    text = b"format: 1\nscenario: bad\nflow:\n  - Copy: {takes: 2, fail: x}\n"

    status, answer = refused(mock.url, "/__admin/scenarios/bad", "PUT", text)

    assert status == 400
    assert [(problem["line"], problem["column"]) for problem in answer["problems"]] == [(4, 19), (4, 22)]
    assert "did you mean 'fails'?" in answer["problems"][1]["text"]
    assert "bad" not in mock.app.playback.catalog.names()


def test_scenario_in_gbk_is_recognised(mock):
    text = "format: 1\nscenario: bad\nflow: [复制: 2s]\n".encode("gbk")

    _, answer = refused(mock.url, "/__admin/scenarios/bad", "PUT", text)

    assert "it looks like GBK" in answer["error"]


def test_scenario_under_another_name_is_refused(mock):
    answer = refused(mock.url, "/__admin/scenarios/one", "PUT", b"format: 1\nscenario: two\nflow: [A: 1s]\n")

    assert answer == (400, {"error": "the text is scenario 'two', the path says 'one'; they must agree"})


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_unknown_scenario_is_not_found(mock, method):
    status, answer = refused(mock.url, "/__admin/scenarios/releas", method)

    assert status == 404
    assert answer["error"].startswith("no scenario is called 'releas'; did you mean 'release'?")
    assert "release" in answer["known"]


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("sesion=anna", "unknown argument 'sesion'; did you mean 'session'?"),
        ("status=bad", 'status is "bad"; allowed: integer'),
        ("status=-1", 'status is "-1"; allowed: integer'),
    ],
)
def test_query_that_says_something_else_is_refused(mock, query, error):
    allowed = ["body", "call", "fault", "method", "node", "session", "status", "task"]

    answer = refused(mock.url, f"/__admin/requests?{query}")

    assert answer == (400, {"error": error, "allowed": told(error) or allowed})


def test_wait_that_ends_says_how_many_came(mock):
    send(mock.url, status_of())

    assert refused(mock.url, "/__admin/requests/wait", "POST", {"count": 2, "timeout": 0}) == (
        408,
        {"error": "1 of 2 calls came within 0 s", "count": 1},
    )


def test_no_more_than_eight_may_wait(mock):
    waiting = mock.app.journal.waiting
    taken = [waiting.acquire(blocking=False) for _ in range(8)]

    answer = refused(mock.url, "/__admin/requests/wait", "POST", {})

    assert all(taken)
    assert answer == (429, {"error": "as many calls as can wait already", "allowed": "8 at once"})


def test_task_of_a_forgotten_session_is_not_found(mock, task):
    admin(mock.url, "/sessions/anna", "DELETE")

    status, answer = refused(mock.url, TASK)

    assert (status, answer["known"]) == (404, [])


def test_seek_to_a_failure_that_never_comes_is_a_conflict(mock):
    admin(mock.url, "/scenarios/fine", "PUT", b"format: 1\nscenario: fine\nflow: [A: 1s]\n")
    admin(mock.url, "/sessions/anna/tasks/10", "PUT", {"scenario": "fine"})

    assert refused(mock.url, f"{TASK}/clock", "POST", {"seek": "failed"}) == (
        409,
        {"error": "task 10 of scenario fine never shows FAILED", "allowed": ["next", "back", "start", "end"]},
    )


@pytest.mark.parametrize(
    ("broken", "wrong"),
    [
        ({"drop": "foo"}, "break has no 'node'; allowed: node: task, or a node's name"),
        ({"node": "task", "drop": "foo"}, "break: no answer has a field 'foo'; allowed: id, state, root_id:, "),
        ({"node": "Copy B", "drop": "stat"}, "did you mean 'state'?"),
        ({"node": "Copy B", "retype": {"retries": "string"}}, "break: no answer has a field 'retries'"),
        ({"node": "Copy B", "rename": {"versoin": "v"}}, "did you mean 'version'?"),
        ({"node": "Copy B", "retype": {"retry": "text"}}, "retype"),
    ],
)
def test_contract_break_is_checked_as_in_a_file(mock, task, broken, wrong):
    status, answer = refused(mock.url, f"{TASK}/faults", "POST", {"faults": [{"break": broken}]})

    assert status == 400
    assert wrong in answer["error"]
    with pytest.raises(ScenarioError) as caught:
        read_scenario(json.dumps({**RELEASE, "faults": [{"break": broken}]}), source="file")
    assert [p["text"].partition(": ")[2] for p in answer["problems"]] == [p.message for p in caught.value.problems]


def test_place_in_a_body_is_told_by_its_lines(mock, task):
    body = b'{"commands": [\n  {"pause": "task"},\n  {"rety": "Copy B"}\n]}'

    _, answer = refused(mock.url, f"{TASK}/commands", "POST", body)

    assert answer["error"].startswith("body:3:4: unknown key 'rety' in an operation; allowed: ")
    assert [(problem["line"], problem["column"]) for problem in answer["problems"]] == [(3, 4)]


@pytest.mark.parametrize("body", [b'{"seek": "end", "seek": "next"}', b'{"commands": [{"retry": "A", "retry": "B"}]}'])
def test_body_that_says_a_thing_twice_is_refused(mock, task, body):
    path = "clock" if b"seek" in body else "commands"

    status, answer = refused(mock.url, f"{TASK}/{path}", "POST", body)

    assert (status, answer["error"]) == (400, f"the body says {'seek' if b'seek' in body else 'retry'!r} twice")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("commands", {"commands": [{"retry": "\u590d\u5236"}]}),
        ("commands", {"commands": [{"\u590d\u5236": "task"}]}),
        ("commands", {"commands": ["\u590d\u5236"]}),
        ("faults", {"faults": [{"when": "\u590d\u5236 FAILED", "http": 502}]}),
        ("clock", {"seek": "\u590d\u5236"}),
        ("clock", {"\u590d\u5236": 1}),
    ],
)
def test_chinese_names_are_shown_as_they_are(mock, task, path, body):
    answer = send(mock.url, f"{TASK}/{path}", "POST", body)

    assert answer.status in {400, 404}
    assert "\u590d\u5236".encode() in answer.body
    assert b"\\u590d" not in answer.body


def test_half_a_character_is_answered_all_the_same(mock, task):
    answer = send(mock.url, f"{TASK}/clock", "POST", b'{"seek": "\\ud800"}')

    assert (answer.status, answer.json["error"].partition(" allowed")[0] + " ") == (400, 'seek is "\ud800"; ')
