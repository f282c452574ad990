"""The admin path that tells whether the server is well."""

import importlib.metadata

from support.app_calls import ask, target
from support.mock_calls import send


def test_health_tells_version_and_sessions(mock):
    send(mock.url, "/__s/one" + target())

    answer = send(mock.url, "/__admin/health")

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    version = importlib.metadata.version("taskmock")
    assert answer.json == {
        "status": "healthy",
        "version": version,
        "edition": "doc-2019",
        "session": "default",
        "sessions": 1,
        "broken": [],
        "refused": [],
    }


def test_health_tells_the_callers_session(app):
    assert ask(app, "/__s/one/__admin/health/").json["session"] == "one"


def test_health_is_no_call_of_the_api(app):
    ask(app, "/__admin/health")

    assert app.journal.find() == ()


def test_health_refuses_other_methods(app):
    answer = ask(app, "/__admin/health", method="POST")

    assert answer.status == 405
    assert answer.json == {"error": "POST is not allowed here", "allowed": ["GET"]}


def test_unknown_admin_path_lists_those_there_are(app):
    answer = ask(app, "/__admin/helth")

    assert answer.status == 404
    assert answer.json["error"] == "no such path: /__admin/helth"
    assert "/__admin/health" in answer.json["paths"]
