"""A WSGI application behind the front."""

from __future__ import annotations

import io
import wsgiref.validate

import pytest
import werkzeug

from taskmock.mockserver.front.message import Call, Reply
from taskmock.mockserver.front.wsgi import build_environ, call_wsgi


def test_environ_is_made_of_the_call_alone(monkeypatch):
    monkeypatch.setenv("HTTP_X_SECRET", "from the process")
    monkeypatch.setenv("TASKMOCK_SECRET", "from the process")
    headers = (
        ("host", "mock:8070"),
        ("content-type", "application/json"),
        ("content-length", "2"),
        ("cookie", "a=1"),
        ("cookie", "b=2"),
        ("x-two", "1"),
        ("x-two", "2"),
        ("x_two", "spoofed"),
    )

    environ = build_environ(Call("POST", "/a%2Fb/%E4%B8%AD?q=%E4&r", headers, b"{}", "1.1", "10.0.0.1"))

    assert environ.pop("wsgi.errors") is not None
    body = environ.pop("wsgi.input")
    assert isinstance(body, io.BytesIO)
    assert body.getvalue() == b"{}"
    assert environ == {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/a/b/\xe4\xb8\xad",
        "QUERY_STRING": "q=%E4&r",
        "REQUEST_URI": "/a%2Fb/%E4%B8%AD?q=%E4&r",
        "RAW_URI": "/a%2Fb/%E4%B8%AD?q=%E4&r",
        "SERVER_NAME": "mock",
        "SERVER_PORT": "8070",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "10.0.0.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": "2",
        "HTTP_HOST": "mock:8070",
        "HTTP_COOKIE": "a=1; b=2",
        "HTTP_X_TWO": "1,2",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


@pytest.mark.parametrize(
    ("host", "name", "port"),
    [("mock", "mock", "80"), ("[::1]:8070", "[::1]", "8070"), ("[::1]", "[::1]", "80"), (None, "localhost", "80")],
)
def test_environ_names_the_server_of_the_host_header(host, name, port):
    environ = build_environ(Call("GET", "/", (("host", host),) if host else ()))

    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == (name, port)


def test_chunked_body_has_its_length():
    environ = build_environ(Call("POST", "/", (("transfer-encoding", "chunked"),), b"abc"))

    assert (environ["CONTENT_LENGTH"], "HTTP_TRANSFER_ENCODING" in environ) == ("3", False)


@pytest.mark.parametrize(("method", "body"), [("GET", b"chunks"), ("HEAD", b"")])
def test_call_passes_the_wsgi_validator(method, body):
    def app(environ, start_response):
        start_response("202 Accepted", [("Content-Type", "text/plain")])
        return [body]

    reply = call_wsgi(wsgiref.validate.validator(app), Call(method, "/", (("host", "h"),)))

    assert reply == Reply(202, (("Content-Type", "text/plain"),), body)


def test_werkzeug_application_answers_over_the_socket(stand):
    @werkzeug.Request.application
    def app(request):
        return werkzeug.Response(f"{request.method} {request.path} {request.args['q']} {request.get_json()}")

    stand.desk._reply = lambda call: call_wsgi(app, call)
    client = stand.connect()
    head = "POST /%E4%B8%AD?q=%E6%96%87 HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 7"
    client.send(f'{head}\r\n\r\n{{"a":1}}'.encode())

    assert client.answer().body.decode() == "POST /中 文 {'a': 1}"


def test_werkzeug_head_answer_keeps_its_length(stand):
    @werkzeug.Request.application
    def app(_request):
        return werkzeug.Response("0123456789")

    stand.desk._reply = lambda call: call_wsgi(app, call)
    client = stand.connect()

    client.send(b"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")

    assert client.answer(bodiless=True).headers["content-length"] == "10"


def test_write_callable_comes_before_the_chunks():
    def app(_environ, start_response):
        start_response("200 OK", [])(b"written ")
        return iter([b"and ", b"given"])

    assert call_wsgi(app, Call("GET", "/")).body == b"written and given"


def test_start_response_may_be_called_in_the_iteration():
    def app(_environ, start_response):
        start_response("200 OK", [("X-A", "1")])
        yield b"late"

    assert call_wsgi(app, Call("GET", "/")) == Reply(200, (("X-A", "1"),), b"late")


def test_answer_is_closed_after_a_crash():
    closed = []

    class Answer:
        def __iter__(self):
            raise ValueError("in the middle")

        def close(self):
            closed.append(True)

    with pytest.raises(ValueError, match="in the middle"):
        call_wsgi(lambda _environ, _start: Answer(), Call("GET", "/"))

    assert closed == [True]


def test_start_response_is_called_again_with_exc_info_only():
    def app(_environ, start_response):
        start_response("200 OK", [])
        start_response("500 Oops", [("X-A", "1")], (ValueError, ValueError(), None))
        return [b"replaced"]

    assert call_wsgi(app, Call("GET", "/")) == Reply(500, (("X-A", "1"),), b"replaced")


def test_start_response_twice_is_an_error():
    def app(_environ, start_response):
        start_response("200 OK", [])
        start_response("200 OK", [])
        return []

    with pytest.raises(RuntimeError, match=r"^start_response was called twice without exc_info$"):
        call_wsgi(app, Call("GET", "/"))


def test_start_response_never_called_is_an_error():
    with pytest.raises(RuntimeError, match=r"^the WSGI application never called start_response$"):
        call_wsgi(lambda _environ, _start: [b"x"], Call("GET", "/"))
