"""Random lives of tasks as pollers see them: sampled at random intervals, some through a cache and several workers.

`python tests/core/sampled_lives.py FIRST COUNT [EDITION...]` judges so many histories an edition in each way, prints
every false alarm, and counts the findings by their codes.
"""

from __future__ import annotations

import collections
import itertools
import random
import sys
from pathlib import Path

from chance import Life, UndoneLife
from flows import rendered

from taskmock.contracts import Contract
from taskmock.contracts.lifecycle import Poll
from taskmock.mockserver.wire import EDITIONS

CACHE = 10_000
"""How long an answer may be repeated, in ms."""


def polls_of(number, edition, *, cached=False, kind=Life):
    """The polls of a life: their times go on to its end and beyond; cached ones show moments up to 10 s before."""
    life, chance = kind(number, edition), random.Random(f"{number} {edition}")
    history = life.history(life.log)
    end = history.moments[-1] + chance.choice((100, 3000, 30_000))
    longest = chance.choice((50, 500, 3000, 12_000))
    moment, polls = min(chance.randint(0, 1000), end), []
    while moment <= end and len(polls) < 120:
        shown = max(0, moment - chance.randint(0, CACHE)) if cached else moment
        data = rendered(history, shown, edition)
        polls.append(Poll({"result": True, "data": data, **envelope(edition)}, moment / 1000))
        moment += chance.randint(0, longest)
    return polls


def envelope(edition):
    """What else an answer has."""
    return {} if edition == "doc-2019" else {"code": 0, "message": ""}


KINDS = {"lives": Life, "lives with many rollbacks": UndoneLife}
WAYS = ("with the times of the polls", "without", "behind caches")


def history_in(way, number, edition, kind):
    """The polls of a life in one of the ways."""
    polls = polls_of(number, edition, cached=way == "behind caches", kind=KINDS[kind])
    return [Poll(poll.body) for poll in polls] if way == "without" else polls


def main():
    """Judges many histories; behind caches, answers may be old, but nothing may be wrong."""
    first, count = int(sys.argv[1]), int(sys.argv[2])
    for edition, kind, way in itertools.product(sys.argv[3:] or EDITIONS, KINDS, WAYS):
        if KINDS[kind] is UndoneLife and EDITIONS[edition].generation == 1:
            continue  # which knows no rollback
        contract = Contract(edition, strictness="strict")
        polled, codes = 0, collections.Counter()
        for number in range(first, first + count):
            polls = history_in(way, number, edition, kind)
            report = contract.check_history(polls)
            polled += len(polls)
            codes.update(found.code for found in report.violations)
            if not report.ok or (report.violations and way != "behind caches"):
                sys.stdout.write(f"false alarm: {edition} {kind} {number} {way}\n{report.text()}\n")
        sys.stdout.write(f"{edition}, {count} {kind}, {way}: {polled} answers, found {dict(codes)}\n")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
