"""Every refusal of the facts at every door: status, headers and body."""

from urllib.parse import urlencode

import pytest

from support.gateway_calls import (
    CREDENTIALS,
    ESB,
    FORM,
    IDS,
    apigw,
    assert_esb_refusal,
    assert_gateway_refusal,
    assert_system_refusal,
    backend_error,
    body_of,
    esb,
    headers_of,
    knock,
    posted,
)
from taskmock.contracts import Contract
from taskmock.mockserver.api.bk_sops.access.auth_file import read_auth
from taskmock.mockserver.core.fault import Bounds, Fault, FaultKind
from taskmock.mockserver.core.flow import Activity
from taskmock.mockserver.core.scenario import Play, Scenario

AUTH = """
apps:
  - {code: shop, secret: s3cret, names_users: true}
  - {code: kiosk, secret: k, calls: [get_task_list]}
users:
  - name: alice
    tokens: [fresh, {token: stale, expires: 2001-01-01T00:00:00Z}]
    access_tokens: [{token: whole, app: shop}, {token: old, app: shop, expires: 2001-01-01T00:00:00Z}]
    sees: [{bk_biz_id: 2, tasks: ["1*"]}]
  - {name: bob, tokens: [t-bob], sees: [{bk_biz_id: 2, views_only: true}]}
  - {name: eve, tokens: [t-eve], sees: []}
businesses: [{bk_biz_id: 2, tasks: ["1*", "2*"]}, {bk_biz_id: 3, scope: project}]
"""
NOBODY = "User authentication failed, please provide a valid user identity, such as bk_token, bk_username"
NO_USER = (
    "user authentication failed, please provide a valid user identity, such as bk_username, bk_token, access_token"
)
APP = {"bk_app_code": "shop", "bk_app_secret": "s3cret"}

# what the call shows -> what the ESB says, what the API gateway says
CREDENTIAL_ERRORS = {
    "nothing": ({}, "APP Code [bk_app_code] cannot be empty", "app code cannot be empty"),
    "no-secret": (
        {"bk_app_code": "shop"},
        "APP Secret [bk_app_secret] cannot be empty",
        "please provide bk_app_secret or bk_signature to verify app",
    ),
    "no-user": (APP, NOBODY, NO_USER),
    "unknown-app": (
        CREDENTIALS | {"bk_app_code": "x"},
        "Invalid APP Code [bk_app_code=x], please confirm if the APP Code has been registered",
        "bk_app_code or bk_app_secret is incorrect",
    ),
    "wrong-secret": (
        CREDENTIALS | {"bk_app_secret": "guess"},
        "APP Secret verification failed, please confirm if the APP Secret and APP Code [bk_app_code=shop] match",
        "bk_app_code or bk_app_secret is incorrect",
    ),
    "unknown-token": (
        APP | {"bk_token": "guess"},
        "User authentication failed, please check if the bk_token is valid",
        NO_USER,
    ),
    "expired-token": (
        APP | {"bk_token": "stale"},
        "User authentication failed, please check if the bk_token is valid",
        NO_USER,
    ),
    "unverified-name": (
        {"bk_app_code": "kiosk", "bk_app_secret": "k", "bk_username": "alice"},
        NOBODY,
        "user authentication failed, the user indicated by bk_username is not verified",
    ),
    "unknown-access-token": (
        {"access_token": "guess"},
        "User authentication failed, please check if the access_token is valid",
        "access_token is invalid, code: 403",
    ),
    "expired-access-token": (
        {"access_token": "old"},
        "User authentication failed, please check if the access_token is valid",
        "access_token is invalid, code: 403",
    ),
}
PRESENCE = ("nothing", "no-secret", "no-user")


@pytest.fixture
def app(make):
    return make(auth=read_auth(AUTH, source="auth"), edition="v2")


@pytest.fixture
def legacy(make):
    return make(auth=read_auth(AUTH, source="auth"), gateway="esb-legacy", edition="v2")


