"""The lines between the nodes of a graph, each with an id, as clients name them. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from taskmock.mockserver.core.draw import draw_hex
from taskmock.mockserver.core.flow import Branch, Loop
from taskmock.mockserver.core.graph import NOWHERE, Graph, GraphNode

AGAIN = "again"
ON = "on"
"""The names of the two ways out of the gateway that closes a loop."""


@dataclasses.dataclass(frozen=True, slots=True)
class SequenceFlow:
    """A line from one node to another, both by index; `arm` names the way out of a gateway, `taken` if it is taken."""

    id: str
    source: int
    target: int
    arm: str = ""
    taken: bool = True


def sequence_flows(graph: Graph, *, key: str, prefix: str) -> list[SequenceFlow]:
    """All lines of a graph, in the order of their sources; at a gateway in the order of its arms.

    `key` is what ids are drawn from. `prefix` is that of the nodes' ids: where they have one (`n`), lines have `l`.
    """
    letter = "l" if prefix else ""
    return [
        SequenceFlow(_flow_id(key, node, number, letter), node.index, target, arm, taken)
        for node in graph.nodes
        for number, (target, arm, taken) in enumerate(_ways(node))
    ]


def flows_from(flows: list[SequenceFlow], source: int) -> list[SequenceFlow]:
    """The lines out of one node."""
    return [flow for flow in flows if flow.source == source]


def _flow_id(key: str, node: GraphNode, number: int, letter: str) -> str:
    return letter + draw_hex(key, "flow", node.id, number)[len(letter) :]


def _ways(node: GraphNode) -> Iterator[tuple[int, str, bool]]:
    """Where a token may go from a node, by which arm, and whether the script takes it."""
    step = node.step
    if isinstance(step, Branch):
        for arm, entry in zip(step.arms, node.arms, strict=True):
            yield entry, arm.name, arm.name in step.take
    elif isinstance(step, Loop):
        yield node.back, AGAIN, step.times > 1
        yield node.next, ON, True
    elif node.next != NOWHERE:
        yield node.next, "", True
