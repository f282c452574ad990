"""`get_tasks_status`: many statuses in one answer."""

import pytest

from support.api_playing import House, house_of, one
from support.scenario_building import act, play, sub
from support.scenario_playing import FAILS, STEPS
from taskmock.mockserver.api.bk_sops.calls.tasks import MOST_STATUSES
from taskmock.mockserver.core.fault import Bounds, Fault, FaultKind
from taskmock.mockserver.core.scenario import Frame

NODE = "n" + "0" * 31
RELEASE = play(act("A", 2), sub("S", act("B", 3)), name="Release", start=1000)


def batch(house, *task_ids, **said):
    """The entries of a batch, by id."""
    entries = house.call("get_tasks_status", task_id_list=list(task_ids), **said)
    return {entry["id"]: entry for entry in entries}


def test_entry_of_a_running_task():
    house = house_of(RELEASE)
    house.clock.set(4)

    (entry,) = house.call("get_tasks_status", task_id_list=[10])

    status = entry.pop("status")
    assert entry == {
        "id": 10,
        "name": "Release",
        "flow_type": "common",
        "current_flow": "execute_task",
        "is_deleted": False,
        "create_time": "2018-04-26 16:08:34 +0800",
        "start_time": "2018-04-26 16:08:35 +0800",
        "finish_time": "",
        "url": "http://bk_sops_host/taskflow/execute/2/?instance_id=10",
    }
    assert (status["state"], status["name"], "children" in status) == ("RUNNING", "Release", False)


@pytest.mark.parametrize("edition", ["v1", "v2"])
@pytest.mark.parametrize("seconds", [0, 2, 4, 60])
def test_status_with_children_is_that_of_the_single_call(edition, seconds):
    house = house_of(RELEASE, edition=edition)
    house.clock.set(seconds)

    assert batch(house, 10, include_children_status=True)[10]["status"] == house.data("10")


@pytest.mark.parametrize("edition", ["v1", "v2"])
@pytest.mark.parametrize("seconds", [2, 4, 60])
def test_status_without_children_is_the_same_but_for_them(edition, seconds):
    house = house_of(RELEASE, edition=edition)
    house.clock.set(seconds)

    status = batch(house, 10)[10]["status"]

    assert {**status, "children": None} == {**house.data("10"), "children": None}


def test_task_that_is_over_is_finished():
    house = house_of(RELEASE)
    house.clock.set(60)

    entry = batch(house, 10)[10]

    assert (entry["current_flow"], entry["finish_time"]) == ("finished", "2018-04-26 16:08:40 +0800")


def test_created_task_has_the_flow_that_it_was_made_with():
    house = house_of(RELEASE)
    house.create(flow_type="common_func")
    house.create()

    entries = batch(house, 1001, 1002)

    told = {key: (entry["flow_type"], entry["current_flow"]) for key, entry in entries.items()}
    assert told == {1001: ("common_func", "func_claim"), 1002: ("common", "execute_task")}


def test_expired_task_is_expired():
    house = house_of(play(act("A", 1), name="Old", expires=5000))
    house.clock.set(10)

    assert batch(house, 10)[10]["status"] == {"state": "EXPIRED", "name": "Old"}


def test_recorded_answer_is_the_status_and_stays_as_it_is():
    data = {"id": NODE, "state": "RUNNING", "name": "Recorded", "children": {}}
    data |= {"root_id:": NODE, "parent_id": NODE, "version": "v" + "0" * 32, "loop": 1, "retry": 0, "skip": False}
    data |= {"error_ignorable": False, "error_ignored": False, "elapsed_time": 1, "finish_time": None}
    data |= {"start_time": "2024-01-01 00:00:00 +0800"}
    recorded = play(frames=(Frame(at=0, body={"result": True, "data": data}),))

    entry = batch(house_of(recorded), 10)[10]

    assert (entry["name"], entry["start_time"], entry["finish_time"]) == ("Recorded", data["start_time"], "")
    assert "children" not in entry["status"]
    assert "children" in data


def test_recorded_answer_without_data_is_left_out():
    recorded = play(frames=(Frame(at=0, body={"result": False, "message": "no"}),))

    assert house_of(recorded).call("get_tasks_status", task_id_list=[10]) == []


# -- which tasks


def test_tasks_come_once_each_the_highest_id_first():
    house = house_of(RELEASE)

    entries = house.call("get_tasks_status", task_id_list=["7", 12, " 12 ", 9, "007"])

    assert [entry["id"] for entry in entries] == [12, 9, 7]


@pytest.mark.parametrize("task_id", ["x", "n" + "0" * 31, "0", 0, -3, "²", 2**63])
def test_what_is_no_tasks_id_is_left_out(task_id):
    house = house_of(RELEASE)

    assert house.call("get_tasks_status", task_id_list=[task_id]) == []
    assert house.store.records("s") == ()


