"""However many sessions and calls come, what is remembered stays within its bounds."""

import concurrent.futures
import json
import tracemalloc

import pytest

from support.mock_calls import CREDENTIALS, SOPS, status_of
from taskmock.mockserver.admin.router import AdminRouter
from taskmock.mockserver.api.bk_sops.api import BkSopsApi
from taskmock.mockserver.api.bk_sops.documents.presenter import PRESENTER
from taskmock.mockserver.clock import ClockMode, ManualClock
from taskmock.mockserver.http.message import Call
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.poll import Query, Reading
from taskmock.mockserver.playback.record import Opening, RecordKey, SessionPlan
from taskmock.mockserver.playback.store import MemoryStore, RecordGoneError
from taskmock.mockserver.scenarios.catalog import Catalog
from taskmock.mockserver.server.app import App
from taskmock.mockserver.sessions.journal import Journal, JournalEntry
from taskmock.mockserver.sessions.names import SessionRule
from taskmock.mockserver.sessions.session import SessionContext


class Steady:
    """Seconds that a test moves."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


def playback(store, mode=ClockMode.POLLS):
    return Playback(
        opening=Opening(seed="0", clock=ManualClock(), mode=mode), store=store, catalog=Catalog(), presenter=PRESENTER
    )


def app_of(store, *, mode=ClockMode.POLLS, **more):
    """The application of a mock whose records are in a store."""
    context = SessionContext(playback(store, mode), Catalog(), Journal(), BkSopsApi())
    return App(context, AdminRouter(context), SessionRule(), **more)


def asked(session, task_id="10"):
    return Query(session=session, task_id=task_id)


def test_memory_does_not_grow_with_the_sessions():
    app = app_of(MemoryStore(most_sessions=50), known_calls=100)
    calls = [Call("GET", status_of(str(n % 20)), (("x-mock-session", f"s-{n}"),)) for n in range(1500)]
    for call in calls[:500]:  # until the calls that are known are as many as can be
        app.answer(call)
    app.journal.clear()
    tracemalloc.start()
    try:
        for call in calls[500:]:
            app.answer(call)
        app.journal.clear()
        grown = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()

    assert len(app.playback.store.sessions()) == 50
    assert grown < 400_000  # what came in place of what went; 1000 sessions would take 1.5 MB


def test_journal_takes_no_more_than_its_bytes():
    journal = Journal(limit=1_000_000)

    def entry(number):
        return JournalEntry(
            at=1_524_730_114_000 + number,
            session=f"session-{number}",
            method="GET",
            target=status_of(str(number)) + "x" * (number % 300),
            status=200,
            code=0,
            message="é" * (number % 50),
            task_id=f"task-{number}",
            scenario="generated",
            reading=Reading(10**6 + number, 10**6 + number),
            faults=("http", "delay") if number % 2 else (),
        )

    tracemalloc.start()
    try:
        for number in range(5000):
            journal.add(entry(number))
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()

    found = journal.find()
    assert taken < 1_100_000
    assert sum(kept.weight for kept in found) <= 1_000_000
    assert found[-1].task_id == "task-4999"


def test_session_longest_untouched_goes_first():
    play = playback(MemoryStore(most_sessions=2))
    for session in ("a", "b", "a", "c"):
        play.poll(asked(session))

    assert play.store.sessions() == ("a", "c")


def test_session_that_nobody_touches_is_forgotten():
    steady = Steady()
    play = playback(MemoryStore(longest_idle=100, steady=steady))
    for session, seconds in (("a", 0), ("b", 60), ("c", 101)):
        steady.seconds = seconds
        play.poll(asked(session))

    assert play.store.sessions() == ("b", "c")
    steady.seconds = 161
    assert play.store.sessions() == ("c",)


def test_polled_session_stays_however_old_it_is():
    steady = Steady()
    play = playback(MemoryStore(longest_idle=100, steady=steady))
    for steady.seconds in range(0, 1000, 90):
        answer = play.poll(asked("a"))

    assert answer.reading.poll == 12


def test_session_is_remembered_for_a_day():
    steady = Steady()
    store = MemoryStore(steady=steady)
    store.replan("a", lambda _: SessionPlan())
    steady.seconds = 24 * 3600

    assert store.sessions() == ("a",)
    steady.seconds += 1
    assert store.sessions() == ()


def test_session_bounds_its_tasks():
    play = playback(MemoryStore(most_tasks=2))
    for task in ("1", "2", "3"):
        play.poll(asked("a", task))

    assert [record.key.task_id for record in play.store.records("a")] == ["2", "3"]


def test_record_that_is_gone_is_told_apart():
    store = MemoryStore()
    key = RecordKey("a", "generated", "10")

    with pytest.raises(RecordGoneError, match=r"^the session 'a' has no task '10' \(any more\)$"):
        store.change(key, lambda record: (record, None))


def test_poll_of_a_session_that_is_forgotten_meanwhile_begins_anew():
    """Between the opening of a record and its change, somebody else may forget the session."""
    store = MemoryStore()
    forgotten = []
    change = store.change

    def changing(key, update):
        if not forgotten:
            forgotten.append(key)
            store.forget(key.session)
        return change(key, update)

    store.change = changing

    answer = playback(store).poll(asked("a"))

    assert (len(forgotten), answer.reading.poll) == (1, 1)


def test_operation_on_a_session_that_is_forgotten_meanwhile_is_carried_out():
    app = app_of(MemoryStore(), mode=ClockMode.WALL)
    store, change, forgotten = app.playback.store, app.playback.store.change, []

    def changing(key, update):
        if not forgotten:
            forgotten.append(key)
            store.forget(key.session)
        return change(key, update)

    store.change = changing
    said = json.dumps(CREDENTIALS | {"task_id": "10", "action": "start"}).encode("ascii")
    headers = (("x-mock-session", "a"), ("content-type", "application/json"))

    reply = app.answer(Call("POST", f"{SOPS}operate_task/", headers, said))

    assert (len(forgotten), reply.body[:15]) == (1, b'{"result":true,')


def test_threads_of_one_process_see_each_step_once():
    play = playback(MemoryStore())
    with concurrent.futures.ThreadPoolExecutor(16) as threads:
        polls = list(threads.map(lambda _: play.poll(asked("a")), range(800)))

    assert sorted(answer.reading.poll for answer in polls) == list(range(1, 801))
    moments = play.history(polls[0].record).moments
    shown = sorted((answer.reading.poll, answer.reading.moment) for answer in polls)
    assert [moment for _, moment in shown[: len(moments)]] == list(moments)
