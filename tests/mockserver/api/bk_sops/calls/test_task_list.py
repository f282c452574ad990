"""`get_task_list`: the tasks of a session, page by page."""

import pytest

from support.api_playing import House, house_of, one
from support.scenario_building import act, play
from support.scenario_playing import FAILS, STEPS
from taskmock.mockserver.core.scenario import Frame

RELEASE = play(act("A", 2), name="Release", start=1000)


def ids(house, **said):
    """The ids of a page, and how many there are on all."""
    done = house.done("get_task_list", **said)
    return [entry["id"] for entry in done.data], done.beside["count"]


def known(house, *task_ids):
    """A house whose session has touched these tasks."""
    for task_id in task_ids:
        house.open(str(task_id))
    return house


def test_entry_of_a_task():
    house = known(house_of(RELEASE), 10)
    house.clock.set(60)

    (entry,) = house.call("get_task_list")

    assert entry == {
        "id": 10,
        "name": "Release",
        "category": "其它",
        "create_method": "app",
        "creator": "admin",
        "executor": "admin",
        "start_time": "2018-04-26T08:08:35.000Z",
        "finish_time": "2018-04-26T08:08:37.000Z",
        "is_started": True,
        "is_finished": True,
        "template_source": "project",
        "template_id": entry["template_id"],
        "is_child_taskflow": False,
        "project_id": 2,
        "project_name": "蓝鲸",
        "bk_biz_id": 2,
        "bk_biz_name": "蓝鲸",
        "auth_actions": ["task_view", "task_edit", "task_operate", "task_claim", "task_delete", "task_clone"],
    }


def test_task_that_a_client_has_made_is_listed():
    house = house_of(RELEASE)
    house.create(name="Mine", template_id=7, template_source="common", user="bob")

    (entry,) = house.call("get_task_list")

    told = {key: entry[key] for key in ("id", "name", "template_id", "template_source", "creator", "create_method")}
    assert told == {
        "id": 1001,
        "name": "Mine",
        "template_id": "7",
        "template_source": "common",
        "creator": "bob",
        "create_method": "api",
    }
    assert (entry["start_time"], entry["is_started"], entry["executor"]) == (None, False, "")


def test_list_has_what_the_session_knows_the_highest_id_first():
    house = known(house_of(RELEASE), 5, 12, "release", 7)
    house.open("99", session="other")

    assert ids(house) == ([12, 7, 5], 3)


def test_session_without_tasks_has_an_empty_list():
    assert ids(house_of(RELEASE)) == ([], 0)


def test_task_that_played_two_scenarios_is_listed_once_as_the_latest():
    house = House(default="steps", scenarios=(STEPS, FAILS, one(play(act("C", 1), name="Other"), name="other")))
    house.open("10")
    house.open("10", scenario="other")

    assert [entry["name"] for entry in house.call("get_task_list")] == ["Other"]


def test_task_whose_scenario_is_gone_is_not_listed():
    house = House(default="steps", scenarios=(STEPS, one(play(act("C", 1)), name="gone")))
    known(house, 10)
    house.open("11", scenario="gone")
    house.catalog.remove("gone")

    assert ids(house) == ([10], 1)


def test_list_is_no_poll():
    house = known(house_of(RELEASE), 10)
    house.call("get_task_list")

    assert house.store.records("s")[0].time.polls == 0


def test_tasks_of_other_businesses_are_not_listed():
    house = known(house_of(RELEASE), 1, 2)

    assert ids(house, owns=lambda task_id: task_id == "1") == ([1], 1)


@pytest.mark.parametrize(
    ("said", "started", "finished"),
    [
        ({"state": "CREATED"}, None, None),
        ({"state": "FINISHED"}, "2018-04-26T08:08:34.000Z", "2018-04-26T08:08:34.000Z"),
        (
            {
                "state": "FINISHED",
                "start_time": "2018-05-01 10:00:00 +0800",
                "finish_time": "2018-05-01 10:01:00 +0800",
            },
            "2018-05-01T02:00:00.000Z",
            "2018-05-01T02:01:00.000Z",
        ),
        ({"state": "FROZEN", "start_time": "yesterday"}, "2018-04-26T08:08:34.000Z", None),
        ({"state": 7}, None, None),
    ],
)
def test_recorded_task_is_listed_as_its_answer_says(said, started, finished):
    recorded = play(frames=(Frame(at=0, body={"result": True, "data": {"name": "Recorded", **said}}),))

    (entry,) = known(house_of(recorded), 10).call("get_task_list")

    assert (entry["name"], entry["start_time"], entry["finish_time"]) == ("Recorded", started, finished)
    assert (entry["is_started"], entry["is_finished"]) == (started is not None, finished is not None)


# -- pages


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"limit": 2}, [5, 4]),
        ({"limit": "2", "offset": "3"}, [2, 1]),
        ({"offset": 4}, [1]),
        ({"offset": 9}, []),
        ({"limit": 0}, []),
    ],
)
def test_page_is_a_part_of_the_list(said, shown):
    assert ids(known(house_of(RELEASE), 1, 2, 3, 4, 5), **said) == (shown, 5)


def test_page_has_a_hundred_tasks_and_two_hundred_at_most():
    house = known(house_of(RELEASE), *range(1, 251))

    assert [len(ids(house, **said)[0]) for said in ({}, {"limit": 1000})] == [100, 200]


def test_count_can_be_left_out():
    assert ids(known(house_of(RELEASE), 1, 2), without_count="true") == ([2, 1], -1)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"limit": -1}, "offset and limit must be greater or equal to 0."),
        ({"offset": "-5"}, "offset and limit must be greater or equal to 0."),
        ({"limit": "many"}, "invalid literal for int() with base 10: 'many'"),
        ({"limit": "9" * 5000}, "invalid literal for int() with base 10: '99999999999999999999…'"),
    ],
)
def test_page_that_cannot_be_is_refused(said, reason):
    assert house_of(RELEASE).refusal("get_task_list", **said) == (3545000, f"[API] pagination error: {reason}")


# -- filters


@pytest.fixture
def busy():
    """Tasks that are created, running and finished; two of them were made by clients."""
    house = House(default="steps", scenarios=(STEPS, one(play(act("C", 999), name="Long job"), name="long")))
    house.settle(tasks={"2": "long"})
    known(house, 1, 2)
    house.create(name="Mine", template_id=7, user="bob")
    house.create(name="Theirs", template_id=8)
    house.call("start_task", task_id="1002")
    house.clock.set(60)
    return house


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"is_started": "true"}, [1002, 2, 1]),
        ({"is_started": False}, [1001]),
        ({"is_finished": "True"}, [1002, 1]),
        ({"is_finished": "0"}, [1001, 2]),
        ({"is_started": "1", "is_finished": "false"}, [2]),
        ({"is_started": ""}, [1002, 1001, 2, 1]),
        ({"is_started": "perhaps"}, [1002, 1001, 2, 1]),
        ({"keyword": "job"}, [2]),
        ({"keyword": "Job"}, []),
        ({"executor": "anna"}, [1002]),
        ({"create_method": "api"}, [1002, 1001]),
        ({"template_id": 7}, [1001]),
        ({"template_ids": "8, 7"}, [1002, 1001]),
        ({"is_child_taskflow": "true"}, []),
    ],
)
def test_list_is_filtered(busy, said, shown):
    assert ids(busy, **said) == (shown, len(shown))
