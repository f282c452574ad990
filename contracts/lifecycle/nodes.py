"""Rules about the nodes of a task: none vanishes, their order stays, what has ended runs again for a reason only."""

from __future__ import annotations

from collections.abc import Iterator

from taskmock.contracts.lifecycle.rule import Finding, rule
from taskmock.contracts.lifecycle.snapshot import ROLLING_BACK, field
from taskmock.contracts.lifecycle.step import Pair, Step
from taskmock.contracts.violation import clip


@rule("node.vanished", undone=True)
def nodes_stay(step: Step) -> Iterator[Finding]:
    """Outside rollback the set of nodes only grows."""
    for pair in step.pairs:
        for node in pair.gone:
            yield Finding(node, (), f"the {clip(node.state)} node is no longer there", "the nodes there were, and more")


@rule("node.order", undone=True)
def order_of_the_nodes_stays(step: Step) -> Iterator[Finding]:
    """`children` stand in the order of first execution, which never changes; an appointed pause keeps a place free."""
    for pair in step.pairs:
        earlier = [node.node.key for node in pair.before.children]
        later = [node.node.key for node in pair.after.children]
        if later[: len(earlier)] == earlier:
            continue
        both = set(earlier).intersection(later)
        kept, order = ([key for key in keys if key in both] for keys in (earlier, later))
        if kept != order:
            moved = next(new for old, new in zip(kept, order, strict=True) if old != new)
            node = next(child for child in pair.after.children if child.node.key == moved)
            yield Finding(node, (), "the node has another place among its siblings", "the order there was", pair)


@rule("node.finished", undone=True)
def finished_node_stays_finished(step: Step) -> Iterator[Finding]:
    """A FINISHED node runs again only in a further pass of a loop (whose limit may fail it), or after a rollback."""
    for pair in _within_a_pass(step):
        before, after = pair.before.state, pair.after.state
        if before == "FINISHED" and after not in {"FINISHED", ""} | ROLLING_BACK and not pair.hit_rerun_limit:
            yield Finding(
                pair.after, ("state",), f"a FINISHED node is {clip(after)}", "FINISHED, or a higher loop", pair
            )


@rule("node.failed", undone=True)
def failed_node_waits_for_somebody(step: Step) -> Iterator[Finding]:
    """A node that failed goes on only after a retry (`retry` + 1) or a skip (`skip` true)."""
    for pair in _within_a_pass(step):
        if pair.before.state != "FAILED" or pair.after.state in {"FAILED", "LOOP_READY", ""} | ROLLING_BACK:
            continue
        failed_by_itself = pair.before.leaf and pair.after.leaf and pair.before.finish is not None
        if failed_by_itself and pair.same_count and not pair.was_skipped:
            message = f"a FAILED node is {clip(pair.after.state)} without a retry or a skip"
            yield Finding(pair.after, ("state",), message, "FAILED, a higher retry, or skip", pair)


@rule("node.revoked")
def revoked_node_stays_revoked(step: Step) -> Iterator[Finding]:
    """Nothing follows REVOKED."""
    for pair in _within_a_pass(step):
        if pair.before.state == "REVOKED" and pair.after.state not in {"REVOKED", ""}:
            yield Finding(pair.after, ("state",), f"a REVOKED node is {clip(pair.after.state)}", "REVOKED", pair)


@rule("node.skip", undone=True)
def skipped_node_stays_skipped(step: Step) -> Iterator[Finding]:
    """A skipped node is FINISHED and stays skipped; only a new pass sets `skip` false."""
    for pair in _within_a_pass(step):
        if field(pair.before, "skip") is True and field(pair.after, "skip") is False:
            yield Finding(pair.after, ("skip",), "the node is no longer marked as skipped", "true", pair)


def _within_a_pass(step: Step) -> Iterator[Pair]:
    """The nodes below the task that show the same pass in both answers."""
    return (pair for pair in step.nodes if pair.same_pass)


RULES = (
    nodes_stay,
    order_of_the_nodes_stays,
    finished_node_stays_finished,
    failed_node_waits_for_somebody,
    revoked_node_stays_revoked,
    skipped_node_stays_skipped,
)
