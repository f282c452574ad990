"""Which answers are about who calls."""

import json

import pytest

from taskmock.contracts.verify.answers import decoded, speaks_of_credentials
from taskmock.contracts.verify.transport.exchange import Call, Exchange
from taskmock.schemas import load_gateways

ABOUT_CALLERS = {
    *("app code missing", "app unknown", "app secret missing", "app secret wrong", "user missing", "user unverified"),
    *("token invalid", "access token invalid", "authorization unreadable", "app not permitted"),
}
REFUSALS = [
    (message["message"], name in ABOUT_CALLERS)
    for gateway in ("esb", "apigw")
    for name, message in load_gateways()[gateway]["refusals"].items()
]


def answer(body=b"", status=200):
    return decoded(1, Exchange(Call("get_task_status", "GET", "http://localhost/"), 0.0, 0.0, status, body=body))


def refusal(message):
    return answer(json.dumps({"result": False, "code": 1, "message": message}).encode())


@pytest.mark.parametrize(("message", "is_about_callers"), REFUSALS)
def test_refusals_of_the_gateways_are_told_apart(message, is_about_callers):
    assert speaks_of_credentials(refusal(message)) == is_about_callers


@pytest.mark.parametrize(
    ("message", "is_about_callers"),
    [
        ("you have no permission to task[10]", True),
        ("用户权限不足", True),
        ("登录态已失效", True),
        ("the token has expired", True),
        ("Invalid token", True),
        ("task with id 10 does not exist", False),
        ("Unexpected token < in JSON at position 0", False),
        ("任务不存在", False),
        (None, False),
    ],
)
def test_refusals_of_the_system_are_told_apart(message, is_about_callers):
    assert speaks_of_credentials(refusal(message)) == is_about_callers


@pytest.mark.parametrize(("status", "is_about_callers"), [(401, True), (403, True), (404, False), (502, False)])
def test_statuses_are_told_apart(status, is_about_callers):
    assert speaks_of_credentials(answer(b"<html></html>", status)) == is_about_callers


@pytest.mark.parametrize("result", [True, "true", "false", 1, 0, None])
def test_task_is_seen_as_the_judge_sees_it(result):
    seen = answer(json.dumps({"result": result, "data": {"state": "FINISHED"}}).encode())

    assert (seen.state, seen.refusal) == ("FINISHED", None)
