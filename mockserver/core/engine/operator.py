"""What the effects of all commands share: the engine that they act on, and how it refuses them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from taskmock.mockserver.core.command import Command
from taskmock.mockserver.core.errors import CommandRefusedError
from taskmock.mockserver.core.graph import ROOT, GraphNode, NodeKind
from taskmock.mockserver.core.state import State

if TYPE_CHECKING:
    from taskmock.mockserver.core.engine.engine import Engine

NOT_EXECUTED = "node not exists or not be executed yet"
NO_PROCESS = "invalid operation, this node is finished or pipeline have been revoked"
NO_STATUS = "Status matching query does not exist."
"""Words of engine 1."""

NO_STATE_MATCHES = "State matching query does not exist."
NO_SLEEPING = "can not find sleep process with current node id: {node}"
"""Words of engine 2."""

INVALID = "bamboo_engine.exceptions.InvalidOperationError"
NOT_FOUND = "bamboo_engine.exceptions.NotFoundError"
NO_NODE = "pipeline.eri.models.Node.DoesNotExist"
NO_STATE = "pipeline.eri.models.State.DoesNotExist"
NO_SCHEDULE = "pipeline.eri.models.Schedule.DoesNotExist"
RUNTIME = "RuntimeError"
"""The errors that engine 2 raises."""

NODE_TYPES = {
    NodeKind.START: "EmptyStartEvent",
    NodeKind.END: "EmptyEndEvent",
    NodeKind.ACTIVITY: "ServiceActivity",
    NodeKind.SUBPROCESS: "SubProcess",
    NodeKind.PARALLEL: "ParallelGateway",
    NodeKind.EXCLUSIVE: "ExclusiveGateway",
    NodeKind.AGAIN: "ExclusiveGateway",
    NodeKind.CONDITIONAL: "ConditionalParallelGateway",
    NodeKind.CONVERGE: "ConvergeGateway",
}
"""What the engines call the kinds of nodes."""


class Operator:
    """Acts on one engine; `two` is whether it is engine 2, `quirks` whether its traps are there."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.graph = engine.graph
        self.state = engine.state
        self.dialect = engine.setting.dialect
        self.quirks = engine.setting.quirks
        self.two = self.dialect.shows_appointed

    @property
    def over(self) -> bool:
        """Whether the task is finished or revoked."""
        root = self.state.rows.get(ROOT)
        return root is not None and root.state in {State.FINISHED, State.REVOKED}

    def state_of(self, index: int) -> State | None:
        """The state of a node's row; of one not reached, that of the row that operations on it have made."""
        row = self.state.rows.get(index)
        return self.state.early(index) if row is None else row.state

    def process_at(self, node: GraphNode) -> bool:
        """Whether a process of the engine is at a node, in engine 2 one that sleeps."""
        row = self.state.rows.get(node.index)
        forks = node.kind in {NodeKind.PARALLEL, NodeKind.CONDITIONAL}
        if forks and self.state.arriving.get(node.join, 0) > 0 and not self._holds(node.join):
            return True  # it waits for the processes of the arms
        if self.two:
            if node.index in self.state.sleeping:
                return True
            run = row is not None and row.start is not None and row.state is not State.FINISHED
            stopped = row is not None and row.state in {State.FAILED, State.READY}
            return run and (node.kind is NodeKind.ACTIVITY or stopped)
        if self._holds(node.index):
            return True
        states = {State.READY, State.FAILED}
        if node.kind is not NodeKind.SUBPROCESS:
            states |= {State.RUNNING, State.SUSPENDED}
        return row is not None and row.state in states

    def _holds(self, index: int) -> bool:
        return any(index in tokens for tokens in self.state.held.values())

    def trap(self, name: str, node: GraphNode) -> None:
        """Notes that the command triggers a trap of the engine."""
        self.engine.trap(name, node.index)

    def refuse(self, command: Command, raised: str, reason: str) -> NoReturn:
        """Refuses a command in the words of the engine; only engine 2 raises errors."""
        raise CommandRefusedError(command, reason, raised=raised if self.two else "")

    def refuse_unless(self, node: GraphNode, command: Command, to: State, *states: State) -> None:
        """Refuses a change of a node's row that the engine's table of transitions does not have."""
        state = self.state_of(node.index)
        if state is None or state in states:
            return
        if self.two:
            reason = f"can't not transit node({node.id}) state from {state} to {to}"
        else:
            reason = f"can't transit state({node.id}) from {state} to {to}"
        self.refuse(command, RUNTIME, reason)


def check(condition: bool, command: Command, reason: str) -> None:  # noqa: FBT001  # reads as a sentence
    """Refuses a command unless its condition holds."""
    if not condition:
        raise CommandRefusedError(command, reason)
