"""The calls before there is a task: projects, templates and their pipelines; a task made and started at once."""

import pytest

from support.api_playing import House, house_of
from support.gateway_calls import apigw, body_of, posted
from support.scenario_building import act, play, sub
from taskmock.contracts import Contract
from taskmock.mockserver import ManualClock
from taskmock.mockserver.api.bk_sops.access.auth_file import read_auth
from taskmock.mockserver.server.settings import Settings, build_app

RELEASE = play(act("A", 2), sub("Roll out", act("B", 3)), name="Release", start=1000)
CALLER = {"bk_app_code": "shop", "bk_app_secret": "s3cret", "bk_username": "alice"}
AUTH = """
apps: [{code: shop, secret: s3cret, names_users: true}]
users:
  - {name: alice}
  - {name: bob, sees: [{bk_biz_id: 3}]}
businesses: [2, 3]
"""
NEW = ("get_user_project_list", "get_template_list", "get_template_info", "get_template_schemes", "get_task_count")


@pytest.mark.parametrize("operation", NEW)
@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_answer_keeps_the_contract_at_both_doors(operation, edition):
    app = build_app(Settings(clock=ManualClock(), edition=edition))
    flags = ("include_executor_proxy", "include_subprocess", "include_constants", "include_notify", "include_labels")
    said = {"bk_biz_id": "2", "template_id": "7", **dict.fromkeys(flags, "True")}
    query = "&".join(f"{name}={value}" for name, value in said.items())
    route = {"get_template_info": "7/2/", "get_template_schemes": "2/7/", "get_user_project_list": ""}

    at_esb = body_of(posted(app, CALLER | said, operation))
    at_gateway = body_of(apigw(app, f"{operation}/{route.get(operation, '2/')}?{query}"))

    judge = Contract(edition, operation=operation, strictness="strict")
    assert [str(found) for body in (at_esb, at_gateway) for found in judge.check_response(body).violations] == []
    assert at_esb["data"] == at_gateway["data"]
    assert at_gateway["result"]
    assert "message" not in at_gateway


def test_template_is_what_its_tasks_are_made_of():
    house = house_of(RELEASE)

    template = house.call("get_template_info", template_id=7)
    made = house.call("create_task", template_id=7, name="Mine")

    assert (template["id"], template["name"]) == (7, "Release")
    assert not {"id", "line", "location"} & template["pipeline_tree"].keys()
    assert names(template["pipeline_tree"]) == names(made["pipeline_tree"]) == ["A", "Roll out"]
    assert not ids(template["pipeline_tree"]) & ids(made["pipeline_tree"])


def names(tree):
    """The names of the activities of a tree's outermost level."""
    return [activity["name"] for activity in tree["activities"].values()]


def ids(tree):
    """The ids of these activities."""
    return set(tree["activities"])


def test_subprocess_of_a_template_is_folded_unless_asked_for():
    house = house_of(RELEASE)

    folded = subprocess(house.call("get_template_info", template_id=7))
    unfolded = subprocess(house.call("get_template_info", template_id=7, unfold_subprocess="yes"))

    assert "pipeline" not in folded
    assert isinstance(folded["template_id"], int)
    assert names(unfolded["pipeline"]) == ["B"]
    assert {**folded, "pipeline": unfolded["pipeline"]} == unfolded


def subprocess(template):
    """The one subprocess of a template."""
    (found,) = (node for node in template["pipeline_tree"]["activities"].values() if node["type"] == "SubProcess")
    return found


def test_scenario_is_one_template_until_a_client_uses_another():
    house = house_of(RELEASE)
    before = house.call("get_template_list")
    house.create(template_id=40)

    assert [(entry["id"], entry["name"]) for entry in before] == [(1, "Release")]
    assert [entry["id"] for entry in house.call("get_template_list")] == [40, 1]


