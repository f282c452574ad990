"""Clients that wait long for their answers do not slow the others down."""

import contextlib
import http.client
import select
import socket
import statistics
import time
from urllib.parse import urlsplit

import pytest
from mock_calls import admin, send, status_of
from pollers import request

HELD = 32
FLOOR = 0.005  # seconds: what a busy machine adds by itself
SLOW = "format: 1\nscenario: slow\nflow: [A: 1s]\nfaults: [{FAULT}]\n"


@contextlib.contextmanager
def held(url):
    """So many clients that have asked, and wait."""
    at = urlsplit(url)
    clients = [socket.create_connection((at.hostname, at.port), 20) for _ in range(HELD)]
    try:
        for client in clients:
            client.sendall(request(header="held"))
        admin(url, "/requests/wait", "POST", {"session": "held", "count": HELD, "timeout": 20})
        yield clients
    finally:
        for client in clients:
            client.close()
        send(url, "/__admin/reset", "POST", {"session": "held"})
        admin(url, "/sessions/held", "PUT", {"scenario": "slow"})


def median_latency(url, polls=150):
    at = urlsplit(url)
    connection = http.client.HTTPConnection(at.hostname, at.port, timeout=20)
    found = []
    for _ in range(polls):
        before = time.perf_counter()
        connection.request("GET", status_of())
        connection.getresponse().read()
        found.append(time.perf_counter() - before)
    connection.close()
    return statistics.median(found)


@pytest.mark.parametrize("fault", ["delay: 10s", "drip: {bytes: 1, every: 50ms}"])
def test_waiting_clients_leave_the_latency_of_others_alone(serve, fault):
    url = serve()
    admin(url, "/scenarios/slow", "PUT", SLOW.replace("FAULT", fault).encode())
    admin(url, "/sessions/held", "PUT", {"scenario": "slow"})
    median_latency(url)
    alone, beside = [], []

    for _ in range(4):
        alone.append(median_latency(url))
        with held(url) as clients:
            beside.append(median_latency(url))
            if fault.startswith("delay"):
                assert select.select(clients, [], [], 0)[0] == []

    assert min(beside) < 2 * min(alone) + FLOOR, (alone, beside)


def test_step_is_taken_before_the_delay(serve):
    """Who gives up on a slow answer has moved the clock all the same; the next one sees the next change."""
    url = serve("--clock", "polls")
    admin(url, "/sessions/anna/tasks/10", "PUT", {})
    admin(url, "/sessions/anna/tasks/10/faults", "POST", {"faults": [{"polls": [1], "delay": "10s"}]})
    at = urlsplit(url)

    with socket.create_connection((at.hostname, at.port), 20) as client:
        client.sendall(request(header="anna"))
        admin(url, "/requests/wait", "POST", {"session": "anna", "count": 1, "timeout": 20})
        answer = send(f"{url}/__s/anna", status_of())

    assert answer.headers["X-Mock-Reading"] == "1.000; poll=2"