@pytest.mark.parametrize("case", CREDENTIAL_ERRORS)
def test_esb_refuses_credentials(app, case):
    shown, message, _ = CREDENTIAL_ERRORS[case]

    assert_esb_refusal(esb(app, IDS | shown), 1306000, message)


@pytest.mark.parametrize("case", CREDENTIAL_ERRORS)
def test_older_esb_refuses_credentials(legacy, case):
    shown, message, _ = CREDENTIAL_ERRORS[case]

    assert_esb_refusal(esb(legacy, IDS | shown), 1306000, message)


@pytest.mark.parametrize("case", CREDENTIAL_ERRORS)
def test_gateway_refuses_credentials(app, case):
    shown, _, reason = CREDENTIAL_ERRORS[case]

    message = f'Parameters error [reason="{reason}"]'
    assert_gateway_refusal(apigw(app, header=shown), 400, 1640001, "INVALID_ARGS", message)


@pytest.mark.parametrize("case", PRESENCE)
def test_credentials_must_say_something_where_none_are_declared(make, case):
    app = make()
    shown, message, reason = CREDENTIAL_ERRORS[case]

    assert_esb_refusal(esb(app, IDS | shown), 1306000, message)
    expected = f'Parameters error [reason="{reason}"]'
    assert_gateway_refusal(apigw(app, header=shown), 400, 1640001, "INVALID_ARGS", expected)


def test_gateway_misses_the_header(app):
    message = 'Parameters error [reason="app code cannot be empty"]'

    assert_gateway_refusal(apigw(app, header=None), 400, 1640001, "INVALID_ARGS", message)


@pytest.mark.parametrize("header", ["", "{", "[]", '"text"', "null", "NaN", "\xff", "[" * 50_000])
def test_header_that_is_no_json_is_refused(app, header):
    message = 'Parameters error [reason="request header X-Bkapi-Authorization is not a valid JSON"]'

    assert_gateway_refusal(apigw(app, header=header), 400, 1640001, "INVALID_ARGS", message)
    reply = knock(app, "/api/c/compapi/v2/sops/get_task_status/", header=header)
    assert_esb_refusal(reply, 1306000, "Request header X-Bkapi-Authorization is not a JSON object")


def test_gateway_takes_no_credentials_from_the_query(app):
    reply = apigw(app, "get_task_status/10/2/?bk_app_code=shop&bk_app_secret=s3cret&bk_username=alice", header=None)

    assert body_of(reply)["code"] == 1640001


def test_app_without_the_permission_is_refused(app):
    shown = {"bk_app_code": "kiosk", "bk_app_secret": "k", "bk_token": "fresh"}

    message = "App [bk_app_code=kiosk] has no permission to the API get_task_status"
    assert_esb_refusal(esb(app, IDS | shown), 1306403, message)
    message = "App has no permission to the resource"
    assert_gateway_refusal(apigw(app, header=shown), 403, 1640301, "APP_NO_PERMISSION", message)


@pytest.mark.parametrize("name", ["task_id", "bk_biz_id"])
def test_missing_parameter_is_refused(app, legacy, name):
    said = {key: value for key, value in (IDS | CREDENTIALS).items() if key != name}

    for one in (app, legacy):
        assert_esb_refusal(esb(one, said), 1306406, f"Parameters error, param {name} is required")


def test_gateway_passes_on_that_a_parameter_is_missing(app):
    reply = apigw(app, "operate_task/10/2/", method="POST", body=b"{}")

    assert_system_refusal(reply, 3540000, "param action is required")


