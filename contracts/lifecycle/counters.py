"""Rules about `loop`, `retry` and the versions that change with them."""

from __future__ import annotations

from collections.abc import Iterator

from taskmock.contracts.lifecycle.rule import Finding, rule
from taskmock.contracts.lifecycle.snapshot import ROLLING_BACK, count, field
from taskmock.contracts.lifecycle.step import Step
from taskmock.contracts.violation import clip


@rule("loop.fell", undone=True)
def loop_only_grows(step: Step) -> Iterator[Finding]:
    """`loop` counts the passes: it only grows."""
    for pair in step.pairs:
        if pair.after.loop < pair.before.loop:
            message = f"loop fell from {clip(pair.before.loop)} to {clip(pair.after.loop)}"
            yield Finding(pair.after, ("loop",), message, f"{clip(pair.before.loop)} or more", pair)


@rule("retry.fell", undone=True)
def retry_only_grows_within_a_pass(step: Step) -> Iterator[Finding]:
    """`retry` only grows within a pass; a new pass of a loop begins with 0."""
    for pair in step.pairs:
        before, after = count(pair.before, "retry"), count(pair.after, "retry")
        if pair.same_pass and before is not None and after is not None and after < before:
            message = f"retry fell from {clip(before)} to {clip(after)}"
            yield Finding(pair.after, ("retry",), message, f"{clip(before)} or more", pair)


@rule("version.kept", editions=("v2",))
def version_changes_with_the_run(step: Step) -> Iterator[Finding]:
    """A retry, a skip and a new pass give the node a new `version`."""
    for pair in step.pairs:
        if not pair.same_version or pair.before.state == "LOOP_READY":  # which has its new version already
            continue
        if not isinstance(field(pair.after, "version"), str):
            continue
        retry = (count(pair.before, "retry"), count(pair.after, "retry"))
        grown = None not in retry and retry[0] != retry[1]
        cause = "retry" if grown else "loop" if not pair.same_pass else "skip" if pair.was_skipped else ""
        if cause:
            yield Finding(pair.after, ("version",), f"{cause} changed, but not the version", "a new version", pair)


@rule("version.changed", editions=("v2",), undone=True)
def version_changes_for_a_reason(step: Step) -> Iterator[Finding]:
    """A node's `version` changes only with a retry, a skip, a forced fail or a new pass."""
    for pair in step.nodes:
        if pair.same_version or pair.was_skipped or not pair.same_count or pair.may_be_failed_by_force:
            continue
        if "LOOP_READY" in {pair.before.state, pair.after.state} or pair.after.state in ROLLING_BACK:
            continue
        expected = clip(field(pair.before, "version"))
        yield Finding(pair.after, ("version",), "the version changed without a cause", expected, pair)


RULES = (loop_only_grows, retry_only_grows_within_a_pass, version_changes_with_the_run, version_changes_for_a_reason)
