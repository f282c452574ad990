"""Who may use the admin API: whoever has the token if there is one, and no page of another site."""

import base64

import pytest

from support.mock_calls import admin, send, status_of
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.settings import Settings

SESSIONS = "/__admin/sessions"


@pytest.fixture(scope="module")
def guarded():
    with MockServer(settings=Settings(admin_token="s3cret")) as server:
        yield server.url


def basic(password):
    return "Basic " + base64.b64encode(f"anna:{password}".encode()).decode()


@pytest.mark.parametrize(
    "authorization",
    [None, "Bearer", "Bearer ", "Bearer wrong", "s3cret", basic("wrong"), "Basic s3cret", "Bearer s\xe9cret"],
)
def test_call_without_the_token_is_refused(guarded, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}

    answer = send(guarded, SESSIONS, headers=headers)

    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert answer.json == {
        "error": "the admin API wants its token",
        "allowed": "Authorization: Bearer TOKEN, or the token as the password of any user",
    }


@pytest.mark.parametrize("authorization", ["Bearer s3cret", "bearer s3cret", basic("s3cret")])
def test_call_with_the_token_is_answered(guarded, authorization):
    assert send(guarded, SESSIONS, headers={"Authorization": authorization}).status == 200


def test_health_and_the_mocked_api_need_no_token(guarded):
    assert send(guarded, "/__admin/health").status == 200
    assert send(guarded, status_of()).json["result"] is True


def test_command_line_takes_the_token_from_the_environment(monkeypatch):
    from taskmock.mockserver.cli.serve import serve_command

    monkeypatch.setenv("TASKMOCK_ADMIN_TOKEN", "from the environment")
    context = serve_command.make_context("serve", [])

    assert context.params["admin_token"] == "from the environment"


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("target", ["/__admin/use?session=anna", SESSIONS, "/__admin/health"])
def test_page_of_another_site_is_refused(mock, target, headers):
    answer = send(mock.url, target, headers=headers)

    assert answer.status == 403
    assert answer.json["error"] == "pages of other sites cannot use the admin API"
    assert "Set-Cookie" not in answer.headers
    assert mock.app.playback.store.sessions() == ()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin"},
        # What a dev server's proxy forwards: the page's origin, and another host.
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost:5173"},
    ],
    ids=str,
)
def test_own_page_is_answered(mock, headers):
    assert send(mock.url, SESSIONS, headers=headers).status == 200


def test_page_of_an_old_browser_is_answered_on_its_own_site(mock):
    assert send(mock.url, "/__admin/reset", "POST", {}, {"Origin": mock.url}).status == 200


def test_admin_calls_are_not_in_the_journal(mock):
    admin(mock.url, "/sessions")

    assert admin(mock.url, "/requests") == {"requests": []}