@pytest.mark.parametrize(
    ("business", "scope", "message"),
    [
        ("999", "", "project(999) with scope(cmdb_biz) does not exist."),
        ("2", "project", "project(2) with scope(project) does not exist."),
        ("3", "", "project(3) with scope(cmdb_biz) does not exist."),
    ],
)
def test_unknown_business_is_not_found(app, legacy, business, scope, message):
    more = {"scope": scope} if scope else {}

    assert_esb_refusal(esb(app, IDS | CREDENTIALS | {"bk_biz_id": business} | more), 3540400, message)
    assert_esb_refusal(esb(legacy, IDS | CREDENTIALS | {"bk_biz_id": business} | more), 1306000, message)
    query = f"?scope={scope}" if scope else ""
    assert_system_refusal(apigw(app, f"get_task_status/10/{business}/{query}"), 3540400, message)


def test_task_of_another_business_is_not_found(app):
    message = "task[id=99] get status error: TaskFlowInstance matching query does not exist."

    assert_esb_refusal(esb(app, IDS | CREDENTIALS | {"task_id": "99"}), 3599999, message)
    assert_system_refusal(apigw(app, "get_task_status/99/2/"), 3599999, message)
    message = "[API] get_task_detail task[id=99] of project[2] does not exist"
    assert_system_refusal(apigw(app, "get_task_detail/99/2/"), 3540400, message)


@pytest.mark.parametrize(
    ("token", "operation", "action"),
    [
        ("t-eve", "get_task_status", "task_view"),
        ("t-eve", "get_task_detail", "task_view"),
        ("t-eve", "get_task_list", "project_view"),
        ("t-bob", "start_task", "task_operate"),
    ],
)
def test_user_without_the_permission_is_refused(app, legacy, token, operation, action):
    shown = APP | {"bk_token": token}
    message = f"iam authentication exception, please check, action:{action}"
    method = "GET" if operation.startswith("get_") else "POST"
    route = f"{operation}/2/" if operation == "get_task_list" else f"{operation}/10/2/"

    assert_system_refusal(apigw(app, route, header=shown, method=method), 3599999, message, data=None)
    for door, code in ((app, 3599999), (legacy, 1306000)):
        reply = esb(door, IDS | shown, operation) if method == "GET" else posted(door, IDS | shown, operation)
        assert_esb_refusal(reply, code, message)


def test_user_sees_the_granted_tasks_alone(app):
    shown = APP | {"bk_token": "fresh"}

    assert body_of(esb(app, IDS | shown))["result"] is True
    reply = esb(app, IDS | shown | {"task_id": "20"})
    assert_esb_refusal(reply, 3599999, "iam authentication exception, please check, action:task_view")


def test_task_that_a_user_has_made_is_one_of_the_business(app):
    shown = APP | {"bk_token": "fresh"}
    body = b'{"name": "Release"}'
    # No glob of the file has the numbers that clients' tasks get.
    app.api.access.auth = read_auth(AUTH.replace('"1*"', '"5*"'), source="auth")

    made = body_of(apigw(app, "create_task/7/2/", header=shown, method="POST", body=body))["data"]["task_id"]

    assert body_of(apigw(app, f"get_task_status/{made}/2/", header=shown))["data"]["state"] == "CREATED"
    assert body_of(apigw(app, f"get_task_status/{made + 1}/2/", header=shown))["code"] == 3599999


def test_user_whom_nobody_has_declared_sees_nothing(app):
    reply = esb(app, IDS | CREDENTIALS | {"bk_username": "mallory"})

    assert_esb_refusal(reply, 3599999, "iam authentication exception, please check, action:task_view")


@pytest.mark.parametrize("shown", [CREDENTIALS, APP | {"bk_token": "fresh"}, {"access_token": "whole"}])
def test_declared_credentials_are_good_at_every_door(app, legacy, shown):
    assert body_of(esb(app, IDS | shown))["result"] is True
    assert body_of(esb(legacy, IDS | shown))["result"] is True
    reply = apigw(app, header=shown)
    assert body_of(reply)["result"] is True
    assert set(headers_of(reply)) == {"Content-Type", "X-Bkapi-Request-Id"}


