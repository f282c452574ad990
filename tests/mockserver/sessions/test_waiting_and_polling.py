"""A test waits for its client's calls, in a thread or on an event loop, and says how a task must be polled."""

import asyncio
import itertools
import threading

import freezegun
import pytest

from support.mock_calls import operate, send, status_of
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.plugin import TaskmockSession
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.sessions.journal import Criteria, Journal, JournalEntry
from taskmock.mockserver.sessions.polling import Polling, polling_in


@pytest.fixture
def server():
    with MockServer(clock=ManualClock()) as running:
        yield running


@pytest.fixture
def taskmock_session(server):
    return TaskmockSession(server.session("anna"))


def calling(url, count, task_id="10"):
    thread = threading.Thread(target=lambda: [send(url, status_of(task_id)) for _ in range(count)])
    thread.start()
    return thread


def test_session_waits_for_its_own_calls(server, taskmock_session):
    threads = [calling(server.session("bob").url, 3), calling(taskmock_session.url, 2)]

    calls = taskmock_session.wait_for_requests(2, within=20)

    assert [call.session for call in calls] == ["anna", "anna"]
    for thread in threads:
        thread.join()


def test_session_waits_for_the_calls_of_a_task(taskmock_session):
    thread = calling(taskmock_session.url, 1, "11")
    thread.join()

    [call] = taskmock_session.wait_for_requests(task_id="11", within=20)

    assert call.task_id == "11"


def test_test_is_told_which_node_was_operated(server, taskmock_session):
    task = taskmock_session.play("nested-subprocess-failure")
    task.clock.failed()
    node = "Hosts / Restart the service"
    thread = threading.Thread(
        target=lambda: [
            operate(taskmock_session.url, "operate_node", node_id="Restart the service", action=action)
            for action in ("skip", "retry")
        ]
    )
    thread.start()

    [retried] = taskmock_session.wait_for_requests(call="operate_node", node=node, body={"action": "retry"}, within=20)

    thread.join()
    assert retried.node == "Roll out / First cluster / Hosts / Restart the service"
    skipped, refused = taskmock_session.requests("10", node=node)
    assert (skipped.code, refused) == (0, retried)
    assert "state is not FAILED" in retried.answer
    assert taskmock_session.requests(body='"retry"') == (retried,)
    awaited = asyncio.run(taskmock_session.wait_for_requests_async(2, call="operate_node", within=20))
    assert [one.call for one in awaited] == ["operate_node"] * 2


def test_speed_of_a_test_is_that_of_its_tasks(server, taskmock_session):
    task = taskmock_session.play()

    taskmock_session.set_speed(5)

    assert (task.clock.speed, taskmock_session.play(task_id="11").clock.speed) == (5, 5)


@pytest.mark.parametrize(
    ("task_id", "text"),
    [
        (None, "1 of 2 calls of the session 'anna' came within 0 s"),
        ("11", "0 of 2 calls of the session 'anna' for the task '11' came within 0 s"),
    ],
)
def test_wait_that_ends_says_how_many_came(taskmock_session, task_id, text):
    send(taskmock_session.url, status_of())

    with pytest.raises(TimeoutError) as caught:
        taskmock_session.wait_for_requests(2, task_id=task_id, within=0)

    assert str(caught.value) == text


def test_event_loop_goes_on_while_it_waits(taskmock_session):
    async def waiting():
        wait = asyncio.create_task(taskmock_session.wait_for_requests_async(1, within=20))
        await asyncio.to_thread(send, taskmock_session.url, status_of())
        return await wait

    assert len(asyncio.run(waiting())) == 1


def test_calls_that_are_forgotten_meanwhile_have_come_all_the_same():
    journal = Journal()
    entry = JournalEntry(at=0, session="a", method="GET", target="/", status=200, code=0)
    journal.add(entry)

    waits = threading.Event()

    class AnyCall(Criteria):
        def fit(self, _entry):
            waits.set()
            return True

    def coming():
        waits.wait(60)
        journal.clear()
        journal.add(entry)

    thread = threading.Thread(target=coming)
    thread.start()

    assert journal.wait_for(AnyCall(), count=2, timeout=60) == 2
    thread.join()


def polled(*moments):
    """A session whose task 10 was polled at these seconds, with an operation after each poll."""
    with freezegun.freeze_time("2024-05-01 12:00:00") as frozen, MockServer() as server:
        session = TaskmockSession(server.session("anna"))
        for before, moment in itertools.pairwise((0, *moments)):
            frozen.tick(moment - before)
            send(session.url, status_of())
            operate(session.url, "operate_task", action="start")
        return session


def test_polling_as_it_should_be_is_told():
    polling = polled(0, 2, 4.5).assert_polled("10", at_least=3, at_most=3, interval=(1.5, 2.5))

    assert polling == Polling(3, (2.0, 2.5))
    assert (polling.shortest, polling.median, polling.longest) == (2, 2.25, 2.5)
    assert str(polling) == "3 polls; intervals in s: 2, 2.5; median 2.25"


@pytest.mark.parametrize(
    ("demand", "text"),
    [
        ({"at_least": 4}, "task 10 was polled less than 4 times: 3 polls; intervals in s: 2, 5; median 3.5"),
        ({"at_most": 2}, "task 10 was polled more than 2 times: 3 polls; intervals in s: 2, 5; median 3.5"),
        (
            {"interval": (1.5, 2.5)},
            "task 10: 5 s between polls 2 and 3, not 1.5 to 2.5 s: 3 polls; intervals in s: 2, 5; median 3.5",
        ),
    ],
)
def test_polling_as_it_should_not_be_fails_the_test(demand, text):
    with pytest.raises(AssertionError) as caught:
        polled(0, 2, 7).assert_polled("10", **demand)

    assert str(caught.value) == text


def test_task_that_nobody_polled_fails_the_test(taskmock_session):
    task = taskmock_session.play()

    with pytest.raises(AssertionError, match=r"^task 10 was polled less than 1 times: 0 polls$"):
        taskmock_session.assert_polled(task)


def test_one_poll_has_no_intervals(taskmock_session):
    send(taskmock_session.url, status_of())

    polling = taskmock_session.assert_polled("10", interval=(1, 2))

    assert (polling.shortest, polling.median, polling.longest, str(polling)) == (None, None, None, "1 poll")


def test_many_intervals_are_clipped():
    entries = [
        JournalEntry(at=second * 1000, session="a", method="GET", target="/", status=200, code=0, polled=True)
        for second in range(11)
    ]

    assert str(polling_in(entries)) == "11 polls; intervals in s: 1, 1, 1, 1, 1, 1, 1, 1, …; median 1"
