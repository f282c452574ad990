"""Calls of the real API that are not mocked are told by their names, and apps call by themselves below `/system/`."""

import itertools
import re
from urllib.parse import urlencode

import pytest

from support.gateway_calls import (
    APIGW,
    CREDENTIALS,
    ESB,
    apigw,
    assert_esb_refusal,
    assert_gateway_refusal,
    assert_system_refusal,
    body_of,
    knock,
)
from taskmock.mockserver.api.bk_sops.access.auth_file import read_auth
from taskmock.mockserver.api.bk_sops.routes import OTHER_CALLS
from taskmock.schemas import load_operations

AUTH = """
apps: [{code: shop, secret: s3cret}]
users: [{name: alice, tokens: [fresh], sees: [{bk_biz_id: 2}]}]
"""
APP = {"bk_app_code": "shop", "bk_app_secret": "s3cret"}


def told(name):
    return f"{name} is not mocked: it is a call of the real API that taskmock does not answer"


def test_gateway_tells_a_call_that_is_not_mocked_by_its_name(make):
    app = make()

    for call, inside in itertools.product(OTHER_CALLS, ("", "system/")):
        reply = apigw(app, inside + re.sub(r"\{\w+\}", "7", call["route"]), method=call["method"])
        assert_gateway_refusal(reply, 501, 1650100, "NOT_MOCKED", told(call["name"]))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_esb_tells_a_call_that_is_not_mocked_by_its_name(make, method):
    reply = knock(make(), ESB.format(operation="get_periodic_task_list"), method)

    assert_esb_refusal(reply, 1306501, told("get_periodic_task_list"), status=501)


def test_post_with_its_parameters_in_the_query_alone_lacks_them(make):
    app = make()
    query = urlencode({"bk_biz_id": 2, "template_id": 5, "name": "Mine"})

    at_esb = knock(app, f"{ESB.format(operation='create_and_start_task')}?{query}", "POST", header=CREDENTIALS)
    at_gateway = apigw(app, f"create_and_start_task/5/2/?{query}", method="POST")

    assert_esb_refusal(at_esb, 1306406, "Parameters error, param bk_biz_id is required")
    message = "task parmas is invalid: name is not a text of 1 to 100 characters"
    assert_system_refusal(at_gateway, 3540000, message)


def test_no_call_is_both_mocked_and_not():
    others = [call["name"] for call in OTHER_CALLS]

    assert len(set(others)) == len(others)
    assert not set(others) & set(load_operations())


def test_path_of_no_real_call_stays_unknown(make):
    message = f'API not found [method="GET" path="{APIGW}get_periodic_task_lists/2/"]'

    assert_gateway_refusal(apigw(make(), "get_periodic_task_lists/2/"), 404, 1640401, "API_NOT_FOUND", message)


def test_stage_like_a_path_of_the_mocks_own_keeps_it(make):
    app = make()

    assert body_of(knock(app, "/__admin/health"))["status"] == "healthy"
    assert knock(app, "/__admin/get_user_project_detail/2/").status == 404


def test_app_calls_by_itself_below_system(make):
    app = make(edition="v2")

    reply = apigw(app, "system/get_task_status/10/2/", header=APP, headers={"X-Bk-Tenant-Id": "default"})

    assert body_of(reply) == body_of(apigw(app))
    assert body_of(apigw(app, header=APP))["code"] == 1640001


def test_app_by_itself_speaks_for_a_user_it_names(make):
    app = make(edition="v2", auth=read_auth(AUTH, source="auth"))

    assert body_of(apigw(app, "system/get_task_status/10/2/", header=CREDENTIALS))["result"]
    refused = apigw(app, "system/get_task_status/10/2/", header=APP)
    message = "iam authentication exception, please check, action:task_view"
    assert_system_refusal(refused, 3599999, message, data=None)
