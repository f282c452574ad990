"""Sessions that outlive their store: what is kept, when it is written, and what another store finds."""

import dataclasses
import re
import shutil
import sqlite3
import stat
import sys
import threading

import pytest

from taskmock.mockserver.core.command import Command, Entry, Verb
from taskmock.mockserver.core.fault import Fault, FaultKind
from taskmock.mockserver.playback.record import CreatedTask, Record, RecordKey, SessionPlan
from taskmock.mockserver.scenarios.catalog import Catalog
from taskmock.mockserver.sessions.keeping import pieces, session_file
from taskmock.mockserver.sessions.keeping.session_file import KeepingError
from taskmock.mockserver.sessions.keeping.sqlite_store import Kept, SqliteStore

HOUR = 3_600_000


class Day:
    """A clock of the time of day that stands until it is set."""

    fixed = False

    def __init__(self) -> None:
        self.moment = 1_700_000_000_000

    def now(self) -> int:
        return self.moment


@pytest.fixture
def day():
    return Day()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "taskmock" / "1.sqlite"


@pytest.fixture
def new_store(path, day):
    """Makes stores of the one file, or of another; their threads write nothing unless told to."""
    stores = []

    def make(at=path, *, catalog=None, fresh=False, interval=3600.0, **limits):
        store = SqliteStore(clock=day, interval=interval, patience=0, steady=lambda: day.moment / 1000, **limits)
        stores.append(store)
        store.kept = store.keep_in(at, catalog or Catalog(), fresh=fresh)
        return store

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def killed(path, tmp_path, new_store):
    """What another store finds after a kill: the file with what SQLite had beside it, as it is at this moment."""

    def again(**how):
        copy = tmp_path / f"copy {len(list(tmp_path.iterdir()))}"
        shutil.copytree(path.parent, copy)
        return new_store(copy / path.name, **how)

    return again


def key(session="s", task_id="1"):
    return RecordKey(session, "steps", task_id)


def record(of, **changed):
    return Record(key=of, digest="d", seed="x", epoch=5, **changed)


def opened(store, *keys):
    for one in keys:
        store.open(one, lambda one=one: record(one))
    return store


def polled(record):
    return dataclasses.replace(record, time=record.time.after_poll((0,), good=True)), None


def settled(store, *sessions):
    for session in sessions:
        store.replan(session, lambda plan: dataclasses.replace(plan, scenario="steps"))
    return store


def test_settled_session_is_there_after_a_kill_with_all_that_was_done(new_store, killed):
    store = settled(new_store(), "s")
    opened(store, key(), key(task_id="2"))
    entry = Entry(at=3, command=Command(verb=Verb.RETRY, target="Copy", data={"a": 1}))
    fault = Fault(kind=FaultKind.DELAY, value=[1, 2])
    store.change(key(), lambda found: (dataclasses.replace(found, log=(entry,), faults=(fault,)), None))
    creation = CreatedTask(name="n", template_id="1", scenario="steps", creator="anna", constants={"a": [1]})
    store.replan("s", lambda plan: dataclasses.replace(plan, created={"1001": creation}, numbered=1001))

    found = killed()

    assert found.kept == Kept(sessions=1, latest=1_700_000_000_000)
    assert found.sessions() == ("s",)
    assert found.plan("s") == SessionPlan(scenario="steps", created={"1001": creation}, numbered=1001)
    assert found.records("s") == (record(key(), log=(entry,), faults=(fault,)), record(key(task_id="2")))


def test_session_that_only_polled_is_not_kept_until_somebody_does_something(new_store, killed):
    store = opened(new_store(), key(), key("default"))
    store.change(key(), polled)
    for changed in ({}, {"spent": (1,)}, {"api": {"a": "b"}}):
        store.change(key(), lambda found, changed=changed: (dataclasses.replace(found, **changed), None))
    store.flush()
    assert killed().sessions() == ()

    store.change(key(), lambda found: (dataclasses.replace(found, epoch=6), None))

    assert [found.time.polls for found in killed().records("s")] == [1]


