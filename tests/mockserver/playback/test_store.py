"""What every store keeps: one atomic change at a time, bounded, sessions apart."""

import dataclasses
import threading

import pytest

from taskmock.mockserver.clock import ClockMode
from taskmock.mockserver.playback.record import Record, RecordKey, SessionPlan
from taskmock.mockserver.playback.store import MemoryStore, RecordGoneError
from taskmock.mockserver.scenarios.catalog import Catalog
from taskmock.mockserver.sessions.keeping.sqlite_store import SqliteStore


@pytest.fixture(params=[MemoryStore, SqliteStore], ids=["memory", "file"])
def new_store(request, tmp_path):
    """Makes a store of some limits; one of a file writes there."""
    made = []

    def make(**limits):
        store = request.param(**limits)
        made.append(store)
        if isinstance(store, SqliteStore):
            store.keep_in(tmp_path / "taskmock" / f"{len(made)}.sqlite", Catalog())
        return store

    yield make
    for store in made:
        if isinstance(store, SqliteStore):
            store.close()


def key(session="s", task_id="1"):
    return RecordKey(session, "steps", task_id)


def record(of):
    return Record(key=of, digest="d", seed="x", epoch=0)


def opened(store, *keys):
    for one in keys:
        store.open(one, lambda one=one: record(one))
    return store


def polled(record):
    """The record after one more poll, and the number of that poll."""
    time = record.time.after_poll((0,), good=True)
    return dataclasses.replace(record, time=time), time.polls


def test_record_is_made_at_its_first_touch_only(new_store):
    store = opened(new_store(), key())
    store.change(key(), polled)

    assert store.open(key(), lambda: pytest.fail("made twice")).time.polls == 1


def test_change_gives_and_keeps_what_was_made(new_store):
    store = opened(new_store(), key())

    assert store.change(key(), polled) == 1
    assert store.records("s")[0].time.polls == 1


def test_change_that_fails_changes_nothing(new_store):
    store = opened(new_store(), key())

    with pytest.raises(ZeroDivisionError):
        store.change(key(), lambda record: (record, 1 // 0))

    assert store.records("s") == (record(key()),)


@pytest.mark.parametrize("missing", [key("other"), key(task_id="2")])
def test_change_of_what_is_not_there_is_an_error(new_store, missing):
    store = opened(new_store(), key())

    with pytest.raises(RecordGoneError) as caught:
        store.change(missing, polled)

    assert caught.value.key == missing


def test_records_come_oldest_first_and_of_one_session(new_store):
    store = opened(new_store(), key("a", "2"), key("b", "3"), key("a", "1"))

    assert [found.key.task_id for found in store.records("a")] == ["2", "1"]
    assert store.records("nobody") == ()


def test_oldest_task_of_a_full_session_goes(new_store):
    store = opened(new_store(most_tasks=2), *(key(task_id=str(number)) for number in range(4)))

    assert [found.key.task_id for found in store.records("s")] == ["2", "3"]


def test_session_longest_untouched_goes(new_store):
    store = opened(new_store(most_sessions=2), key("a"), key("b"), key("a"), key("c"))

    assert store.sessions() == ("a", "c")


def test_session_that_nobody_touches_goes_after_its_time(new_store):
    now = [0.0]
    store = opened(new_store(longest_idle=10, steady=lambda: now[0]), key("a"))
    now[0] = 9.0
    opened(store, key("b"))

    now[0] = 10.0
    assert store.sessions() == ("a", "b")

    now[0] = 10.5
    assert store.sessions() == ("b",)


def test_forgotten_session_is_gone_with_its_plan(new_store):
    store = opened(new_store(), key())
    store.replan("s", lambda _: SessionPlan(scenario="steps"))

    store.forget("s")
    store.forget("never there")

    assert (store.sessions(), store.records("s"), store.plan("s")) == ((), (), SessionPlan())


def test_plan_is_kept_before_any_touch(new_store):
    store = new_store()
    plan = SessionPlan(scenario="steps", mode=ClockMode.POLLS)

    store.replan("s", lambda _: plan)

    assert store.plan("s") == plan
    assert store.sessions() == ("s",)


def test_threads_lose_no_change(new_store):
    store = opened(new_store(), key())
    together = threading.Barrier(8)

    def work():
        together.wait()
        for _ in range(200):
            store.change(key(), polled)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert store.records("s")[0].time.polls == 1600


def test_threads_open_one_record(new_store):
    store, made = new_store(), []
    together = threading.Barrier(8)

    def work():
        together.wait()
        store.open(key(), lambda: made.append(1) or record(key()))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert made == [1]


def test_plan_is_replaced_by_what_is_made_of_it(new_store):
    store = new_store()
    store.replan("s", lambda _: SessionPlan(scenario="steps"))

    made = store.replan("s", lambda plan: dataclasses.replace(plan, numbered=plan.numbered + 1))

    assert made == store.plan("s") == SessionPlan(scenario="steps", numbered=1)


def test_plan_that_cannot_be_made_changes_nothing(new_store):
    store = new_store()

    with pytest.raises(ZeroDivisionError):
        store.replan("s", lambda plan: dataclasses.replace(plan, numbered=1 // 0))

    assert store.plan("s") == SessionPlan()


def test_plans_are_changed_one_at_a_time(new_store):
    store, begin = new_store(), threading.Barrier(4)

    def count():
        begin.wait()
        for _ in range(200):
            store.replan("s", lambda plan: dataclasses.replace(plan, numbered=plan.numbered + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert store.plan("s").numbered == 800


def test_store_tells_whether_it_has_a_session(new_store):
    now = [0.0]
    store = opened(new_store(longest_idle=10, steady=lambda: now[0]), key("a"))

    assert ("a" in store, "b" in store) == (True, False)

    now[0] = 10.5
    assert "a" not in store
