"""Pipelines that cannot be are refused when they are made."""

import pytest

from taskmock.mockserver.core.flow import Activity, Arm, Attempt, Branch, BranchKind, Subprocess

FAILING = Attempt(fails="no")


def branch(kind, names, take):
    """A gateway with empty arms."""
    return Branch(kind=BranchKind(kind), arms=tuple(Arm(name=name, flow=()) for name in names), take=tuple(take))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Attempt(fails=True),
            "fails is True; allowed: what ex_data says, a text or a mapping; None where nothing fails",
        ),
        (
            lambda: Subprocess(name="S", flow=(), fails=False),
            "fails is False; allowed: what ex_data says, a text or a mapping; None where nothing fails",
        ),
        (lambda: Activity(name="A", attempts=()), "the node 'A' has no attempt; allowed: one or more"),
        (
            lambda: Activity(name="A", waits=True, attempts=(FAILING,)),
            "the node 'A' waits: the callback says whether it fails, not its attempts",
        ),
        (
            lambda: Activity(name="A", waits=True, attempts=(Attempt(), Attempt())),
            "the node 'A' waits: the callback says whether it fails, not its attempts",
        ),
        (lambda: Activity(name="A", at_most=1), "the node 'A' has at_most, but does not wait"),
        (lambda: branch("parallel", "ab", "a"), "a parallel gateway takes all its arms"),
        (lambda: branch("exclusive", "ab", "ab"), "an exclusive gateway takes one arm, or none"),
        (lambda: branch("conditional", "ab", "c"), "the conditional gateway takes c; its arms are a, b"),
        (lambda: branch("conditional", "aa", "a"), "two arms of the conditional gateway have one name: a, a"),
    ],
)
def test_pipeline_that_cannot_be_is_refused(make, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the whole message is compared
        make()

    assert str(caught.value) == message