def test_default_session_begins_anew(new_store, killed):
    store = opened(settled(new_store(), "default"), key("default"))
    store.change(key("default"), lambda found: (dataclasses.replace(found, epoch=6), None))
    store.flush()

    assert killed().sessions() == ()


def test_polls_are_written_behind(new_store, killed):
    store = opened(settled(new_store(), "s"), key())
    store.change(key(), polled)
    assert [found.time.polls for found in killed().records("s")] == [0]

    store.flush()
    store.change(key(), polled)

    assert [found.time.polls for found in killed().records("s")] == [1]


def test_polls_are_written_by_a_thread_of_its_own(new_store, killed, monkeypatch):
    written = threading.Event()
    write = session_file.SessionFile.write

    def noted(self, **what):
        write(self, **what)
        polls = [part.body for change in what.get("changes", {}).values() for part in change.parts]
        if threading.current_thread() is not threading.main_thread() and any('"polls":1' in body for body in polls):
            written.set()

    monkeypatch.setattr(session_file.SessionFile, "write", noted)
    store = opened(settled(new_store(interval=0.001), "s"), key())

    store.change(key(), polled)

    assert written.wait(60)
    assert [found.time.polls for found in killed().records("s")] == [1]


def test_polls_are_written_when_the_store_is_closed(new_store):
    store = opened(settled(new_store(), "s"), key())
    store.change(key(), polled)

    store.close()

    assert [found.time.polls for found in new_store().records("s")] == [1]


def test_poll_writes_nothing_and_takes_no_lock_of_the_file(new_store, monkeypatch):
    store = opened(settled(new_store(), "s"), key())
    monkeypatch.setattr(session_file.SessionFile, "write", lambda *_, **__: pytest.fail("a poll has written"))

    with store._writing:
        store.change(key(), polled)
        opened(store, key())

    monkeypatch.undo()


def test_forgotten_session_is_gone_and_what_follows_is_kept(new_store, killed):
    store = opened(settled(new_store(), "s", "t"), key(), key("t"))
    store.forget("s")
    assert killed().sessions() == ("t",)

    opened(settled(store, "s"), key(task_id="2"))

    assert killed().records("s") == (record(key(task_id="2")),)


def test_session_that_is_forgotten_and_only_polled_since_is_not_kept(new_store, killed):
    store = settled(new_store(), "s")
    store.forget("s")
    opened(store, key())
    store.change(key(), polled)
    store.flush()

    assert killed().sessions() == ()


def test_session_is_forgotten_a_day_after_its_last_touch_also_while_no_server_runs(new_store, killed, day):
    store = settled(new_store(), "old", "polled")
    opened(store, key("polled"))
    day.moment += 20 * HOUR
    opened(store, key("polled"))
    store.flush()
    day.moment += 5 * HOUR

    found = killed()
    assert found.sessions() == ("polled",)

    day.moment += 18 * HOUR
    assert found.sessions() == ("polled",)
    day.moment += 2 * HOUR
    assert found.sessions() == ()
    found.flush()
    assert store.sessions() == ()


def test_sessions_come_in_the_order_in_which_they_were_touched(new_store, killed, day):
    store = new_store()
    for name in ("c", "a", "b"):
        settled(store, name)
        day.moment += 1

    assert killed().sessions() == ("c", "a", "b")


def test_sessions_and_tasks_for_which_there_is_no_room_are_gone_in_the_file_too(new_store, killed, day):
    store = new_store(most_sessions=2, most_tasks=2)
    for name in ("a", "b", "c"):
        settled(store, name)
        day.moment += 1
    opened(store, *(key("c", str(number)) for number in range(4)))

    found = killed()

    assert found.sessions() == ("b", "c")
    assert [one.key.task_id for one in found.records("c")] == ["2", "3"]
    assert killed(most_sessions=1).sessions() == ("c",)


def test_fresh_store_forgets_all_and_keeps_what_follows(new_store):
    settled(new_store(), "s").close()

    store = new_store(fresh=True)
    assert (store.sessions(), store.kept.sessions) == ((), 0)
    settled(store, "t").close()

    assert new_store().sessions() == ("t",)


