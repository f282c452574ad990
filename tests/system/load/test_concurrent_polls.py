"""However many clients poll at once, each step of a task is shown exactly once, and every session has its own."""

import pytest

from support.concurrent_polling import readings, request

CARRIERS = {
    "header": lambda session: request(header=session),
    "prefix": lambda session: request(prefix=f"/__s/{session}"),
    "credential": lambda session: request(bk_username=session),
}


def test_64_pollers_of_one_session_see_each_step_once(serve):
    url = serve("--clock", "polls")

    seen = readings(url, [request(header="anna")] * 64, 15)

    assert sorted(reading for client in seen for reading in client) == [float(step) for step in range(64 * 15)]
    assert all(client == sorted(client) for client in seen)


@pytest.mark.parametrize(
    ("carrier", "sessions", "polls"), [("header", 50, 200), ("prefix", 10, 40), ("credential", 10, 40)]
)
def test_sessions_of_4_clients_see_their_own_sequences(serve, carrier, sessions, polls):
    url = serve("--clock", "polls", "--session-from", "bk_username")
    clients = [CARRIERS[carrier](f"user-{number}") for number in range(sessions) for _ in range(4)]

    seen = readings(url, clients, polls)

    for number in range(sessions):
        steps = sorted(reading for client in seen[4 * number : 4 * number + 4] for reading in client)
        assert steps == [float(step) for step in range(4 * polls)]


def test_two_tasks_of_one_session_advance_alone(serve):
    url = serve("--clock", "polls")

    ten, eleven = readings(url, [request(task_id="10"), request(task_id="11")], 100)

    assert ten == eleven == [float(step) for step in range(100)]
