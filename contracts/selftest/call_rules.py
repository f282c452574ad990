"""Kinds of mutation that break the rules about other calls."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator

from taskmock.contracts.api.bk_sops.call_rules import RULES
from taskmock.contracts.api.bk_sops.edition import ENGINES
from taskmock.contracts.selftest.calls import OTHERS
from taskmock.contracts.selftest.mutation import (
    NO_SUCH_ID,
    Mutant,
    Mutate,
    OneOf,
    Specimen,
    answer_to,
    broken,
    has,
    is_outermost,
    named,
)
from taskmock.contracts.validation.walk import Place
from taskmock.schemas import EDITIONS, editions_of

EARLY, LATE = "2001-01-01 00:00:00 +0800", "2099-01-01 00:00:00 +0800"


def call_rules(edition: str) -> Iterator[str]:
    """The codes of all rules about other calls that apply to an edition."""
    for operation, rules in RULES.items():
        if edition in editions_of(operation):
            yield from (rule.code for rule in rules if rule.is_for(edition))


def asked(code: str, *keys: str | int, **request: object) -> Mutate:
    """A good answer to a request for something else."""
    return answer_to(request, broken(code, is_outermost, {}, *keys))


def stated(code: str, *keys: str | int, value: object, only: Collection[str] = EDITIONS) -> Mutate:
    """The data has another value at some keys."""

    def put(place: Place) -> None:
        inner = place.value
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value

    return broken(code, is_outermost, put, *keys, only=only)


def is_tree(place: Place) -> bool:
    """Whether a place is a pipeline tree."""
    return place.form.uri.endswith(("/pipeline_tree", "/template_tree"))


def is_flow(place: Place) -> bool:
    """Whether a place is a flow of a pipeline tree."""
    return place.form.uri.endswith("/flow")


def is_node(place: Place) -> bool:
    """Whether a place is a node of a pipeline tree that flows lead to."""
    return place.form.among is not None and "incoming" in place.value


def has_conditions(place: Place) -> bool:
    """Whether a place is a gateway with conditions."""
    return bool(place.value) and "conditions" in place.value


def repeat_start_id(tree: Place) -> None:
    """Gives the end event the id of the start event."""
    tree.value["end_event"]["id"] = tree.value["start_event"]["id"]


def lead_to_start(tree: Place) -> None:
    """Lets a flow lead to the start event."""
    tree.value["start_event"]["incoming"] = next(iter(tree.value["flows"]))


def earlier_run(code: str, field: str, value: object, *also: str, where: str = "") -> Mutate:
    """The first of a node's earlier runs has another value."""

    def has_run(place: Place) -> bool:
        runs = place.value.get("histories") if is_outermost(place) else None
        return isinstance(runs, list) and bool(runs) and field in runs[0]

    def change(place: Place) -> None:
        place.value["histories"][0].update({field: value, **dict.fromkeys(also, value)})

    keys = (where,) if where else ("histories", 0, field)
    return broken(code, has_run, change, *keys, only=ENGINES if code == "histories.state" else EDITIONS)


def retries(field: str, value: object) -> Mutate:
    """The automatic retries of a node have another value."""

    def has_some(place: Place) -> bool:
        return is_outermost(place) and bool(place.value.get("auto_retry_info"))

    def change(place: Place) -> None:
        place.value["auto_retry_info"][field] = value

    return broken("node-detail.retries", has_some, change, "auto_retry_info", field, only={"v2"})


def extra_output(specimen: Specimen) -> Mutant | None:
    """The task has an output that is no constant."""
    task = specimen.pick(is_outermost)
    if task is None:
        return None
    task.value["outputs"].append({"key": "${none}", "value": 1})
    return specimen.found("detail.output", task, "outputs", len(task.value["outputs"]) - 1, "key")


def twice(specimen: Specimen) -> Mutant | None:
    """A task has two entries."""
    page = specimen.pick(is_outermost)
    if page is None:
        return None
    page.value.append(copy.deepcopy(page.value[0]))
    return specimen.found("tasks.duplicate", page, len(page.value) - 1, "id")


def lengthen(page: Place) -> None:
    """Adds more tasks than one answer may hold."""
    page.value.extend({**page.value[0], "id": number} for number in range(1_000, 1_250))


