"""Kinds of mutation that break the rules about other calls."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator

from taskmock.contracts.api.bk_sops.call_rules import RULES
from taskmock.contracts.selftest.calls import Broken, CallMutation, Example, at, broken
from taskmock.contracts.selftest.mutation import NO_SUCH_ID
from taskmock.contracts.validation.walk import Place
from taskmock.schemas import editions_of

EARLY, LATE = "2001-01-01 00:00:00 +0800", "2099-01-01 00:00:00 +0800"


def call_rules(edition: str) -> Iterator[str]:
    """The codes of all rules about other calls that are said of an edition."""
    for operation, rules in RULES.items():
        if edition in editions_of(operation):
            yield from (rule.code for rule in rules if rule.is_for(edition))


def asked(code: str, where: str, **request: object) -> Callable[[Example], Broken]:
    """A good answer to a request for something else."""
    return lambda _: (code, where, request)


def told(code: str, *keys: str | int, value: object) -> Callable[[Example], Broken]:
    """The data says something else at some keys."""

    def mutate(example: Example) -> Broken:
        place = example.data
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value
        return code, f"/data/{'/'.join(map(str, keys))}", None

    return mutate


def is_tree(place: Place) -> bool:
    """Whether a place is a pipeline tree."""
    return place.form.uri.endswith("/pipeline_tree")


def is_flow(place: Place) -> bool:
    """Whether a place is a flow of a pipeline tree."""
    return place.form.uri.endswith("/flow")


def is_node(place: Place) -> bool:
    """Whether a place is a node of a pipeline tree that flows lead to."""
    return place.form.among is not None and "incoming" in place.value


def unconnected(example: Example) -> Broken:
    """A node names no flow that leads to it."""
    place = example.pick(is_node)
    if place is None:
        return None
    place.value["incoming"] = example.draw.choice(["", []])
    return "pipeline.connection", at(place, "incoming"), None


def extra_constant(example: Example) -> Broken:
    """The task has a constant that its pipeline tree has not."""
    if example.edition == "doc-2019":
        return None
    example.data["constants"]["${odd}"] = {"key": "${odd}", "name": "Odd", "source_type": "custom"}
    return "detail.constants", "/data/constants/${odd}", None


def extra_output(example: Example) -> Broken:
    """The task has an output that is no constant."""
    example.data["outputs"].append({"key": "${none}", "value": 1})
    return "detail.output", f"/data/outputs/{len(example.data['outputs']) - 1}/key", None


def other_node(example: Example) -> Broken:
    """The answer to a request for another node."""
    return ("node-detail.request", "/data/id", {"node_id": NO_SUCH_ID}) if "id" in example.data else None


def earlier_run(code: str, field: str, value: object, *also: str, where: str = "") -> Callable[[Example], Broken]:
    """The first of a node's earlier runs says something else."""

    def mutate(example: Example) -> Broken:
        runs = example.data.get("histories")
        if not runs or field not in runs[0] or (example.edition == "doc-2019" and code == "histories.state"):
            return None
        runs[0].update({field: value, **dict.fromkeys(also, value)})
        return code, where or f"/data/histories/0/{field}", None

    return mutate


def twice(example: Example) -> Broken:
    """A task has two entries."""
    example.data.append(copy.deepcopy(example.data[0]))
    return "tasks.duplicate", f"/data/{len(example.data) - 1}/id", None


def too_many(example: Example) -> Broken:
    """There are more tasks than an answer tells of."""
    example.data.extend({**example.data[0], "id": number} for number in range(1_000, 1_250))
    return "tasks.size", "/data", None


def other_children(example: Example) -> Broken:
    """The children of a status are there unasked, or missing."""
    has_children = "children" in example.data[0]["status"]
    where = "/data/0/status/children" if has_children else "/data/0/status"
    return "batch.children", where, {"task_id_list": [10, 11, 12], "include_children_status": not has_children}