def test_scenarios_that_were_put_are_there_again_and_those_taken_back_are_not(new_store, killed):
    catalog = Catalog()
    store = settled(new_store(catalog=catalog), "s")
    kept = dataclasses.replace(catalog.scenario("slow-start"), title="mine")
    for name in ("mine", "other"):
        catalog.add(dataclasses.replace(kept, name=name))
    catalog.remove("other")

    shelf = Catalog()
    killed(catalog=shelf)

    assert shelf.scenario("mine").digest == dataclasses.replace(kept, name="mine").digest
    assert "other" not in shelf
    assert store.sessions() == ("s",)


def test_scenarios_that_nobody_plays_any_more_are_deleted(new_store, path):
    catalog = Catalog()
    store = settled(new_store(catalog=catalog), "s")
    for title in ("one", "two"):
        catalog.add(dataclasses.replace(catalog.scenario("slow-start"), title=title))
    store.close()

    new_store().close()

    with sqlite3.connect(path) as connection:
        [(body,)] = connection.execute("SELECT body FROM scenarios").fetchall()
    connection.close()
    assert '"title":"two"' in body


def test_scenario_that_was_deleted_can_be_put_again(new_store):
    one = dataclasses.replace(Catalog().scenario("slow-start"), name="one")
    for is_put in (True, False, True, None):
        catalog = Catalog()
        store = settled(new_store(catalog=catalog), "s")
        if is_put is None:
            assert catalog.scenario("one").digest == one.digest
        elif is_put:
            catalog.add(one)
        else:
            catalog.remove("one")
        store.close()


def test_session_goes_on_with_its_scenario_where_nobody_else_has_it(new_store, killed):
    catalog = Catalog()
    scenario = dataclasses.replace(catalog.scenario("slow-start"), name="gone")
    plan = SessionPlan(tasks={"1": "gone"}, held={"1": (catalog.hold(scenario),)})
    new_store().replan("s", lambda _: plan)
    shelf = Catalog()

    restored = killed(catalog=shelf).plan("s")

    assert shelf.scenario("gone", restored.held_for("1")).digest == scenario.digest
    assert "gone" not in shelf


def test_session_does_not_go_on_with_a_scenario_that_was_taken_back(new_store, killed):
    catalog = Catalog()
    scenario = dataclasses.replace(catalog.scenario("slow-start"), name="back")
    store = new_store(catalog=catalog)
    catalog.add(scenario)
    store.replan("s", lambda _: SessionPlan(held={"1": (catalog.hold(scenario),)}))
    catalog.remove("back")

    assert killed().plan("s") == SessionPlan()


def test_session_means_what_all_mean_where_a_name_is_there_again(new_store, killed):
    catalog = Catalog()
    plan = SessionPlan(held={"1": (catalog.hold(catalog.scenario("slow-start")),)})
    new_store().replan("s", lambda _: plan)

    assert killed().plan("s") == SessionPlan()


def test_ten_thousand_sessions_are_read_only_when_they_are_asked_for(new_store, killed, monkeypatch):
    parts = {
        str(number): session_file.Change(1_700_000_000_000, (session_file.Part("record", "[]", "not yet"),))
        for number in range(10_000)
    }
    store = new_store()
    store._file.write(changes=parts)
    monkeypatch.setattr(pieces.Pieces, "restored", lambda *_: pytest.fail("read before it was asked for"))

    found = killed()

    assert len(found.sessions()) == 10_000


def test_part_that_cannot_be_read_is_left_out_and_said_once(new_store, path, caplog):
    opened(settled(new_store(), "s"), key("s"), key("s", "2")).close()
    with sqlite3.connect(path) as connection:
        connection.execute("""UPDATE parts SET body = '{"sed":1}' WHERE key = '["steps", "1"]'""")
    connection.close()
    store = new_store()
    assert caplog.messages == []

    assert [found.key.task_id for found in store.records("s")] == ["2"]
    assert store.plan("s").scenario == "steps"

    [said] = caplog.messages
    assert (
        said == 'of the kept session s not all can be read; left out: record ["steps", "1"]: there is no field \'sed\''
    )
    store.close()
    assert [found.key.task_id for found in new_store().records("s")] == ["2"]
    assert len(caplog.messages) == 1


