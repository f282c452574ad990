"""A mock that plays the shipped scenarios keeps the contract; each declared break of it is found at its poll."""

import pytest

from support.verify_runs import codes, mock, reports, verify
from taskmock.mockserver import frames
from taskmock.mockserver.scenarios.catalog import LIBRARY

NAMES = sorted(path.stem for path in LIBRARY.glob("*.yaml"))
LARGE = ("big-1000", "big-10000", "deep-30", "wide-500")
BROKEN = {
    "unknown-state": {"state.unknown"},
    "float-elapsed-time": {"field.type", "elapsed.difference"},
    "transient-backend-error": {"http.status"},
    "backend-timeout": {"http.status", "http.incomplete", "http.connection-reset", "http.no-answer"},
    "malformed-envelope": {
        "http.content-type",
        "body.html",
        "body.not-an-object",
        "envelope.missing",
        "envelope.data",
    },
}
"""The shipped scenarios in which the contract is broken, and how; a documented refusal breaks nothing."""

WITHOUT = {("float-elapsed-time", "doc-2019"): set()}  # the document has no such field
REFUSED = {"bad-credentials", "not-found", "permission-lost", "rate-limited", "transient-backend-error"}


def errors(ended):
    return {code for code, severity in codes(ended).items() if severity == "error"}


# `lint` judges the answers themselves in every edition; here the other ones show how each declared break is told.
PLAYED = [
    *((name, None) for name in NAMES if name != "big-10000"),  # which is big-1000 ten times
    *((name, edition) for name in sorted(BROKEN) for edition in ("doc-2019", "v1")),
]


@pytest.mark.parametrize(("name", "edition"), PLAYED)
def test_shipped_scenario_is_verified(name, edition):
    polls = 5 if name in LARGE else len(frames(name, edition)) + 1
    with mock(name, edition=edition) as server:
        ended = verify(server.url, "--task-id", "10", "--polls", str(polls), "--format", "json")

    expected = WITHOUT.get((name, edition), BROKEN.get(name, set()))
    assert errors(ended) == expected
    assert ended.exit_code == (1 if expected else 0)
    assert reports(ended)[0]["nodes"] > 0


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_refusal_is_a_warning_that_quotes_it(name):
    with mock(name) as server:
        ended = verify(server.url, "--task-id", "10", "--polls", "20", "--format", "json")

    assert codes(ended)["verify.refused"] == "warning"


@pytest.mark.parametrize("gateway_place", ["header", "query"])
def test_task_is_followed_to_its_end(gateway_place):
    with mock("failed-then-retried") as server:
        url = server.url
        ended = verify(url, "--task-id", "10", "--until", "end", "--credentials-in", gateway_place)

    assert ended.exit_code == 0
    assert ended.stdout == (
        "PASS task 10: no findings in 58 nodes\n  edition v2 (the task has `root_id:`), strictness documented\n"
        f"  asked: GET {url}/api/c/compapi/v2/sops/get_task_status/\n"
        "  note: the task's clock is not the wall's (polls): that it keeps growing was judged, not how fast\n"
    )
    assert len(server.requests()) == 16


BREAKS = [
    ("{node: task, drop: state}", "field.missing", ""),
    ("{node: Copy, drop: retry}", "field.missing", "Copy"),
    ("{node: Copy, retype: {retry: string}}", "field.type", "Copy"),
    ("{node: Copy, retype: {loop: number}}", "field.type", "Copy"),
    ("{node: task, rename: {state: status}}", "field.missing", "Release"),
    ("{node: Copy, rename: {state: status}}", "field.missing", "Copy"),
    ("{node: task, state: PAUSED}", "state.unknown", "Release"),
    ("{node: Copy, state: PAUSED}", "state.unknown", "Copy"),
    ("{node: Copy, add: {extra: 1}}", "field.undocumented", "Copy"),
]
SCENARIO = """\
format: 1
scenario: breaking
edition: v2
task: {name: Release}
start: 1s
flow: [Prepare: 2s, Copy: 5s, Check: 2s]
faults:
  - {polls: [4], break: BREAK}
"""


@pytest.mark.parametrize(("fault", "code", "node"), BREAKS)
def test_break_of_the_contract_is_found_at_its_node_and_poll(fault, code, node):
    with mock(SCENARIO.replace("BREAK", fault)) as server:
        ended = verify(server.url, "--task-id", "10", "--until", "end", "--format", "json", "--strictness", "strict")

    (report,) = reports(ended)
    [violation] = [one for one in report["violations"] if one["code"] == code]
    assert ended.exit_code == 1
    assert node in violation["path"]
    assert violation["message"].endswith("(poll 4)")


def test_counter_that_falls_is_found_between_two_polls():
    with mock(SCENARIO.replace("BREAK", "{node: Copy, add: {retry: 3}}")) as server:
        ended = verify(server.url, "--task-id", "10", "--until", "end", "--format", "json")

    (report,) = reports(ended)
    [violation] = [one for one in report["violations"] if one["code"] == "retry.fell"]
    assert ended.exit_code == 1
    assert violation["path"] == "Copy"
    assert violation["message"].endswith("(poll 5, after poll 4)")
