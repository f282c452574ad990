"""Clients that wait long for their answers do not hold the others up."""

import contextlib
import http.client
import select
import socket
from urllib.parse import urlsplit

import pytest

from support.concurrent_polling import request
from support.mock_calls import admin, send, status_of

HELD = 32
SLOW = "format: 1\nscenario: slow\nflow: [A: 1s]\nfaults: [{FAULT}]\n"


@contextlib.contextmanager
def held(url):
    """So many clients that have asked, and wait."""
    at = urlsplit(url)
    clients = [socket.create_connection((at.hostname, at.port), 60) for _ in range(HELD)]
    try:
        for client in clients:
            client.sendall(request(header="held"))
        admin(url, "/requests/wait", "POST", {"session": "held", "count": HELD, "timeout": 60})
        yield clients
    finally:
        for client in clients:
            client.close()
        send(url, "/__admin/reset", "POST", {"session": "held"})
        admin(url, "/sessions/held", "PUT", {"scenario": "slow"})


def statuses(url, polls=150):
    at = urlsplit(url)
    with contextlib.closing(http.client.HTTPConnection(at.hostname, at.port, timeout=60)) as connection:
        for _ in range(polls):
            connection.request("GET", status_of())
            answer = connection.getresponse()
            answer.read()
            yield answer.status


@pytest.mark.parametrize("fault", ["delay: 1h", "drip: {bytes: 1, every: 10m}"])
def test_waiting_clients_hold_nobody_up(serve, fault):
    url = serve()
    admin(url, "/scenarios/slow", "PUT", SLOW.replace("FAULT", fault).encode())
    admin(url, "/sessions/held", "PUT", {"scenario": "slow"})

    with held(url) as clients:
        assert list(statuses(url)) == [200] * 150
        waiting = [client for client in clients if b"}" not in received(client)]

    assert len(waiting) == HELD


def received(client):
    """What has come for a client by now."""
    return client.recv(1 << 16) if select.select([client], [], [], 0)[0] else b""


def test_step_is_taken_before_the_delay(serve):
    """Who gives up on a slow answer has moved the clock all the same; the next one sees the next change."""
    url = serve("--clock", "polls")
    admin(url, "/sessions/anna/tasks/10", "PUT", {})
    admin(url, "/sessions/anna/tasks/10/faults", "POST", {"faults": [{"polls": [1], "delay": "10s"}]})
    at = urlsplit(url)

    with socket.create_connection((at.hostname, at.port), 60) as client:
        client.sendall(request(header="anna"))
        admin(url, "/requests/wait", "POST", {"session": "anna", "count": 1, "timeout": 60})
        answer = send(f"{url}/__s/anna", status_of())

    assert answer.headers["X-Mock-Reading"] == "1.000; poll=2; clock=polls"
