"""What a connection does with requests that are malformed, oversized, half-sent or answered by a crash."""

from __future__ import annotations

import logging
import socket
import ssl

import pytest

from taskmock.mockserver.http.message import Reply

FIFTY_MEGABYTES = 50_000_000
TOO_LARGE = "the request body is larger than 10485760 bytes"


@pytest.mark.parametrize(
    ("request_bytes", "status", "message"),
    [
        (b"garbage\r\n\r\n", 400, "the request is not valid HTTP: Invalid method encountered"),
        (b"\x00\xff\x00\xff", 400, "the request is not valid HTTP: Invalid method encountered"),
        (b"BREW /pot HTTP/1.1\r\nHost: h\r\n\r\n", 501, "the method 'BREW' is not supported"),
        (b"get / HTTP/1.1\r\nHost: h\r\n\r\n", 501, "the method 'get' is not supported"),
        (b"GET /\r\n\r\n", 505, "only HTTP/1.0 and HTTP/1.1 are spoken here"),
        (b"GET / HTTP/2.0\r\n\r\n", 505, "only HTTP/1.0 and HTTP/1.1 are spoken here"),
        (b"GET / HTTP/1.7\r\n\r\n", 505, "only HTTP/1.0 and HTTP/1.1 are spoken here"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "only HTTP/1.0 and HTTP/1.1 are spoken here"),
        (
            b"GET /a\x01b HTTP/1.1\r\nHost: h\r\n\r\n",
            400,
            "the request target is not a URL: everything outside printable ASCII must be percent-encoded",
        ),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            501,
            "the transfer coding 'gzip, chunked' is not supported, only 'chunked' is",
        ),
        (
            b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            "the request has a transfer-encoding beside content-length, or in HTTP/1.0",
        ),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "the request has several host headers"),
    ],
)
def test_malformed_request_is_refused(stand, request_bytes, status, message):
    client = stand.connect()

    client.send(request_bytes)
    answer = client.answer()
    client.socket.shutdown(socket.SHUT_WR)

    assert (answer.status, answer.body.decode()) == (status, message)
    assert answer.headers["connection"] == "close"
    assert client.rest() == b""
    assert stand.desk.calls == []
    assert stand.is_answering()


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 1\r\nContent-Length: 1",
        b"Content-Length: 1\r\nContent-Length: 2",
        b"Content-Length: 1, 1",
        b"Content-Length: +1",
        b"Content-Length: -1",
        b"Content-Length: 0x1",
        b"Content-Length: 99999999999999999999999999",
        b"Content-Length: 1\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: 1",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding : chunked",
        b"X: a\x00b",
        b"X: a\x01b",
        b"X: a\r\n folded",
        b"X: a\rY: b",
        b": nameless",
        b"no colon",
        b"N\xc3\xa4me: x",
    ],
)
def test_ambiguous_head_is_refused(stand, head):
    client = stand.connect()

    client.send(b"POST /smuggle HTTP/1.1\r\nHost: h\r\n" + head + b"\r\n\r\nx")
    answer = client.answer()

    assert answer.status == 400
    assert answer.body.startswith(b"the request is not valid HTTP: ")
    assert stand.desk.calls == []


@pytest.mark.parametrize("coding", [b"xchunked", b"identity", b"chunked;q=1", b"chunked, gzip"])
def test_transfer_coding_other_than_chunked_is_refused(stand, coding):
    client = stand.connect()

    client.send(b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: " + coding + b"\r\n\r\n")

    assert client.answer().status in {400, 501}
    assert stand.desk.calls == []


@pytest.mark.parametrize("chunks", [b"zz\r\n", b"1\r\nabc\r\n", b"-1\r\n", b"FFFFFFFFFFFFFFFFF\r\n"])
def test_malformed_chunk_is_refused_with_the_known_call(stand, chunks):
    client = stand.connect()

    client.send(b"POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)

    assert client.answer().status == 400
    (_, _, call) = stand.desk.refusals[0]
    assert (call.method, call.target) == ("POST", "/c")


def test_refusal_follows_the_answers_before_it(stand):
    stand.deliver("/slow", b"slow", delay=0.02)
    client = stand.connect()

    client.send(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\nGARBAGE\r\n\r\n")

    assert client.answer().body == b"slow"
    assert client.answer().status == 400


def test_tls_client_is_told_about_plain_http(stand):
    context = ssl.create_default_context()

    with socket.create_connection(stand.address, timeout=60) as raw, pytest.raises(ssl.SSLError):
        context.wrap_socket(raw, server_hostname="localhost")

    assert stand.desk.refusals == [
        (400, "the bytes look like TLS, and this port speaks plain HTTP: use http://, not https://", None)
    ]
    assert stand.is_answering()


def test_refused_client_that_resets_is_forgotten(stand):
    for _ in range(3):
        client = stand.connect()
        client.send(b"garbage\r\n")
        client.reset()

    assert stand.is_answering()


@pytest.mark.parametrize(
    ("path", "secret"), [("/crash", "secret inline detail"), ("/crash-thread", "secret thread detail")]
)
def test_handler_crash_is_a_500_with_the_traceback_in_the_log(stand, caplog, path, secret):
    client = stand.connect()

    with caplog.at_level(logging.ERROR, "taskmock"):
        client.get(path)
        answer = client.answer()
        client.get("/next")

    assert answer.status == 500
    assert answer.body == b"the handler crashed; the traceback is in the log of the mock server"
    assert f"the handler crashed on GET {path}" in caplog.text
    assert f"RuntimeError: {secret}" in caplog.text
    assert client.answer().json["target"] == "/next"


@pytest.mark.parametrize("path", ["/crash", "/crash-thread"])
def test_handler_crash_logs_no_secret(stand, caplog, path):
    client = stand.connect()

    with caplog.at_level(logging.ERROR, "taskmock"):
        client.get(f"{path}?bk_app_secret=TOPSECRET1&bk_token=TOPTOKEN1&task_id=10")
        client.answer()

    assert f"the handler crashed on GET {path}\n" in caplog.text
    assert "TOP" not in caplog.text


def test_crash_of_the_refusal_itself_is_a_plain_500(stand, caplog):
    def crash(status, message):
        raise RuntimeError(f"secret {status} {message}")

    stand.desk.refuse_reply = crash
    client = stand.connect()

    client.get("/crash")
    answer = client.answer()

    assert (answer.status, answer.headers["content-type"]) == (500, "text/plain; charset=utf-8")
    assert answer.body == b"the handler crashed; the traceback is in the log of the mock server\n"
    assert "RuntimeError: secret 500" in caplog.text


@pytest.mark.parametrize(
    "headers",
    [(("X-Split", "a\r\nSet-Cookie: x"),), (("X\nSplit", "a"),), (("X-Null", "\0"),), (("X-Name", "任务"),)],
)
def test_reply_header_that_cannot_be_sent_is_a_500(stand, caplog, headers):
    stand.desk.replies["/split"] = Reply(200, headers, b"")
    client = stand.connect()

    client.get("/split")
    answer = client.answer()

    assert answer.status == 500
    assert "set-cookie" not in answer.headers
    assert "the handler gave a reply that cannot be sent" in caplog.text
