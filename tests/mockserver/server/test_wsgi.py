"""The application as WSGI: the same answers as over a socket."""

import io
import json
from wsgiref.validate import validator

import httpx
import pytest
from werkzeug.test import Client

from support.app_calls import EXAMPLE, STATUS, ask, target
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.server.settings import Settings, build_app


@pytest.mark.parametrize(
    "path",
    [
        target(),
        target(task_id="发布 10 & more"),
        target() + "&task_id=%ff",
        STATUS,
        "/nowhere",
        "/%E4%BB%BB%E5%8A%A1",
        "/__s/a%2520b" + target(),
        "/__s/50%25" + target(),
        "/__admin/health",
        "/__admin/nowhere",
    ],
)
def test_wsgi_answers_as_the_front_does(path):
    app, same = (build_app(Settings(clock=ManualClock())) for _ in range(2))

    answer = Client(app).get(path)

    expected = ask(same, path)
    assert (answer.status_code, answer.data) == (expected.status, expected.body)
    assert {name: answer.headers[name] for name in expected.headers} == expected.headers


def test_wsgi_reads_json_and_forms(app):
    client = Client(app)

    answers = [client.post(STATUS, json=EXAMPLE), client.post(STATUS, data=EXAMPLE), client.get(target())]

    assert len({json.dumps(answer.json["data"]) for answer in answers}) == 1


def test_wsgi_known_call_is_answered_again(app):
    client = Client(app)

    assert client.get(target()).data == client.get(target()).data
    assert [entry.reading.poll for entry in app.journal.find()] == [1, 2]


def test_wsgi_head_has_no_body(app):
    answer = Client(app).head(target())

    assert (answer.status_code, answer.data) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 100


def test_wsgi_takes_raw_bytes_in_a_query(app):
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": STATUS,
        "QUERY_STRING": "a=\x80\xff b",
        "SERVER_NAME": "mock",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
    }
    started = []

    body = b"".join(app(environ, lambda status, headers: started.append(status)))

    assert started == ["200 OK"]
    assert json.loads(body)["message"] == "APP Code [bk_app_code] cannot be empty"


@pytest.mark.filterwarnings("ignore::wsgiref.validate.WSGIWarning")
def test_wsgi_keeps_to_the_specification(app):
    with httpx.Client(transport=httpx.WSGITransport(validator(app)), base_url="http://mock") as client:
        assert client.get(target()).json()["result"] is True
