"""`bkapi-client-core` makes a task, starts it, polls it, retries what fails, on a mock that knows its callers.

What the SDK raises, and what it does not, is what it documents: the gateway's own refusals are errors, a
`result: false` of the system behind it is a body.
"""

import pytest
from bkapi_client_core.exceptions import APIGatewayResponseError, HTTPResponseError, JSONResponseError

from support.sdk_clients import by_esb, by_gateway, gateway_client
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.scenarios import read_scenario
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.settings import Settings

AUTH = """\
format: 1
apps:
  - {code: shop, secret: s3cret, names_users: true}
  - {code: kiosk, secret: k1osk, calls: [get_task_status]}
users:
  - name: alice
    tokens: [t0ken, {token: stale, expires: 2018-01-01T00:00:00Z}]
    access_tokens: [{token: whole, app: shop}]
  - name: bob
    tokens: [b0b]
    sees: [3]
businesses: [2, 3]
"""
RELEASE = """\
format: 1
scenario: release
edition: v2
task: {name: Release}
flow:
  - Prepare: 2s
  - subprocess: Roll out
    flow:
      - Copy: {attempts: [{takes: 3s, fails: disk full}, {takes: 3s}]}
  - Notify: 1s
FAULTS
"""
DOORS = {"esb": by_esb, "apigw": by_gateway}
GOOD = {
    "secret and name": {"bk_app_code": "shop", "bk_app_secret": "s3cret", "bk_username": "alice"},
    "secret and login": {"bk_app_code": "shop", "bk_app_secret": "s3cret", "bk_token": "t0ken"},
    "access token": {"access_token": "whole"},
}
WRONG = {
    "none": ({"bk_app_code": ""}, "app code cannot be empty"),
    "unknown app": ({"bk_app_code": "ship"}, "bk_app_code or bk_app_secret is incorrect"),
    "wrong secret": ({"bk_app_secret": "guess"}, "bk_app_code or bk_app_secret is incorrect"),
    "stale login": (
        {"bk_username": "", "bk_token": "stale"},
        "user authentication failed, please provide a valid user identity, such as bk_username, bk_token, access_token",
    ),
    "wrong access token": ({"access_token": "half"}, "access_token is invalid, code: 403"),
}
each_door = pytest.mark.parametrize("call", DOORS.values(), ids=DOORS.keys())
each_wrong = pytest.mark.parametrize(("changed", "reason"), WRONG.values(), ids=WRONG.keys())


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def serve(clock, tmp_path):
    """Serves the release, with some faults, to declared callers alone."""
    declared = tmp_path / "auth.yaml"
    declared.write_text(AUTH, encoding="utf-8")
    servers = []

    def served(faults="[]"):
        scenario = read_scenario(RELEASE.replace("FAULTS", f"faults: {faults}"), source="release")
        servers.append(MockServer(scenario, clock=clock, settings=Settings(auth=declared)))
        servers[-1].start()
        return servers[-1].url

    yield served
    for server in servers:
        server.stop()


@pytest.fixture
def mock(serve):
    return serve()


def nodes(task):
    """Each named node below a task, by its name."""
    found = {}
    for node in task["children"].values():
        found |= {node["name"]: node} | nodes(node)
    return found


@each_door
@pytest.mark.parametrize("credentials", GOOD.values(), ids=GOOD.keys())
def test_sdk_drives_a_task_from_its_making_to_its_end(mock, clock, call, credentials):
    made = call(mock, "create_task", credentials=credentials, ids={"template_id": 5, "bk_biz_id": 2}, name="Release 7")
    ids = {"task_id": made["data"]["task_id"], "bk_biz_id": 2}

    def polled():
        return call(mock, "get_task_status", credentials=credentials, ids=ids)["data"]

    assert (polled()["state"], polled()["name"]) == ("CREATED", "Release 7")
    started = call(mock, "start_task", credentials=credentials, ids=ids)
    assert (started["result"], started["task_url"], not started.get("message")) == (
        True,
        made["data"]["task_url"],
        True,
    )
    clock.advance(1)
    assert polled()["state"] == "RUNNING"
    clock.advance(5)
    failed = polled()
    assert {name for name, node in nodes(failed).items() if node["state"] == "FAILED"} == {"Roll out", "Copy"}
    copy = nodes(failed)["Copy"]["id"]
    retried = call(mock, "operate_node", credentials=credentials, ids=ids, node_id=copy, action="retry")
    assert (retried["result"], retried["message"]) == (True, "success")
    clock.advance(1)
    assert (polled()["state"], nodes(polled())["Copy"]["retry"]) == ("RUNNING", 1)
    clock.advance(5)
    assert polled()["state"] == "FINISHED"


@each_door
def test_sdk_finds_what_there_is_and_makes_a_task_of_it(mock, clock, call):
    def asked(operation, ids, **said):
        return call(mock, operation, credentials=GOOD["access token"], ids=ids, **said)["data"]

    project = asked("get_user_project_list", {})[0]
    business = {"bk_biz_id": project["bk_biz_id"]}
    (template,) = asked("get_template_list", business, name_keyword="release")
    chosen = {**business, "template_id": template["id"]}
    steps = asked("get_template_info", chosen, unfold_subprocess=True)["pipeline_tree"]["activities"]
    made = asked("create_and_start_task", chosen, name="Release 7")
    clock.advance(60)
    status = asked("get_task_status", {**business, "task_id": made["task_id"]})

    assert [step["name"] for step in steps.values()] == ["Prepare", "Roll out", "Notify"]
    assert (status["state"], status["name"]) == ("FAILED", "Release 7")


