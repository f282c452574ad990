"""The commands on a running engine: which effect each has, and when none; effects and counters follow the facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from taskmock.mockserver.core.command import TASK, Command, Verb
from taskmock.mockserver.core.engine.node_effects import NodeEffects
from taskmock.mockserver.core.engine.operator import (
    INVALID,
    NO_NODE,
    NO_STATE,
    NO_STATE_MATCHES,
    NO_STATUS,
    NOT_EXECUTED,
    NOT_FOUND,
    Operator,
    check,
)
from taskmock.mockserver.core.engine.pauses import Pauses
from taskmock.mockserver.core.engine.rollback import Rollback
from taskmock.mockserver.core.engine.task_effects import TaskEffects
from taskmock.mockserver.core.errors import CommandRefusedError
from taskmock.mockserver.core.graph import ROOT, GraphNode
from taskmock.mockserver.core.state import State

if TYPE_CHECKING:
    from taskmock.mockserver.core.engine.engine import Engine

NOT_STARTED = "task not started"
"""What the real server says of operations before the start (facts)."""

ENDED = "the task has ended"
"""Why a task that is finished or revoked is not operated; the engine is not asked (facts)."""

_Effect = Callable[[GraphNode, Command], None]


class Commands(Operator):
    """The commands on one engine."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        task, nodes, pauses = TaskEffects(engine), NodeEffects(engine), Pauses(engine)
        # The effect of each verb on the task, and on a node; None where the verb is not allowed.
        self._effects: dict[Verb, tuple[_Effect | None, _Effect | None]] = {
            Verb.START: (task.start_task, None),
            Verb.PAUSE: (task.pause_task, pauses.pause_node),
            Verb.RESUME: (task.resume_task, pauses.resume_node),
            Verb.REVOKE: (task.revoke_task, None),
            Verb.PAUSE_SUBPROCESS: (None, pauses.pause_subprocess),
            Verb.RESUME_SUBPROCESS: (None, pauses.resume_subprocess),
            Verb.RETRY: (None, nodes.retry),
            Verb.SKIP: (None, nodes.skip),
            Verb.FORCED_FAIL: (None, nodes.forced_fail),
            Verb.CALLBACK: (None, nodes.callback),
            Verb.ROLLBACK: (None, Rollback(engine).rollback),
            Verb.SKIP_EXCLUSIVE: (None, nodes.skip_gateway),
            Verb.SKIP_CONDITIONAL: (None, nodes.skip_gateway),
        }

    def apply(self, command: Command) -> None:
        """Carries a command out at the engine's present moment.

        Raises:
            CommandRefusedError: The task's state does not allow it; nothing has changed.
            AddressError: The target names no node, or several.
        """
        node = self.graph.nodes[self.graph.find(command.target)]
        on_task, on_node = self._effects[command.verb]
        effect = on_task if node.index == ROOT else on_node
        if command.verb is not Verb.START or node.index != ROOT:
            self._check_task(command, node)
        if effect is None:
            allowed = "a node, not the task" if node.index == ROOT else f"the task ({TASK!r}), not a node"
            raise CommandRefusedError(command, f"{command.verb} takes {allowed}")
        effect(node, command)
        if self.two and node.index != ROOT and self.over:
            self.trap("operated-after-end", node)

    def _check_task(self, command: Command, node: GraphNode) -> None:
        root, on_task = self.state.rows.get(ROOT), node.index == ROOT
        if root is None:
            if on_task:
                raise CommandRefusedError(command, NOT_STARTED)
            self._check_created(command, node)
            return
        if self.over and on_task:
            raise CommandRefusedError(command, ENDED)
        if self.over and self.two and not self.quirks:
            self.refuse(command, INVALID, f"the task is {root.state}, nothing more can be done to it")
        waits = root.state is State.ROLLING_BACK and command.verb is not Verb.REVOKE
        check(not waits, command, f"the task is {root.state}, {command.verb} has to wait")

    def _check_created(self, command: Command, node: GraphNode) -> None:
        """What the engines say of a node before the start, which they do not know; engine 1 appoints pauses."""
        if not self.two:
            if command.verb not in {Verb.PAUSE, Verb.PAUSE_SUBPROCESS}:
                self.refuse(command, "", NO_STATUS if command.verb is Verb.CALLBACK else NOT_EXECUTED)
            return
        match command.verb:
            case Verb.RETRY:
                self.refuse(command, NOT_FOUND, NOT_FOUND)
            case Verb.PAUSE_SUBPROCESS:
                self.refuse(command, NOT_FOUND, f"node({node.id}) does not exist")
            case Verb.RESUME_SUBPROCESS | Verb.CALLBACK:
                self.refuse(command, NO_STATE, NO_STATE_MATCHES)
            case _:
                self.refuse(command, NO_NODE, "Node matching query does not exist.")
