"""`get_task_detail`: what is known of a task, around its pipeline tree."""

import pytest

from support.api_playing import House, house_of
from support.scenario_building import act, play
from support.scenario_playing import Wall
from taskmock.mockserver.core.scenario import Frame

RELEASE = play(act("A", 2), act("B", 3), name="Release")


def known(detail):
    """A detail without its tree."""
    return {key: value for key, value in detail.items() if key != "pipeline_tree"}


def test_detail_of_a_running_task():
    house = house_of(RELEASE)
    house.clock.set(3)

    detail = known(house.call("get_task_detail", task_id="10"))

    assert detail == {
        "id": 10,
        "project_id": 2,
        "project_name": "蓝鲸",
        "name": "Release",
        "create_time": "2018-04-26 16:08:34 +0800",
        "creator": "admin",
        "create_method": "app",
        "template_id": detail["template_id"],
        "start_time": "2018-04-26 16:08:34 +0800",
        "finish_time": "",
        "executor": "admin",
        "elapsed_time": 3,
        "task_url": "http://bk_sops_host/taskflow/execute/2/?instance_id=10",
        "constants": {},
        "outputs": [],
        "ex_data": "",
    }


def test_detail_of_a_task_that_a_client_has_made():
    house = house_of(RELEASE)
    task = house.create(name="Mine", template_id=7, user="bob")

    detail = house.call("get_task_detail", task_id=task)

    told = {key: detail[key] for key in ("id", "name", "template_id", "creator", "create_method", "executor")}
    assert told == {
        "id": 1001,
        "name": "Mine",
        "template_id": 7,
        "creator": "bob",
        "create_method": "api",
        "executor": "",
    }
    assert (detail["start_time"], detail["finish_time"], detail["elapsed_time"]) == ("", "", 0)


def test_task_that_is_over_has_its_end_and_its_whole_time():
    house = house_of(RELEASE)
    house.clock.set(100)

    detail = house.call("get_task_detail", task_id="10")

    assert (detail["finish_time"], detail["elapsed_time"]) == ("2018-04-26 16:08:39 +0800", 5)


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_revoked_task_has_an_end(edition):
    house = house_of(RELEASE, edition=edition)
    key = house.open()
    house.clock.set(3)
    house.give(key, "revoke")
    house.clock.set(60)

    detail = house.call("get_task_detail", task_id="10")

    assert (detail["finish_time"], detail["elapsed_time"]) == ("2018-04-26 16:08:37 +0800", 3)


def test_document_tells_the_business_in_place_of_the_project():
    detail = house_of(RELEASE, edition="doc-2019").call("get_task_detail", task_id="10")

    assert (detail["business_id"], detail["business_name"]) == (2, "蓝鲸")
    assert {"project_id", "project_name"}.isdisjoint(detail)
    assert detail["template_id"].isdigit()


def test_detail_is_no_poll():
    house = house_of(RELEASE, mode="polls")
    house.poll()

    for _ in range(3):
        house.call("get_task_detail", task_id="10")

    assert house.poll().reading.poll == 2


def test_task_that_nobody_has_touched_begins_with_its_detail():
    house = house_of(RELEASE, clock=Wall())

    done = house.done("get_task_detail", task_id="77")

    assert (done.data["id"], done.data["create_time"]) == (77, "2023-11-15 06:13:20 +0800")
    assert [record.key for record in house.store.records("s")] == [done.key]


@pytest.mark.parametrize("task_id", ["release", "0", "-1", "1.5", "9" * 19])
def test_id_that_is_no_number_is_no_tasks(task_id):
    house = house_of(RELEASE)

    assert house.refusal("get_task_detail", task_id=task_id) == (
        3540400,
        f"[API] get_task_detail task[id={task_id}] of project[project_id=2, biz_id=2] does not exist",
    )
    assert house.store.records("s") == ()


@pytest.mark.parametrize(
    ("biz_id", "project"), [("2", 2), ("007", 7), ("0", 195), ("team", 143), ("99999999999", 574), ("²", 174)]
)
def test_business_has_a_project_of_its_own_number_or_else_always_the_same_drawn_one(biz_id, project):
    detail = house_of(RELEASE).call("get_task_detail", task_id="10", bk_biz_id=biz_id)

    assert detail["project_id"] == project


def test_template_of_a_task_that_no_client_has_made_is_always_the_same():
    templates = [House(default="steps").call("get_task_detail", task_id="10")["template_id"] for _ in range(2)]

    assert templates[0] == templates[1]


def test_recorded_answers_have_no_detail():
    house = house_of(play(frames=(Frame(at=0, body={"result": True, "data": {"state": "RUNNING"}}),)))

    assert house.refusal("get_task_detail", task_id="10") == (
        3599999,
        "task[id=10] plays recorded answers, which have no pipeline tree",
    )