@pytest.mark.parametrize("said", ["10", "[10]", 10, None, {"a": 1}, [1.5], [True], [None], [[]], [""]])
def test_what_is_no_list_is_refused(said):
    assert house_of(RELEASE).refusal("get_tasks_status", task_id_list=said) == (
        3540000,
        "task_id_list must be a list",
    )


def test_list_has_to_be_said():
    assert house_of(RELEASE).refusal("get_tasks_status") == (3540000, "task_id_list must be a list")
    assert house_of(RELEASE).call("get_tasks_status", task_id_list=[]) == []


def test_fifty_tasks_are_the_most():
    house = House(default="steps")
    ids = list(range(1, MOST_STATUSES + 1))

    assert len(house.call("get_tasks_status", task_id_list=ids)) == 50
    assert house.refusal("get_tasks_status", task_id_list=[*ids, 51]) == (
        3540000,
        "task_ids_list length can not exceeds 50",
    )


def test_tasks_of_other_businesses_are_left_out():
    house = house_of(RELEASE)

    entries = house.call("get_tasks_status", task_id_list=[1, 2, 3], owns=lambda task_id: task_id != "2")

    assert [entry["id"] for entry in entries] == [3, 1]


def test_tasks_may_play_different_scenarios():
    house = House(scenarios=(STEPS, FAILS, one(play(act("C", 60)), name="long")), default="steps")
    house.settle(tasks={"1": "fails", "2": "long"})
    house.clock.set(30)

    states = {key: entry["status"]["state"] for key, entry in batch(house, 1, 2, 3).items()}

    assert states == {1: "FAILED", 2: "RUNNING", 3: "FINISHED"}


# -- a poll


def test_batch_is_a_poll_of_each_of_its_tasks():
    house = house_of(RELEASE)
    batch(house, 1, 2)
    batch(house, 2)

    assert {record.key.task_id: record.time.polls for record in house.store.records("s")} == {"1": 1, "2": 2}


def test_batch_moves_a_clock_of_polls():
    house = house_of(RELEASE, mode="polls")

    seen = [batch(house, 10)[10]["status"]["state"] for _ in range(2)]

    assert (seen, house.poll().reading.poll) == (["CREATED", "RUNNING"], 3)


def test_fault_of_a_task_does_not_break_the_batch_and_waits_for_its_own_poll():
    script = play(act("A", 9), faults=(Fault(bounds=Bounds(answers=1), kind=FaultKind.HTTP, value=502),))
    house = house_of(script)

    assert batch(house, 10)[10]["status"]["state"] == "RUNNING"
    assert [fault.value for fault in house.poll().faults] == [502]


# -- flaws


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_batch_without_children_takes_them_from_a_created_task(edition):
    house = house_of(RELEASE, edition=edition)
    batch(house, 10)

    single, again = house.data("10"), batch(house, 10, include_children_status=True)[10]["status"]

    assert (single["state"], "children" in single, "children" in again) == ("CREATED", False, False)


def test_started_task_has_its_children_back():
    house = house_of(RELEASE)
    batch(house, 10)
    house.clock.set(4)

    assert "children" in house.data("10")


def test_created_task_keeps_its_children_through_a_batch_with_them_and_a_batch_of_others():
    house = house_of(RELEASE)
    batch(house, 10, include_children_status=True)
    batch(house, 11)

    assert house.data("10")["children"] == {}


def test_started_task_loses_nothing_in_a_batch_and_has_its_children_when_it_is_set_back():
    house = house_of(RELEASE)
    house.clock.set(4)
    batch(house, 10)
    house.clock.set(0)

    assert house.data("10")["children"] == {}


def test_without_flaws_a_created_task_keeps_its_children():
    house = house_of(RELEASE)
    batch(house, 10, quirks=False)

    assert house.data("10")["children"] == {}


def test_document_knows_no_task_without_children():
    house = house_of(RELEASE, edition="doc-2019")
    batch(house, 10)

    assert house.data("10")["children"] == {}


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        *((said, True) for said in (True, 1, "true", "True", "TRUE", "t", "Yes", "y", "on", "1")),
        *((said, False) for said in (False, 0, "false", "F", "no", "N", "OFF", "0")),
    ],
)
def test_children_are_asked_for_in_any_word_for_true(said, asked):
    house = house_of(RELEASE)
    house.clock.set(4)

    assert ("children" in batch(house, 10, include_children_status=said)[10]["status"]) is asked


@pytest.mark.parametrize("said", [None, "", "maybe", " true", "1.0", 2, -1, 0.5, 1.0, 0.0, [], {}, [True], "null"])
def test_what_says_neither_true_nor_false_is_refused(said):
    refused = house_of(RELEASE).refusal("get_tasks_status", task_id_list=[10], include_children_status=said)

    assert refused == (3540000, "include_children_status must be a valid boolean")
