"""What a connection does with requests that are too large or too slow."""

from __future__ import annotations

import shutil
import socket
import subprocess

import httpx
import pytest
import requests

from taskmock.mockserver.http.limits import Limits

FIFTY_MEGABYTES = 50_000_000
TOO_LARGE = "the request body is larger than 10485760 bytes"


def test_oversized_content_length_is_refused_before_the_body(stand):
    client = stand.connect()

    client.send(b"POST /big HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 10485761\r\n\r\n")
    answer = client.answer()

    assert (answer.status, answer.body.decode()) == (413, TOO_LARGE)
    assert stand.desk.refusals[0][2].target == "/big"


def test_largest_body_is_read(stand):
    body = b"x" * 10_485_760

    assert len(requests.post(stand.url, data=body, timeout=60).json()["body"]) == len(body)


def test_oversized_chunked_body_is_refused(open_stand):
    stand = open_stand(Limits(body_bytes=10))
    client = stand.connect()

    client.send(b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n5\r\nghijk\r\n")

    assert client.answer().status == 413


def test_client_of_an_oversized_body_can_finish_and_read_the_answer(stand):
    client = stand.connect()

    client.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 50000000\r\n\r\n")
    client.send(b"x" * FIFTY_MEGABYTES)

    assert client.answer().body.decode() == TOO_LARGE
    assert client.rest() == b""


def test_requests_sees_the_refusal_of_an_oversized_body(stand):
    answer = requests.post(stand.url, data=b"x" * FIFTY_MEGABYTES, timeout=60)

    assert (answer.status_code, answer.text) == (413, TOO_LARGE)


def test_httpx_sees_the_refusal_of_an_oversized_body(stand):
    with httpx.Client() as client:
        answer = client.post(stand.url, content=b"x" * FIFTY_MEGABYTES, timeout=60)

    assert (answer.status_code, answer.text) == (413, TOO_LARGE)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.parametrize("expect", ["Expect: 100-continue", "Expect:"])
def test_curl_sees_the_refusal_of_an_oversized_body(stand, tmp_path, expect):
    upload = tmp_path / "upload"
    upload.write_bytes(b"x" * FIFTY_MEGABYTES)

    command = [
        "curl",
        "--silent",
        "--show-error",
        "--noproxy",
        "*",
        "-H",
        expect,
        "--data-binary",
        f"@{upload}",
        stand.url,
    ]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)

    assert (done.stdout.decode(), done.stderr, done.returncode) == (TOO_LARGE, b"", 0)


def send_forever(client):
    while True:
        client.send(b"x" * 100_000)


def test_refused_client_that_sends_forever_is_cut_off(open_stand):
    stand = open_stand(Limits(body_bytes=10, linger_seconds=0.05))
    client = stand.connect()
    client.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999999\r\n\r\n")

    with pytest.raises(ConnectionError):
        send_forever(client)


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\n" + b"X: a\r\n" * 20_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 1_000_000,
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"a" * 1_000_000,
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"T: t\r\n" * 20_000,
        b"\r\n" * 1_000_000,
    ],
    ids=["target", "value", "many", "endless", "extension", "trailers", "empty lines"],
)
def test_oversized_head_is_refused(stand, head):
    client = stand.connect()

    client.send(head)
    answer = client.answer()

    assert answer.status == 431
    assert answer.body.decode() == "the request line and headers are larger than 65536 bytes"
    assert stand.is_answering()


def test_large_pipeline_is_no_oversized_head(stand):
    client = stand.connect()
    request = b"GET /p HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 1000 + b"\r\n\r\n"

    client.send(request * 200)

    assert {client.answer().status for _ in range(200)} == {200}


@pytest.mark.parametrize(
    ("half", "known"),
    [
        (b"G", False),
        (b"GET / HTTP/1.1\r\nHost:", False),
        (b"POST /h HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc", True),
        (b"POST /h HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", True),
    ],
)
def test_half_sent_request_times_out(open_stand, half, known):
    stand = open_stand(Limits(request_seconds=0.05))
    client = stand.connect()

    client.send(half)
    answer = client.answer()

    assert (answer.status, answer.body.decode()) == (408, "the request did not arrive within 0.05 s")
    assert (stand.desk.refusals[0][2] is not None) is known


def test_request_that_trickles_in_times_out(open_stand):
    stand = open_stand(Limits(request_seconds=0.05, header_bytes=1_000_000_000))
    client = stand.connect()

    client.send(b"GET / HTTP/1.1\r\nX: ")
    while not stand.desk.refusals:
        client.send(b"a")

    assert client.answer().status == 408


def test_half_sent_request_after_a_slow_answer_has_its_whole_time(open_stand):
    stand = open_stand(Limits(request_seconds=2))
    stand.deliver("/slow", b"slow", delay=2.1)
    client = stand.connect()

    client.send(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\nGET /half")
    slow = client.answer()
    client.send(b" HTTP/1.1\r\nHost: h\r\n\r\n")

    assert slow.body == b"slow"
    assert client.answer().json["target"] == "/half"


def test_half_sent_request_behind_a_late_one_has_its_whole_time(open_stand):
    stand = open_stand(Limits(request_seconds=3))
    stand.deliver("/clock", delay=2)
    client, clock = stand.connect(), stand.connect()

    client.send(b"GET /late HTTP/1.1\r\n")
    clock.get("/clock")
    clock.answer()
    client.send(b"Host: h\r\n\r\nGET /half")
    clock.get("/clock")
    clock.answer()
    client.send(b" HTTP/1.1\r\nHost: h\r\n\r\n")

    assert [client.answer().json["target"] for _ in range(2)] == ["/late", "/half"]


def test_half_sent_request_holds_no_other_client(stand):
    client = stand.connect()
    client.send(b"POST /half HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")

    assert stand.is_answering()
    client.send(b"defghij")
    assert client.answer().json["body"] == "abcdefghij"


def test_half_sent_request_that_ends_is_dropped(stand):
    client = stand.connect()

    client.send(b"GET / HTTP/1.1\r\n")
    client.socket.shutdown(socket.SHUT_WR)

    assert client.rest() == b""
    assert stand.desk.refusals == []