def test_value_that_cannot_be_written_is_said_and_all_else_is_written(new_store, killed, caplog):
    store = settled(new_store(), "s")
    bad = Entry(at=0, command=Command(verb=Verb.RETRY, data={1, 2}))
    store.open(key(), lambda: record(key(), log=(bad,)))
    opened(store, key(task_id="2"))

    assert [found.key.task_id for found in killed().records("s")] == ["2"]
    [said] = caplog.messages
    assert said == "the task 1 of the session s cannot be kept: Object of type set is not JSON serializable"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_file_is_for_its_user_alone(new_store, path):
    path.parent.mkdir(parents=True)
    path.parent.chmod(0o755)
    path.touch(0o644)

    settled(new_store(), "s")

    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {"1.sqlite": 0o600, "1.sqlite-wal": 0o600}


BROKEN = {
    "text": b"no database at all" * 100,
    "half": None,
    "foreign": "CREATE TABLE other (name TEXT)",
    "version": "UPDATE about SET version = 'layout 0'",
    "column": "DROP TABLE parts; CREATE TABLE parts (place INTEGER)",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_file_that_cannot_be_read_is_put_aside_and_said(new_store, path, caplog, kind):
    settled(new_store(), *map(str, range(500))).close()
    how = BROKEN[kind]
    if isinstance(how, bytes):
        path.write_bytes(how)
    elif how is None:
        path.write_bytes(path.read_bytes()[:9000])
    else:
        if kind == "foreign":
            path.unlink()
        with sqlite3.connect(path) as connection:
            connection.executescript(how)
        connection.close()

    store = new_store()

    assert store.sessions() == ()
    [said] = caplog.messages
    assert said.startswith(f"the sessions kept in {path} cannot be read: ")
    assert said.endswith("; the file is 1.sqlite.aside now")
    assert sorted(file.name for file in path.parent.iterdir()) == ["1.sqlite", "1.sqlite-wal", "1.sqlite.aside"]
    settled(store, "s").close()
    assert new_store().sessions() == ("s",)


def test_file_that_another_server_has_is_told_and_left_alone(new_store, path):
    store = settled(new_store(), "s")

    with pytest.raises(KeepingError, match=f"^another server has {re.escape(str(path))}$"):
        new_store()

    settled(store, "t").close()
    assert new_store().sessions() == ("s", "t")


def test_folder_that_cannot_be_made_is_told(new_store, tmp_path):
    (tmp_path / "taskmock").write_text("a file")
    at = tmp_path / "taskmock" / "1.sqlite"

    with pytest.raises(KeepingError, match=f"^{re.escape(str(at))}: "):
        new_store(at)


def test_server_goes_on_where_the_file_can_no_longer_be_written(new_store, caplog, monkeypatch):
    store = opened(settled(new_store(), "s"), key())

    def full(*_, **__):
        raise KeepingError("the disk is full")

    monkeypatch.setattr(session_file.SessionFile, "write", full)
    settled(store, "t")
    opened(store, key("t"))
    store.change(key("t"), polled)
    settled(store, "u")
    store.close()

    assert caplog.messages == ["sessions are not kept any more: the disk is full"]
    assert store.sessions() == ("s", "t", "u")


def test_threads_lose_nothing(new_store, killed):
    store = opened(settled(new_store(interval=0.001), "s"), key())
    begin = threading.Barrier(4)

    def work(number):
        begin.wait()
        for turn in range(25):
            store.change(key(), polled)
            store.change(key(), lambda found: (dataclasses.replace(found, epoch=found.epoch + 1), None))
            settled(store, f"{number} {turn}")
            store.forget(f"{number} {turn - 1}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.flush()

    found = killed()
    assert [(one.time.polls, one.epoch) for one in found.records("s")] == [(100, 105)]
    assert set(found.sessions()) == {"s", *(f"{number} 24" for number in range(4))}