def test_token_expires_while_the_server_runs(make, clock):
    text = "apps: [{code: shop, secret: s3cret}]\nusers: [{name: alice, tokens: [{token: t, expires: %s}]}]"
    app = make(auth=read_auth(text % "2026-01-05T10:01:00+08:00", source="auth"))
    said = IDS | APP | {"bk_token": "t"}
    known = body_of(esb(app, said))["result"], body_of(esb(app, said))["result"]

    clock.advance(10 * 365 * 86400)

    assert known == (True, True)
    assert_esb_refusal(esb(app, said), 1306000, "User authentication failed, please check if the bk_token is valid")


@pytest.mark.parametrize("path", ["/api/c/compapi/v2/sops/nothing/", "/api/c/compapi/v2/cc/get_task_status/"])
def test_esb_knows_no_other_path(app, path):
    assert_esb_refusal(knock(app, path), 1306000, f'API not found [method="GET" path="{path}"]', status=404)


@pytest.mark.parametrize("route", ["nothing/10/2/", "get_task_status/10/", "get_task_status/abc/2/", "get_task_status"])
def test_gateway_knows_no_other_path(app, route):
    message = f'API not found [method="GET" path="/api/bk-sops/prod/{route}"]'

    assert_gateway_refusal(apigw(app, route), 404, 1640401, "API_NOT_FOUND", message)


@pytest.mark.parametrize(
    "path",
    [
        "/api/bk-sops/prod/get_task_status/10//2/",
        "/api/bk-sops/prod//get_task_status/10/2/",
        "/api/bk-sops/prod/get_task_status/10%2F/2/",
        "/prod//get_task_status/10/2/",
        "/__s/x/api/bk-sops/prod/get_task_status//10/2/",
        "/api/c/compapi/v2/sops//get_task_status/",
    ],
)
def test_doubled_slash_leads_nowhere(app, path):
    reply = knock(app, path, header=CREDENTIALS)

    assert reply.status == 404
    assert "API not found" in body_of(reply)["message"]


def test_gateway_does_not_know_a_path_by_another_method(app):
    message = 'API not found [method="POST" path="/prod/get_task_status/10/2/"]'

    reply = knock(app, "/prod/get_task_status/10/2/", "POST", header=CREDENTIALS)

    assert_gateway_refusal(reply, 404, 1640401, "API_NOT_FOUND", message)


def test_older_esb_takes_no_post_where_the_call_is_a_get(legacy):
    reply = esb(legacy, method="POST")

    assert_esb_refusal(reply, 1306000, "Request method POST is not allowed, use GET")


def test_older_esb_has_one_code_for_the_system_behind_it(app, legacy):
    said = IDS | CREDENTIALS | {"action": "dance"}

    assert_esb_refusal(posted(app, said, "operate_task"), 3545000, "task command is invalid")
    assert_esb_refusal(posted(legacy, said, "operate_task"), 1306000, "task command is invalid")


def test_gateway_passes_on_what_the_system_refuses(app):
    reply = apigw(app, "operate_task/10/2/", method="POST", body=b'{"action": "dance"}')

    assert_system_refusal(reply, 3545000, "task command is invalid")


@pytest.mark.parametrize(
    ("body", "message"),
    [(b"{", "invalid param format"), (b"action=pause", "invalid param format"), (b"[1]", "invalid param format")],
)
def test_gateway_passes_on_that_a_body_cannot_be_read(app, body, message):
    assert_system_refusal(apigw(app, "start_task/10/2/", method="POST", body=body), 3540000, message)


