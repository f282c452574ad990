"""Negative probes change nothing; only a malformed answer to one is a finding."""

import json

import pytest

from support.raw_server import GOOD, raw_server
from support.verify_runs import reports, verify
from taskmock.contracts.verify import Credentials, Target, probe
from taskmock.contracts.verify.probes import PROBES
from taskmock.mockserver import MockServer, Settings
from taskmock.mockserver.api.bk_sops.access.auth import App, Auth, User

NAMES = [one.name for one in PROBES]
BY_GATEWAY = {"esb": NAMES, "esb-legacy": NAMES, "apigw": NAMES[1:]}


@pytest.mark.parametrize("gateway", list(BY_GATEWAY))
def test_mock_answers_every_probe_well(gateway):
    settings = Settings(clock="polls", edition="v2", gateway="esb-legacy" if gateway == "esb-legacy" else "all")
    with MockServer(settings=settings) as server:
        ended = verify(server.url, "--probes", "--gateway", gateway, "--format", "json")

    assert ended.exit_code == 0
    assert [report["source"] for report in reports(ended)] == [f"probe {name}" for name in BY_GATEWAY[gateway]]
    assert {code for report in reports(ended) for code in report["codes"]} == {"verify.accepted"}


def test_refusals_are_told_on_the_way():
    with MockServer(settings=Settings(clock="polls", edition="v2")) as server:
        ended = verify(server.url, "--probes", "--task-id", "10")

    assert ended.stderr.splitlines() == [
        "task 10: poll 1: CREATED",
        "probe missing-parameter: refused, code 1306406: Parameters error, param task_id is required",
        "probe unknown-task: CREATED",
        "probe wrong-credentials: RUNNING",
        "probe no-credentials: refused, code 1306000: APP Code [bk_app_code] cannot be empty",
    ]


@pytest.mark.parametrize("gateway", list(BY_GATEWAY))
def test_probes_only_read(gateway):
    target = Target("http://127.0.0.1:1", gateway=gateway)
    calls = [one.call(target, {"bk_biz_id": "2"}) for one in PROBES if gateway in one.gateways]

    assert {(call.method, call.writes, call.body) for call in calls} == {("GET", False, None)}


def test_probes_are_off_unless_asked_for():
    with raw_server(lambda line: line.answer()) as server:
        verify(server.url, "--task-id", "10")

    assert len(server.lines) == 1


def test_accepted_probe_is_a_warning():
    with raw_server(lambda line: line.answer(GOOD)) as server:
        found = list(probe(Target(server.url), {"bk_biz_id": "2"}, rate=None))

    assert [(one.name, one.report.ok) for one in found] == [(name, True) for name in NAMES]
    assert [violation.message for one in found for violation in one.report.violations] == ["the call is accepted"] * 4


def test_malformed_answer_to_a_probe_is_found():
    refused = json.dumps({"result": False, "code": "no", "data": None, "request_id": "0" * 32}).encode("ascii")

    def behave(line):
        if "task_id" not in line.target:
            line.answer(b"<html>Traceback</html>", status="500 Internal Server Error", Content_Type="text/html")
        elif "taskmock-probe" in line.headers()["x-bkapi-authorization"]:
            line.answer(b"<html>Please log in</html>", Content_Type="text/html")
        else:
            line.answer(refused)

    with raw_server(behave) as server:
        ended = verify(server.url, "--probes", "--format", "json")

    assert ended.exit_code == 1
    assert {report["source"]: set(report["codes"]) for report in reports(ended)} == {
        "probe missing-parameter": {"http.status"},
        "probe unknown-task": {"envelope.missing", "envelope.type"},
        "probe wrong-credentials": {"body.html"},
        "probe no-credentials": {"envelope.missing", "envelope.type"},
    }


def test_stranger_is_refused_where_applications_are_declared():
    auth = Auth(apps=(App(code="app", secrets=("a-long-secret",), names_users=True),), users=(User(name="anna"),))
    credentials = Credentials("app", "a-long-secret", bk_username="anna")
    with MockServer(settings=Settings(edition="v2", auth=auth)) as server:
        target = Target(server.url, credentials=credentials)
        found = {one.name: one for one in probe(target, {"bk_biz_id": "2"}, rate=None)}

    refusal = found["wrong-credentials"].seen.refusal
    assert refusal is not None
    assert refusal.code == 1306000
    assert found["unknown-task"].seen.refusal is None
    assert all(one.report.ok for one in found.values())