def other_children(specimen: Specimen) -> Mutant | None:
    """The children of a status are there unasked, or missing."""
    page = specimen.pick(is_outermost)
    if page is None:
        return None
    has_children = "children" in page.value[0]["status"]
    keys = ("children",) if has_children else ()
    mutate = asked(
        "batch.children", 0, "status", *keys, task_id_list=[10, 11, 12], include_children_status=not has_children
    )
    return mutate(specimen)


def low_count(specimen: Specimen) -> Mutant | None:
    """There are more tasks on the page than in all."""
    page = specimen.pick(is_outermost)
    if page is None:
        return None
    specimen.body["count"] = len(page.value) - 1
    return Mutant(specimen.body, (("tasks.count", "/count"),))


DETAIL, NODE, LIST, BATCH = ("get_task_detail",), ("get_task_node_detail",), ("get_task_list",), ("get_tasks_status",)
NAMED = (*BATCH, "get_tasks_manual_intervention_state")
CONSTANT = {"key": "${odd}", "name": "Odd", "source_type": "custom"}
UNCONNECTED = {"incoming": OneOf(["", []])}

MUTATIONS = (
    *named(
        {
            "pipeline-other-key": broken("pipeline.key", is_flow, {"id": NO_SUCH_ID}),
            "pipeline-same-id": broken("pipeline.id", is_tree, repeat_start_id, "end_event", "id"),
            "pipeline-loose-flow": broken("pipeline.flow", is_flow, {"target": NO_SUCH_ID}),
            "pipeline-unconnected-node": broken("pipeline.connection", is_node, UNCONNECTED),
            "pipeline-way-to-the-start": broken("pipeline.event", is_tree, lead_to_start, "start_event", "incoming"),
            "pipeline-way-without-condition": broken(
                "pipeline.condition", has_conditions, lambda node: node.value["conditions"].popitem(), "conditions"
            ),
            "pipeline-unknown-output": broken("pipeline.output", is_tree, {"outputs": ["${none}"]}, "outputs", 0),
        },
        OTHERS,
    ),
    *named(
        {
            "detail-of-another-task": asked("detail.request", "id", task_id="4711"),
            "detail-finished-first": stated("detail.times", "finish_time", value=EARLY),
            "detail-extra-constant": stated("detail.constants", "constants", "${odd}", value=CONSTANT, only=ENGINES),
            "detail-extra-output": extra_output,
        },
        DETAIL,
    ),
    *named(
        {
            "node-another": answer_to(
                {"node_id": NO_SUCH_ID}, broken("node-detail.request", has("id", is_outermost), {}, "id")
            ),
            "node-retries-of-another": retries("node_id", NO_SUCH_ID),
            "node-too-many-retries": retries("auto_retry_times", 99),
            "history-not-failed": earlier_run("histories.state", "state", "FINISHED"),
            "history-of-another-pass": earlier_run("histories.loop", "loop", 7),
            "history-ended-first": earlier_run("histories.times", "finish_time", EARLY),
            "history-after-the-run": earlier_run(
                "histories.order", "start_time", LATE, "finish_time", where="start_time"
            ),
        },
        NODE,
    ),
    *named({"task-twice": twice}, (*NAMED, *LIST)),
    *named({"task-unasked": asked("tasks.unasked", 0, "id", task_id_list=[4711])}, NAMED),
    *named({"tasks-too-many": broken("tasks.size", is_outermost, lengthen)}, (*NAMED, *LIST)),
    *named(
        {
            "batch-other-children": other_children,
            "batch-other-name": stated("batch.name", 0, "status", "name", value="Other", only={"v2"}),
            "batch-not-started": stated("batch.started", 0, "start_time", value=""),
        },
        BATCH,
    ),
    *named({"tasks-finished-first": stated("tasks.times", 0, "finish_time", value=EARLY)}, (*BATCH, *LIST)),
    *named(
        {
            "list-older-first": broken("tasks.order", is_outermost, lambda page: page.value.reverse(), 1, "id"),
            "list-not-started": stated("tasks.flags", 0, "is_started", value=False),
            "list-low-count": low_count,
            "list-over-limit": asked("tasks.limit", limit="2"),
        },
        LIST,
    ),
)
"""Every kind that breaks a rule."""