def test_post_at_the_esb_says_all_in_its_body(make):
    app = make()
    said, operation = IDS | CREDENTIALS | {"action": "dance"}, "operate_task"
    path = ESB.format(operation=operation)

    assert_esb_refusal(esb(app, said, operation, method="POST"), 1306000, "APP Code [bk_app_code] cannot be empty")
    reply = knock(app, f"{path}?{urlencode(said)}", "POST", header=CREDENTIALS)
    assert_esb_refusal(reply, 1306406, "Parameters error, param bk_biz_id is required")
    form = knock(app, path, "POST", body=urlencode(said).encode(), headers=FORM)
    assert_esb_refusal(form, 3545000, "task command is invalid")


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_post_at_the_gateway_says_all_in_its_body(app, body):
    reply = apigw(app, "operate_task/10/2/?action=pause", method="POST", body=body)

    assert_system_refusal(reply, 3540000, "param action is required")


def test_form_carries_objects_and_lists_as_text(make):
    said = {"bk_biz_id": "2", "template_id": "7", "name": "Mine", "constants": '{"${a}": 1}', **CREDENTIALS}

    made = body_of(
        knock(make(), ESB.format(operation="create_task"), "POST", body=urlencode(said).encode(), headers=FORM)
    )

    assert made["data"]["pipeline_tree"]["constants"]["${a}"]["value"] == 1


def test_gateway_takes_no_form(app):
    reply = apigw(app, "operate_task/10/2/", method="POST", body=b"action=dance", headers=FORM)

    assert_system_refusal(reply, 3540000, "invalid param format")


def test_gateway_looks_at_credentials_before_the_system_reads_a_body(app):
    reply = apigw(app, "start_task/10/2/", header={}, method="POST", body=b"{")

    assert body_of(reply)["code"] == 1640001


def test_hex_id_matches_no_route_of_the_system(app):
    node = "n" + "0" * 31

    assert_esb_refusal(esb(app, IDS | CREDENTIALS | {"task_id": node}), 1306201, backend_error(404))
    message = f'API not found [method="GET" path="/api/bk-sops/prod/get_task_status/{node}/2/"]'
    assert_gateway_refusal(apigw(app, f"get_task_status/{node}/2/"), 404, 1640401, "API_NOT_FOUND", message)


def faulty(make, kind, value, gateway="all"):
    """A mock whose every poll meets a fault."""
    play = Play(flow=(Activity(name="A"),), faults=(Fault(kind=kind, value=value, bounds=Bounds()),))
    return make(scenario=Scenario(name="faulty", plays=(play,)), gateway=gateway)


def test_rate_limit_at_every_door(make):
    app = faulty(make, FaultKind.RATE_LIMIT, {"limit": 10, "reset": 5000})

    assert_esb_refusal(esb(app), 1306429, "API rate limit exceeded: 10 calls, try again in 5 seconds")
    limits = {"Limit": "10", "Remaining": "0", "Reset": "5", "Plugin": "bk-stage-rate-limit"}
    more = {f"X-Bkapi-RateLimit-{name}": value for name, value in limits.items()}
    message = "API rate limit exceeded by stage strategy"
    assert_gateway_refusal(apigw(app), 429, 1642902, "RATE_LIMIT_RESTRICTION", message, more=more)


UPSTREAM = '[upstream_error="cannot read header from upstream"]'


@pytest.mark.parametrize(
    ("status", "code", "name", "message"),
    [
        (502, 1650200, "BAD_GATEWAY", f"Bad Gateway {UPSTREAM}"),
        (503, 1650300, "SERVICE_UNAVAILABLE", "Service Unavailable"),
        (504, 1650401, "REQUEST_BACKEND_TIMEOUT", f"Request backend service timeout {UPSTREAM}"),
    ],
)
def test_status_of_a_proxy_is_the_gateways_own_error(make, status, code, name, message):
    app = faulty(make, FaultKind.HTTP, status)

    assert_gateway_refusal(apigw(app), status, code, name, message)
    reply = esb(app)
    assert reply.status == status
    assert headers_of(reply) == {"Content-Type": "text/html"}


