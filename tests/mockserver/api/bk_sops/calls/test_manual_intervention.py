"""`get_tasks_manual_intervention_state`: whether tasks wait for somebody."""

import pytest

from support.api_playing import house_of
from support.scenario_building import act, parallel, play, sub, waits
from taskmock.mockserver.core.scenario import Frame

CALL = "get_tasks_manual_intervention_state"
NESTED = play(sub("S", act("A", 5), act("B", 5)), act("C", 5), name="Release", start=1000)


def waiting(house, *task_ids, **said):
    """Which of these tasks wait."""
    return {
        entry["id"]: entry["manual_intervention_required"]
        for entry in house.call(CALL, task_id_list=list(task_ids) or [10], **said)
    }


def at(script, seconds, *given, edition="v2"):
    """Whether a task waits at a moment, after commands at moments."""
    house = house_of(script, edition=edition)
    key = house.open()
    for moment, verb, target in given:
        house.clock.set(moment)
        house.give(key, verb, target)
    house.clock.set(seconds)
    return waiting(house)[10]


def test_task_that_runs_by_itself_waits_for_nobody():
    assert [at(NESTED, seconds) for seconds in (0, 3, 60)] == [False, False, False]


@pytest.mark.parametrize("edition", ["v1", "v2", "doc-2019"])
def test_failed_node_waits_for_somebody(edition):
    assert at(play(sub("S", act("A", (1, "no")))), 5, edition=edition)


@pytest.mark.parametrize("edition", ["v1", "v2", "doc-2019"])
def test_failed_node_beside_one_that_runs_waits_too(edition):
    assert at(play(parallel([act("A", (1, "no"))], [act("B", 60)])), 5, edition=edition)


@pytest.mark.parametrize("edition", ["v1", "v2", "doc-2019"])
def test_paused_task_waits(edition):
    assert at(NESTED, 5, (3, "pause", "task"), edition=edition)


@pytest.mark.parametrize("edition", ["v1", "v2", "doc-2019"])
def test_paused_subprocess_waits(edition):
    assert at(NESTED, 8, (3, "pause_subproc", "S"), edition=edition)


def test_paused_node_waits():
    assert [at(NESTED, seconds, (3, "pause", "B")) for seconds in (4, 8)] == [False, True]


@pytest.mark.parametrize("edition", ["v1", "v2", "doc-2019"])
def test_node_that_runs_until_it_is_called_back_waits(edition):
    script = play(act("A", 2), waits("Approve"))

    assert [at(script, seconds, edition=edition) for seconds in (1, 5)] == [False, True]


def test_node_that_was_called_back_does_not_wait():
    assert not at(play(waits("Approve"), act("A", 60)), 9, (3, "callback", "Approve"))


def test_revoked_task_waits_for_nobody():
    assert not at(play(act("A", (1, "no"))), 9, (3, "revoke", "task"))


@pytest.mark.parametrize(
    ("state", "children", "waits"),
    [
        ("RUNNING", {}, False),
        ("SUSPENDED", {}, True),
        ("NODE_SUSPENDED", {"n" * 32: {"state": "SUSPENDED", "name": "A", "children": {}}}, True),
        ("FINISHED", {"n" * 32: {"state": "FAILED", "name": "A", "children": {}}}, False),
        (7, {}, False),
    ],
)
def test_recorded_task_waits_as_its_answer_says(state, children, waits):
    body = {"result": True, "data": {"state": state, "children": children}}

    assert waiting(house_of(play(frames=(Frame(at=0, body=body),))))[10] is waits


def test_recorded_answer_without_data_waits_for_nobody():
    assert waiting(house_of(play(frames=(Frame(at=0, body={"result": False}),))))[10] is False


def test_tasks_come_the_highest_id_first_and_what_is_none_is_left_out():
    assert list(waiting(house_of(NESTED), 3, "x", 20, "3")) == [20, 3]


def test_asking_is_no_poll():
    house = house_of(NESTED)
    waiting(house)

    assert house.store.records("s")[0].time.polls == 0


# -- flaws


def test_nine_tasks_are_the_most_though_the_real_server_speaks_of_ten():
    house, ten = house_of(NESTED), list(range(1, 11))

    assert len(waiting(house, *ten[:9])) == 9
    assert house.refusal(CALL, task_id_list=ten) == (3540000, "task_ids_list length can not exceeds 10")
    assert house.refusal(CALL, task_id_list=ten, quirks=False) == (3540000, "task_ids_list length can not exceeds 9")


def test_expired_task_breaks_the_whole_answer():
    house = house_of(play(act("A", 1), expires=5000))
    house.clock.set(10)

    assert house.refusal(CALL, task_id_list=[10]) == (3599999, "task.is_manual_intervention_required get fail")
    assert waiting(house, 10, quirks=False) == {10: False}
