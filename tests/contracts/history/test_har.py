"""A browser's recording: which of its calls are polls, and what is told of the others."""

import datetime as dt
import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from support.properties import examples
from support.recorded_histories import polls_in, real_histories
from taskmock.contracts import Contract
from taskmock.contracts.cli.validate import validate_command
from taskmock.contracts.history import HistoryError, read_histories, recorded
from taskmock.schemas import load_example

URL = "http://localhost/api/c/compapi/v2/sops/get_task_status/?bk_biz_id=2&task_id=10"
ANSWER = json.dumps(load_example("v2", "response"))


def entry(*, url=URL, method="GET", second=0, **response):
    """One call in a recording; by default it has an answer."""
    response = {"status": 200, "content": {"size": len(ANSWER), "text": ANSWER}, **response}
    request = {"method": method, "url": url}
    return {
        "startedDateTime": f"2026-03-02T10:00:{second:02}.000Z",
        "time": 9,
        "request": request,
        "response": response,
    }


def har(*entries):
    return json.dumps({"log": {"version": "1.2", "entries": entries}}).encode()


NO_BODY = {"size": 512, "mimeType": "application/json"}
NO_POLLS = {
    "a preflight": (entry(method="OPTIONS", status=204, content={"size": 0}), "1 preflight"),
    "a preflight with a page": (entry(method="options"), "1 preflight"),
    "Chrome's cancelled call": (
        entry(status=0, content={"size": 0, "mimeType": "x-unknown"}, _error="net::ERR_ABORTED"),
        "1 call that was cancelled",
    ),
    "a call cancelled in its answer": (
        entry(content={"size": 20, "text": '{"result": tr'}, _error="net::ERR_ABORTED"),
        "1 call that was cancelled",
    ),
    "Playwright's cancelled call": (
        entry(status=-1, content={"size": -1}, _failureText="net::ERR_ABORTED"),
        "1 call that was cancelled",
    ),
    "Firefox's cancelled call": (entry(status=0, content={"size": 0, "text": ""}), "1 call that was cancelled"),
    "a body not kept": (entry(content=NO_BODY), "1 call whose answer was not kept"),
    "an empty text for a body": (entry(content={**NO_BODY, "text": ""}), "1 call whose answer was not kept"),
    "a body of unknown size": (entry(content={"size": -1}), "1 call whose answer was not kept"),
    "a body in a file of its own": (entry(content={"size": 9, "_file": "1.json"}), "1 call whose answer was not kept"),
    "a body told by its size on the line": (
        entry(content={"size": 0}, bodySize=300),
        "1 call whose answer was not kept",
    ),
    "not modified": (entry(status=304, content={"size": 0}), "1 call whose answer was not kept"),
    "a connection that broke": (
        entry(content={"size": 0}, _error="net::ERR_CONNECTION_RESET"),
        "1 call without an answer",
    ),
    "a server that was away": (entry(status=0, _error="net::ERR_CONNECTION_REFUSED"), "1 call without an answer"),
    "no response at all": ({**entry(), "response": None}, "1 call without an answer"),
    "a call for the head alone": (
        entry(method="HEAD", content={"size": 0}),
        "1 call whose answer was not kept",
    ),
    "a redirect": (entry(status=302, content={"size": 0}), "1 redirect"),
}


@pytest.mark.parametrize("kind", NO_POLLS)
def test_call_that_is_no_poll_is_left_out_and_told(kind):
    call, told = NO_POLLS[kind]

    (history,) = recorded([("a.har", har(entry(), call, entry(second=3)))]).values()

    assert len(history.polls) == 2
    assert history.notes == (f"left out, for they are no polls: {told}",)


