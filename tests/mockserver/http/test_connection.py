"""What a connection does with well-formed requests."""

from __future__ import annotations

import http.client
import select
import socket
import threading
import time

import httpx
import requests

from taskmock.mockserver.http.limits import Limits
from taskmock.mockserver.http.message import Reply


def test_connection_stays_open_between_requests(stand):
    client = stand.connect()

    client.get("/a")
    first = client.answer()
    client.get("/b")
    second = client.answer()

    assert (first.json["target"], second.json["target"]) == ("/a", "/b")
    assert "connection" not in first.headers


def test_connection_is_reused_by_requests(stand):
    with requests.Session() as session:
        for number in range(3):
            assert session.get(f"{stand.url}/{number}", timeout=60).json()["target"] == f"/{number}"
        pools = session.get_adapter(stand.url).poolmanager.pools
        (pool,) = [pools[key] for key in pools.keys()]  # noqa: SIM118 - this mapping does not iterate

        assert (pool.num_connections, pool.num_requests) == (1, 3)


def test_repeated_request_is_the_same_call(stand):
    client = stand.connect()

    for _ in range(3):
        client.get("/poll")
        client.answer()

    assert stand.desk.calls[0] is stand.desk.calls[1] is stand.desk.calls[2]


def test_repeated_request_after_another_one_is_told_apart(stand):
    client = stand.connect()

    targets = []
    for target in ("/a", "/a", "/b", "/a"):
        client.get(target)
        targets.append(client.answer().json["target"])

    assert targets == ["/a", "/a", "/b", "/a"]


def test_connection_close_is_honoured(stand):
    client = stand.connect()

    client.get("/a", "Connection: close")
    answer = client.answer()

    assert answer.headers["connection"] == "close"
    assert client.rest() == b""


def test_requests_after_connection_close_are_not_answered(stand):
    client = stand.connect()

    client.send(b"GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n")

    assert client.answer().json["target"] == "/a"
    assert client.rest() == b""
    assert [call.target for call in stand.desk.calls] == ["/a"]


def test_reply_that_asks_to_close_closes(stand):
    stand.desk.replies["/bye"] = Reply(200, (("Connection", "close"),), b"bye")
    client = stand.connect()

    client.get("/bye")

    assert client.answer().headers["connection"] == "close"
    assert client.rest() == b""


def test_pipelined_requests_are_answered_in_order(stand):
    stand.deliver("/slow", b"slow", delay=0.02)
    client = stand.connect()
    targets = ["/thread-1", "/slow", "/inline", "/thread-2"]

    client.send(b"".join(f"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n".encode() for target in targets))
    answers = [client.answer() for _ in targets]

    assert answers[1].body == b"slow"
    assert [answers[i].json["target"] for i in (0, 2, 3)] == ["/thread-1", "/inline", "/thread-2"]


def test_pipelined_request_waits_for_the_answer_before_it(stand):
    client = stand.connect()

    client.get("/gate")
    assert stand.desk.entered.acquire(timeout=60)
    client.get("/inline")
    assert stand.is_answering()
    asked_before = [call.target for call in stand.desk.calls]
    stand.desk.gate.set()

    assert client.answer().json["target"] == "/gate"
    assert client.answer().json["target"] == "/inline"
    assert asked_before == ["/gate", "/alive"]


def test_delayed_answer_holds_no_other_client(stand):
    stand.deliver("/slow", b"slow", delay=30)
    slow = stand.connect()
    slow.get("/slow")

    assert stand.is_answering()


def test_blocked_threads_hold_no_inline_answer(open_stand):
    stand = open_stand(Limits(threads=1))
    first, second = stand.connect(), stand.connect()

    first.get("/gate-1")
    assert stand.desk.entered.acquire(timeout=60)
    second.get("/gate-2")
    assert stand.is_answering()
    stand.desk.gate.set()

    assert first.answer().json["target"] == "/gate-1"
    assert second.answer().json["target"] == "/gate-2"


def test_idle_thread_is_used_again(stand):
    client = stand.connect()
    names = set()
    stand.desk._reply = lambda _call: names.add(threading.current_thread().name) or Reply(200)

    for _ in range(5):
        client.get("/thread")
        client.answer()

    assert len(names) == 1


