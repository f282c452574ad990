"""Random lives of tasks, sampled at random intervals: the judge of histories raises no alarm."""

import pytest

from support.random_tasks import UndoneLife
from support.sampled_histories import excused, part_of, polls_of
from taskmock.contracts import Contract, Poll
from taskmock.contracts.api.bk_sops.lifecycle import STALE
from taskmock.mockserver.api.bk_sops.documents.status import EDITIONS

pytestmark = pytest.mark.sweep

CHUNKS = 10
PER_CHUNK = 5
"""Seeds a chunk and edition: 150 histories in all. `sampled_lives.py` judges thousands."""

editions = pytest.mark.parametrize("edition", EDITIONS)
chunks = pytest.mark.parametrize("chunk", range(CHUNKS))


def codes(report):
    return {found.code for found in report.violations}


def numbers(chunk):
    return range(1_000_000 + chunk * PER_CHUNK, 1_000_000 + (chunk + 1) * PER_CHUNK)


@editions
@chunks
def test_random_life_raises_no_alarm(chunk, edition):
    contract = Contract(edition, strictness="strict")
    for number in numbers(chunk):
        polls = polls_of(number, edition)

        assert codes(contract.check_history(polls)) <= excused(number, edition), number
        assert codes(contract.check_history([Poll(poll.body) for poll in polls])) <= excused(number, edition), number


@editions
@chunks
def test_random_life_behind_caches_raises_warnings_only(chunk, edition):
    contract = Contract(edition, strictness="strict")
    for number in numbers(chunk):
        report = contract.check_history(polls_of(number, edition, cached=True))

        assert codes(report) <= {STALE} | excused(number, edition), number


@chunks
def test_random_life_with_many_rollbacks_raises_no_alarm(chunk):
    contract = Contract("v2", strictness="strict")
    for number in numbers(chunk):
        polls = polls_of(number, "v2", kind=UndoneLife)

        assert codes(contract.check_history(polls)) <= excused(number, "v2", kind=UndoneLife), number
        assert codes(contract.check_history([Poll(poll.body) for poll in polls])) <= excused(
            number, "v2", kind=UndoneLife
        ), number


@chunks
def test_random_life_with_many_rollbacks_behind_caches_raises_warnings_only(chunk):
    contract = Contract("v2", strictness="strict")
    for number in numbers(chunk):
        report = contract.check_history(polls_of(number, "v2", cached=True, kind=UndoneLife))

        assert codes(report) <= {STALE} | excused(number, "v2", kind=UndoneLife), number


@pytest.mark.parametrize("edition", ["v1", "v2"])
@chunks
def test_subprocess_of_a_random_life_raises_warnings_only(chunk, edition):
    contract = Contract(edition, strictness="strict")
    for number in numbers(chunk):
        for cached in (False, True):
            report = contract.check_history(part_of(polls_of(number, edition, cached=cached), number))

            assert codes(report) <= {STALE} | excused(number, edition), number