@pytest.mark.parametrize("kind", NO_POLLS)
def test_recording_without_any_poll_is_refused_and_says_why(kind):
    call, told = NO_POLLS[kind]

    with pytest.raises(HistoryError) as caught:
        read_histories([("a.har", har(call))])

    assert str(caught.value) == f"a.har holds no poll, only {told}"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"content": {"size": 0}}, "body.empty"),
        ({"content": {"size": 0, "text": ""}, "bodySize": 0}, "body.empty"),
        ({"status": 502, "content": {"size": 9, "text": "<html></html>"}}, "body.html"),
        (
            {"content": {"size": 9, "text": '{"result"'}, "_error": "net::ERR_INCOMPLETE_CHUNKED_ENCODING"},
            "body.not-json",
        ),
    ],
)
def test_answer_that_was_recorded_as_it_is_stays_a_poll(answer, code):
    (history,) = recorded([("a.har", har(entry(), entry(second=3, **answer)))]).values()

    report = history.report(Contract())
    assert ([found.code for found in report.violations if found.code.startswith("body.")], history.notes) == (
        [code],
        (),
    )


def recording_of(polls):
    """A browser's recording of some polls with their times, as entries."""
    for poll in polls:
        at = dt.datetime.fromtimestamp(poll.at, dt.UTC).isoformat()
        yield {**entry(content={"text": json.dumps(poll.body)}), "startedDateTime": at, "time": 0}


@examples(25)
@given(st.data())
def test_calls_that_are_no_polls_change_no_verdict(data):
    file = data.draw(st.sampled_from([file for file in real_histories() if polls_in(file)[0].at is not None]))
    calls = list(recording_of(polls_in(file)))
    extra = data.draw(st.lists(st.tuples(st.integers(0, len(calls)), st.sampled_from([*NO_POLLS])), max_size=6))

    with_others = [*calls]
    for place, kind in sorted(extra, reverse=True):
        with_others.insert(place, NO_POLLS[kind][0])
    (plain,), (mixed,) = (recorded([("a.har", har(*entries))]).values() for entries in (calls, with_others))

    assert mixed.polls == plain.polls
    assert mixed.report(Contract()).violations == plain.report(Contract()).violations


def test_not_modified_answer_that_the_cache_gave_is_a_poll():
    (history,) = recorded([("a.har", har(entry(status=304)))]).values()

    assert (len(history.polls), history.notes) == (1, ())


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/login/?c_url=/sops/get_task_status/",
        "http://localhost/get_task_status_page/",
        "http://[/get_task_status/",
    ],
)
def test_page_whose_address_only_speaks_of_the_call_is_none(url):
    (history,) = recorded([("a.har", har(entry(), entry(url=url)))]).values()

    assert len(history.polls) == 1


def test_each_task_is_told_of_its_own_calls():
    other = URL.replace("10", "11")
    calls = [entry(), entry(url=other), *[entry(url=other, method="OPTIONS", second=n) for n in (1, 2)]]
    unknown = entry(url=URL.partition("?")[0], content=NO_BODY)

    found = recorded([("a.har", har(*calls, unknown))])

    assert {task: history.notes for task, history in found.items()} == {
        "10": ("left out, for they are no polls: 1 call whose answer was not kept",),
        "11": ("left out, for they are no polls: 2 preflights",),
    }


def test_command_tells_of_preflights_and_passes_the_polls(tmp_path):
    path = tmp_path / "a.har"
    path.write_bytes(b"\xef\xbb\xbf" + har(*[entry(method=method) for method in ("OPTIONS", "GET")]))

    result = CliRunner().invoke(validate_command, ["--history", "--format", "json", str(path)])

    (report,) = json.loads(result.stdout)["reports"]
    assert (result.exit_code, report["notes"][0]) == (0, "left out, for they are no polls: 1 preflight")


def test_cut_recording_is_a_finding(tmp_path):
    path = tmp_path / "a.har"
    path.write_bytes(har(entry())[:-20])

    result = CliRunner().invoke(validate_command, ["--history", str(path)])

    assert result.exit_code == 1
    assert f"{path}: the body is not JSON" in result.stdout
