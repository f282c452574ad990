"""Each kind of fault has its place: the client gets a tree beside it, or something else instead."""

from taskmock.mockserver.core.fault import ACCOMPANYING, REPLACING, FaultKind


def test_each_kind_leaves_the_tree_or_replaces_it():
    assert frozenset(FaultKind) == ACCOMPANYING | REPLACING
    assert not ACCOMPANYING & REPLACING
