"""Rollbacks that nobody saw: what they explain between two answers, and what shows that there was none."""

import pytest

from support.lifecycle_steps import CREATED, done, found, task
from support.status_trees import node, node_id


def new(number, state="RUNNING", start=9, finish=None, **fields):
    """A node that has begun anew."""
    return node(number, state, start, finish, version=f"v{number + 90:032x}", **fields)


def failed(number, **fields):
    return node(number, "FAILED", 1, 2, **fields)


def gateway(number):
    """A gateway or an event: it has no name."""
    return done(number, name="")


def early(state, *below):
    """The task at second 4."""
    return task(state, *below, elapsed_time=4)


def later(state, *below, seconds=9):
    """The task later than that."""
    return task(state, *below, elapsed_time=seconds)


def part(number, *below, **fields):
    """A subprocess that was asked for by itself."""
    return {**node(number, "RUNNING", 1, None, *below, **fields), "parent_id": node_id(0), "name": "Release"}


def gone(number, state="FINISHED", *, poll=2, after=1):
    """The finding that a node below the task has vanished."""
    polls = f"(poll {poll}, after poll {after}) (the nodes there were, and more)"
    return f'node.vanished at /children/#{number}: the "{state}" node is no longer there {polls}'


STARTED = early("RUNNING", done(1), done(2))
WAITING = later("RUNNING", done(1))

LEGAL = {
    "seen": (early("ROLLING_BACK", done(1), node(2, "ROLL_BACK_SUCCESS", 1, 2)), later("RUNNING", new(1))),
    "not seen": (early("RUNNING", done(1), done(2), node(3, "RUNNING", 2)), later("RUNNING", done(1), new(2))),
    "its target not yet there": (STARTED, WAITING, later("RUNNING", done(1), new(2), seconds=11)),
    "its target there a second later": (STARTED, WAITING),
    "a second one before the target of the first is back": (
        early("ROLLING_BACK", done(1), done(2)),
        later("ROLLING_BACK", done(1)),
        later("ROLLING_BACK", new(1, "FINISHED", 10, 11), new(2, "FINISHED", 11, 12), seconds=13),
    ),
    "of a failed node, which fails again": (early("FAILED", failed(1)), later("FAILED", new(1, "FAILED", 5, 6))),
    "of a node in a further pass, which loops again": (
        early("RUNNING", node(1, "RUNNING", 2, 2, loop=2)),
        later("RUNNING", new(1, "FINISHED", 7, 8, loop=2)),
    ),
    "of a node that then fails and is retried, fewer times": (
        early("ROLLING_BACK", done(1), failed(2, retry=3)),
        later("FAILED", done(1), new(2, "FAILED", 6, 7, retry=1)),
    ),
    "of a looped and retried node, twice": (
        early("RUNNING", node(1, "RUNNING", 2, 2, loop=2, retry=1)),
        later("RUNNING", new(1, "FINISHED", 7, 8, loop=2)),
        later("RUNNING", node(1, "RUNNING", 19, version=f"v{95:032x}"), seconds=20),
    ),
    "of a node with gateways behind it, which stay": (
        early("FAILED", done(1), gateway(2), failed(3)),
        later("RUNNING", gateway(2)),
        later("RUNNING", gateway(2), new(1), seconds=10),
    ),
    "in one arm, while another goes on": (
        early("FAILED", done(1), done(2), node(5, "RUNNING", 1), failed(4)),
        later("RUNNING", done(1), node(5, "RUNNING", 1)),
        later("RUNNING", done(1), node(5, "RUNNING", 1), new(2), seconds=10),
    ),
    "of a subprocess, which then fails before its first node": (
        early("FAILED", node(1, "FAILED", 1, None, done(2), failed(3))),
        later("FAILED", new(1, "FAILED", 6)),
    ),
    "of the subprocess that was asked for": (
        {**part(1, done(2)), "elapsed_time": 3},
        CREATED,
        part(1, version=f"v{9:032x}", start_time="2026-03-02 10:00:09 +0800", elapsed_time=5),
    ),
}


@pytest.mark.parametrize("situation", LEGAL)
def test_rollback_is_legal(situation):
    assert found(*LEGAL[situation]) == []


@pytest.mark.parametrize("edition", ["doc-2019", "v1"])
def test_engine_1_has_no_rollback(edition):
    assert gone(2) in found(STARTED, WAITING, edition=edition)


ILLEGAL = {
    "of a task that has ended": (
        (task("FINISHED", done(1), done(2), finish=2), task("FINISHED", done(1), finish=2)),
        gone(2),
    ),
    "that leaves a named node behind its target": (
        (early("RUNNING", done(1), done(2), done(3)), later("RUNNING", done(1), done(3))),
        gone(2),
    ),
    "that leaves nothing to do": ((STARTED, later("FAILED", done(1))), gone(2)),
    "whose target is back as it was": ((STARTED, WAITING, later("RUNNING", done(1), done(2), seconds=11)), gone(2)),
    "after which its target is passed over": (
        (STARTED, WAITING, later("RUNNING", done(1), node(3, "RUNNING", 10), seconds=11)),
        gone(2),
    ),
    "after which its target goes on as if nothing had been": (
        (
            early("FAILED", done(1), failed(2)),
            later("RUNNING", done(1)),
            later("RUNNING", done(1), new(2, start=10, retry=1), seconds=11),
        ),
        gone(2, "FAILED"),
    ),
    "whose target waits for minutes": ((STARTED, WAITING, *[later("SUSPENDED", done(1), seconds=80)] * 4), gone(2)),
    "that only a node with fewer retries than before speaks for": (
        (early("FAILED", done(1), failed(2, retry=3)), later("FAILED", done(1), new(2, "FAILED", 6, 7, retry=1))),
        "retry.fell at /children/#2/retry: retry fell from 3 to 1 (poll 2, after poll 1) (3 or more)",
    ),
}


@pytest.mark.parametrize("situation", ILLEGAL)
def test_rollback_is_none(situation):
    trees, finding = ILLEGAL[situation]

    assert found(*trees) == [finding]


def test_node_with_another_version_but_an_earlier_start_has_not_begun_anew():
    trees = early("RUNNING", node(1, "RUNNING", 1)), later("RUNNING", new(1, start=2))

    (finding,) = found(*trees)

    assert finding.startswith("version.changed at /children/#1/version: the version changed without a cause")


def test_strained_explanation_is_taken_where_the_history_shows_a_rollback_later():
    trees, _ = ILLEGAL["that only a node with fewer retries than before speaks for"]
    shown = later("ROLLING_BACK", done(1), new(2, "FAILED", 6, 7, retry=1), seconds=11)

    assert found(*trees, shown) == []


def test_subprocess_that_was_asked_for_begins_anew_within_the_rounding_of_its_times():
    before = {**part(1, done(2)), "elapsed_time": 8}
    after = part(1, new(2, start=8), version=f"v{9:032x}", start_time="2026-03-02 10:00:08 +0800", elapsed_time=0)

    assert found(before, after) == []


def test_row_that_was_taken_back_is_an_old_answer_within_ten_seconds():
    before = early("FAILED", done(1), failed(2))
    after = task("RUNNING", done(1), elapsed_time=4)

    finding, _ = found(before, after, before, gap=3)

    assert finding.startswith("history.stale-answer at : the answer is older by 3 s (poll 3, after poll 2)")


def test_answer_that_is_older_by_a_rounded_second_leaves_the_newest_as_it_is():
    first = task("RUNNING", done(1), elapsed_time=4)
    second = task("RUNNING", done(1), elapsed_time=5)

    assert found(first, second, first, second) == []
