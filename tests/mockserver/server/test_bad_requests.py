"""What is no proper HTTP request gets the gateway's envelope too, while others are served."""

import json
import socket
from urllib.parse import urlsplit

import pytest

from support.app_calls import STATUS, assert_envelope, assert_strict, target
from support.mock_calls import PATIENCE, Got, send

BIG = 50 * 1024 * 1024


@pytest.fixture
def line(mock):
    """A raw connection to the server."""
    at = urlsplit(mock.url)
    with socket.create_connection((at.hostname, at.port), timeout=PATIENCE) as connection:
        yield connection


def read_answer(line: socket.socket) -> Got:
    """The answer up to the end of the connection."""
    data = b""
    while chunk := line.recv(1 << 16):
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    return Got(int(head.split(b" ")[1]), {}, body)


def test_50_mb_body_is_refused_before_it_is_sent(mock, line):
    line.sendall(f"POST {STATUS} HTTP/1.1\r\nHost: mock\r\nContent-Length: {BIG}\r\n\r\n".encode())
    line.shutdown(socket.SHUT_WR)

    answer = read_answer(line)

    assert_envelope(answer, 1306000, "the request body is larger than 10485760 bytes", status=413)
    assert_strict(send(mock.url, target()))


def test_50_mb_body_without_a_length_is_refused(mock, line):
    line.sendall(f"POST {STATUS} HTTP/1.1\r\nHost: mock\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    chunk = b"100000\r\n" + b"x" * (1 << 20) + b"\r\n"
    try:
        for _ in range(50):
            line.sendall(chunk)
        line.shutdown(socket.SHUT_WR)
    except (ConnectionResetError, BrokenPipeError):
        pass  # the server need not take all of it

    assert_strict(send(mock.url, target()))
    assert mock.requests()[0].status == 413


def test_body_of_10_mb_is_read(mock):
    body = json.dumps({"padding": "x" * (10 * 1024 * 1024 - 100)}).encode()

    answer = send(mock.url, target(), method="POST", body=body)

    assert_strict(answer)


def test_oversized_headers_are_refused(mock, line):
    line.sendall(f"GET {target()} HTTP/1.1\r\nHost: mock\r\nX-Long: {'x' * 70_000}\r\n\r\n".encode())
    line.shutdown(socket.SHUT_WR)

    answer = read_answer(line)

    message = "the request line and headers are larger than 65536 bytes"
    assert_envelope(answer, 1306000, message, status=431)
    assert_strict(send(mock.url, target()))


def test_half_sent_request_keeps_nobody_waiting(mock, line):
    line.sendall(f"POST {STATUS} HTTP/1.1\r\nHost: mock\r\nContent-Length: 100\r\n\r\nhalf".encode())

    assert_strict(send(mock.url, target()))


@pytest.mark.parametrize(
    "sent", [b"GET /api/c/comp", f"POST {STATUS} HTTP/1.1\r\nContent-Length: 9\r\n\r\nha".encode()]
)
def test_client_that_leaves_in_the_middle_does_no_harm(mock, line, caplog, sent):
    line.sendall(sent)
    line.close()

    assert_strict(send(mock.url, target()))
    mock.stop()  # so that the connection has ended
    assert caplog.messages == []


def test_bytes_that_are_no_http_are_refused(mock, line):
    line.sendall(b"hello\r\n\r\n")

    answer = read_answer(line)

    assert answer.status == 400
    assert set(answer.json) == {"result", "data", "message", "code", "request_id"}
    assert mock.requests()[-1].status == 400


def test_crash_of_our_own_is_an_envelope(mock, monkeypatch, caplog):
    def crash(asked):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(mock.app.playback, "poll", crash)

    answer = send(mock.url, target())

    assert answer.status == 500
    assert answer.json["result"] is False
    assert "secret detail" not in answer.json["message"]
    assert "secret detail" in caplog.text
