"""The calls around a task's status through the doors, over real sockets."""

import pytest

from support.mock_calls import CREDENTIALS, SOPS, admin, operate, poll, send, status_of
from support.scenario_building import act, play
from taskmock.mockserver.api.bk_sops.access.auth_file import read_auth
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.core.scenario import Scenario
from taskmock.mockserver.scenarios import read_scenario
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.settings import Settings

AUTHORIZATION = {
    "X-Bkapi-Authorization": '{"bk_app_code": "a", "bk_app_secret": "b", "bk_username": "anna"}',
    "Content-Type": "application/json",
}


@pytest.fixture
def clock():
    """The time of the mock in the same test."""
    return ManualClock()


@pytest.fixture
def mock(clock):
    """A mock that generates its tasks, as today's servers answer."""
    with MockServer(clock=clock, settings=Settings(edition="v2", seed="7")) as server:
        yield server


def ask(url, name, method="GET", **said):
    """The answer of the ESB to a call that says all in its query."""
    query = "&".join(f"{key}={value}" for key, value in {**CREDENTIALS, **said}.items())
    return send(url, f"{SOPS}{name}/?{query}", method).json


def created(mock, **said):
    """The `data` of a task that is made through the ESB."""
    body = {**CREDENTIALS, "name": "Mine", "template_id": 5, **said}
    answer = send(mock.url, f"{SOPS}create_task/", "POST", body).json
    assert answer["result"] is True, answer
    return answer["data"]


def test_task_is_created_started_and_polled_through_the_esb(mock, clock):
    task = created(mock)["task_id"]
    before = poll(mock.url, str(task))

    assert operate(mock.url, "start_task", str(task))["result"] is True
    clock.advance(1)

    assert (before["state"], before["name"]) == ("CREATED", "Mine")
    assert poll(mock.url, str(task))["state"] == "RUNNING"


def test_task_is_created_through_the_api_gateway(mock):
    path = "/api/bk-sops/prod/create_task/5/2/"

    answer = send(mock.url, path, "POST", {"name": "Mine"}, AUTHORIZATION).json

    assert (answer["result"], answer["data"]["task_id"]) == (True, 1001)
    assert created(mock)["task_id"] == 1002


def test_start_tells_where_people_look_at_the_task(mock):
    one, other = created(mock), created(mock)

    esb = operate(mock.url, "start_task", str(one["task_id"]))
    path = f"/prod/start_task/{other['task_id']}/2/"
    gateway = send(mock.url, path, "POST", {}, AUTHORIZATION).json

    del esb["request_id"]
    for answer, url in ((esb, one["task_url"]), (gateway, other["task_url"])):
        assert answer.pop("message", "") == ""  # the ESB alone has one
        assert answer == {"result": True, "data": {"task_url": url}, "code": 0, "task_url": url}


def test_detail_through_both_doors_is_the_same(mock):
    task = created(mock)["task_id"]

    esb = ask(mock.url, "get_task_detail", task_id=task)
    gateway = send(mock.url, f"/api/bk-sops/prod/get_task_detail/{task}/2/", headers=AUTHORIZATION).json

    assert esb["data"] == gateway["data"]


def test_deepest_generated_pipeline_goes_through_the_door(mock):
    scenario = {"format": 1, "scenario": "deep", "edition": "v2", "generate": {"nodes": 320, "depth": 100}}
    admin(mock.url, "/scenarios/deep", "PUT", scenario)
    admin(mock.url, "/sessions/default", "PUT", {"scenario": "deep"})

    level, depth = ask(mock.url, "get_task_detail", task_id=10)["data"]["pipeline_tree"], 1
    while level:
        inner = [node["pipeline"] for node in level["activities"].values() if "pipeline" in node]
        level, depth = max(inner, key=lambda tree: len(str(tree)), default=None), depth + 1

    assert depth > 100


def test_what_a_client_has_said_comes_back_whatever_it_is(mock):
    odd = {"${a}": "\ud800", "${b}": 2**80, "${c}": [[[]]]}
    task = created(mock, constants=odd)["task_id"]

    constants = ask(mock.url, "get_task_detail", task_id=task)["data"]["constants"]

    assert {key: one["value"] for key, one in constants.items()} == odd


def test_link_plays_a_created_task_back_on_another_mock(mock, clock):
    task = str(created(mock, constants={"${a}": 1})["task_id"])
    operate(mock.url, "start_task", task)
    clock.advance(4)
    query = "&".join(f"{key}={value}" for key, value in {**CREDENTIALS, "task_id": task}.items())
    answer = send(mock.url, f"{SOPS}get_task_status/?{query}")

    with MockServer(settings=Settings(edition="v2", seed="other")) as other:
        url = send(other.url, answer.headers["X-Mock-Link"]).json["url"]
        again = send(other.url, url)

    assert again.body == answer.body


def test_node_is_told_at_both_doors(mock, clock):
    clock.set(4)
    node = next(child for child in poll(mock.url)["children"].values() if child["name"])["id"]

    esb = ask(mock.url, "get_task_node_detail", task_id=10, node_id=node)
    path = f"/prod/get_task_node_data/2/10/?node_id={node}"
    gateway = send(mock.url, path, headers=AUTHORIZATION).json

    assert gateway["data"] == {key: esb["data"][key] for key in ("inputs", "outputs", "ex_data")}


