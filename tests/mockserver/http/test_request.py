"""How every kind of well-formed request is understood."""

from __future__ import annotations

import pytest
import requests

from taskmock.mockserver.http.message import Reply


def test_chunked_request_body_is_joined(stand):
    client = stand.connect()

    client.send(b"POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n")
    client.send(b"2\r\nde\r\n0\r\nTrailer: t\r\n\r\n")

    assert client.answer().json["body"] == "abcde"
    assert "trailer" not in dict(stand.desk.calls[0].headers)


def test_chunked_request_of_requests_is_read(stand):
    answer = requests.post(f"{stand.url}/c", data=iter([b"abc", b"de"]), timeout=60)

    assert answer.json()["body"] == "abcde"


def test_request_in_single_bytes_is_read(stand):
    client = stand.connect()

    for byte in b"POST /s HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc":
        client.send(bytes([byte]))

    assert client.answer().json == {"method": "POST", "target": "/s", "body": "abc"}


def test_head_has_the_length_and_no_body(stand):
    stand.deliver("/h", b"0123456789")
    client = stand.connect()

    client.send(b"HEAD /h HTTP/1.1\r\nHost: h\r\n\r\n")
    answer = client.answer(bodiless=True)
    client.get("/next")

    assert answer.headers["content-length"] == "10"
    assert client.answer().json["target"] == "/next"


def test_head_keeps_the_length_of_a_bodiless_reply(stand):
    stand.desk.replies["/h"] = Reply(200, (("Content-Length", "42"),))

    assert requests.head(f"{stand.url}/h", timeout=60).headers["Content-Length"] == "42"


@pytest.mark.parametrize("status", [204, 304])
def test_bodiless_status_sends_neither_body_nor_length(stand, status):
    stand.desk.replies["/none"] = Reply(status, (), b"not sent")
    client = stand.connect()

    client.get("/none")
    answer = client.answer()
    client.get("/next")

    assert "content-length" not in answer.headers
    assert client.answer().json["target"] == "/next"


def test_http_1_0_closes_by_default(stand):
    client = stand.connect()

    client.send(b"GET /old HTTP/1.0\r\n\r\n")
    answer = client.answer()

    assert answer.headers["connection"] == "close"
    assert stand.desk.calls[0].version == "1.0"
    assert client.rest() == b""


def test_http_1_0_keeps_the_connection_on_request(stand):
    client = stand.connect()

    client.send(b"GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    first = client.answer()
    client.send(b"GET /b HTTP/1.0\r\n\r\n")

    assert first.headers["connection"] == "keep-alive"
    assert client.answer().json["target"] == "/b"
    assert client.rest() == b""


def test_expectation_is_met_when_the_body_is_wanted(stand):
    client = stand.connect()

    client.send(b"POST /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
    interim = client.read(25)
    client.send(b"abc")

    assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert client.answer().json["body"] == "abc"


def test_expectation_is_skipped_when_the_body_is_there(stand):
    client = stand.connect()

    client.send(b"POST /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc")

    assert client.answer().status == 200


def test_expectation_waits_for_the_answer_before_it(stand):
    client = stand.connect()

    client.get("/gate")
    client.send(b"POST /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
    assert stand.desk.entered.acquire(timeout=60)
    assert stand.is_answering()
    stand.desk.gate.set()

    assert client.answer().json["target"] == "/gate"
    assert client.read(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.send(b"abc")
    assert client.answer().json["body"] == "abc"


def test_expectation_of_http_1_0_is_ignored(stand):
    client = stand.connect()

    client.send(b"POST /e HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
    assert stand.is_answering()
    client.send(b"abc")

    assert client.answer().status == 200


@pytest.mark.parametrize("length", [0, 3])
def test_upgrade_request_is_answered_as_plain_http(stand, length):
    client = stand.connect()
    head = (
        "POST /up HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        f"HTTP2-Settings: AAMAAABkAAQAAP\r\nContent-Length: {length}\r\n\r\n"
    ).encode()
    whole = head + b"abc"[:length]

    client.send(whole + whole)
    client.send(head)
    client.send(b"abc"[:length])

    for _ in range(3):
        assert client.answer().json == {"method": "POST", "target": "/up", "body": "abc"[:length]}


def test_upgrade_request_without_length_is_answered_and_closed_on_request(stand):
    client = stand.connect()

    client.send(
        b"GET /up HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nConnection: close\r\nUpgrade: websocket\r\n\r\nx"
    )

    assert client.answer().headers["connection"] == "close"
    assert client.rest() == b""


def test_connect_request_reaches_the_handler(stand):
    client = stand.connect()

    client.send(b"CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\n\r\n")

    assert client.answer().json == {"method": "CONNECT", "target": "other:443", "body": ""}


@pytest.mark.parametrize(
    ("line", "path", "query"),
    [
        ("GET /a/b?c=d&e HTTP/1.1", "/a/b", "c=d&e"),
        ("GET http://mock:80/a?b HTTP/1.1", "/a", "b"),
        ("GET http://mock HTTP/1.1", "/", ""),
        ("GET /a?u=http://x/y#f HTTP/1.1", "/a", "u=http://x/y"),
        ("OPTIONS * HTTP/1.1", "*", ""),
        ("GET /%E4%B8%AD?q=%zz HTTP/1.1", "/%E4%B8%AD", "q=%zz"),
    ],
)
def test_target_is_split_into_path_and_query(stand, line, path, query):
    client = stand.connect()

    client.send(f"{line}\r\nHost: mock\r\n\r\n".encode())
    client.answer()

    (call,) = stand.desk.calls
    assert (call.path, call.query) == (path, query)


def test_target_in_plain_utf_8_is_percent_encoded(stand):
    client = stand.connect()

    client.send("POST /任务?name=张三 HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\n任务".encode())
    client.answer()

    (call,) = stand.desk.calls
    assert call.target == "/%E4%BB%BB%E5%8A%A1?name=%E5%BC%A0%E4%B8%89"
    assert call.body == "任务".encode()


def test_call_headers_are_lower_case_latin_1_in_order(stand):
    client = stand.connect()

    client.send(b"GET / HTTP/1.1\r\nHost: h\r\nX-B: \xe9\r\nx-a:\r\nX-B: 2\r\n\r\n")
    client.answer()

    (call,) = stand.desk.calls
    assert call.headers == (("host", "h"), ("x-b", "\xe9"), ("x-a", ""), ("x-b", "2"))
    assert (call.header("x-b"), call.header("x-c"), call.client) == ("\xe9", None, "127.0.0.1")
