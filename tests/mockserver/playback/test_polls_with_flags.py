"""Polls with flags: what is kept of them, what goes stale, what breaks, and what was recorded."""

import json

import pytest

from support.scenario_building import act, play, sub
from support.scenario_playing import Stage
from taskmock.mockserver.api.bk_sops.documents.flags import NO_FLAGS, Flags
from taskmock.mockserver.core.fault import Bounds, Fault, FaultKind
from taskmock.mockserver.core.flow import AutoRetry
from taskmock.mockserver.core.scenario import Frame, Scenario

INNER, WORK = "n" + 31 * "a", "n" + 31 * "b"
ALL = Flags(ex_data=True, failed_node_info=True, auto_retry_status=True)
REFUSED = "task[id=10] extract failed node info error: 'id'"

RETRY = AutoRetry(max=1, after=500_000)
FLOW = (act("Prepare", 2), sub("Inner", act("Work", (3, "no"), id=WORK, auto_retry=RETRY), id=INNER))


def stage_of(*, faults=(), edition="v2", frames=(), **more):
    """A stage on which one task plays."""
    flow = () if frames else FLOW
    script = play(*flow, name="Release", faults=faults, frames=frames, **more)
    return Stage(scenarios=(Scenario(name="one", edition=edition, plays=(script,)),), default="one")


def at(seconds, stage):
    """The stage with its task at a moment."""
    stage.hand(stage.open()).set(seconds)
    return stage


def breaks(node, **value):
    return Fault(kind=FaultKind.BREAK, value={"node": node, **value}, bounds=Bounds())


# -- what is kept


@pytest.mark.parametrize("edition", ["doc-2019", "v1", "v2"])
def test_rendered_answers_are_kept_apart_by_what_was_asked(edition):
    asked = [
        Flags(subprocess_id=node, ex_data=ex_data, failed_node_info=info, auto_retry_status=status)
        for node in (None, INNER, "unknown")
        for ex_data in (False, True)
        for info in (False, True)
        for status in (False, True)
    ]
    stage = at(9, stage_of(edition=edition))

    mixed = [stage.poll(flags=flags) for flags in [*asked, *reversed(asked)]]

    fresh = [at(9, stage_of(edition=edition)).poll(flags=flags) for flags in asked]
    assert [answer.data for answer in mixed] == [answer.data for answer in [*fresh, *reversed(fresh)]]


def test_quirks_are_kept_apart():
    stage, flags = at(9, stage_of()), Flags(subprocess_id=INNER)
    (lost,) = (node["name"] for node in stage.data(flags=flags)["children"].values() if node["id"] == WORK)
    (kept,) = (
        node["name"] for node in stage.data(flags=flags, quirks=False)["children"].values() if node["id"] == WORK
    )

    assert (lost, kept) == ("", "Work")


# -- what is refused


@pytest.mark.parametrize("edition", ["v1", "v2"])
@pytest.mark.parametrize(
    ("seconds", "node", "more"),
    [(0, None, {"start": 1000}), (1, INNER, {}), (9, "unknown", {}), (9, None, {"expires": 9000})],
)
def test_body_without_an_id_is_a_failure(edition, seconds, node, more):
    stage, flags = at(seconds, stage_of(edition=edition, **more)), Flags(subprocess_id=node, failed_node_info=True)

    answer = stage.poll(flags=flags)
    plain = stage.data(flags=flags, quirks=False)

    assert (answer.data, answer.whole, answer.failure) == (None, None, REFUSED)
    assert "id" not in plain
    assert plain == stage.data(flags=Flags(subprocess_id=node))


def test_failure_is_a_poll_like_any_other():
    stage = stage_of(start=1000)

    polls = [stage.poll(flags=flags).reading.poll for flags in (ALL, NO_FLAGS, ALL)]

    assert polls == [1, 2, 3]


# -- what goes stale

STALE = Fault(kind=FaultKind.STALE, value={"for": 10_000, "workers": 1}, bounds=Bounds())


def shown_at(stage, flags, seconds):
    """How old the answer of a moment is, told by its elapsed time."""
    return seconds - at(seconds, stage).data(flags=flags)["elapsed_time"]


def test_each_query_has_a_cache_of_its_own():
    stage = stage_of(faults=(STALE,))
    flags = [NO_FLAGS, Flags(ex_data=True), Flags(failed_node_info=True), Flags(auto_retry_status=True), ALL]

    ages = [[shown_at(stage, each, seconds) for seconds in range(100, 112)] for each in flags]

    assert len({tuple(found) for found in ages}) > 1
    assert {age for found in ages for age in found} <= set(range(11))
    assert ages == [[shown_at(stage, each, seconds) for seconds in range(100, 112)] for each in flags]


