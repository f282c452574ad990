"""A mock that is strict about sessions refuses a call that names none, in the door's own words."""

import pytest

from support.mock_calls import SOPS, admin, operate, send, status_of
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.settings import Settings

MESSAGE = (
    "the call names no session, and this mock is strict; name one in the path (/__s/NAME/api/…), the header "
    "X-Mock-Session, the cookie taskmock_session"
)


@pytest.fixture
def strict(request):
    settings = Settings(strict_sessions=True, session_from=getattr(request, "param", None))
    with MockServer(clock=ManualClock(), settings=settings) as server:
        yield server.url


def test_call_without_a_session_is_refused(strict):
    answer = send(strict, status_of())

    assert answer.status == 400
    assert answer.json | {"request_id": ""} == {
        "result": False,
        "data": None,
        "message": MESSAGE,
        "code": 1306000,
        "request_id": "",
    }
    assert admin(strict, "/sessions") == {"sessions": []}


def test_operation_without_a_session_is_refused(strict):
    assert operate(strict, "start_task")["message"] == MESSAGE


@pytest.mark.parametrize(
    ("prefix", "headers"),
    [("/__s/anna", {}), ("", {"X-Mock-Session": "anna"}), ("", {"Cookie": "taskmock_session=anna"})],
)
def test_call_that_names_a_session_is_answered(strict, prefix, headers):
    answer = send(strict, prefix + status_of(), headers=headers)

    assert (answer.json["result"], answer.headers["X-Mock-Session"]) == (True, "anna")


@pytest.mark.parametrize("strict", ["bk_username"], indirect=True)
def test_credential_names_a_session_where_it_was_chosen(strict):
    assert send(strict, status_of()).headers["X-Mock-Session"] == "anna"
    answer = send(strict, f"{SOPS}get_task_status/?bk_app_code=a&bk_app_secret=b&bk_token=c&bk_biz_id=2&task_id=10")
    assert answer.json["message"] == f"{MESSAGE}, or the credential bk_username"


def test_admin_api_needs_no_session(strict):
    assert admin(strict, "/health")["session"] == "default"


def test_command_line_has_the_flag():
    from taskmock.mockserver.cli.serve import serve_command

    assert serve_command.make_context("serve", ["--strict-sessions"]).params["strict_sessions"] is True
