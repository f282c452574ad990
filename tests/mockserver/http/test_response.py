"""Every shape in which a reply can go out, as a client meets it."""

from __future__ import annotations

import sys
import time

import httpx
import pytest
import requests

from taskmock.mockserver.http.limits import Limits
from taskmock.mockserver.http.message import Delivery, Reply
from taskmock.mockserver.http.response import Ending, plan_delivery


def test_delay_holds_the_first_byte(stand):
    stand.deliver("/d", delay=0.05)
    client = stand.connect()

    started = time.monotonic()
    client.get("/d")
    client.read(1)

    assert time.monotonic() - started >= 0.045


def test_delayed_answer_keeps_the_connection(stand):
    stand.deliver("/d", delay=0.001)
    client = stand.connect()

    client.get("/d")
    assert client.answer().body == b"0123456789"
    client.get("/next")

    assert client.answer().status == 200


def test_delayed_answer_closes_on_request(stand):
    stand.deliver("/d", delay=0.001)
    client = stand.connect()

    client.get("/d", "Connection: close")

    assert client.answer().headers["connection"] == "close"
    assert client.rest() == b""


def test_delay_makes_requests_time_out(stand):
    stand.deliver("/d", delay=30)

    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(f"{stand.url}/d", timeout=(60, 0.05))


def test_drip_sends_the_body_piece_by_piece(stand):
    stand.deliver("/d", b"0123456789", drip=(4, 0.02))
    client = stand.connect()

    started = time.monotonic()
    client.get("/d")
    answer = client.answer()

    assert answer.body == b"0123456789"
    assert time.monotonic() - started >= 0.05
    client.get("/next")
    assert client.answer().status == 200


def test_drip_reaches_httpx_in_pieces(stand):
    stand.deliver("/d", b"0123456789", drip=(5, 1))

    with httpx.Client() as client, client.stream("GET", f"{stand.url}/d") as answer:
        pieces = list(answer.iter_raw())

    assert pieces == [b"01234", b"56789"]


def test_drip_waits_for_a_slow_reader(stand):
    body = b"0123456789" * 800_000
    stand.deliver("/d", body, drip=(4_000_000, 0))
    client = stand.connect(receive_buffer=4096)

    client.get("/d")
    assert stand.is_answering()

    assert client.answer().body == body


def test_cut_promises_the_whole_body(stand):
    stand.deliver("/c", b"0123456789", cut=4)
    client = stand.connect()

    client.get("/c")
    answer = client.answer()

    assert (answer.headers["content-length"], answer.body) == ("10", b"0123")
    assert "connection" not in answer.headers
    assert client.rest() == b""


def test_cut_is_an_incomplete_read_for_requests(stand):
    stand.deliver("/c", b"0123456789", cut=4)

    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        requests.get(f"{stand.url}/c", timeout=60)


def test_cut_is_a_protocol_error_for_httpx(stand):
    stand.deliver("/c", b"0123456789", cut=0)

    with httpx.Client() as client, pytest.raises(httpx.RemoteProtocolError, match="without sending complete message"):
        client.get(f"{stand.url}/c")


def test_cut_drips_what_is_left(stand):
    stand.deliver("/c", b"0123456789", cut=3, drip=(1, 0))
    client = stand.connect()

    client.get("/c")

    assert client.answer().body == b"012"


def test_reset_comes_before_any_byte(stand):
    stand.deliver("/r", reset=True)
    client = stand.connect()

    client.get("/r")

    with pytest.raises(ConnectionResetError):
        client.read(1)


def test_reset_comes_after_the_cut(stand):
    stand.deliver("/r", b"0123456789", reset=True, cut=4, delay=0.001)
    client = stand.connect()

    client.get("/r")
    with pytest.raises(ConnectionResetError):
        client.rest()

    if sys.platform != "win32":  # there, a reset discards what has not been read
        assert client._unread.endswith(b"Content-Length: 10\r\n\r\n0123")


def test_reset_is_a_connection_error_for_requests(stand):
    stand.deliver("/r", reset=True)

    with pytest.raises(requests.exceptions.ConnectionError, match="reset"):
        requests.get(f"{stand.url}/r", timeout=60)


def test_reset_is_a_read_error_for_httpx(stand):
    stand.deliver("/r", reset=True)

    with httpx.Client() as client, pytest.raises(httpx.ReadError):
        client.get(f"{stand.url}/r")


