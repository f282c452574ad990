"""`create_task`: tasks of numbers of their own, created until somebody starts them."""

import dataclasses
import json
import threading

import pytest

from support.api_playing import House, house_of, nodes_in, one
from support.scenario_building import act, play, scripted, sub
from support.scenario_playing import FAILS, STEPS
from taskmock.mockserver.api.bk_sops.api import BkSopsApi
from taskmock.mockserver.api.bk_sops.calls.create import FIRST_NUMBER, LARGEST_CONSTANTS, check_creation
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.core.errors import ScenarioNotFoundError
from taskmock.mockserver.core.scenario import Frame, Trigger
from taskmock.mockserver.playback.record import CreatedTask
from taskmock.mockserver.sessions.journal import Journal
from taskmock.mockserver.sessions.session import Session, SessionContext

NO_TREE = "[API] create_task get invalid pipeline_tree"
NO_PIPELINE = "[API] create_task create pipeline without tree error"


def states(node):
    """The states of a status tree, by name."""
    return {child["name"]: child["state"] for child in node["children"].values() if child["name"]}


# -- numbers


def test_tasks_are_numbered_in_each_session():
    house = House()

    numbers = [house.create(session=session) for session in ("a", "a", "b", "a")]

    assert numbers == ["1001", "1002", "1001", "1003"]


def test_number_of_a_task_that_was_touched_is_passed_over():
    house = House(default="steps")
    house.poll("1001")
    house.settle(tasks={"1002": "fails"})

    assert house.create() == "1003"


def test_forgotten_session_begins_to_number_anew():
    house = House()
    house.create()
    house.store.forget("s")

    assert house.create() == str(FIRST_NUMBER)


def test_concurrent_creations_never_share_a_number():
    house, made = House(), []
    begin = threading.Barrier(8)

    def create():
        begin.wait()
        made.extend(house.create() for _ in range(25))

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(int, made)) == list(range(FIRST_NUMBER, FIRST_NUMBER + 200))


def test_most_tasks_are_remembered_and_the_oldest_goes(monkeypatch):
    monkeypatch.setattr("taskmock.mockserver.api.bk_sops.calls.create.MOST_TASKS", 2)
    house = House()
    for _ in range(3):
        house.create()

    assert list(house.store.plan("s").created) == ["1002", "1003"]


# -- what they play


def test_task_is_created_until_it_is_started():
    house = House(default="steps")
    task = house.create(name="Friday's release")
    house.clock.advance(100)
    before = house.data(task)

    house.call("start_task", task_id=task)
    house.clock.advance(3)

    assert (before["state"], before["name"]) == ("CREATED", "Friday's release")
    assert (house.data(task)["state"], states(house.data(task))) == ("RUNNING", {"A": "FINISHED", "B": "RUNNING"})


def test_task_plays_what_the_session_plays():
    house = House(default="steps")
    house.settle(scenario="fails")
    task = house.create()
    house.call("start_task", task_id=task)
    house.clock.advance(10)

    assert states(house.data(task)) == {"A": "FINISHED", "B": "FAILED"}


def test_scenario_of_the_call_wins_and_stays():
    house = House(default="steps")
    house.settle(scenario="steps")
    task = house.create(scenario="fails")
    house.call("start_task", task_id=task)
    house.clock.advance(10)

    assert (house.poll(task).record.key.scenario, states(house.data(task))["B"]) == ("fails", "FAILED")


def test_task_plays_on_what_it_was_made_with_when_the_session_plays_something_else():
    house = House()
    task = house.create()
    house.store.replan("s", lambda plan: plan.__class__(created=plan.created, scenario="fails"))

    assert house.poll(task).record.key.scenario == "generated"


def test_scenario_for_other_task_ids_plays_too():
    house = house_of(play(act("A", 1), ids=("10",)))
    task = house.create()
    house.call("start_task", task_id=task)
    house.clock.advance(5)

    assert states(house.data(task)) == {"A": "FINISHED"}


def test_tasks_of_one_template_and_seed_have_one_flow_and_ids_of_their_own():
    def tree(house, template_id):
        return house.call("create_task", name="Mine", template_id=template_id)["pipeline_tree"]

    def names(pipeline):
        return [node["name"] for node in pipeline["activities"].values()]

    here, there = House(edition="v2"), House(edition="v2")
    first, second, other = tree(here, 5), tree(here, 5), tree(here, 6)

    assert names(first) == names(second) != names(other)
    assert not set(nodes_in(first)) & set(nodes_in(second))
    assert tree(there, 5) == first


