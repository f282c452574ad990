"""The effect of a rollback: nodes are undone one by one, then the target runs again."""

from __future__ import annotations

from taskmock.mockserver.core.command import Command
from taskmock.mockserver.core.engine.operator import Operator, check
from taskmock.mockserver.core.graph import NOWHERE, ROOT, GraphNode, NodeKind
from taskmock.mockserver.core.state import HOLDING, State


class Rollback(Operator):
    """Rolls a task back to one of its nodes."""

    def rollback(self, node: GraphNode, command: Command) -> None:
        """The nodes behind the target are undone one message each, last first; then the target runs again."""
        check(self.dialect.knows_rollback, command, "this engine knows no rollback")
        row = self.state.rows.get(node.index)
        shown = row.state if row else "not reached"
        done = shown in {State.FINISHED, State.FAILED}
        check(done, command, f"the node is {shown}, rollback needs FINISHED or FAILED")
        undone = self._undone(node, command)
        queue, dispatch = self.engine.queue, self.engine.setting.dispatch
        self.engine.drop_tokens()
        self.state.put(ROOT, self.state.rows[ROOT]._replace(state=State.ROLLING_BACK))
        moment = queue.now
        for index in reversed(undone[1:]):
            moment += dispatch
            row = self.state.rows.get(index)
            if row and row.state is State.FINISHED:
                queue.send(moment, self._undo, index)
        queue.send(moment + dispatch, self._run_again, node.index, tuple(undone))

    def _undone(self, node: GraphNode, command: Command) -> list[int]:
        """The places from the target on, which must all be behind it, while nothing else is under way."""
        rows, nodes, places = self.state.rows, self.graph.nodes, list(self.state.places)
        root, scope = rows[ROOT].state, rows[node.parent].state
        check(root not in HOLDING, command, f"the task is {root}")
        check(scope is State.RUNNING, command, f"the subprocess around the node is {scope}")
        busy = any(row.state is State.RUNNING and nodes[i].kind is NodeKind.ACTIVITY for i, row in rows.items())
        check(not busy, command, "a node is running")
        undone = places[places.index(node.index) :]
        behind = self._behind(node.index)
        others = rows.keys() - set(undone) - set(self.graph.scopes_of(node.index))
        # A token on its way to a converging gateway may be another arm's.
        tokens = self.engine.tokens()
        arriving = any(nodes[index].kind is NodeKind.CONVERGE for index in tokens)
        apart = arriving or not behind.issuperset(tokens.union(undone))
        apart = apart or any(rows[index].state is not State.FINISHED for index in others)
        check(not apart, command, "another arm of the flow is not behind the node and goes on")
        return undone

    def _behind(self, index: int) -> set[int]:
        """A node, all that its token can reach inside its subprocess or the task, and what is inside of those."""
        found, stack = set[int](), [index]
        while stack:
            node = self.graph.nodes[stack.pop()]
            if node.index in found:
                continue
            found.add(node.index)
            onward = (node.next, node.first, node.back, *node.arms)
            stack.extend(other for other in onward if other != NOWHERE)
        return found

    def _undo(self, index: int) -> None:
        if self.state.rows[ROOT].state is State.ROLLING_BACK:
            self.state.put(index, self.state.rows[index]._replace(state=State.ROLL_BACK_SUCCESS))

    def _run_again(self, target: int, undone: tuple[int, ...]) -> None:
        root = self.state.rows[ROOT]
        if root.state is State.ROLLING_BACK:
            self.state.remove(undone)
            self.state.put(ROOT, root._replace(state=State.RUNNING))
            self.engine.send_token(target)
