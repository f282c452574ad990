"""Real histories and lives in which a node is gone for good, or the server stands still: nothing is missed.

A share of the places; `python -m support.timed_breaks` tries them all.
"""

import collections
import random

import pytest

from support.timed_breaks import UNDECIDABLE, lives, missed_standstill, missed_vanishing, recordings
from taskmock.mockserver.api.bk_sops.documents.status import EDITIONS

REAL = tuple(recordings())
SHARE, SHARE_OF_LIVES = 0.05, 0.3
FIRST, LIVES, LONGEST = 4_000_000, 8, 20


def tried(kind, group, share):
    """What was tried and what was missed of a group of histories, for which reasons."""
    chance = random.Random(len(group))
    counted = collections.Counter()
    for recording in group:
        counted.update(kind(recording, chance, share=share))
    reasons = {what.partition(" missed: ")[2] for what in counted if " missed: " in what}
    return sum(number for what, number in counted.items() if "missed" not in what), reasons


def test_node_that_is_gone_for_good_is_missed_in_real_histories():
    places, missed = tried(missed_vanishing, REAL, SHARE)

    assert places > 30
    assert missed <= UNDECIDABLE


def test_server_that_stands_still_is_found_in_real_histories():
    places, missed = tried(missed_standstill, REAL, 0.2)

    assert places > 30
    assert missed == set()


@pytest.mark.parametrize("edition", EDITIONS)
def test_node_that_is_gone_for_good_is_missed_in_lives(edition):
    places, missed = tried(missed_vanishing, list(lives(FIRST, LIVES, edition, longest=LONGEST)), SHARE_OF_LIVES)

    assert places > 5
    assert missed <= UNDECIDABLE


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_server_that_stands_still_is_found_in_lives(edition):
    places, missed = tried(missed_standstill, list(lives(FIRST, LIVES, edition, longest=LONGEST)), 0.2)

    assert places > 0
    assert missed == set()
