"""A call as the environment of a WSGI application."""

from __future__ import annotations

import io
from wsgiref.validate import check_environ

import pytest
import werkzeug

from taskmock.mockserver.http.message import Call
from taskmock.mockserver.http.wsgi import build_environ


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


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_environ_passes_the_wsgi_validator(method):
    # The validator raises AssertionError at whatever breaks PEP 3333.
    check_environ(build_environ(Call(method, "/", (("host", "h"),))))


def test_werkzeug_reads_a_call_as_it_was_sent():
    headers = (("host", "h"), ("content-type", "application/json"))

    request = werkzeug.Request(build_environ(Call("POST", "/%E4%B8%AD?q=%E6%96%87", headers, b'{"a":1}')))

    assert (request.path, request.args["q"], request.get_json()) == ("/中", "文", {"a": 1})
