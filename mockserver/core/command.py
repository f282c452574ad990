"""The commands on a running task (retry, skip, pause and the rest), as data with the moment of each."""

from __future__ import annotations

import dataclasses
import enum


class Verb(enum.StrEnum):
    """The commands on a task or on one of its nodes; values are the words of scenario files."""

    START = "start"  # the task, created until then
    PAUSE = "pause"  # the task; a node: from there on (appointed)
    RESUME = "resume"
    PAUSE_SUBPROCESS = "pause_subproc"  # a subprocess that runs: what is inside
    RESUME_SUBPROCESS = "resume_subproc"
    REVOKE = "revoke"  # the task only
    RETRY = "retry"
    SKIP = "skip"
    FORCED_FAIL = "forced_fail"
    CALLBACK = "callback"
    ROLLBACK = "rollback"  # to a node: it runs again, what came after it is undone
    SKIP_EXCLUSIVE = "skip_exg"  # a failed exclusive gateway: `data` names the arm to take
    SKIP_CONDITIONAL = "skip_cpg"  # a failed conditional gateway: `data` lists the arms to take


TASK = "task"
"""The address of the task itself."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: on the task (`TASK`) or on the node that an address names.

    `data` is what comes with it: a callback's payload (`{"result": false, "ex_data": …}` fails the node; None
    succeeds), the inputs that replace the node's own at a retry, the text of a forced failure, the arm for
    `skip_exg`, the arms for `skip_cpg`.
    """

    verb: Verb
    target: str = TASK
    data: object = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log: an accepted command and the reading, in ms on the task's clock, at which it was given."""

    at: int
    command: Command
