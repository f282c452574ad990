"""The effects of the commands on the task itself."""

from __future__ import annotations

from taskmock.mockserver.core.command import Command
from taskmock.mockserver.core.engine.operator import INVALID, Operator, check
from taskmock.mockserver.core.graph import ROOT, GraphNode, NodeKind
from taskmock.mockserver.core.state import State

STARTED = "task already started"
"""What the real server says of a second start (facts)."""


class TaskEffects(Operator):
    """Starts, pauses, resumes and revokes the task."""

    def start_task(self, _node: GraphNode, command: Command) -> None:
        """Starts the task, once."""
        check(not self.engine.started, command, STARTED)
        self.engine.start()

    def pause_task(self, node: GraphNode, command: Command) -> None:
        """Lets no token go on; what runs goes on to its end."""
        root = self.state.rows[ROOT]
        self.refuse_unless(node, command, State.SUSPENDED, State.RUNNING, State.READY)
        self.state.put(ROOT, root._replace(state=State.SUSPENDED))

    def resume_task(self, node: GraphNode, command: Command) -> None:
        """Lets the tokens go on that the pause has held."""
        root = self.state.rows[ROOT]
        if self.two and root.state is not State.SUSPENDED:
            self.refuse(command, INVALID, f"pipeline({node.id}) state is: {root.state}")
        self.refuse_unless(node, command, State.READY, State.SUSPENDED)
        later = self.dialect.shows_later and ROOT in self.state.held
        self.state.put(ROOT, root._replace(state=State.READY if later else State.RUNNING))
        self.engine.release(ROOT)
        self.state.block_again()
        if not self.two and self.quirks:
            for index, row in list(self.state.rows.items()):
                if row.state is State.SUSPENDED and self.graph.nodes[index].kind is NodeKind.SUBPROCESS:
                    self.trap("pauses-do-not-add-up", self.graph.nodes[index])
                    self.state.block(index)  # what waits inside is woken, and blocks what is around it

    def revoke_task(self, _node: GraphNode, _command: Command) -> None:
        """Ends the task for good; what runs goes on to its end."""
        root, ends = self.state.rows[ROOT], self.dialect.revoke_ends_rows
        self.state.put(ROOT, root._replace(state=State.REVOKED, finish=self.engine.queue.now if ends else None))
        for index, row in list(self.state.rows.items()) if ends else ():
            inside = self.graph.nodes[index].kind is NodeKind.SUBPROCESS
            if inside and row.state in {State.RUNNING, State.SUSPENDED, State.BLOCKED}:
                self.state.put(index, row._replace(state=State.REVOKED))
