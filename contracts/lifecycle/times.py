"""Rules about times that are set: within one run of a node they stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taskmock.contracts.lifecycle.rule import Finding, rule
from taskmock.contracts.lifecycle.snapshot import ROUNDING, field
from taskmock.contracts.lifecycle.step import Pair, Step
from taskmock.contracts.violation import clip


@rule("node.start", undone=True)
def start_time_stays(step: Step) -> Iterator[Finding]:
    """A node starts once in each run: a retry, a new pass or, in engine 1, a skip gives another `start_time`."""
    for pair in _runs(step.nodes):
        if pair.before.start is not None and pair.before.start != pair.after.start:
            expected = clip(field(pair.before, "start_time"))
            yield Finding(pair.after, ("start_time",), "start_time is another one in the same run", expected, pair)


@rule("node.rerun")
def further_run_starts_later(step: Step) -> Iterator[Finding]:
    """A further run of a node, by a retry or in a new pass, starts no earlier than the run before it ended."""
    for pair in step.pairs:
        if not pair.runs_again or pair.after.start is None or pair.before.start is None:
            continue
        known = "start_time" if pair.before.finish is None or pair.before.keeps_earlier_finish else "finish_time"
        ended = pair.before.start if known == "start_time" else pair.before.finish or 0
        if pair.after.start < ended - ROUNDING:
            expected = f"no earlier than {clip(field(pair.before, known))}"
            yield Finding(pair.after, ("start_time",), "a further run starts before the run before it", expected, pair)


@rule("node.finish", undone=True)
def finish_time_stays(step: Step) -> Iterator[Finding]:
    """A `finish_time` stays until a retry begins another run, or a new pass ends (or the loop's limit fails it)."""
    for pair in _runs(step.pairs):
        if pair.before.finish in {None, pair.after.finish} or pair.hit_rerun_limit:
            continue
        if not pair.before.keeps_earlier_finish or (pair.before.leaf and pair.after.finish is None):
            expected = clip(field(pair.before, "finish_time"))
            change = "is no longer set" if pair.after.has_no_finish else "is another one in the same run"
            yield Finding(pair.after, ("finish_time",), f"finish_time {change}", expected, pair)


def _runs(pairs: Iterable[Pair]) -> Iterator[Pair]:
    """The nodes that show the same run in both answers."""
    return (pair for pair in pairs if pair.same_run and not pair.was_skipped)


RULES = (start_time_stays, further_run_starts_later, finish_time_stays)
