"""The real poll histories: as they were, backwards, and with two answers swapped."""

import json

import pytest

from support.captured_histories import codes, growing, histories, spaced
from taskmock.contracts import Poll
from taskmock.contracts.api.bk_sops.lifecycle import BACKWARDS, CLOCK, RULES, STALE, TIMES

each_history = pytest.mark.parametrize("history", histories(), ids=lambda history: history.name)
each_growing = pytest.mark.parametrize("history", growing(), ids=lambda history: history.name)
OTHER_TIMES = (CLOCK,)
"""Left out where polls get times that are not those at which they were made."""

LIFECYCLE = {BACKWARDS, *(rule.code for rule in RULES)}
NEAR = 0.7
FAR = 11.0


@each_history
@pytest.mark.parametrize("edition", ["auto", None])
def test_captured_history_passes(history, edition):
    assert history.report(history.polls, edition=edition).violations == ()


@each_history
@pytest.mark.parametrize("gap", [None, NEAR, FAR])
def test_captured_history_passes_at_any_intervals(history, gap):
    assert history.report(spaced(history.raw, gap), skip=OTHER_TIMES).violations == ()


OTHERS = {
    "missing now and then": lambda number: number * FAR if number % 2 else None,
    "missing at the end": lambda number: number * FAR if number < 2 else None,
    "all the same": lambda number: FAR,
    "of a clock that is set back": lambda number: (number * FAR) % (3 * FAR),
    "of a clock that runs backwards": lambda number: -number * FAR,
    "without a sense": lambda number: float("nan"),
}

BACK = {"of a clock that is set back": 3, "of a clock that runs backwards": 1}
"""Which of them go back, and after how many polls."""


@each_history
@pytest.mark.parametrize("times", OTHERS)
def test_captured_history_passes_whatever_the_times_of_its_polls(history, times):
    polls = [Poll(raw, OTHERS[times](number)) for number, raw in enumerate(history.raw)]

    found = history.report(polls, skip=OTHER_TIMES).violations

    assert [one.code for one in found] == [TIMES] * (times in BACK and len(polls) > BACK[times])


@each_history
def test_captured_history_passes_with_other_answers_in_between(history):
    busy = {"result": False, "message": "busy", "code": 3599999, "data": None}
    raw = [one for answer in history.raw for one in (answer, busy, answer)]

    assert history.report(spaced(raw, NEAR), skip=OTHER_TIMES).violations == ()


@each_growing
def test_reversed_history_is_backwards(history):
    report = history.report(spaced(history.raw[::-1], FAR), skip=OTHER_TIMES)

    assert BACKWARDS in codes(report)
    assert len(codes(report)) >= 2
    assert codes(report) <= LIFECYCLE


@each_growing
def test_reversed_history_within_ten_seconds_is_stale(history):
    report = history.report(spaced(history.raw[::-1], NEAR), skip=OTHER_TIMES)

    assert report.ok
    assert {found.code for found in report.violations} == {STALE}


def illegal_swaps():
    """Each two neighbours of which the later cannot come first: it has more nodes, or a clock that went on."""
    for history in growing():
        for first in range(len(history.raw) - 1):
            one, two = (json.loads(raw).get("data") for raw in history.raw[first : first + 2])
            if one and two and is_later(one, two):
                yield pytest.param(history, first, id=f"{history.name}-{first + 1}")


def is_later(one, two):
    """Whether an answer is plainly later than another."""
    ended = two["state"] in {"FINISHED", "REVOKED"} and one["state"] not in {"FINISHED", "REVOKED"}
    started = one["state"] == "CREATED" != two["state"]
    return ended or started or two["elapsed_time"] > one["elapsed_time"] + 1


def swapped(raw, first):
    """The answers with two neighbours in the wrong order."""
    return [*raw[:first], raw[first + 1], raw[first], *raw[first + 2 :]]


@pytest.mark.parametrize(("history", "first"), [*illegal_swaps()])
def test_swapped_answers_are_backwards(history, first):
    report = history.report(spaced(swapped(history.raw, first), FAR), skip=OTHER_TIMES)

    assert BACKWARDS in codes(report)


@pytest.mark.parametrize(("history", "first"), [*illegal_swaps()])
def test_swapped_answers_within_ten_seconds_are_stale(history, first):
    report = history.report(spaced(swapped(history.raw, first), NEAR), skip=OTHER_TIMES)

    assert report.ok
    assert {found.code for found in report.violations} == {STALE}


@pytest.mark.parametrize("history", [one for one in histories() if one not in growing()], ids=lambda one: one.name)
@pytest.mark.parametrize("gap", [None, NEAR, FAR])
def test_history_of_equal_answers_has_no_order(history, gap):
    assert history.report(spaced(history.raw[::-1], gap), skip=OTHER_TIMES).violations == ()


def test_age_is_told_from_the_answers_where_the_polls_have_no_times():
    (timeline,) = (history for history in growing() if history.name == "timeline-linear")

    near = timeline.report(spaced(swapped(timeline.raw, 2), None))
    far = timeline.report(spaced(timeline.raw[::-1], None))

    assert [(found.code, found.message) for found in near.violations] == [
        (STALE, "the answer is older by 5 s (poll 4, after poll 3)")
    ]
    assert "the answer is older by 17 s (poll 5, after poll 1)" in {found.message for found in far.violations}
