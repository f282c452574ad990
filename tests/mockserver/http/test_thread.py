"""The server inside another program."""

from __future__ import annotations

import asyncio
import threading

import freezegun
import httpx
import pytest

from taskmock.mockserver.http.limits import Limits
from taskmock.mockserver.http.listener import BindError
from taskmock.mockserver.http.thread import ServerThread


def test_thread_starts_once_at_a_time(stand):
    with pytest.raises(RuntimeError, match=r"^this server is already started$"):
        stand.thread.start()


def test_thread_stops_twice(stand):
    stand.thread.stop()
    stand.thread.stop()

    with pytest.raises(ConnectionRefusedError):
        stand.connect()


def test_thread_that_could_not_start_can_be_started_again(stand):
    thread = ServerThread(stand.desk)

    with pytest.raises(BindError):
        thread.start("127.0.0.1", -1)
    host, port = thread.start()
    thread.stop()

    assert (host, port > 0) == ("127.0.0.1", True)


def test_stop_answers_calls_in_flight(stand):
    client = stand.connect()
    stand.deliver("/slow", b"slow", delay=0.05)
    client.send(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\nGET /queued HTTP/1.1\r\nHost: h\r\n\r\n")
    assert stand.is_answering()

    stand.thread.stop()

    assert client.answer().body == b"slow"
    last = client.answer()
    assert (last.json["target"], last.headers["connection"]) == ("/queued", "close")
    assert client.rest() == b""


def test_stop_answers_queued_calls_that_need_a_thread(stand):
    client = stand.connect()
    client.get("/gate-1")
    client.get("/thread-2")
    assert stand.desk.entered.acquire(timeout=60)
    idle = stand.connect()
    idle.get("/alive")
    idle.answer()

    async def stop():
        stopping = asyncio.ensure_future(stand.thread.stop_async())
        await asyncio.to_thread(idle.rest)
        stand.desk.gate.set()
        await stopping

    asyncio.run(stop())

    assert [client.answer().json["target"] for _ in range(2)] == ["/gate-1", "/thread-2"]
    assert client.rest() == b""


def test_stop_answers_a_slow_reader(stand):
    body = b"0123456789" * 800_000
    stand.deliver("/big", body)
    client = stand.connect(receive_buffer=65536)
    client.get("/big")
    assert stand.is_answering()

    stop = asyncio.run(_stop_while_reading(stand.thread, client))

    assert stop.body == body


async def _stop_while_reading(thread, client):
    _, answer = await asyncio.gather(thread.stop_async(), asyncio.to_thread(client.answer))
    return answer


def test_stop_takes_a_request_that_has_just_come(stand):
    for _ in range(20):
        client = stand.connect()
        client.get("/just")
        stand.thread.stop()

        assert client.answer().status == 200
        stand.address = stand.thread.start()


@pytest.mark.parametrize(
    ("sent", "got"),
    [(b"", b""), (b"GET / HTTP/1.1\r\n", b""), (b"garbage\r\n", b"HTTP/1.1 400 Bad Request\r\n")],
    ids=["idle", "half-sent", "refused"],
)
def test_stop_ends_connections_without_a_call_at_once(open_stand, sent, got):
    stand = open_stand(Limits(drain_seconds=60))
    client = stand.connect()
    client.send(sent)
    assert stand.is_answering()

    stand.thread.stop()

    assert client.rest().partition(b"\n")[:2] == got.partition(b"\n")[:2]


def test_stop_ends_what_cannot_be_answered_in_time_at_once(open_stand):
    stand = open_stand(Limits(drain_seconds=60))
    stand.deliver("/never", delay=3600)
    client = stand.connect()
    client.get("/never")
    assert stand.is_answering()

    stand.thread.stop()

    assert client.rest() == b""


def test_stop_ends_the_threads(open_stand):
    before = set(threading.enumerate())
    stand = open_stand()
    client = stand.connect()
    client.get("/thread")
    client.answer()
    workers = set(threading.enumerate()) - before

    stand.thread.stop()
    for worker in workers:
        worker.join(60)

    assert [(worker.daemon, worker.is_alive()) for worker in workers] == [(True, False)] * 2


def test_stop_does_not_wait_for_a_stuck_handler(open_stand):
    stand = open_stand(Limits(drain_seconds=0.05))
    client = stand.connect()
    client.get("/gate")
    assert stand.desk.entered.acquire(timeout=60)

    stand.thread.stop()

    assert client.rest() == b""


def test_async_caller_is_not_blocked(open_stand):
    stand = open_stand()

    async def use():
        thread = ServerThread(stand.desk)
        host, port = await thread.start_async()
        async with httpx.AsyncClient() as client:
            waiting = asyncio.ensure_future(client.get(f"http://{host}:{port}/gate"))
            direct = await client.get(f"http://{host}:{port}/inline")
            stopping = asyncio.ensure_future(thread.stop_async())
            stand.desk.gate.set()
            answer = await waiting
        await stopping
        return direct.json()["target"], answer.json()["target"]

    assert asyncio.run(use()) == ("/inline", "/gate")


def test_delays_pass_while_time_is_frozen(open_stand):
    with freezegun.freeze_time("2018-04-26 08:08:34"):
        stand = open_stand()
        stand.deliver("/slow", b"slow", delay=0.01)
        client = stand.connect()
        client.get("/slow")
        answer = client.answer()
        stand.end()

    assert (answer.body, answer.headers["date"]) == (b"slow", "Thu, 26 Apr 2018 08:08:34 GMT")
