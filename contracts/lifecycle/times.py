"""Rules about times that are set: within one run of a node they stay."""

from __future__ import annotations

from collections.abc import Iterator

from taskmock.contracts.lifecycle.rule import Finding, rule
from taskmock.contracts.lifecycle.snapshot import field
from taskmock.contracts.lifecycle.step import Pair, Step
from taskmock.contracts.violation import clip


@rule("node.start", undone=True)
def start_time_stays(step: Step) -> Iterator[Finding]:
    """A node starts once in each run: a retry, a new pass or, in engine 1, a skip gives another `start_time`."""
    for pair in _runs(step):
        if pair.before.start is not None and pair.before.start != pair.after.start:
            expected = clip(field(pair.before, "start_time"))
            yield Finding(pair.after, ("start_time",), "start_time is another one in the same run", expected, pair)


@rule("node.finish", undone=True)
def finish_time_stays(step: Step) -> Iterator[Finding]:
    """A `finish_time` stays until a retry or a new pass begins another run (or the loop's limit fails it)."""
    for pair in _runs(step, with_task=True):
        if pair.before.finish is None or pair.before.keeps_earlier_finish:
            continue
        if pair.before.finish != pair.after.finish and not pair.hit_rerun_limit:
            expected = clip(field(pair.before, "finish_time"))
            change = "is no longer set" if pair.after.has_no_finish else "is another one in the same run"
            yield Finding(pair.after, ("finish_time",), f"finish_time {change}", expected, pair)


def _runs(step: Step, *, with_task: bool = False) -> Iterator[Pair]:
    """The nodes that show the same run in both answers."""
    tops = step.pairs[:1] if step.of_task and not with_task else ()
    for pair in step.pairs[len(tops) :]:
        if pair.same_run and not pair.was_skipped:
            yield pair


RULES = (start_time_stays, finish_time_stays)