def test_batch_takes_its_list_from_the_body_at_both_doors(mock):
    esb = send(mock.url, f"{SOPS}get_tasks_status/", "POST", {**CREDENTIALS, "task_id_list": [10, 11]}).json
    body = {"task_id_list": [10, 11]}
    gateway = send(mock.url, "/api/bk-sops/prod/get_tasks_status/2/", "POST", body, AUTHORIZATION).json

    assert [entry["id"] for entry in esb["data"]] == [entry["id"] for entry in gateway["data"]] == [11, 10]


def test_list_tells_its_count_beside_the_data_at_both_doors(mock):
    created(mock)
    created(mock)

    esb = ask(mock.url, "get_task_list", limit=1)
    gateway = send(mock.url, "/api/bk-sops/prod/get_task_list/2/?limit=1", headers=AUTHORIZATION).json

    assert [(len(one["data"]), one["count"]) for one in (esb, gateway)] == [(1, 2), (1, 2)]


def test_refused_list_has_empty_data(mock):
    answer = ask(mock.url, "get_task_list", limit=-1)

    assert (answer["result"], answer["data"], answer["code"]) == (False, "", 3545000)


def test_tasks_that_wait_for_somebody_are_told_at_both_doors(mock):
    path = "get_tasks_manual_intervention_state/"
    esb = send(mock.url, SOPS + path, "POST", {**CREDENTIALS, "task_id_list": [10]}).json
    gateway = send(mock.url, f"/prod/{path}2/", "POST", {"task_id_list": [10]}, AUTHORIZATION).json

    assert esb["data"] == gateway["data"] == [{"id": 10, "manual_intervention_required": False}]


def test_batch_leaves_out_tasks_that_the_business_does_not_have(clock):
    app = "{code: app, secret: secret, names_users: true}"
    declared = f"{{format: 1, apps: [{app}], businesses: [{{bk_biz_id: 2, tasks: ['1*']}}]}}"
    settings = Settings(edition="v2", auth=read_auth(declared, source="declared"))
    with MockServer(clock=clock, settings=settings) as server:
        body = {**CREDENTIALS, "task_id_list": [10, 20]}
        answer = send(server.url, f"{SOPS}get_tasks_status/", "POST", body).json

    assert [entry["id"] for entry in answer["data"]] == [10]


def test_mock_without_flaws_keeps_the_children_of_a_created_task(clock):
    with MockServer(clock=clock, settings=Settings(edition="v2", quirks=False)) as server:
        send(server.url, f"{SOPS}get_tasks_status/", "POST", {**CREDENTIALS, "task_id_list": [10]})

        assert poll(server.url)["children"] == {}


def test_link_plays_a_clipped_task_back(mock):
    send(mock.url, f"{SOPS}get_tasks_status/", "POST", {**CREDENTIALS, "task_id_list": [10]})
    answer = send(mock.url, status_of())

    with MockServer(settings=Settings(edition="v2", seed="other")) as other:
        again = send(other.url, send(other.url, answer.headers["X-Mock-Link"]).json["url"])

    assert "children" not in answer.json["data"]
    assert again.body == answer.body


def test_link_carries_what_a_retry_was_given(clock):
    script = play(act("Copy", (1, "no"), 9), name="Release")
    scenario = Scenario(name="release", edition="v2", plays=(script,))
    with MockServer(scenario, clock=clock, settings=Settings(seed="7")) as server:
        clock.set(5)
        odd = {"job_content": "echo 2", "n": 2**80, "deep": [[{"a": None}]], "text": "é\u2028\x00"}
        operate(server.url, "operate_node", node_id="Copy", action="retry", inputs=odd)
        answer = send(server.url, status_of())
        told = ask(server.url, "get_task_node_detail", task_id=10, node_id="Copy")

    with MockServer(scenario, settings=Settings(seed="other")) as other:
        played = send(other.url, answer.headers["X-Mock-Link"]).json
        again = send(other.url, played["url"])
        retold = ask(f"{other.url}/__s/{played['session']}", "get_task_node_detail", task_id=10, node_id="Copy")

    assert (again.body, retold["data"]) == (answer.body, told["data"])
    assert told["data"]["inputs"] == {**odd, "_loop": 1}


def test_created_task_is_taken_away_as_a_scenario_file(mock, clock):
    task = str(created(mock)["task_id"])
    operate(mock.url, "start_task", task)
    taken = send(mock.url, f"/__admin/sessions/default/tasks/{task}/scenario").body
    clock.advance(5)

    other_clock = ManualClock()
    scenario = read_scenario(taken, source="taken")
    with MockServer(scenario, clock=other_clock, settings=Settings(seed="7")) as other:
        poll(other.url, task)
        other_clock.advance(5)

        assert poll(other.url, task) == poll(mock.url, task)


@pytest.mark.parametrize(
    ("created", "said"),
    [
        (
            "{}",
            "created: not a JSON object of constants, creator, flow_type, name, scenario, template_id, template_source",
        ),
        ("[" * 10_000, "created: not a JSON object of"),
        ("x", "created: "),
        (
            '{"constants":[],"creator":"","flow_type":"","name":"","scenario":"","template_id":"","template_source":""}',
            "created: constants is an object, all else is text",
        ),
    ],
)
def test_link_with_a_creation_that_is_none_is_refused(mock, created, said):
    query = (
        f"scenario=generated&digest=x&edition=v2&task=1001&seed=7&epoch=0&reading=0&polls=0&engine=2&created={created}"
    )

    answer = send(mock.url, f"/__admin/replay?{query}")

    assert (answer.status, answer.json["error"][: len(said)]) == (400, said)
