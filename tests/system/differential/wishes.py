"""A script and its operations as the program with the real engine takes them: plain data, under the mock's own ids."""

from __future__ import annotations

import re

from taskmock.mockserver.core.flow import Activity, Branch, Loop, Subprocess
from taskmock.mockserver.core.graph import ROOT, NodeKind

BROKEN_INPUT = "context hydrate failed({}), check node log for details."
"""What the engine says of a subprocess whose inputs cannot be had."""

_BROKEN = re.compile(re.escape(BROKEN_INPUT).replace(r"\{\}", "(.*)"))


def labels_of(graph):
    """The nodes by names that stay the same while a pipeline is made smaller: label -> node."""
    nodes, labels = graph.nodes, {}
    for node in nodes:
        match node.kind:
            case NodeKind.ROOT:
                label = "task"
            case NodeKind.ACTIVITY | NodeKind.SUBPROCESS:
                label = node.name
            case NodeKind.START | NodeKind.END:
                owner = nodes[node.parent]
                label = f"{owner.name if owner.index != ROOT else 'task'}.{node.kind.value}"
            case NodeKind.CONVERGE | NodeKind.AGAIN:
                continue
            case _:
                label = f"G{int(node.id[1:], 16)}"
                labels[f"{label}.join"] = nodes[node.join]
        labels[label] = node
    for node in nodes:
        if node.kind is NodeKind.AGAIN:
            label = f"{label_of(labels, nodes[node.back])}.again"
            while label in labels:
                label += ".again"
            labels[label] = node
    return labels


def label_of(labels, node):
    """The label of a node."""
    return next(label for label, labelled in labels.items() if labelled is node)


def wish_of(graph, script, operations):
    """The pipeline of a script with the ids of its graph, and its operations, each with the id of its node."""
    labels = labels_of(graph)
    return {
        "flow": _Scopes(graph).scope(graph.nodes[ROOT], script.flow),
        "dispatch": script.dispatch,
        "operations": [
            {"at": one.at, "verb": one.verb.value, "node": labels[one.label].id, "data": one.data} for one in operations
        ],
    }


class _Scopes:
    """Writes the scopes of a graph and their steps as plain data."""

    def __init__(self, graph):
        self._nodes = graph.nodes
        self._owners = {id(node.step): node for node in graph.nodes if node.step is not None}
        self._ends = {node.parent: node.id for node in graph.nodes if node.kind is NodeKind.END}

    def scope(self, node, flow):
        """The task, or a subprocess."""
        start, end = self._nodes[node.first].id, self._ends[node.index]
        return {"id": node.id, "start": start, "end": end, "steps": self._steps(flow)}

    def _steps(self, flow):
        return [self._step(step) for step in flow]

    def _step(self, step):
        node = self._owners[id(step)]
        match step:
            case Activity():
                return self._activity(step, node)
            case Subprocess():
                fails = None if step.fails is None else _BROKEN.fullmatch(step.fails)[1]
                return {"kind": "sub", "name": step.name, "fails": fails} | self.scope(node, step.flow)
            case Branch():
                names = [arm.name for arm in step.arms]
                taken, arms = [names.index(name) for name in step.take], [self._steps(arm.flow) for arm in step.arms]
                ids = {"id": node.id, "join": self._nodes[node.join].id}
                return {"kind": "branch", "how": step.kind.value, "arms": arms, "take": taken} | ids
            case Loop():
                ids = {"id": node.id, "limit": step.limit, "times": step.times}
                return {"kind": "loop", "steps": self._steps(step.flow)} | ids

    @staticmethod
    def _activity(step, node):
        return {
            "kind": "act",
            "id": node.id,
            "name": step.name,
            "attempts": [[attempt.takes, attempt.fails] for attempt in step.attempts],
            "waits": step.waits,
            "ignored": step.ignored,
            "retryable": getattr(step, "retryable", True),
            "skippable": getattr(step, "skippable", True),
            "times_out": step.times_out,
            "auto_retry": step.auto_retry and [step.auto_retry.max, step.auto_retry.after],
        }
