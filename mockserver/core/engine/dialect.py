"""The differences between the two generations of the real engine, as data (facts, "The engine generations")."""

from __future__ import annotations

import dataclasses

from taskmock.mockserver.core.state import State


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one engine generation behaves.

    `shows_later`: a start or a resume of the task shows only with the next message, CREATED or READY until then.
    `blocks_parents`: the subprocesses and the task around a node that cannot go on are BLOCKED until it does.
    `shows_appointed`: a node has its place in the tree from when its pause is appointed, and is SUSPENDED when it is
    reached. `skip_restarts`: a skipped node keeps its version and starts now; otherwise it gets a new version.
    `revoke_ends_rows`: a revoke ends the task's row, and revokes its open subprocesses. `knows_rollback`: nodes can be
    rolled back.

    `fails_rerun`: the pass beyond the rerun limit fails as it starts; otherwise the last pass within it fails
    afterwards. Both show a `loop` of one more than the limit; `over_limit` is what `ex_data` then says. `timed_out`,
    `terminated` (by a `{user}`), `no_arm` and `no_arms` (an exclusive and a conditional gateway without a condition
    that is met) are further texts of `ex_data`.

    `loop_keeps`: a further pass of a loop keeps `retry` and `error_ignored`. `retries_forced`: a forced failure is
    retried automatically. `kills_on_revoke`: after a revoke no node can be operated but paused. `monitors_nodes`: the
    time-out of an earlier run, which a forced failure leaves, makes the end of a later run fail.

    `folded` is the raw state in which a parent shows what its children say, and `fold` are the states that it then
    takes over from them, the strongest first; without children it is `childless`.
    """

    shows_later: bool
    blocks_parents: bool
    shows_appointed: bool
    skip_restarts: bool
    revoke_ends_rows: bool
    knows_rollback: bool
    fails_rerun: bool
    over_limit: str
    timed_out: str
    terminated: str
    no_arm: str
    no_arms: str
    loop_keeps: bool
    retries_forced: bool
    kills_on_revoke: bool
    monitors_nodes: bool
    folded: State
    childless: State
    fold: tuple[State, ...]

    def state_over(self, own: State, children: set[State]) -> State:
        """The state that a parent shows, by its own raw state and the states that its children show."""
        if own is not self.folded:
            return own
        if not children:
            return self.childless
        if State.SUSPENDED in children:
            children = children | {State.NODE_SUSPENDED}
        return next((state for state in self.fold if state in children), own)


V1 = Dialect(
    shows_later=True,
    blocks_parents=True,
    shows_appointed=False,
    skip_restarts=True,
    revoke_ends_rows=True,
    knows_rollback=False,
    fails_rerun=True,
    over_limit="rerun times exceed max limit: {limit}",
    timed_out="node execution timeout",
    terminated="forced fail by {user}",
    no_arm="all conditions of branches are False while default flow is not appointed",
    no_arms="all conditions of branches are False",
    loop_keeps=True,
    retries_forced=False,
    kills_on_revoke=True,
    monitors_nodes=True,
    folded=State.BLOCKED,
    childless=State.FAILED,
    fold=(State.RUNNING, State.FAILED, State.NODE_SUSPENDED),
)
"""The engine of the editions `doc-2019` and `v1`."""


V2 = Dialect(
    shows_later=False,
    blocks_parents=False,
    shows_appointed=True,
    skip_restarts=False,
    revoke_ends_rows=False,
    knows_rollback=True,
    fails_rerun=False,
    over_limit="node execution exceed rerun limit {limit}",
    timed_out="The node has been terminated by the system due to exceeding the 'Timeout Setting'.",
    terminated="The node has been terminated by {user}.",
    no_arm="all conditions of branches are not meet",
    no_arms="all conditions of branches are not meet",
    loop_keeps=False,
    retries_forced=True,
    kills_on_revoke=False,
    monitors_nodes=False,
    folded=State.RUNNING,
    childless=State.RUNNING,
    fold=(State.FAILED, State.NODE_SUSPENDED),
)
"""The engine of the edition `v2`."""
