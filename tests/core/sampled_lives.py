"""Random lives of tasks as pollers see them: sampled at random intervals, some through a cache and several workers.

`python tests/core/sampled_lives.py FIRST COUNT [EDITION]` judges so many histories an edition and prints the findings.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from chance import Life
from flows import rendered

from taskmock.contracts import Contract
from taskmock.contracts.lifecycle import Poll
from taskmock.mockserver.wire import EDITIONS

CACHE = 10_000
"""How long an answer may be repeated, in ms."""


def polls_of(number, edition, *, cached=False):
    """The polls of a life: their times go on to its end and beyond; cached ones show moments up to 10 s before."""
    life, chance = Life(number, edition), random.Random(f"{number} {edition}")
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


def main():
    """Judges many histories."""
    first, count = int(sys.argv[1]), int(sys.argv[2])
    alarms = polled = 0
    for edition in sys.argv[3:] or EDITIONS:
        contract = Contract(edition, strictness="strict")
        for number in range(first, first + count):
            polls = polls_of(number, edition)
            polled += len(polls)
            for times in (polls, [Poll(poll.body) for poll in polls]):
                report = contract.check_history(times)
                if report.violations:
                    alarms += 1
                    sys.stdout.write(f"{edition} {number} {times is polls}\n{report.text()}\n")
            report = contract.check_history(polls_of(number, edition, cached=True))
            if not report.ok:
                alarms += 1
                sys.stdout.write(f"{edition} {number} cached\n{report.text()}\n")
    sys.stdout.write(f"{alarms} alarms in {count} histories of {len(EDITIONS)} editions, {polled} polls\n")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
