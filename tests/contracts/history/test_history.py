"""Histories in files: several answers, JSON Lines, HAR; and `taskmock validate --history` on them."""

import base64
import contextlib
import json
import re

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from taskmock.contracts import Contract, History, Poll
from taskmock.contracts.cli.validate import validate_command
from taskmock.contracts.history import HistoryError, read_histories
from taskmock.schemas import load_example, load_report_schema

URL = "http://localhost/api/c/compapi/v2/sops/get_task_status/?bk_biz_id=2&task_id=10"


def ended(state):
    """A short answer of a task that has ended."""
    return {"result": True, "data": {"state": state, "name": "Release"}, "code": 0, "message": ""}


def entry(body=None, *, url=URL, started="2026-03-02T10:00:00.000+08:00", took=50, **more):
    """One call in a HAR."""
    text = json.dumps(body or ended("EXPIRED"))
    request = {"method": "GET", "url": url, **more}
    return {"startedDateTime": started, "time": took, "request": request, "response": {"content": {"text": text}}}


def har(*entries):
    return json.dumps({"log": {"entries": entries}}).encode()


def read(name, content):
    return read_histories([(name, content)])


def refusal(name, content):
    with pytest.raises(HistoryError) as caught:
        read(name, content)
    return str(caught.value)


def test_several_files_are_one_history_in_their_order():
    assert read_histories([("b.json", b"{}"), ("a.json", b'{"result": true}')]) == {
        "": (Poll(b"{}"), Poll(b'{"result": true}'))
    }


@pytest.mark.parametrize("at", ["at", "time", "timestamp", "ts"])
@pytest.mark.parametrize("body", ["body", "response", "answer"])
def test_line_has_an_answer_and_its_moment(at, body):
    line = json.dumps({at: 1.5, body: {"result": True}})

    assert read("polls.jsonl", f"{line}\n\n{line}\r\n".encode()) == {"": (Poll({"result": True}, 1.5),) * 2}


def test_lines_that_name_their_tasks_are_a_history_for_each():
    lines = [{"task_id": 10}, {"task_id": "11", "subprocess_id": "n1"}, {"task_id": "10"}, {}]
    content = "".join(json.dumps({**line, "body": {"result": True}}) + "\n" for line in lines)

    assert {task: len(polls) for task, polls in read("polls.jsonl", content.encode()).items()} == {
        "10": 2,
        "11 / n1": 1,
        "": 1,
    }


def test_line_may_be_the_answer_itself():
    line = json.dumps(ended("EXPIRED"))

    assert read("polls.ndjson", line.encode()) == {"": (Poll(ended("EXPIRED")),)}


def test_lines_are_told_by_their_looks():
    content = b'{"at": 1, "body": "{}"}\n{"at": 2, "body": "{}"}\n'

    assert read("-", content) == {"": (Poll("{}", 1.0), Poll("{}", 2.0))}


def test_answer_over_several_lines_is_one_answer():
    content = json.dumps(load_example("v2", "response"), indent=2).encode()

    assert read("-", content) == {"": (Poll(content),)}


def test_line_that_is_no_json_is_judged_as_an_answer():
    assert read("polls.jsonl", b"<html>\n") == {"": (Poll(b"<html>"),)}


@pytest.mark.parametrize(
    "moment",
    [
        1_772_416_800,
        1_772_416_800_000,
        "2026-03-02T10:00:00+08:00",
        "2026-03-02T02:00:00Z",
        "2026-03-02T02:00:00.000Z",
        "2026-03-02 10:00:00 +0800",
        "2026-03-02T02:00:00",
    ],
)
def test_moment_is_written_in_many_ways(moment):
    (polls,) = read("polls.jsonl", json.dumps({"at": moment, "body": {}}).encode()).values()

    assert polls[0].at == 1_772_416_800


@pytest.mark.parametrize("moment", ["noon", True, [], {}, 10**400])
def test_moment_that_is_no_time_is_refused(moment):
    lines = b'{"body": {}}\n' + json.dumps({"at": moment, "body": {}}).encode()

    message = "polls.jsonl, line 2: 'at' is no time; seconds, milliseconds or ISO 8601 are"
    assert refusal("polls.jsonl", lines) == message


def test_har_gives_the_polls_of_each_task_in_the_order_of_their_start():
    late = entry(ended("REVOKED"), started="2026-03-02T10:00:09.000+08:00")
    posted = entry(url="http://localhost/get_task_status/", postData={"text": '{"task_id": 11, "subprocess_id": "n1"}'})
    formed = entry(url="http://localhost/get_task_status/", postData={"text": "task_id=12"})
    pathed = entry(url="http://localhost/prod/get_task_status/13/2/")
    other = entry(url="http://localhost/index.html")

    found = read("browser.HAR", har(late, entry(), posted, formed, pathed, other))

    assert {task: len(polls) for task, polls in found.items()} == {"10": 2, "11 / n1": 1, "12": 1, "13": 1}
    assert [poll.at for poll in found["10"]] == [1_772_416_800.05, 1_772_416_809.05]


@pytest.mark.parametrize("took", [-1, None, "long", 10**400])
def test_har_may_not_know_how_long_a_call_took(took):
    assert read("a.har", har(entry(took=took)))["10"][0].at == 1_772_416_800


