"""Each shipped scenario: what every one of them must be and do."""

import pytest

from support.library_playing import NAMES, PLAYED_LARGE, SMALL, Stand, by_wall, few_moments, scenario
from taskmock.contracts import Contract
from taskmock.mockserver import frames, lint, load_scenario
from taskmock.mockserver.clock import ClockMode
from taskmock.mockserver.scenarios.catalog import LIBRARY

pytestmark = pytest.mark.sweep

RANKED = [
    "nested-subprocess-failure",
    "failed-then-retried",
    "node-suspended",
    "task-paused",
    "stale-answers",
    "slow-start",
    "revoked-midway",
    "expired",
    "transient-backend-error",
    "permission-lost",
    "bad-credentials",
    "rate-limited",
    "backend-timeout",
    "parallel-arm-fails",
    "auto-retry-flicker",
    "skipped-and-ignored",
    "not-found",
    "loop-reentry",
    "forced-fail",
    "malformed-envelope",
    "paused-running-node",
    "operated-after-end",
    "revoked-while-retrying",
]
CHEAP = [
    "unknown-state",
    "wide-500",
    "deep-30",
    "big-1000",
    "big-10000",
    "float-elapsed-time",
    "duplicate-names",
    "hostile-text",
]
EDITIONS = ("doc-2019", "v1", "v2")


def known(body):
    """A body without what differs between two polls of one answer."""
    return {key: value for key, value in body.items() if key != "request_id"} if isinstance(body, dict) else body


def test_library_has_the_failures_that_clients_meet():
    assert sorted([*RANKED, *CHEAP]) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_file_says_what_people_need_to_know(name):
    loaded = load_scenario(LIBRARY / f"{name}.yaml")

    assert loaded.name == name
    assert loaded.title
    assert loaded.careless.endswith(".")
    assert loaded.tags
    assert loaded.ends
    assert loaded.edition == "v2"
    assert all(not play.ids for play in loaded.plays)


@pytest.mark.parametrize("name", NAMES)
def test_scenario_has_no_finding(name):
    """`lint` judges the answers in every edition, strictly, and demands that the task ends as its file says."""
    assert lint(scenario(name)) == ()


@pytest.mark.parametrize("name", SMALL)
def test_wall_and_polls_give_the_same_answers(name):
    assert by_wall(name) == frames(name)


@pytest.mark.parametrize("name", PLAYED_LARGE)
def test_wall_and_polls_give_the_same_answers_at_some_moments(name):
    wall, polls = Stand(name, ClockMode.WALL), Stand(name, ClockMode.POLLS)
    for moment in few_moments(wall.history):
        assert wall.at(moment) == polls.at(moment)


@pytest.mark.parametrize("name", SMALL)
def test_instant_gives_the_last_answer(name):
    frame, _ = Stand(name, ClockMode.INSTANT).poll()

    assert known(frame.body) == known(frames(name)[-1].body)


@pytest.mark.parametrize("name", PLAYED_LARGE)
def test_instant_gives_the_last_answer_of_large_tasks(name):
    polls = Stand(name, ClockMode.POLLS)
    last = polls.at(polls.history.moments[-1])

    assert Stand(name, ClockMode.INSTANT).poll()[0].body == last.body


def nodes_to_ask_for(name, edition):
    """The task, one subprocess or whatever node there is, and one that is not there."""
    graph = Stand(name, ClockMode.POLLS, edition=edition).history.graph
    inside = [node.id for node in graph.nodes if node.kind == "subprocess"] or [node.id for node in graph.nodes]
    return None, inside[-1], "n" + 31 * "0"


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("name", SMALL)
def test_good_answers_to_flags_keep_the_strict_contract(name, edition):
    contract = Contract(edition, strictness="strict")
    flags = dict.fromkeys(("with_ex_data", "with_failed_node_info", "with_auto_retry_status"), "True")
    for node_id in nodes_to_ask_for(name, edition):
        params = flags if node_id is None else flags | {"subprocess_id": node_id}
        for frame in frames(name, edition, faults=False, params=params):
            report = contract.check_response(frame.body, request={"task_id": "10", **params})

            assert report.ok, str(report)


@pytest.mark.parametrize(("name", "code"), [("unknown-state", "state.unknown"), ("float-elapsed-time", "field.type")])
def test_contract_break_is_caught_by_its_code(name, code):
    broken = [frame for frame in frames(name) if "break" in frame.faults]

    assert broken
    for frame in broken:
        report = Contract("v2", strictness="strict").check_response(frame.body)
        assert report.groups[0].code == code