def test_client_that_sends_ahead_is_held_back(stand):
    client = stand.connect()
    client.get("/gate")
    assert stand.desk.entered.acquire(timeout=60)
    request = b"POST /next HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1_000_000
    client.socket.setblocking(False)
    sent = 0

    while sent < 200_000_000 and select.select([], [client.socket], [], 0.2)[1]:
        sent += client.socket.send(request[sent % len(request) :])

    assert sent < 50_000_000


def test_reply_carries_date_and_server(stand):
    with httpx.Client() as client:
        headers = client.get(f"{stand.url}/").headers

    assert headers["Date"].endswith(" GMT")
    assert headers["Server"] == "taskmock"


def test_reply_keeps_its_own_date_and_server(stand):
    stand.desk.replies["/own"] = Reply(200, (("Date", "today"), ("Server", "openresty")), b"")
    client = stand.connect()

    client.get("/own")
    answer = client.answer()

    assert (answer.headers["date"], answer.headers["server"]) == ("today", "openresty")


def test_unknown_status_has_a_reason(stand):
    stand.desk.replies["/odd"] = Reply(299)
    connection = http.client.HTTPConnection(*stand.address, timeout=60)

    connection.request("GET", "/odd")
    answer = connection.getresponse()
    connection.close()

    assert (answer.status, answer.reason) == (299, "Unknown")


def test_client_that_has_finished_sending_gets_its_answers(stand):
    client = stand.connect()

    client.get("/gate")
    client.get("/inline")
    client.socket.shutdown(socket.SHUT_WR)
    assert stand.desk.entered.acquire(timeout=60)
    assert stand.is_answering()
    stand.desk.gate.set()

    assert client.answer().json["target"] == "/gate"
    assert client.answer().json["target"] == "/inline"
    assert client.rest() == b""


def test_client_that_has_finished_sending_is_let_go_after_its_answer(stand):
    client = stand.connect()

    client.get("/gate")
    client.socket.shutdown(socket.SHUT_WR)
    assert stand.desk.entered.acquire(timeout=60)
    assert stand.is_answering()
    stand.desk.gate.set()

    assert client.answer().json["target"] == "/gate"
    assert client.rest() == b""


def test_client_that_leaves_is_forgotten(stand):
    client = stand.connect()
    client.get("/gate")
    assert stand.desk.entered.acquire(timeout=60)

    client.reset()
    assert stand.is_answering()
    stand.desk.gate.set()

    assert stand.is_answering()


def test_slow_reader_gets_everything_and_holds_nobody(stand):
    body = b"0123456789" * 800_000
    stand.deliver("/big", body)
    client = stand.connect(receive_buffer=65536)

    client.get("/big")
    client.get("/after")
    assert stand.is_answering()
    asked_before = [call.target for call in stand.desk.calls]
    answer = client.answer()

    assert answer.body == body
    assert client.answer().json["target"] == "/after"
    assert asked_before == ["/big", "/alive"]


def test_slow_reader_gets_everything_before_the_close(stand):
    body = b"0123456789" * 800_000
    stand.deliver("/big", body)
    client = stand.connect(receive_buffer=65536)

    client.get("/big", "Connection: close")
    assert stand.is_answering()

    assert client.answer().body == body
    assert client.rest() == b""


def test_idle_connection_is_closed(open_stand):
    stand = open_stand(Limits(idle_seconds=1))
    client = stand.connect()

    client.get("/a")
    client.answer()

    assert client.rest() == b""


def test_busy_connection_outlives_the_idle_time(open_stand):
    stand = open_stand(Limits(idle_seconds=1))
    stand.deliver("/slow", b"slow", delay=1.2)
    client = stand.connect()

    client.get("/slow")

    assert client.answer().body == b"slow"
    assert client.rest() == b""


def test_idle_time_begins_anew_after_each_answer(open_stand):
    stand = open_stand(Limits(idle_seconds=1))
    stand.deliver("/slow", b"slow", delay=0.5)
    client = stand.connect()
    started = time.monotonic()

    client.get("/slow")
    client.answer()
    client.rest()

    assert time.monotonic() - started > 1.45  # the delay, and then the whole idle time