def test_other_seed_gives_another_flow():
    trees = [House(seed=seed).call("create_task", name="x", template_id=5)["pipeline_tree"] for seed in "ab"]

    assert trees[0]["activities"] != trees[1]["activities"]


def test_script_does_after_the_start_what_it_would_do_after_its_own_start():
    script = play(act("A", 60), start=3000, events=(scripted(10, "pause"), scripted(12, "resume")))
    house = house_of(script)
    task = house.create()
    house.clock.advance(100)
    house.call("start_task", task_id=task)

    seen = []
    for seconds in (6.9, 0.2, 2.0):
        house.clock.advance(seconds)
        seen.append(house.data(task)["state"])

    assert seen == ["RUNNING", "SUSPENDED", "RUNNING"]


def test_script_that_starts_a_task_itself_does_not_start_a_created_one():
    script = play(act("A", 60), start=None, events=(scripted(5, "start"), scripted(9, "pause")))
    house = house_of(script)
    task = house.create()
    house.clock.advance(100)
    created = house.data(task)["state"]

    house.call("start_task", task_id=task)
    house.clock.advance(3.9)
    running = house.data(task)["state"]
    house.clock.advance(0.2)

    assert (created, running, house.data(task)["state"]) == ("CREATED", "RUNNING", "SUSPENDED")


def test_scripted_reaction_to_a_state_stays():
    event = scripted(0, "retry", "A")
    reaction = event.__class__(trigger=Trigger(node="A", state="FAILED", after=1000), command=event.command)
    house = house_of(play(act("A", (2, "no"), 2), events=(reaction,)))
    task = house.create()
    house.call("start_task", task_id=task)
    house.clock.advance(20)

    assert house.data(task)["state"] == "FINISHED"


def test_task_that_a_test_plays_anew_is_no_longer_the_created_one():
    house = House(default="steps")
    task = house.create()

    Session(SessionContext(house.playback, house.catalog, Journal(), BkSopsApi()), "s").play("fails", task)

    assert house.store.plan("s").created == {}
    assert house.poll(task).record.key.scenario == "fails"


def test_opening_a_created_task_leaves_it_as_it_is():
    house = House(default="steps")
    task = house.create(name="Mine")

    Session(SessionContext(house.playback, house.catalog, Journal(), BkSopsApi()), "s").play(task_id=task)

    assert house.data(task)["name"] == "Mine"


def test_created_task_follows_an_edit_of_its_scenario_and_stays_started():
    house = House(default="steps")
    task = house.create(name="Mine")
    house.call("start_task", task_id=task)
    house.clock.advance(3)
    house.poll(task)

    house.catalog.add(one(play(act("A", 2), act("Z", 9), start=500), name="steps"))

    assert (house.data(task)["name"], states(house.data(task))) == ("Mine", {"A": "FINISHED", "Z": "RUNNING"})


def test_created_task_whose_scenario_becomes_a_recording_plays_that():
    house = House(default="steps")
    task = house.create()
    body = {"result": True, "data": {"state": "RUNNING"}}

    house.catalog.add(one(play(frames=(Frame(at=0, body=body),)), name="steps"))

    assert json.loads(house.poll(task).whole) == body


# -- the answer


def test_answer_has_the_number_the_address_and_the_tree():
    house = house_of(play(sub("S", act("A", 1))))

    done = house.done("create_task", name="Mine", template_id=5)

    assert done.data["task_id"] == 1001
    assert done.data["task_url"] == "http://bk_sops_host/taskflow/execute/2/?instance_id=1001"
    assert [node["name"] for node in done.data["pipeline_tree"]["activities"].values()] == ["S"]
    assert done.key == ("s", "it", "1001")


def test_template_is_the_number_however_it_is_written():
    house = House(edition="v2")
    here, there = (house.call("create_task", name="x", template_id=said) for said in ("007", 7))

    names = [[node["name"] for node in one["pipeline_tree"]["activities"].values()] for one in (here, there)]
    assert names[0] == names[1]
    assert house.call("get_task_detail", task_id="1001")["template_id"] == 7


def test_constants_are_in_the_tree_and_in_the_detail():
    house = House()
    task = house.create(constants={"${ip}": "127.0.0.1", "${n}": 3})

    detail = house.call("get_task_detail", task_id=task)

    assert detail["constants"] == detail["pipeline_tree"]["constants"]
    assert {key: (one["name"], one["index"], one["value"]) for key, one in detail["constants"].items()} == {
        "${ip}": ("ip", 0, "127.0.0.1"),
        "${n}": ("n", 1, 3),
    }


def test_task_is_opened_when_it_is_made():
    clock = ManualClock()
    house = House(default="steps", clock=clock)
    house.create()

    assert [(record.key.task_id, record.time.polls) for record in house.store.records("s")] == [("1001", 0)]


