"""Rules about the task: what it is, when it started and how it ended stays as it is."""

from __future__ import annotations

from collections.abc import Iterator

from taskmock.contracts.lifecycle.rule import Finding, rule
from taskmock.contracts.lifecycle.snapshot import FINAL, ROUNDING, field
from taskmock.contracts.lifecycle.step import Step
from taskmock.contracts.violation import clip


@rule("task.other")
def answers_are_of_one_task(step: Step) -> Iterator[Finding]:
    """The task's `id` never changes."""
    if step.of_another_task:
        expected = clip(field(step.before.top, "id"))
        yield Finding(step.after.top, ("id",), "the answer is of another task", expected)


@rule("task.terminal")
def ended_task_stays_as_it_is(step: Step) -> Iterator[Finding]:
    """FINISHED, REVOKED and EXPIRED are final for a task: only the cleaning of its history (EXPIRED) follows."""
    before, after = step.before.top, step.after.top
    ended = before.state == "EXPIRED" or (before.state in FINAL and step.before.document.is_whole_task)
    if ended and after.state not in {before.state, "EXPIRED", ""} and not step.of_another_task:
        yield Finding(after, ("state",), f"the task was {before.state} and is {clip(after.state)}", before.state)


@rule("task.unstarted", undone=True)
def started_task_is_not_created_again(step: Step) -> Iterator[Finding]:
    """CREATED is a task's first state only: created, not executed."""
    before, after = step.before.top, step.after.top
    if after.state == "CREATED" and before.state not in {"CREATED", ""}:
        yield Finding(after, ("state",), f"it was {clip(before.state)} and is CREATED", "a state of a started task")


@rule("task.start")
def start_of_the_task_stays(step: Step) -> Iterator[Finding]:
    """The root's `start_time` never changes, retries and rollback included."""
    if not step.of_task or step.before.top.start is None:
        return
    if step.after.top.start != step.before.top.start and step.after.top.state != "CREATED":
        expected = clip(field(step.before.top, "start_time"))
        yield Finding(step.after.top, ("start_time",), "the task's start_time is another one", expected)


@rule("task.version", editions=("v2",))
def version_of_the_task_stays(step: Step) -> Iterator[Finding]:
    """The root's `version` never changes, retries and rollback included."""
    if step.of_task and not step.pairs[0].same_version:
        expected = clip(field(step.before.top, "version"))
        yield Finding(step.after.top, ("version",), "the task's version is another one", expected)


@rule("task.elapsed", editions=("v1", "v2"))
def elapsed_time_of_the_task_grows(step: Step) -> Iterator[Finding]:
    """`elapsed_time` of a task that has not ended keeps growing, in every state."""
    before, after = step.before, step.after
    if not step.pairs or before.top.start != after.top.start or before.top.loop != after.top.loop:
        return
    if before.now is not None and after.now is not None and after.now < before.now - ROUNDING:
        fallen = before.now - after.now
        expected = f"{clip(field(before.top, 'elapsed_time'))} or more"
        yield Finding(after.top, ("elapsed_time",), f"elapsed_time fell by {fallen:.10g} s", expected)


@rule("task.grows")
def ended_task_reaches_no_further_node(step: Step) -> Iterator[Finding]:
    """A FINISHED task has reached all its nodes; after a revoke there is no further node."""
    state = step.before.top.state
    if not step.of_task or state not in {"FINISHED", "REVOKED"} or step.after.top.state != state:
        return
    for pair in step.pairs:
        for node in pair.come:
            yield Finding(node, (), f"the task was {state} and reached one more node", "no further node")


RULES = (
    answers_are_of_one_task,
    ended_task_stays_as_it_is,
    started_task_is_not_created_again,
    start_of_the_task_stays,
    version_of_the_task_stays,
    elapsed_time_of_the_task_grows,
    ended_task_reaches_no_further_node,
)