# what a scenario has in the ESB's words -> what the API gateway says
RETOLD = {
    (1306000, "APP Code [bk_app_code] cannot be empty"): (400, 1640001, "app code cannot be empty"),
    (1306000, "Invalid APP Code [bk_app_code=demo], please check it"): (400, 1640001, "is incorrect"),
    (1306000, "APP Secret verification failed, please check it"): (400, 1640001, "is incorrect"),
    (1306000, NOBODY): (400, 1640001, "valid user identity"),
    (1306403, "App has no permission to the API"): (403, 1640301, "App has no permission"),
    (1306201, backend_error(502)): (502, 1650200, "Bad Gateway"),
    (1306201, backend_error(503)): (503, 1650300, "Service Unavailable"),
    (1306201, backend_error(404)): (404, 1640401, "API not found"),
    (1306201, "SOPS interface response time exceeds 30 seconds"): (504, 1650401, "timeout"),
    (1306429, "slow down"): (429, 1642902, "rate limit"),
}


@pytest.mark.parametrize("told", RETOLD, ids=lambda told: f"{told[0]} {told[1][-180:][:60]}")
def test_refusal_in_a_scenario_is_told_in_the_doors_own_words(make, told):
    app = faulty(make, FaultKind.ENVELOPE, {"code": told[0], "message": told[1]})
    status, code, words = RETOLD[told]

    assert_esb_refusal(esb(app), *told)
    reply = apigw(app)
    assert (reply.status, body_of(reply)["code"]) == (status, code)
    assert headers_of(reply)["X-Bkapi-Error-Code"] == str(code)
    assert words in body_of(reply)["message"]


def test_gateways_own_code_in_a_scenario_stays_what_it_is(make):
    app = faulty(make, FaultKind.ENVELOPE, {"code": 1640301, "message": "App has no permission to the resource"})

    reply = apigw(app)
    assert_gateway_refusal(reply, 403, 1640301, "APP_NO_PERMISSION", "App has no permission to the resource")
    assert body_of(esb(app))["code"] == 1306403


@pytest.mark.parametrize("data", [None, {}, ""])
def test_systems_own_refusal_in_a_scenario_is_the_same_at_every_door(make, data):
    value = {"code": 3599999, "message": "iam authentication exception, please check, action:task_view", "data": data}
    app, legacy = (faulty(make, FaultKind.ENVELOPE, value, gateway) for gateway in ("all", "esb-legacy"))

    assert_system_refusal(apigw(app), value["code"], value["message"], data=data)
    assert (body_of(esb(app))["code"], body_of(esb(app))["data"]) == (3599999, data)
    assert (body_of(esb(legacy))["code"], body_of(esb(legacy))["data"]) == (1306000, data)


def test_older_systems_say_what_permission_is_missing(make):
    permission = {"system_id": "bk_sops", "actions": [{"id": "task_view"}]}
    value = {"code": 9900403, "message": "no permission", "data": None, "permission": permission}
    app = faulty(make, FaultKind.ENVELOPE, value)

    assert_system_refusal(apigw(app), 9900403, "no permission", data=None, permission=permission)
    at_esb = body_of(esb(app))
    assert (at_esb["code"], at_esb["permission"]) == (9900403, permission)
    for body in (body_of(apigw(app)), at_esb):
        assert Contract("v2", strictness="strict").check_response(body).violations == ()


@pytest.mark.parametrize(("status", "code"), [(413, 1641301), (431, 1640001), (408, 1640001), (500, 1650001)])
def test_broken_request_is_refused_in_the_doors_own_words(app, status, code):
    from taskmock.mockserver.http.message import Call

    at_gateway = app.refuse(status, "no good", Call("GET", "/api/bk-sops/prod/get_task_status/10/2/"))
    at_esb = app.refuse(status, "no good", Call("GET", "/api/c/compapi/v2/sops/get_task_status/"))

    assert (at_gateway.status, body_of(at_gateway)["code"]) == (status, code)
    assert headers_of(at_gateway)["X-Bkapi-Error-Code"] == str(code)
    assert_esb_refusal(at_esb, 1306000, "no good", status=status)