@each_wrong
def test_sdk_raises_at_credentials_that_the_gateway_refuses(mock, changed, reason):
    with pytest.raises(APIGatewayResponseError) as caught:
        by_gateway(
            mock, "get_task_status", credentials=GOOD["secret and name"] | changed, ids={"task_id": 10, "bk_biz_id": 2}
        )

    error = caught.value
    assert (error.response_status_code, error.error_code) == (400, "1640001")
    assert error.error_message == f'Parameters error [reason="{reason}"]'
    assert len(error.request_id) == 32


@each_wrong
def test_sdk_gets_a_body_for_credentials_that_the_esb_refuses(mock, changed, reason):
    body = by_esb(
        mock, "get_task_status", credentials=GOOD["secret and name"] | changed, ids={"task_id": 10, "bk_biz_id": 2}
    )

    assert (body["result"], body["code"]) == (False, 1306000)


def test_sdk_raises_where_the_app_may_not_make_the_call(mock):
    credentials = {"bk_app_code": "kiosk", "bk_app_secret": "k1osk", "bk_token": "t0ken"}

    with pytest.raises(APIGatewayResponseError) as caught:
        by_gateway(
            mock, "create_task", credentials=credentials, ids={"template_id": 5, "bk_biz_id": 2}, name="Release 7"
        )

    assert (caught.value.response_status_code, caught.value.error_code) == (403, "1640301")


def test_sdk_raises_at_a_call_that_the_gateway_does_not_have(mock):
    with pytest.raises(APIGatewayResponseError) as caught:
        by_gateway(mock, "nowhere", credentials=GOOD["access token"], ids={"task_id": 10})

    assert (caught.value.response_status_code, caught.value.error_code) == (404, "1640401")


def test_sdk_raises_at_a_call_that_is_not_mocked(mock):
    with pytest.raises(APIGatewayResponseError) as caught:
        by_gateway(mock, "get_periodic_task_list", credentials=GOOD["access token"], ids={"bk_biz_id": 2})

    assert caught.value.response_status_code == 501
    assert caught.value.error_message.startswith("get_periodic_task_list is not mocked")


def test_sdk_of_a_tenant_calls_as_an_app(mock):
    app = {"bk_app_code": "shop", "bk_app_secret": "s3cret", "bk_username": "alice"}
    client = gateway_client(mock, **app)

    body = client.sops.system_get_task_status(
        path_params={"task_id": 10, "bk_biz_id": 2}, headers={"X-Bk-Tenant-Id": "default"}
    )

    assert (body["result"], body["data"]["name"]) == (True, "Release")


@each_door
@pytest.mark.parametrize(
    ("credentials", "bk_biz_id", "code", "message"),
    [
        (GOOD["access token"], 9, 3540400, "project(9) with scope(cmdb_biz) does not exist."),
        (
            {"bk_app_code": "shop", "bk_app_secret": "s3cret", "bk_token": "b0b"},
            2,
            3599999,
            "iam authentication exception, please check, action:task_view",
        ),
    ],
    ids=["no such business", "not allowed"],
)
def test_sdk_never_raises_at_what_the_system_refuses(mock, call, credentials, bk_biz_id, code, message):
    body = call(mock, "get_task_status", credentials=credentials, ids={"task_id": 10, "bk_biz_id": bk_biz_id})

    assert (body["result"], body["code"], body["message"]) == (False, code, message)


@each_door
def test_sdk_gets_a_body_for_an_operation_that_cannot_be(mock, call):
    ids = {"task_id": 10, "bk_biz_id": 2}

    body = call(mock, "start_task", credentials=GOOD["access token"], ids=ids)

    assert (body["result"], body["code"], body["message"]) == (False, 3545000, "task already started")


@pytest.mark.parametrize(
    ("fault", "error", "status", "code"),
    [
        ("rate_limit: {limit: 10, reset: 5s}", APIGatewayResponseError, 429, "1642902"),
        ("http: 502", APIGatewayResponseError, 502, "1650200"),
        ("http: 504", APIGatewayResponseError, 504, "1650401"),
        ("http: 500", HTTPResponseError, 500, ""),
        ("body: busy", JSONResponseError, 200, ""),
    ],
)
def test_sdk_raises_what_it_documents_at_a_fault(serve, fault, error, status, code):
    url = serve(f"[{{answers: 1, {fault}}}]")
    ids = {"task_id": 10, "bk_biz_id": 2}

    with pytest.raises(error) as caught:
        by_gateway(url, "get_task_status", credentials=GOOD["access token"], ids=ids)

    assert (type(caught.value), caught.value.response_status_code, caught.value.error_code) == (error, status, code)
    assert by_gateway(url, "get_task_status", credentials=GOOD["access token"], ids=ids)["result"] is True


@pytest.mark.parametrize("stage", ["prod", "stage"])
def test_sdk_reaches_a_session_by_its_endpoint(mock, stage):
    client = gateway_client(f"{mock}/__s/team-a", stage=stage, **GOOD["access token"])

    assert client.sops.get_task_status(path_params={"task_id": 10, "bk_biz_id": 2})["result"] is True
