"""The traps of the real engines: what each does to whoever triggers it, and what helps."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from taskmock.mockserver.core.state import Trap

TRAPS = MappingProxyType(
    {
        "paused-running-node": "a running node that is paused and resumed is READY for ever, and only a revoke helps; "
        "pause the task, or the node before it begins",
        "resumed-failed-node": "a failed node that is resumed is READY for ever, and only a revoke helps; "
        "retry or skip it",
        "resumed-appointed-node": "a node whose pause was appointed is RUNNING without a start for ever; "
        "resume it as a node, not as a subprocess",
        "operated-after-end": "nodes of a finished or revoked task change when they are operated, but nothing runs; "
        "ask for the task's state first",
        "revoked-while-retrying": "automatic retries go on in a revoked task, and leave the node READY for ever; "
        "take the task's own state for the end",
        "retried-by-hand-too": "a retry by hand stops no automatic one that is under way: it counts, or meets the next "
        "failure at once; wait for the automatic one",
        "failed-while-paused": "a failure takes the task out of its pause, and other arms go on; "
        "look at the state after a pause, and pause again",
        "pauses-do-not-add-up": "resuming a subprocess resumes the paused task, and resuming the task wakes what is "
        "paused inside; resume from the outermost, and look at the state after each",
        "skipped-inside-subprocess": "a conditional gateway that is skipped inside a subprocess leaves the task READY "
        "for ever, done or not; look at the nodes, or revoke",
        "run-again": "a node that runs again in the same run fails at once; retry or skip it",
    }
)
"""What the real engine does, and what helps, by the name of the trap."""


def names_of(traps: Iterable[Trap]) -> tuple[str, ...]:
    """The names of some traps, each once."""
    return tuple(dict.fromkeys(trap.name for trap in traps))


def notice(name: str, task_id: str) -> str:
    """One line for whoever has triggered a trap of a task."""
    return f"taskmock: task {task_id}: {name}: on the real engine {TRAPS[name]} (--no-quirks plays it kindly)"
