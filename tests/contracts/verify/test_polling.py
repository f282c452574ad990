"""The polls of one task keep their interval and end when there is nothing more to be learned."""

import json

import pytest

from support.raw_server import GOOD
from taskmock.contracts.verify import END, Plan
from taskmock.contracts.verify.plan import PATIENCE
from taskmock.contracts.verify.polling import polled
from taskmock.contracts.verify.transport.exchange import Call, Exchange

REFUSED = b'{"result": false, "message": "no", "data": null}'
FAILED = json.dumps({"result": True, "data": {"state": "FAILED"}}).encode("ascii")
ENDED = json.dumps({"result": True, "data": {"state": "FINISHED"}}).encode("ascii")
CALL = Call("get_task_status", "GET", "http://h/")


class Asker:
    """Answers with the bodies of a list, the last one for ever, and notes how long it was to wait before each."""

    def __init__(self, *bodies, takes=0.0):
        self.bodies = list(bodies)
        self.waited = []
        self.takes = takes

    def wait(self, seconds):
        self.waited.append(seconds)

    def ask(self, call):
        body = self.bodies.pop(0) if len(self.bodies) > 1 else self.bodies[0]
        return Exchange(call, at=0.0, seconds=self.takes, status=200, body=body)


def numbers(asker, plan):
    return [answer.number for answer in polled(asker, CALL, plan)]


def test_polls_wait_for_their_interval():
    asker = Asker(GOOD)

    assert numbers(asker, Plan(3, interval=60)) == [1, 2, 3]
    assert asker.waited == [pytest.approx(60, abs=5)] * 2


@pytest.mark.parametrize(("until", "found"), [(END, [1, 2, 3]), (frozenset(), [1, 2, 3, 4, 5])])
def test_end_of_the_task_ends_the_polls(until, found):
    assert numbers(Asker(GOOD, GOOD, ENDED), Plan(5, interval=0, until=until)) == found


@pytest.mark.parametrize(("idle", "count"), [(frozenset({"FAILED"}), PATIENCE + 1), (frozenset(), 30)])
def test_state_that_stays_ends_the_polls_where_that_is_wanted(idle, count):
    assert len(numbers(Asker(GOOD, FAILED), Plan(30, interval=0, until=END, idle=idle))) == count


def test_many_answers_without_a_task_end_the_polls():
    assert numbers(Asker(GOOD, REFUSED), Plan(100, interval=0)) == list(range(1, PATIENCE + 2))


def test_answers_with_a_task_between_them_do_not():
    bodies = [REFUSED] * (PATIENCE - 1) + [GOOD] + [REFUSED] * (PATIENCE - 1) + [GOOD]

    assert len(numbers(Asker(*bodies), Plan(30, interval=0))) == 30
