"""Rules about pipeline trees: who a node is, and how flows connect the nodes of one level."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from taskmock.contracts.api.bk_sops.call_rules.document import CallDocument, Part, Pipeline
from taskmock.contracts.findings.rule import Finding, Rule, rule
from taskmock.contracts.findings.violation import clip

FORKS = ("ExclusiveGateway", "ConditionalParallelGateway")
"""The gateways that take a way where a condition holds."""


RULES: list[Rule[CallDocument]] = []


@rule("pipeline.key", RULES)
def key_is_id(document: CallDocument) -> Iterator[Finding]:
    """Activities, gateways and flows are kept by their `id`, constants by their `key`."""
    for pipeline in document.pipelines:
        for field, name in (("activities", "id"), ("gateways", "id"), ("flows", "id"), ("constants", "key")):
            for key, value in _entries(pipeline.place.value, field):
                own = value.get(name)
                if isinstance(own, str) and own != key:
                    message = f"`{name}` differs from the key {clip(key)} that it is kept by"
                    yield Finding(pipeline.place, (field, key, name), message, clip(key))


@rule("pipeline.id", RULES)
def id_is_unique(document: CallDocument) -> Iterator[Finding]:
    """The id of a node or a flow is unique in the whole pipeline tree."""
    seen: set[str] = set()
    for pipeline in document.pipelines:
        for part in (*pipeline.nodes, *pipeline.flows):
            if part.id and part.id in seen:
                message = "another node or flow of this task has the same id"
                yield Finding(pipeline.place, (*part.keys, "id"), message, "an id of its own")
            seen.add(part.id)


@rule("pipeline.flow", RULES)
def flow_connects_nodes(document: CallDocument) -> Iterator[Finding]:
    """A flow leads from one node to another of the same level."""
    for pipeline in document.pipelines:
        known = {node.id for node in pipeline.nodes}
        for flow in pipeline.flows:
            for end in ("source", "target"):
                named = flow.value.get(end)
                if isinstance(named, str) and named not in known:
                    message = f"the {end} of the flow is no node of this level"
                    yield Finding(pipeline.place, (*flow.keys, end), message, "the id of a node of the same level")


@rule("pipeline.connection", RULES)
def nodes_and_flows_agree(document: CallDocument) -> Iterator[Finding]:
    """`incoming` and `outgoing` of a node name the flows that lead to it and away from it, all and no others."""
    for pipeline in document.pipelines:
        for field, end in (("incoming", "target"), ("outgoing", "source")):
            yield from _disagreements(pipeline, field, end)


@rule("pipeline.event", RULES)
def events_are_the_ends(document: CallDocument) -> Iterator[Finding]:
    """Nothing leads to the start event, and nothing leads away from the end event."""
    for pipeline in document.pipelines:
        for event, field in (("start_event", "incoming"), ("end_event", "outgoing")):
            value = pipeline.place.value.get(event)
            if isinstance(value, dict) and _flow_ids(value.get(field)):
                yield Finding(pipeline.place, (event, field), f"`{field}` of the {event} names a flow", '""')


@rule("pipeline.condition", RULES)
def conditions_are_of_the_ways(document: CallDocument) -> Iterator[Finding]:
    """A gateway with conditions has one for each flow that leads away from it, the default way aside."""
    for pipeline in document.pipelines:
        for node in pipeline.nodes:
            conditions = node.value.get("conditions")
            if node.value.get("type") not in FORKS or not isinstance(conditions, dict):
                continue
            ways = set(_flow_ids(node.value.get("outgoing")))
            for key in conditions:
                if key not in ways:
                    message = "a condition is for a flow that does not lead away from here"
                    yield Finding(
                        pipeline.place, (*node.keys, "conditions", key), message, "the id of a flow in outgoing"
                    )
            for way in sorted(ways - conditions.keys() - {_default_way(node.value)}):
                message = f"no condition tells when the flow {clip(way)} is taken"
                yield Finding(
                    pipeline.place, (*node.keys, "conditions"), message, "a condition for each flow in outgoing"
                )


@rule("pipeline.output", RULES)
def outputs_are_constants(document: CallDocument) -> Iterator[Finding]:
    """`outputs` marks those of the `constants` that are outputs."""
    for pipeline in document.pipelines:
        outputs, constants = (pipeline.place.value.get(field) for field in ("outputs", "constants"))
        if not isinstance(outputs, list) or not isinstance(constants, dict):
            continue
        for index, key in enumerate(outputs):
            if isinstance(key, str) and key not in constants:
                yield Finding(pipeline.place, ("outputs", index), "an output is no constant", "the key of a constant")


def _disagreements(pipeline: Pipeline, field: str, end: str) -> Iterator[Finding]:
    """Finds where the nodes' `field` and the flows' `end` tell of different connections."""
    ends = {flow.keys[-1]: flow.value.get(end) for flow in pipeline.flows}
    named_ends: set[tuple[str, str]] = set()
    for node in pipeline.nodes:
        for named in _flow_ids(node.value.get(field)):
            named_ends.add((named, node.id))
            if named not in ends:
                message = f"`{field}` names the flow {clip(named)}, which is not there"
                yield Finding(pipeline.place, (*node.keys, field), message, "the id of a flow of the same level")
            elif isinstance(ends[named], str) and node.id and ends[named] != node.id:
                message = f"`{field}` names the flow {clip(named)}, whose {end} is another node"
                yield Finding(pipeline.place, (*node.keys, field), message, f"flows whose {end} is this node")
    by_id: dict[str, Part] = {node.id: node for node in pipeline.nodes}
    for key, reached in ends.items():
        node_of = by_id.get(reached) if isinstance(reached, str) else None
        if node_of is not None and field in node_of.value and (key, node_of.id) not in named_ends:
            message = f"`{field}` does not name the flow {clip(key)}, whose {end} is this node"
            yield Finding(pipeline.place, (*node_of.keys, field), message, f"all flows whose {end} is this node")


def _flow_ids(value: object) -> tuple[str, ...]:
    """The flows that an `incoming` or `outgoing` names: one as text, or several in a list."""
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _default_way(gateway: dict[str, Any]) -> str:
    default = gateway.get("default_condition")
    way = default.get("flow_id") if isinstance(default, dict) else None
    return way if isinstance(way, str) else ""


def _entries(value: dict[str, Any], field: str) -> Iterator[tuple[str, dict[str, Any]]]:
    held = value.get(field)
    for key, item in held.items() if isinstance(held, dict) else ():
        if isinstance(item, dict):
            yield key, item