# -- refusals


@pytest.mark.parametrize(
    ("said", "code", "message"),
    [
        ({"template_id": "x"}, 3540400, "template[id=x] of project[project_id=2,biz_id=2] does not exist"),
        ({"template_id": 0, "template_source": "common"}, 3540400, "common template[id=0] does not exist"),
        (
            {"flow_type": "other"},
            3540000,
            "task params is invalid: flow_type is not one of ['common', 'common_func']",
        ),
        *(
            ({"name": name}, 3540000, "task params is invalid: name is not a text of 1 to 100 characters")
            for name in ("", "x" * 101, 5, None, ["x"], "\ud800")
        ),
        *(
            ({"constants": value}, 3540000, "task params is invalid: constants is not of type 'object'")
            for value in ([], "{", "{}", None, 5)
        ),
        *(
            ({field: value}, 3540000, f"task params is invalid: {field} is not a list of texts or whole numbers")
            for field in ("exclude_task_nodes_id", "execute_task_nodes_id")
            for value in ("n1", "[]", None, [None], [True], [1.5], [[]])
        ),
        *(
            (
                {"template_schemes_id": value},
                3540000,
                "task params is invalid: template_schemes_id is not an execution scheme, or a list of them",
            )
            for value in ("", 0, -1, True, None, [""], [0], "0", {})
        ),
        ({"template_schemes_id": [7, "7"]}, 3540000, "duplicate template_schemes_id"),
        (
            {"template_schemes_id": "a", "exclude_task_nodes_id": ["n1"]},
            3540000,
            "template_schemes_id can not be used with exclude_task_nodes_id or execute_task_nodes_id",
        ),
        ({"callback_url": "ftp://x"}, 3540000, r"callback_url format error, must match ^https?://\w.+$"),
        (
            {"pipeline_tree": {}},
            3599999,
            f"{NO_TREE}: this mock makes tasks of scenarios and templates, not of trees",
        ),
    ],
)
def test_bad_parameter_is_refused(said, code, message):
    house = House()

    assert house.refusal("create_task", **{"name": "Mine", "template_id": 5, **said}) == (code, message)
    assert house.store.plan("s").numbered == 0


def test_constants_that_are_too_large_are_refused():
    said = {"${a}": "x" * LARGEST_CONSTANTS}
    size = len(json.dumps(said)) + 100

    code, message = House().refusal("create_task", name="x", template_id=1, constants=said)

    assert (code, message) == (
        3540000,
        f"task params is invalid: constants take {size} characters of JSON, {LARGEST_CONSTANTS} at most",
    )


def test_constants_that_are_too_deep_are_refused():
    deep = []
    for _ in range(20_000):
        deep = [deep]

    code, message = House().refusal("create_task", name="x", template_id=1, constants={"${a}": deep})

    assert (code, message) == (3540000, "task params is invalid: constants are nested too deeply")


def test_creation_with_constants_that_are_too_large_is_refused():
    house = House()
    house.create()
    [made] = house.store.plan("s").created.values()
    large = dataclasses.replace(made, constants={"a": "b" * LARGEST_CONSTANTS})

    check_creation(house.playback, made)
    with pytest.raises(ValueError, match="constants take 65645 characters of JSON, 65536 at most"):
        check_creation(house.playback, large)


def test_recorded_answers_make_no_task():
    recorded = play(frames=(Frame(at=0, body={"result": True, "data": {"state": "RUNNING"}}),))
    house = house_of(recorded)

    assert house.refusal("create_task", name="x", template_id=1) == (
        3599999,
        f"{NO_PIPELINE}: the scenario 'it' holds recorded answers, of which no task can be made",
    )


def test_scenario_that_is_not_there_is_an_error_and_takes_no_number():
    house = House()

    with pytest.raises(ScenarioNotFoundError):
        house.create(scenario="nothing")

    assert house.store.plan("s").numbered == 0


# -- the law


def test_created_task_is_the_same_where_only_its_creation_and_its_record_are_known():
    here = House(scenarios=(STEPS, FAILS, one(play(act("A", 2)), name="other")))
    task = here.create(scenario="fails", name="Mine")
    here.call("start_task", task_id=task)
    here.clock.advance(3)
    answer = here.poll(task)

    there = House()
    creation = CreatedTask(name="Mine", template_id="5", scenario="fails", creator="anna")
    there.settle(created={task: creation})
    there.store.open(answer.record.key, lambda: answer.record)
    there.clock.advance(3)

    assert there.poll(task).data == answer.data
