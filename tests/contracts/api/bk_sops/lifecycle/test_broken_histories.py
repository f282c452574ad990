"""Random lives of tasks that are broken in one place, reversed, or in another order: the judge of histories tells."""

import itertools

import pytest

from support.broken_histories import BREAKS, courses
from support.sampled_histories import excused
from taskmock.contracts import Contract, Poll
from taskmock.contracts.api.bk_sops.lifecycle import BACKWARDS, CLOCK, STALE
from taskmock.mockserver.api.bk_sops.documents.status import EDITIONS

pytestmark = pytest.mark.sweep

FIRST = 2_000_000
MUTANTS = 12
"""Lives of each kind and edition."""

FAR, ALL_NEAR = 11.0, 9.0
"""Seconds from poll to poll, longer than any cache; seconds from the first poll to the last, shorter than it."""

editions = pytest.mark.parametrize("edition", EDITIONS)


def report(bodies, edition, gap):
    """The verdict on answers at times that are not those at which they were made."""
    judge = Contract(edition, strictness="strict", skip=(CLOCK,))
    return judge.check_history([Poll(body, n * gap) for n, body in enumerate(bodies)])


def codes(judged):
    return {found.code for found in judged.violations}


@editions
@pytest.mark.parametrize("kind", BREAKS)
def test_broken_life_fails_with_the_rule(kind, edition):
    mutate, code = BREAKS[kind]
    broken = (course for course in courses(edition, FIRST) if mutate(course))

    for course in itertools.islice(broken, MUTANTS):
        errors = {found.code for found in report(course.bodies, edition, FAR).violations if found.severity == "error"}
        assert code in errors, course.number


@editions
def test_reversed_life_is_backwards_or_within_ten_seconds_stale(edition):
    ordered = (course for course in courses(edition, FIRST) if course.is_later(0, -1))

    for course in itertools.islice(ordered, MUTANTS):
        bodies = course.bodies[::-1]

        assert BACKWARDS in codes(report(bodies, edition, FAR)), course.number
        found = codes(report(bodies, edition, ALL_NEAR / len(bodies)))
        assert found - excused(course.number, edition) == {STALE}, course.number


@editions
def test_life_with_two_answers_swapped_is_backwards_or_within_ten_seconds_stale(edition):
    for course in itertools.islice(courses(edition, FIRST), MUTANTS * 2):
        ordered = [first for first in range(len(course.bodies) - 1) if course.is_later(first, first + 1)]
        if ordered:
            first = course.chance.choice(ordered)
            bodies = course.bodies
            bodies[first], bodies[first + 1] = bodies[first + 1], bodies[first]

            assert BACKWARDS in codes(report(bodies, edition, FAR)), course.number
            found = codes(report(bodies, edition, ALL_NEAR / len(bodies)))
            assert found - excused(course.number, edition) == {STALE}, course.number
