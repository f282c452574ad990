"""The pipeline tree in the API's words: what a task is made of, with the ids and names that its status tree has."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from taskmock.mockserver.api.bk_sops.documents.component import component_of
from taskmock.mockserver.api.bk_sops.documents.edition import Document, Edition
from taskmock.mockserver.api.bk_sops.documents.sequence_flow import SequenceFlow, sequence_flows
from taskmock.mockserver.core.draw import draw_hex, draw_int
from taskmock.mockserver.core.flow import SECOND, Activity
from taskmock.mockserver.core.graph import NOWHERE, ROOT, Graph, GraphNode, NodeKind

_WORDS = {
    NodeKind.START: ("EmptyStartEvent", "startpoint"),
    NodeKind.END: ("EmptyEndEvent", "endpoint"),
    NodeKind.ACTIVITY: ("ServiceActivity", "tasknode"),
    NodeKind.SUBPROCESS: ("SubProcess", "subflow"),
    NodeKind.PARALLEL: ("ParallelGateway", "parallelgateway"),
    NodeKind.EXCLUSIVE: ("ExclusiveGateway", "branchgateway"),
    NodeKind.CONDITIONAL: ("ConditionalParallelGateway", "conditionalparallelgateway"),
    NodeKind.CONVERGE: ("ConvergeGateway", "convergegateway"),
    NodeKind.AGAIN: ("ExclusiveGateway", "branchgateway"),
}
"""The type of each kind of node, and the shape in which it is drawn."""

_CHOOSING = frozenset({NodeKind.EXCLUSIVE, NodeKind.CONDITIONAL, NodeKind.AGAIN})
_FORKS = frozenset({*_CHOOSING, NodeKind.PARALLEL})
_WIDTH, _HEIGHT, _LEFT, _TOP = 160, 100, 40, 150  # of the canvas that the nodes are laid out on, in pixels


def pipeline_tree(graph: Graph, edition: Edition, *, key: str, constants: Mapping[str, object]) -> Document:
    """The whole pipeline of a task, arms that are never taken too; each subprocess holds its own.

    `key` is what ids of lines are drawn from, `constants` the values of the global variables by their keys.
    """
    writer = _Writer(graph, edition, key)
    # Subprocesses have higher indexes than what they are in: the innermost is written first, without recursion.
    for index in reversed(range(len(graph.nodes))):
        if graph.nodes[index].kind in {NodeKind.ROOT, NodeKind.SUBPROCESS}:
            writer.write_level(index)
    return {**writer.written[ROOT], "constants": written_constants(constants)}


def template_tree(graph: Graph, edition: Edition, *, key: str, unfolded: bool) -> Document:
    """The pipeline of a template: without its layout, and only `unfolded` with the pipelines of its subprocesses."""
    tree = pipeline_tree(graph, edition, key=key, constants={})
    waiting = [tree]
    while waiting:
        level = waiting.pop()
        for name in ("id", "line", "location"):
            del level[name]
        for activity in level["activities"].values():
            if "pipeline" not in activity:
                continue
            place = (key, "template of", activity["id"])
            activity["template_id"] = draw_int(1, 999, *place)
            activity["version"] = draw_hex(*place)
            if unfolded:
                waiting.append(activity["pipeline"])
            else:
                del activity["pipeline"]
    return tree


def written_constants(constants: Mapping[str, object]) -> Document:
    """Global variables, as an author would have defined them: all are plain text fields."""
    return {
        name: {
            "key": name,
            "name": name.removeprefix("${").removesuffix("}"),
            "index": index,
            "desc": "",
            "custom_type": "input",
            "source_type": "custom",
            "source_tag": "input.input",
            "source_info": {},
            "value": value,
            "show_type": "show",
            "validation": "",
        }
        for index, (name, value) in enumerate(constants.items())
    }


class _Writer:
    """Writes the levels of one graph: the task's, and one for each subprocess."""

    def __init__(self, graph: Graph, edition: Edition, key: str) -> None:
        self.written: dict[int, Document] = {}
        self._graph = graph
        self._edition = edition
        self._out: dict[int, list[SequenceFlow]] = collections.defaultdict(list)
        self._in: dict[int, list[SequenceFlow]] = collections.defaultdict(list)
        self._inside: dict[int, list[GraphNode]] = collections.defaultdict(list)
        for node in graph.nodes[1:]:
            self._inside[node.parent].append(node)
        for flow in sequence_flows(graph, key=key, prefix=edition.prefix):
            self._out[flow.source].append(flow)
            self._in[flow.target].append(flow)

    def write_level(self, index: int) -> None:
        """Writes what is directly inside the task or a subprocess; its own subprocesses are written already."""
        nodes = self._inside[index]
        flows = [flow for node in nodes for flow in self._out[node.index]]
        (start,) = (node for node in nodes if node.kind is NodeKind.START)
        (end,) = (node for node in nodes if node.kind is NodeKind.END)
        activities = [node for node in nodes if node.kind in {NodeKind.ACTIVITY, NodeKind.SUBPROCESS}]
        gateways = [node for node in nodes if node.kind in _FORKS or node.kind is NodeKind.CONVERGE]
        self.written[index] = {
            "id": self._graph.nodes[index].id,
            "start_event": {**self._node(start), "incoming": ""},
            "end_event": {**self._node(end), "outgoing": ""},
            "activities": {node.id: self._activity(node) for node in activities},
            "gateways": {node.id: self._gateway(node) for node in gateways},
            "flows": {flow.id: self._flow(flow) for flow in flows},
            "line": [self._line(flow) for flow in flows],
            "location": list(self._locations(nodes)),
            "constants": {},
            "outputs": [],
        }

    def _node(self, node: GraphNode) -> Document:
        """What all nodes have in common."""
        incoming, outgoing = ([flow.id for flow in side[node.index]] for side in (self._in, self._out))
        return {
            "id": node.id,
            "type": _WORDS[node.kind][0],
            "name": node.name,
            "incoming": self._lines(incoming, several=node.kind is NodeKind.CONVERGE or self._edition.served),
            "outgoing": self._lines(outgoing, several=node.kind in _FORKS),
            **({"labels": []} if self._edition.served else {}),
        }

    def _lines(self, ids: list[str], *, several: bool) -> str | list[str]:
        """The ids of lines; where there may be only one, its id alone."""
        return ids if several or len(ids) > 1 else ids[0] if ids else ""

    def _activity(self, node: GraphNode) -> Document:
        step = node.step
        own: Document = {
            **self._node(node),
            "stage_name": "",
            "optional": True,
            "error_ignorable": False,
            "retryable": True,
            "skippable": True,
            "loop": None,
        }
        if isinstance(step, Activity):
            return own | self._plugin(step)
        pipeline = self.written[node.index]
        return {**own, "constants": {}, "hooked_constants": [], "pipeline": pipeline}

    def _plugin(self, step: Activity) -> Document:
        component = component_of(step)
        data = {name: {"hook": False, "value": value} for name, value in component.inputs.items()}
        own: Document = {
            "component": {"code": component.code, "data": data},
            "error_ignorable": step.ignored,
        }
        if not self._edition.served:
            return own
        own["component"]["version"] = "legacy"
        retry, limit = step.auto_retry, step.times_out
        own["auto_retry"] = {
            "enable": retry is not None,
            "interval": retry.after // SECOND if retry else 0,
            "times": retry.max if retry else 1,
        }
        seconds = limit // SECOND if limit else 10
        own["timeout_config"] = {"enable": limit is not None, "seconds": seconds, "action": "forced_fail"}
        return own

    def _gateway(self, node: GraphNode) -> Document:
        own = self._node(node)
        if node.kind in _CHOOSING:
            own["conditions"] = {flow.id: _condition(flow) for flow in self._out[node.index]}
        if node.kind is NodeKind.CONDITIONAL:
            own["converge_gateway_id"] = self._graph.nodes[node.join].id
        return own

    def _flow(self, flow: SequenceFlow) -> Document:
        source, target = self._ends(flow)
        return {"id": flow.id, "is_default": False, "source": source, "target": target}

    def _line(self, flow: SequenceFlow) -> Document:
        source, target = self._ends(flow)
        return {"id": flow.id, "source": {"id": source, "arrow": "Right"}, "target": {"id": target, "arrow": "Left"}}

    def _ends(self, flow: SequenceFlow) -> tuple[str, str]:
        return self._graph.nodes[flow.source].id, self._graph.nodes[flow.target].id

    def _locations(self, nodes: Iterable[GraphNode]) -> Iterator[Document]:
        """Where each node stands on the canvas: lines go to the right, each further arm of a gateway has a row."""
        columns: dict[int, int] = collections.defaultdict(int)
        rows: dict[int, int] = {}
        free = 0
        for node in nodes:  # a line that is no way back leads to a node further on in this order
            row = rows.setdefault(node.index, free)
            free = max(free, row + 1)
            if node.join != NOWHERE:
                rows[node.join] = row
            for number, flow in enumerate(self._onward(node)):
                columns[flow.target] = max(columns[flow.target], columns[node.index] + 1)
                if number == 0:
                    rows.setdefault(flow.target, row)
            yield self._location(node, columns[node.index], row)

    def _onward(self, node: GraphNode) -> list[SequenceFlow]:
        return [flow for flow in self._out[node.index] if flow.target > node.index]

    def _location(self, node: GraphNode, column: int, row: int) -> Document:
        own: Document = {
            "id": node.id,
            "type": _WORDS[node.kind][1],
            "x": _LEFT + _WIDTH * column,
            "y": _TOP + _HEIGHT * row,
        }
        if node.kind in {NodeKind.ACTIVITY, NodeKind.SUBPROCESS}:
            own |= {"name": node.name, "stage_name": ""}
        return own


def _condition(flow: SequenceFlow) -> dict[str, Any]:
    return {"evaluate": "1 == 1" if flow.taken else "1 == 0", "name": flow.arm}