def test_subtree_that_is_only_created_is_never_kept():
    stage = stage_of(faults=(STALE,))
    flags = Flags(subprocess_id=INNER)

    seen = [at(second, stage).data(flags=flags)["state"] for second in (1, 2, 3)]

    assert seen == ["CREATED", "RUNNING", "RUNNING"]


def test_refusal_is_never_kept():
    stage = stage_of(faults=(STALE,), start=500)

    assert at(0, stage).poll(flags=ALL).failure == REFUSED
    assert at(1, stage).data(flags=ALL)["state"] == "RUNNING"


def test_expired_answer_may_be_stale_too():
    stage = stage_of(faults=(STALE,), expires=100_000)

    seen = [at(second, stage).data()["state"] for second in range(100, 112)]

    assert sorted(set(seen)) == ["EXPIRED", "FAILED"]
    assert seen == sorted(seen, reverse=True)


# -- what breaks


@pytest.mark.parametrize("node", ["task", "Inner", "Work"])
def test_break_finds_its_node_in_a_subtree(node):
    stage = at(9, stage_of(faults=(breaks(node, state="ODD"),)))

    data = stage.data(flags=Flags(subprocess_id=INNER, ex_data=True))

    states = {"task": data["state"], "Inner": data["state"], "Work": data["children"][WORK]["state"]}
    assert states[node] == "ODD"


# -- what was recorded


def recorded(state="FAILED", **more):
    """A recorded answer."""
    return {"result": True, "data": at(9, stage_of()).data(flags=Flags(ex_data=True)) | {"state": state, **more}}


def test_recorded_answer_is_the_same_for_whatever_is_asked():
    body = recorded()
    stage = stage_of(frames=(Frame(at=0, body=body),))

    assert json.loads(stage.poll().whole) == json.loads(stage.poll(flags=ALL).whole) == body


def test_recorded_subtree_is_what_a_played_one_is():
    stage, flags = stage_of(frames=(Frame(at=0, body=recorded()),)), Flags(subprocess_id=INNER, ex_data=True)

    body = json.loads(stage.poll(flags=flags).whole)

    assert body["data"] == at(9, stage_of()).data(flags=flags)


def test_recorded_body_without_an_id_is_a_failure():
    body = {"result": True, "data": {"state": "EXPIRED", "name": "Release"}}
    stage = stage_of(frames=(Frame(at=0, body=body),))

    answer = stage.poll(flags=ALL)

    assert (answer.data, answer.whole, answer.failure) == (None, None, REFUSED)
    assert json.loads(stage.poll(flags=ALL, quirks=False).whole) == body


@pytest.mark.parametrize("node", ["task", "Work", WORK])
def test_break_finds_its_node_in_a_recorded_subtree(node):
    stage = stage_of(frames=(Frame(at=0, body=recorded()),), faults=(breaks(node, state="ODD"),))

    data = json.loads(stage.poll(flags=Flags(subprocess_id=INNER)).whole)["data"]

    assert (data["state"], data["children"][WORK]["state"]) == (
        ("ODD", "FAILED") if node == "task" else ("FAILED", "ODD")
    )


@pytest.mark.parametrize(
    "body", [{"result": True, "data": {"state": "CREATED", "children": {}}}, {"result": False, "message": "no"}]
)
def test_recorded_answer_that_no_server_keeps_is_never_stale(body):
    frames = (Frame(at=0, body=body), Frame(at=1000, body=recorded()))
    stage = stage_of(frames=frames, faults=(STALE,))

    assert json.loads(at(0.5, stage).poll().whole) == body
    assert json.loads(at(1.5, stage).poll().whole)["data"]["state"] == "FAILED"


def test_recorded_answer_may_be_stale():
    frames = (Frame(at=0, body=recorded("RUNNING")), Frame(at=20_000, body=recorded("FINISHED")))
    stage = stage_of(frames=frames, faults=(STALE,))

    seen = [json.loads(at(second, stage).poll().whole)["data"]["state"] for second in range(20, 31)]

    assert seen[0] == "RUNNING"
    assert seen[-1] == "FINISHED"


def test_document_shows_recorded_answers_word_for_word():
    body = recorded()
    stage = stage_of(edition="doc-2019", frames=(Frame(at=0, body=body),))

    assert json.loads(stage.poll(flags=Flags(subprocess_id=INNER)).whole) == body