def test_generated_templates_have_flows_of_their_own_that_their_tasks_have():
    house = House(edition="v2")

    listed = house.call("get_template_list")
    trees = {entry["id"]: house.call("get_template_info", template_id=entry["id"]) for entry in listed}
    made = house.call("create_task", template_id=3, name="Mine")

    assert list(trees) == [3, 2, 1]
    assert len({str(names(template["pipeline_tree"])) for template in trees.values()}) == 3
    assert names(trees[3]["pipeline_tree"]) == names(made["pipeline_tree"])


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"id_in": "7, 9,x,0"}, [9, 7]),
        ({"name_keyword": "RELE"}, [1]),
        ({"name_keyword": "other"}, []),
        ({"template_source": "common"}, [1]),
    ],
    ids=str,
)
def test_list_of_templates_is_filtered(said, found):
    assert [entry["id"] for entry in house_of(RELEASE).call("get_template_list", **said)] == found


def test_template_has_no_schemes():
    assert house_of(RELEASE).call("get_template_schemes", template_id=7) == []


@pytest.mark.parametrize(
    ("operation", "said", "told"),
    [
        (
            "get_template_info",
            {"template_id": "x"},
            (3540400, "template[id=x] of project[project_id=2, biz_id=2] does not exist"),
        ),
        (
            "get_template_info",
            {"template_id": "0", "template_source": "common"},
            (3540400, "common template[id=0] does not exist"),
        ),
        (
            "get_template_info",
            {"template_id": 7, "format": "yaml"},
            (3599999, "export yaml failed: this mock writes pipeline trees as JSON alone"),
        ),
        ("get_template_schemes", {"template_id": "x"}, (3599999, "TaskTemplate matching query does not exist.")),
        ("get_template_info", {"template_id": 7, "format": "xml"}, (3540000, "format is not a valid choice")),
    ],
)
def test_refusal(operation, said, told):
    assert house_of(RELEASE).refusal(operation, **said) == told


def test_count_is_that_of_the_list():
    house = house_of(RELEASE)
    for number in (10, 11):
        house.open(str(number))
    house.create(name="Mine")

    assert house.call("get_task_count") == {"count": 3}
    assert house.call("get_task_count", keyword="Mine") == {"count": 1}


def test_task_is_made_and_started_at_once():
    house = house_of(RELEASE)

    made = house.call("create_and_start_task", template_id=7, name="Mine")
    house.clock.advance(3)

    (entry,) = house.call("get_task_list")
    assert (made["task_id"], entry["id"], entry["name"]) == (1001, 1001, "Mine")
    assert entry["is_started"]


def test_task_that_has_to_be_claimed_is_made_and_not_started():
    house = house_of(RELEASE)

    house.call("create_and_start_task", template_id=7, name="Mine", flow_type="common_func")
    house.clock.advance(3)

    (entry,) = house.call("get_task_list")
    assert not entry["is_started"]


def test_refusal_of_a_task_that_starts_at_once_is_spelt_as_the_real_one():
    told = (3540000, "task parmas is invalid: name is not a text of 1 to 100 characters")

    assert house_of(RELEASE).refusal("create_and_start_task", template_id=7, name="") == told


@pytest.mark.parametrize(("user", "seen"), [("alice", [2, 3]), ("bob", [3])])
def test_user_sees_the_declared_projects_that_it_may(user, seen):
    app = build_app(Settings(clock=ManualClock(), auth=read_auth(AUTH, source="auth")))

    body = body_of(apigw(app, "get_user_project_list/", header=CALLER | {"bk_username": user}))

    assert [entry["bk_biz_id"] for entry in body["data"]] == seen


def test_user_sees_one_project_where_none_is_declared():
    body = body_of(apigw(build_app(Settings(clock=ManualClock())), "get_user_project_list/"))

    assert body["data"] == [{"project_id": 2, "bk_biz_id": 2, "name": "蓝鲸"}]


def test_caller_without_the_permission_sees_no_template():
    app = build_app(Settings(clock=ManualClock(), auth=read_auth(AUTH, source="auth")))

    body = body_of(apigw(app, "get_template_info/7/2/", header=CALLER | {"bk_username": "bob"}))

    assert body["message"] == "iam authentication exception, please check, action:flow_view"
