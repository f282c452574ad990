"""Sessions that play different scenarios of one name: each its own, until the one for all is edited."""

import threading

import pytest

from support.scenario_building import act, play
from support.scenario_playing import Stage as Theatre
from taskmock.mockserver.api.bk_sops.api import BkSopsApi
from taskmock.mockserver.core.scenario import Scenario
from taskmock.mockserver.sessions.journal import Journal
from taskmock.mockserver.sessions.session import Session, SessionContext

FILE = "format: 1\nscenario: demo\nedition: v2\nflow: [{name}: 5s]\n"


def demo(name):
    """A scenario called `demo` whose only node has a name of its own."""
    return Scenario(name="demo", edition="v2", plays=(play(act(name, 5), name="Demo"),))


class House:
    """A playback and the sessions that share it."""

    def __init__(self, **more):
        self.theatre = Theatre(**more)
        self.stage = SessionContext(self.theatre.playback, self.theatre.catalog, Journal(), BkSopsApi())

    def session(self, name):
        return Session(self.stage, name)

    def plays(self, session, task_id="10", **more):
        """What a session's poll shows of its task: the name of its only node."""
        (_, node, *_) = self.theatre.data(task_id, session=session, **more)["children"].values()
        return node["name"]


def test_scenario_of_one_session_leaves_that_of_another():
    house = House()
    house.session("a").play(demo("A"))
    house.session("b").play(demo("B"))

    assert [house.plays(session) for session in "aba"] == ["A", "B", "A"]


def test_file_of_one_session_leaves_that_of_another(tmp_path):
    house = House()
    for session in "ab":
        path = tmp_path / f"{session}.yaml"
        path.write_text(FILE.format(name=session), encoding="utf-8")
        house.session(session).play(path)

    assert [house.plays(session) for session in "ab"] == ["a", "b"]


def test_settled_scenario_of_one_session_leaves_that_of_another():
    house = House()
    house.session("a").settle(scenario=demo("A"))
    house.session("b").settle(scenario=demo("B"))

    assert [house.plays(session, task_id) for session in "ab" for task_id in ("10", "11")] == ["A", "A", "B", "B"]


def test_two_tasks_of_one_session_play_their_own():
    house = House()
    session = house.session("a")
    session.settle(scenario=demo("Settled"))
    session.play(demo("First"), "10")
    session.play(demo("Second"), "11")

    assert [house.plays("a", task_id) for task_id in ("10", "11", "12")] == ["First", "Second", "Settled"]


def test_session_that_plays_again_plays_what_it_was_given_last():
    house = House()
    session = house.session("a")
    session.play(demo("Before"))
    house.theatre.clock.advance(2)
    task = session.play(demo("After"))

    assert house.plays("a") == "After"
    assert task.clock.seconds == 2


def test_session_names_its_own_scenario_by_name():
    house = House()
    house.session("other").play(demo("Other"))
    house.session("a").settle(scenario=demo("Own"))

    assert house.plays("a", scenario="demo") == "Own"
    assert house.plays("third", scenario="demo") == "Other"


def test_shipped_scenario_stays_what_it_is_for_others():
    house = House()
    mine = Scenario(name="slow-start", edition="v2", plays=(play(act("Mine", 5)),))

    house.session("a").play(mine)

    assert house.plays("a") == "Mine"
    assert house.session("b").play("slow-start").scenario == "slow-start"
    assert house.theatre.catalog.scenario("slow-start").title


@pytest.mark.parametrize("first", ["ab", "ba"])
def test_edit_for_all_is_followed_by_every_session(first):
    house = House()
    for session in first:
        house.session(session).play(demo(session))
    house.theatre.clock.advance(2)
    polled = house.theatre.poll(session="a")

    house.theatre.catalog.add(demo("Edited"))

    assert [house.plays(session) for session in "ab"] == ["Edited", "Edited"]
    assert house.theatre.poll(session="a").reading.moment == polled.reading.moment


def test_session_may_play_its_own_again_after_an_edit_for_all():
    house = House()
    house.session("a").play(demo("A"))
    house.theatre.catalog.add(demo("Edited"))

    house.session("a").play(demo("Again"))
    house.session("b").play("demo")

    assert [house.plays(session) for session in "ab"] == ["Again", "Edited"]


def test_sessions_at_once_each_play_their_own():
    house = House()
    wrong = []

    def lead(session):
        for number in range(20):
            name = f"{session}{number}"
            house.session(session).play(demo(name))
            seen = [house.plays(session) for _ in range(5)]
            wrong.extend(other for other in seen if other != name)

    threads = [threading.Thread(target=lead, args=(session,)) for session in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
