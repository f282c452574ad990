"""Which doors a mock has, and that all of them lead to the same tasks."""

import json
import types

import pytest
from click.testing import CliRunner

from support.gateway_calls import CREDENTIALS, IDS, apigw, body_of, esb, knock
from support.mock_calls import admin, send
from taskmock.contracts import Contract
from taskmock.mockserver import ManualClock, MockServer
from taskmock.mockserver.api.bk_sops.gateways import registry
from taskmock.mockserver.cli.serve import serve_command
from taskmock.mockserver.server.settings import Settings
from taskmock.schemas import GATEWAYS, load_gateways

HEADER = {"X-Bkapi-Authorization": json.dumps(CREDENTIALS)}
STATUS = "/api/bk-sops/prod/get_task_status/10/2/"
DECLARED = {
    "apps": [{"code": "shop", "secret": "s3cret", "names_users": True}],
    "users": [{"name": "alice", "tokens": [{"token": "t0ken", "expires": "2030-01-01T00:00:00Z"}]}],
}


def test_gateways_of_the_schemas_are_those_there_are():
    assert tuple(load_gateways()) == tuple(registry.GATEWAYS) == GATEWAYS


@pytest.mark.parametrize(
    ("gateway", "opens"),
    [("esb", (True, False)), ("esb-legacy", (True, False)), ("apigw", (False, True)), ("all", (True, True))],
)
def test_setting_opens_doors(make, gateway, opens):
    app = make(gateway=gateway)

    assert (esb(app).status == 200, apigw(app).status == 200) == opens


def test_stage_may_look_like_a_path_of_the_mocks_own(make):
    app = make()

    assert apigw(app).body == knock(app, "/__main__/get_task_status/10/2/", header=CREDENTIALS).body
    assert knock(app, "/__main__/health").status == 404


def test_unknown_gateway_is_refused():
    with pytest.raises(ValueError, match=r"unknown gateway 'apigv': choose one of esb, .*; did you mean 'apigw'\?"):
        Settings(gateway="apigv")


def test_all_doors_lead_to_the_same_task(make, clock):
    app = make(edition="v2")
    clock.advance(5)

    at_esb, at_gateway = body_of(esb(app)), body_of(apigw(app))
    at_stage = body_of(knock(app, "/stag/get_task_status/10/2/", header=CREDENTIALS))

    assert at_esb["data"] == at_gateway["data"] == at_stage["data"]
    assert at_gateway.keys() == {"result", "data", "code", "message"}
    for body in (at_esb, at_gateway):
        assert Contract("v2", strictness="strict").check_response(body).ok


def test_leading_zeros_and_missing_slash_lead_to_a_task(make):
    app = make()

    assert body_of(apigw(app, "get_task_status/10/2"))["result"] is True


def test_number_is_one_task_however_it_is_written(make):
    app = make()

    body_of(esb(app, IDS | CREDENTIALS | {"task_id": "007"}))
    body_of(apigw(app, "get_task_status/0007/2/"))
    body_of(esb(app, IDS | CREDENTIALS | {"task_id": 7}))

    assert [entry.task_id for entry in app.journal.find()] == ["7", "7", "7"]


@pytest.mark.parametrize("number", ["9" * 18, "0"])
def test_any_number_is_a_task(make, number):
    assert body_of(apigw(make(), f"get_task_status/{number}/2/"))["result"] is True


@pytest.mark.parametrize("number", ["9" * 19, "9" * 5000, "-1", "1.5", "%D9%A3"])
def test_what_is_no_number_is_no_task_at_the_gateway(make, number):
    assert apigw(make(), f"get_task_status/{number}/2/").status == 404


def test_task_is_operated_through_the_gateway(make, clock):
    app = make(edition="v2", scenario="failed-then-retried")
    clock.advance(1)
    apigw(app)

    paused = apigw(app, "operate_task/10/2/", method="POST", body=b'{"action": "pause"}')

    assert body_of(paused) == {"result": True, "data": {}, "code": 0, "message": "success"}
    assert body_of(apigw(app))["data"]["state"] == "SUSPENDED"


def test_session_of_a_prefix_works_at_the_gateway(make):
    app = make()

    reply = knock(app, "/__s/anna" + STATUS, header=CREDENTIALS)

    assert dict(reply.headers)["X-Mock-Session"] == "anna"


def test_header_may_name_the_session(make):
    app = make(session_from="bk_username")

    assert dict(apigw(app).headers)["X-Mock-Session"] == "alice"


def test_known_poll_is_answered_inline_with_the_same_bytes(make):
    app = make()
    first = apigw(app)
    from taskmock.mockserver.http.message import Call

    call = Call("GET", STATUS, (("x-bkapi-authorization", json.dumps(CREDENTIALS)),))
    again = app.answer_inline(call)

    assert again is not None
    assert body_of(again)["data"] == body_of(first)["data"]
    assert dict(again.headers).keys() == dict(first.headers).keys()


