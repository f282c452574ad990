"""Random lives of tasks as pollers see them: sampled at random intervals, some through a cache and several workers.

`python -m support.sampled_histories FIRST COUNT [EDITION...]` judges so many histories an edition in each way, prints
every false alarm, and counts the findings by their codes.
"""

from __future__ import annotations

import collections
import dataclasses
import itertools
import random
import sys

from support.random_tasks import Life, UndoneLife
from support.scenario_building import rendered
from support.status_trees import created
from taskmock.contracts import Contract
from taskmock.contracts.api.bk_sops.lifecycle import RULES as COURSE_RULES
from taskmock.contracts.api.bk_sops.lifecycle import UNSEEN, Poll
from taskmock.contracts.api.bk_sops.rules import RULES
from taskmock.mockserver.api.bk_sops.documents.status import EDITIONS

TRAPS = {rule.code for rule in (*RULES, *COURSE_RULES) if rule.code.startswith("trap.")}
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


def excused(number, edition, *, kind=Life):
    """The codes that the judge may give the polls of a life: a rollback that was not seen, and traps of the engine.

    Which trap it was, the polls cannot always tell.
    """
    life = kind(number, edition)
    return {UNSEEN} | (TRAPS if life.history(life.log).traps else set())


def envelope(edition):
    """What else an answer has."""
    return {} if edition == "doc-2019" else {"code": 0, "message": ""}


CREATED = created("Task")


def part_of(polls, number):
    """The same polls by the `subprocess_id` of one of the subprocesses: CREATED while it is not reached."""
    trees = [nodes_of(poll.body["data"]) for poll in polls]
    parts = sorted({key for tree in trees for key, node in tree.items() if node["children"]})
    if not parts:
        return []
    part = random.Random(number).choice(parts)
    shown = ({**tree[part], "name": "Task"} if part in tree else CREATED for tree in trees)
    return [
        dataclasses.replace(poll, body={**poll.body, "data": data}) for poll, data in zip(polls, shown, strict=True)
    ]


def nodes_of(data):
    """The nodes below the task by their ids."""
    found, stack = {}, [data]
    while stack:
        children = stack.pop().get("children", {})
        found |= children
        stack += children.values()
    return found


KINDS = {"lives": Life, "lives with many rollbacks": UndoneLife}
WAYS = {
    "with the times of the polls": lambda number, **of: polls_of(number, **of),
    "without": lambda number, **of: [Poll(poll.body) for poll in polls_of(number, **of)],
    "behind caches": lambda number, **of: polls_of(number, **of, cached=True),
    "of a subprocess": lambda number, **of: part_of(polls_of(number, **of), number),
    "of a subprocess behind caches": lambda number, **of: part_of(polls_of(number, **of, cached=True), number),
}
EXACT = ("with the times of the polls", "without")
"""Ways in which there is nothing to find: no answer is old, and a rollback is seen as far as it can be."""


def main():
    """Judges many histories; behind caches, answers may be old, but nothing may be wrong."""
    first, count = int(sys.argv[1]), int(sys.argv[2])
    for edition, kind, way in itertools.product(sys.argv[3:] or EDITIONS, KINDS, WAYS):
        if not is_fair(edition, kind, way):
            continue
        contract = Contract(edition, strictness="strict")
        histories, polled, codes = 0, 0, collections.Counter()
        for number in range(first, first + count):
            polls = WAYS[way](number, edition=edition, kind=KINDS[kind])
            report = contract.check_history(polls)
            histories += bool(polls)
            polled += len(polls)
            codes.update(found.code for found in report.violations)
            wrong = sorted({found.code for found in report.violations} - excused(number, edition, kind=KINDS[kind]))
            if not report.ok or (wrong and way in EXACT):
                sys.stdout.write(f"false alarm: {edition} {kind} {number} {way}: {', '.join(wrong)}\n")
        sys.stdout.write(f"{edition}, {histories} {kind}, {way}: {polled} answers, found {dict(codes)}\n")


def is_fair(edition, kind, way):
    """Whether the answers can tell what has happened: not of what is rolled back around a subprocess for good."""
    if KINDS[kind] is UndoneLife:
        return EDITIONS[edition].dialect.knows_rollback and "subprocess" not in way
    return edition != "doc-2019" or "subprocess" not in way  # which knows no `subprocess_id`


if __name__ == "__main__":
    main()