def test_har_may_have_its_bodies_in_base64():
    coded = entry()
    coded["response"]["content"] = {"text": base64.b64encode(b"{}").decode(), "encoding": "base64"}
    broken = entry()
    broken["response"]["content"] = {"text": "not base64!", "encoding": "base64"}

    found = read("a.har", har(coded, broken))

    assert [poll.body for poll in found["10"]] == [b"{}", "not base64!"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{}", "a.har is no HAR: it has no list `log.entries`"),
        (b'{"log": {"entries": {}}}', "a.har is no HAR: it has no list `log.entries`"),
        (har(entry(url="http://localhost/")), "a.har: none of its 1 calls asks get_task_status"),
    ],
)
def test_har_without_polls_is_refused(content, message):
    assert refusal("a.har", content) == message


def test_file_without_a_line_is_refused():
    assert refusal("polls.jsonl", b"\n") == "polls.jsonl holds no poll"


def test_file_without_a_line_among_others_is_refused():
    with pytest.raises(HistoryError, match=re.escape("b.jsonl holds no poll")):
        read_histories([("a.json", b"{}"), ("b.jsonl", b"\n")])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["at", "body", "log", "entries", "request", "url", "response", "content", "text"]), inner
        )
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from(["a.har", "a.jsonl", "a.json"]))
def test_any_json_is_read_or_refused(value, name):
    with contextlib.suppress(HistoryError):
        for polls in read(name, json.dumps(value).encode()).values():
            assert Contract().check_history(polls).subject == "history"


def test_history_collects_answers_and_judges_them():
    class Response:
        content = json.dumps(ended("EXPIRED")).encode()

    history = History(Contract("v2"))
    history.add(Response(), at=0)
    history.add(ended("EXPIRED"), at=1)

    assert history.polls == (Poll(Response.content, 0), Poll(ended("EXPIRED"), 1))
    assert history.report().ok


@pytest.mark.parametrize("at", ["12:00", True, []])
def test_history_refuses_a_moment_that_is_no_number(at):
    with pytest.raises(TypeError) as caught:
        History(Contract("v2")).add(ended("EXPIRED"), at=at)

    assert str(caught.value) == f"the moment of a poll is a number of seconds, or None, not {at!r}"


@pytest.fixture
def lines(tmp_path):
    """A file of three polls that goes back, so many seconds apart."""

    def write(gap):
        states = ("REVOKED", "EXPIRED", "REVOKED")
        text = "".join(f"{json.dumps({'at': n * gap, 'body': ended(state)})}\n" for n, state in enumerate(states))
        path = tmp_path / "polls.jsonl"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def invoke(*arguments, stdin=None):
    return CliRunner().invoke(validate_command, ["--history", "--edition", "v2", *arguments], input=stdin)


def test_command_fails_a_history_that_goes_back(lines):
    name = lines(30)

    result = invoke(name)

    assert result.exit_code == 1
    assert '  task.terminal  poll 3  "Release": the task was EXPIRED and is "REVOKED"' in result.stdout.splitlines()


def test_command_gives_several_files_one_report(tmp_path):
    names = []
    for number in range(3):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(ended("EXPIRED")), encoding="utf-8")
        names.append(str(path))

    result = invoke(*names)

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == f"PASS {names[0]} to {names[2]}: no findings in 3 nodes"


def test_command_reports_each_task_of_a_har(tmp_path):
    path = tmp_path / "a.har"
    path.write_bytes(har(entry(), entry(url=URL.replace("10", "11"))))

    result = invoke("--format", "json", str(path))

    document = json.loads(result.stdout)
    assert [(report["source"], report["subject"]) for report in document["reports"]] == [
        (f"{path}: 10", "history"),
        (f"{path}: 11", "history"),
    ]
    assert "history" in json.dumps(load_report_schema())


@pytest.mark.parametrize("form", ["html", "junit", "markdown"])
def test_command_writes_a_history_in_every_format(lines, form):
    result = invoke("--format", form, lines(30))

    assert result.exit_code == 1
    assert "task.terminal" in result.stdout


def test_command_reads_lines_from_standard_input():
    line = json.dumps({"at": 1, "body": ended("EXPIRED")})

    result = invoke("-", stdin=f"{line}\n{line}\n")

    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "PASS standard input: no findings in 2 nodes")


def test_command_refuses_a_file_without_polls(tmp_path):
    path = tmp_path / "a.har"
    path.write_text("{}", encoding="utf-8")

    result = invoke(str(path))

    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == f"Error: {path} is no HAR: it has no list `log.entries`"


def test_command_refuses_requests_in_a_history(lines):
    result = invoke("--request", lines(1))

    assert result.exit_code == 2
    message = "Error: --history judges answers, --request the parameters of calls: choose one."
    assert result.stderr.splitlines()[-1] == message


def test_command_names_the_poll_that_is_of_another_edition(tmp_path):
    path = tmp_path / "polls.jsonl"
    lines = [json.dumps(load_example(edition, "response")) for edition in ("v2", "v1")]
    path.write_text("\n".join(lines), encoding="utf-8")

    result = invoke(str(path))

    assert result.exit_code == 1
    hint = f"Hint: {path}: poll 2 looks like v1 (the task has `state_refresh_at` but no `root_id:`)"
    assert result.stderr.splitlines() == [hint]


def test_command_gives_no_hint_where_all_answers_are_of_the_edition(lines):
    assert invoke(lines(30)).stderr == ""