def test_task_url_leads_through_the_first_door():
    with MockServer(clock=ManualClock(), settings=Settings(gateway="apigw")) as mock:
        task = mock.play(task_id="12")

        assert task.url == f"{mock.url}/api/bk-sops/prod/get_task_status/12/2/"
        assert send(task.url, headers=HEADER).json["result"] is True
        assert "X-Bkapi-Authorization: {" in send(mock.url, "/").body.decode("utf-8")


def test_auth_is_declared_shown_without_secrets_and_dropped_while_the_mock_runs():
    with MockServer(clock=ManualClock()) as mock:
        before = send(mock.url, STATUS, headers=HEADER).json["code"]

        shown = admin(mock.url, "/auth", "PUT", DECLARED | {"apps": [{"code": "other", "secret": "x"}]})
        refused = send(mock.url, STATUS, headers=HEADER)
        admin(mock.url, "/auth", "PUT", DECLARED)
        good = send(mock.url, STATUS, headers=HEADER).json["code"]
        admin(mock.url, "/auth", "DELETE")
        anybody = {"X-Bkapi-Authorization": '{"access_token": "any"}'}
        dropped = send(mock.url, STATUS, headers=anybody).json["code"]

        assert (before, refused.json["code"], good, dropped) == (0, 1640001, 0, 0)
        assert refused.headers["X-Bkapi-Error-Code"] == "1640001"
        assert shown == {
            "apps": [{"code": "other", "secrets": ["***"], "names_users": False}],
            "users": [
                {
                    "name": "alice",
                    "tokens": [{"token": "***", "expires": "2030-01-01T00:00:00Z"}],
                    "access_tokens": [],
                }
            ],
            "businesses": None,
        }
        assert admin(mock.url, "/auth") == {"apps": None, "users": None, "businesses": None}


def test_wrong_declaration_changes_nothing_and_says_what_is_wrong():
    with MockServer(clock=ManualClock()) as mock:
        refused = send(mock.url, "/__admin/auth", "PUT", {"apps": [{"code": "a", "secret": ["sesame"]}]})

        assert refused.status == 400
        assert refused.json["error"] == "the body:1:35: secret is a list; allowed: text"
        assert send(mock.url, STATUS, headers=HEADER).json["code"] == 0


def test_no_secret_is_in_the_journal_or_the_log():
    with MockServer(clock=ManualClock()) as mock:
        lines = []
        mock.app.observers.append(types.SimpleNamespace(observe=lambda exchange: lines.append(repr(exchange.entry))))
        shown = {"bk_app_code": "shop", "bk_app_secret": "sesame", "bk_token": "sesame", "access_token": "sesame"}
        send(mock.url, STATUS, headers={"X-Bkapi-Authorization": json.dumps(shown)})
        send(mock.url, "/api/c/compapi/v2/sops/get_task_status/", "POST", IDS | shown)
        send(
            mock.url, "/api/c/compapi/v2/sops/get_task_status/?bk_app_secret=sesame&BK_TOKEN=sesame&access_token=sesame"
        )
        recorded = send(mock.url, "/__admin/requests").body

        assert len(lines) == 3
        assert not any("sesame" in line for line in lines)
        assert b"sesame" not in recorded


def test_broken_auth_file_keeps_the_server_from_starting(tmp_path):
    file = tmp_path / "auth.yaml"
    file.write_text("apps: [{code: a, secret: [sesame]}]", encoding="utf-8")

    ended = CliRunner().invoke(serve_command, ["--auth", str(file), "--port", "0"])

    assert ended.exit_code == 2
    assert ended.output == f"Error: {file}:1:26: secret is a list; allowed: text\n"


def test_operation_is_seen_by_other_calls_before_the_next_poll(make):
    app = make(edition="v2", clock="polls")
    made = body_of(apigw(app, "create_task/7/2/", method="POST", body=b'{"name": "Release"}'))["data"]["task_id"]
    apigw(app, f"get_task_status/{made}/2/")

    apigw(app, f"start_task/{made}/2/", method="POST", body=b"{}")

    listed = body_of(apigw(app, "get_task_list/2/"))["data"]
    assert [task["is_started"] for task in listed if task["id"] == made] == [True]
    apigw(app, f"operate_task/{made}/2/", method="POST", body=b'{"action": "pause"}')
    waits = body_of(
        apigw(
            app,
            "get_tasks_manual_intervention_state/2/",
            method="POST",
            body=json.dumps({"task_id_list": [made]}).encode("ascii"),
        )
    )
    assert waits["data"] == [{"id": made, "manual_intervention_required": True}]
