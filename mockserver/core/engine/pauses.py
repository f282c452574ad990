"""The effects of pausing and resuming a node or a subprocess."""

from __future__ import annotations

from taskmock.mockserver.core.command import Command
from taskmock.mockserver.core.engine.operator import (
    INVALID,
    NO_STATE,
    NO_STATE_MATCHES,
    NOT_EXECUTED,
    NOT_FOUND,
    Operator,
)
from taskmock.mockserver.core.graph import ROOT, GraphNode, NodeKind
from taskmock.mockserver.core.state import State

PAUSES_NO_SUBPROCESS = "can not use pause_node_appoint api for NodeType.SubProcess"


class Pauses(Operator):
    """Pauses and resumes nodes and subprocesses."""

    def pause_node(self, node: GraphNode, command: Command) -> None:
        """Suspends a node: at once if it is READY, when it is reached otherwise; a running one is in a trap."""
        row = self.state.rows.get(node.index)
        if self.two and node.kind is NodeKind.SUBPROCESS:
            self.refuse(command, INVALID, PAUSES_NO_SUBPROCESS)
        from_states = [State.READY]
        if self.two and (self.quirks or row is None):
            from_states.append(State.RUNNING)
        self.refuse_unless(node, command, State.SUSPENDED, *from_states)
        if row is None:
            self.state.appoint(node.index)
        elif row.state is State.READY:
            self.state.put(node.index, row._replace(state=State.SUSPENDED))
            self.state.appointed.add(node.index)
        else:
            self.trap("paused-running-node", node)
            self.state.put(node.index, row._replace(state=State.SUSPENDED))

    def pause_subprocess(self, node: GraphNode, command: Command) -> None:
        """Suspends a subprocess: no token goes on in it; engine 1 appoints the pause of one that is not reached."""
        row = self.state.rows.get(node.index)
        if self.state_of(node.index) is None:
            if self.two:
                self.refuse(command, NOT_FOUND, f"node({node.id}) does not exist")
            self.state.appoint(node.index)
            return
        if node.kind is not NodeKind.SUBPROCESS and (self.two or row is None or row.state is State.READY):
            self.pause_node(node, command)
            return
        self.refuse_unless(node, command, State.SUSPENDED, State.RUNNING, State.READY)
        if node.kind is not NodeKind.SUBPROCESS:
            self.trap("paused-running-node", node)
        assert row is not None  # noqa: S101  # what is appointed is refused
        self.state.put(node.index, row._replace(state=State.SUSPENDED))
        if row.state is State.READY:
            self.state.appointed.add(node.index)

    def resume_node(self, node: GraphNode, command: Command) -> None:
        """Takes the pause of a node back, and the appointment where the engine does."""
        state, row = self.state, self.state.rows.get(node.index)
        if self.two:
            if node.kind is NodeKind.SUBPROCESS:
                self.refuse(command, INVALID, PAUSES_NO_SUBPROCESS)
            self.refuse_unless(node, command, State.READY, State.SUSPENDED, *[State.FAILED] * self.quirks)
            if row is None and self.quirks:
                state.resume_early(node.index)  # accepted, and nothing happens
                return
            if row is None and node.index not in state.appointed:
                self.refuse(command, INVALID, f"{node.id} is not reached")
            if row is not None and row.state is State.FAILED:
                self.trap("resumed-failed-node", node)
        elif node.index not in state.held.get(node.index, ()):
            self._resume_node_1(node, command)
            return
        state.appointed.discard(node.index)
        if row is not None:
            state.put(node.index, row._replace(state=State.READY))
        if node.index in state.held:
            state.unblock(node.index)
        self.engine.release(node.index)

    def _resume_node_1(self, node: GraphNode, command: Command) -> None:
        """The same of engine 1, of a node whose pause holds nothing: one that has failed runs again, and fails."""
        row = self.state.rows.get(node.index)
        if row is None:
            self.refuse(command, "", NOT_EXECUTED)
        if self.over:
            if node.kind is NodeKind.SUBPROCESS:
                self.refuse_unless(node, command, State.RUNNING, State.SUSPENDED, State.FINISHED)
            self.refuse(command, "", NOT_EXECUTED)
        if not self.process_at(node):
            if node.kind is not NodeKind.SUBPROCESS or row.state is State.FINISHED:
                self.refuse(command, "", NOT_EXECUTED)
            self._go_on_inside(node, command)
            return
        self.refuse_unless(node, command, State.READY, State.SUSPENDED, *[State.FAILED] * self.quirks)
        self.trap("resumed-failed-node", node)
        self.state.unblock(node.index, through_pause=True)
        self.state.put(node.index, row._replace(state=State.READY))
        self.engine.send_token(node.index, wakes=True)

    def resume_subprocess(self, node: GraphNode, command: Command) -> None:
        """Goes on in a subprocess."""
        if not self.two:
            self.resume_node(node, command)
            return
        shown = self.state_of(node.index)
        if shown is None:
            self.refuse(command, NO_STATE, NO_STATE_MATCHES)
        if shown is not State.SUSPENDED:
            self.refuse(command, INVALID, f"pipeline({node.id}) state is: {shown}")
        appointed = node.index in self.state.appointed
        if appointed and not self.quirks:
            self._resume_appointed(node)
            return
        if appointed:
            self.trap("resumed-appointed-node", node)
            if self.state.held.pop(node.index, None):
                self.state.sleeping.add(node.index)
            self.state.appointed.discard(node.index)
            self.state.stuck.add(node.index)
        self._go_on_inside(node, command)

    def _go_on_inside(self, node: GraphNode, command: Command) -> None:
        state, row = self.state, self.state.rows.get(node.index)
        if not self.two:
            self.refuse_unless(node, command, State.RUNNING, State.SUSPENDED)
        if row is not None:
            state.put(node.index, row._replace(state=State.RUNNING))
        if not self.two and self.quirks and state.rows[ROOT].state is State.SUSPENDED:
            self.trap("pauses-do-not-add-up", node)
            state.put(ROOT, state.rows[ROOT]._replace(state=State.RUNNING))
            self.engine.release(ROOT, inside=node.index)
        if not self.two:
            self._wake_around(node)
        self.engine.release(node.index)
        state.block_again(node.index)
        for index, inner in list(state.rows.items()) if not self.two and self.quirks else ():
            within = node.index in self.graph.scopes_of(index)
            if within and inner.state is State.SUSPENDED and self.graph.nodes[index].kind is NodeKind.SUBPROCESS:
                state.block(index)  # what waits inside is woken, and blocks what is around it

    def _wake_around(self, node: GraphNode) -> None:
        """What engine 1 does with all around a subprocess that goes on: none of it is BLOCKED, the task RUNNING."""
        self.state.unblock(node.first)
        root = self.state.rows[ROOT]
        if root.state is State.READY and node.index not in self.state.held:  # else the next message does it
            self.state.put(ROOT, root._replace(state=State.RUNNING))

    def _resume_appointed(self, node: GraphNode) -> None:
        row = self.state.rows.get(node.index)
        self.state.appointed.discard(node.index)
        if row is not None:
            self.state.put(node.index, row._replace(state=State.READY))
        self.engine.release(node.index)