def other_name(example: Example) -> Broken:
    """A status goes by another name than its task."""
    return None if example.edition != "v2" else told("batch.name", 0, "status", "name", value="Other")(example)


def older_first(example: Example) -> Broken:
    """The list has the oldest task first."""
    example.data.reverse()
    return "tasks.order", "/data/1/id", None


def low_count(example: Example) -> Broken:
    """There are more tasks on the page than in all."""
    example.body["count"] = len(example.data) - 1
    return "tasks.count", "/count", None


BATCH, LIST, DETAIL, NODE = "get_tasks_status", "get_task_list", "get_task_detail", "get_task_node_detail"
STATE = "get_tasks_manual_intervention_state"

MUTATIONS = (
    CallMutation("pipeline-other-key", broken("pipeline.key", is_flow, lambda flow: flow.update(id=NO_SUCH_ID), "id")),
    CallMutation(
        "pipeline-same-id",
        broken(
            "pipeline.id",
            is_tree,
            lambda tree: tree["end_event"].update(id=tree["start_event"]["id"]),
            "end_event",
            "id",
        ),
    ),
    CallMutation(
        "pipeline-loose-flow", broken("pipeline.flow", is_flow, lambda flow: flow.update(target=NO_SUCH_ID), "target")
    ),
    CallMutation("pipeline-unconnected-node", unconnected),
    CallMutation(
        "pipeline-way-to-the-start",
        broken(
            "pipeline.event",
            is_tree,
            lambda tree: tree["start_event"].update(incoming=next(iter(tree["flows"]))),
            "start_event",
            "incoming",
        ),
    ),
    CallMutation(
        "pipeline-way-without-condition",
        broken(
            "pipeline.condition",
            lambda place: bool(place.value) and "conditions" in place.value,
            lambda node: node["conditions"].popitem(),
            "conditions",
        ),
    ),
    CallMutation(
        "pipeline-unknown-output",
        broken("pipeline.output", is_tree, lambda tree: tree.update(outputs=["${none}"]), "outputs", 0),
    ),
    CallMutation("detail-of-another-task", asked("detail.request", "/data/id", task_id="4711"), (DETAIL,)),
    CallMutation("detail-finished-first", told("detail.times", "finish_time", value=EARLY), (DETAIL,)),
    CallMutation("detail-extra-constant", extra_constant, (DETAIL,)),
    CallMutation("detail-extra-output", extra_output, (DETAIL,)),
    CallMutation("node-another", other_node, (NODE,)),
    CallMutation("history-not-failed", earlier_run("histories.state", "state", "FINISHED"), (NODE,)),
    CallMutation("history-of-another-pass", earlier_run("histories.loop", "loop", 7), (NODE,)),
    CallMutation("history-ended-first", earlier_run("histories.times", "finish_time", EARLY), (NODE,)),
    CallMutation(
        "history-after-the-run",
        earlier_run("histories.order", "start_time", LATE, "finish_time", where="/data/start_time"),
        (NODE,),
    ),
    CallMutation("task-twice", twice, (BATCH, LIST, STATE)),
    CallMutation("task-unasked", asked("tasks.unasked", "/data/0/id", task_id_list=[4711]), (BATCH, STATE)),
    CallMutation("tasks-too-many", too_many, (BATCH, LIST, STATE)),
    CallMutation("batch-other-children", other_children, (BATCH,)),
    CallMutation("batch-other-name", other_name, (BATCH,)),
    CallMutation("batch-not-started", told("batch.started", 0, "start_time", value=""), (BATCH,)),
    CallMutation("tasks-finished-first", told("tasks.times", 0, "finish_time", value=EARLY), (BATCH, LIST)),
    CallMutation("list-older-first", older_first, (LIST,)),
    CallMutation("list-not-started", told("tasks.flags", 0, "is_started", value=False), (LIST,)),
    CallMutation("list-low-count", low_count, (LIST,)),
    CallMutation("list-over-limit", asked("tasks.limit", "/data", limit="2"), (LIST,)),
)
"""Every kind that breaks a rule."""