def test_empty_answer_closes_without_a_byte(stand):
    stand.deliver("/e", empty=True)
    client = stand.connect()

    client.get("/e")

    assert client.rest() == b""


def test_empty_answer_is_a_lost_connection_for_requests(stand):
    stand.deliver("/e", empty=True)

    with pytest.raises(requests.exceptions.ConnectionError, match="Remote end closed connection without response"):
        requests.get(f"{stand.url}/e", timeout=60)


@pytest.mark.parametrize("length", [4, 20])
def test_wrong_content_length_is_sent_with_the_whole_body(stand, length):
    stand.deliver("/w", b"0123456789", content_length=length)
    client = stand.connect()

    client.get("/w")
    head, _, body = client.rest().partition(b"\r\n\r\n")

    assert f"Content-Length: {length}".encode() in head
    assert body == b"0123456789"


def test_content_length_beyond_the_body_is_an_incomplete_read_for_requests(stand):
    stand.deliver("/w", b"0123456789", content_length=20)

    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="10 bytes read, 10 more expected"):
        requests.get(f"{stand.url}/w", timeout=60)


def test_raw_bytes_replace_the_answer(stand):
    stand.deliver("/raw", raw=b"HTTP/1.1 abc\r\nnonsense")
    client = stand.connect()

    client.get("/raw")

    assert client.rest() == b"HTTP/1.1 abc\r\nnonsense"


def test_raw_bytes_are_dripped(stand):
    stand.deliver("/raw", raw=b"HTTP/1.1 200 OK\r\n\r\n", drip=(7, 0))
    client = stand.connect()

    client.get("/raw")

    assert client.rest() == b"HTTP/1.1 200 OK\r\n\r\n"


def test_shape_of_a_head_answer_has_no_body(stand):
    stand.deliver("/c", b"0123456789", cut=4)
    client = stand.connect()

    client.send(b"HEAD /c HTTP/1.1\r\nHost: h\r\n\r\n")

    assert client.answer(bodiless=True).headers["content-length"] == "10"
    assert client.rest() == b""


def test_client_that_leaves_ends_the_drip(stand):
    stand.deliver("/d", b"x" * 100_000_000, drip=(1_000_000, 0))
    client = stand.connect()
    client.get("/d")
    client.read(10)

    client.reset()

    assert stand.is_answering()


def test_delivery_that_cannot_be_sent_resets_and_is_logged(stand, caplog):
    stand.deliver("/bad", raw="text instead of bytes")
    client = stand.connect()

    client.get("/bad")
    with pytest.raises(ConnectionResetError):
        client.read(1)

    assert "the delivery Delivery(" in caplog.text
    assert stand.is_answering()


def test_refusal_can_be_delivered_in_a_shape(open_stand):
    stand = open_stand(Limits(body_bytes=1))
    stand.desk.refuse_reply = lambda status, _: Reply(status, (), b"0123456789", Delivery(drip=(5, 0)))
    client = stand.connect()

    client.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n")

    assert (client.answer().status, client.rest()) == (413, b"")


@pytest.mark.parametrize(
    ("delivery", "writes", "ending"),
    [
        (Delivery(delay=1), [b"HB0123"], Ending.KEEP),
        (Delivery(drip=(3, 1)), [b"HB", b"012", b"3"], Ending.KEEP),
        (Delivery(cut=2), [b"HB01"], Ending.CLOSE),
        (Delivery(cut=99), [b"HB0123"], Ending.CLOSE),
        (Delivery(reset=True), [], Ending.RESET),
        (Delivery(reset=True, cut=0), [b"HB"], Ending.RESET),
        (Delivery(empty=True), [], Ending.CLOSE),
        (Delivery(empty=True, reset=True, cut=2), [], Ending.RESET),
        (Delivery(raw=b"abc"), [b"abc"], Ending.CLOSE),
        (Delivery(raw=b"abc", drip=(2, 0)), [b"ab", b"c"], Ending.CLOSE),
        (Delivery(raw=b"abc", reset=True, cut=1), [b"a"], Ending.RESET),
        (Delivery(content_length=1), [b"HB0123"], Ending.CLOSE),
    ],
)
def test_plan_tells_writes_and_ending(delivery, writes, ending):
    plan = plan_delivery(b"HB", b"0123", delivery)

    assert (list(plan.writes), plan.ending) == (writes, ending)
    assert plan.delay == delivery.delay
