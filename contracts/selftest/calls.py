"""Kinds of mutation that break the answers of other calls: each rule, and the structure at any of their places."""

from __future__ import annotations

import copy
import dataclasses
import random
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from taskmock.contracts.api.bk_sops.call import CallAnswer
from taskmock.contracts.api.bk_sops.call_rules import RULES
from taskmock.contracts.findings.violation import Strictness
from taskmock.contracts.validation.form import Kind
from taskmock.contracts.validation.spot import Spot
from taskmock.contracts.validation.walk import escaped
from taskmock.schemas import STATUS, editions_of, example_names, load_example, load_operations

NO_SUCH_ID = "n" + "f" * 31
EARLY, LATE = "2001-01-01 00:00:00 +0800", "2099-01-01 00:00:00 +0800"
WRONG: dict[str, list[object]] = {
    "string": [5, True, [], {}],
    "integer": ["1", True, None, 1.5, []],
    "boolean": ["true", None, [], 2],
    "object": ["", 7, True, [1]],
    "array": ["", 7, True, {"a": 1}],
}
"""Values that are not of a type, by the type."""


@dataclasses.dataclass(frozen=True, slots=True)
class Example:
    """A fresh copy of an example answer that a mutation may change, and the draw of places and values."""

    body: dict[str, Any]
    operation: str
    edition: str
    draw: random.Random

    @property
    def data(self) -> Any:  # noqa: ANN401 - decoded JSON
        """What the answer is about."""
        return self.body.get("data")

    def pick(self, wanted: Callable[[Spot], object]) -> Spot | None:
        """One of the places that are wanted; None without any."""
        spots = CallAnswer(self.body, self.operation, self.edition, Strictness.STRICT).spots
        found = [spot for spot in spots if wanted(spot)]
        return self.draw.choice(found) if found else None


Broken: TypeAlias = "tuple[str, str, dict[str, Any] | None] | None"
"""The code and the pointer that the judge must find, and the request where that matters; None: does not apply."""


@dataclasses.dataclass(frozen=True, slots=True)
class CallMutation:
    """One kind of mutation of a call's answers; `operations` are those that it is for, all without any."""

    name: str
    mutate: Callable[[Example], Broken]
    operations: tuple[str, ...] = ()


def call_examples(edition: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The example answers of all other calls in an edition, fresh: the call, the example's name, the body."""
    for operation in load_operations():
        if operation == STATUS or edition not in editions_of(operation):
            continue
        for name in example_names(edition, operation=operation):
            if name != "request":
                yield operation, name, load_example(edition, name, operation=operation)


def call_mutants(
    edition: str, kinds: tuple[CallMutation, ...]
) -> Iterator[tuple[str, str, str, dict[str, Any], tuple[str, str, dict[str, Any] | None]]]:
    """Each kind on each example that it fits: its name, the call, the example's name, the mutant, what is expected."""
    for kind in kinds:
        for operation, name, body in call_examples(edition):
            if kind.operations and operation not in kind.operations:
                continue
            draw = random.Random(f"{kind.name} {edition} {operation} {name}")  # noqa: S311 - alike in every run
            example = Example(copy.deepcopy(body), operation, edition, draw)
            expected = kind.mutate(example)
            if expected is not None:
                yield kind.name, operation, name, example.body, expected


def call_rules(edition: str) -> Iterator[str]:
    """The codes of all rules about other calls that are said of an edition."""
    for operation, rules in RULES.items():
        if edition in editions_of(operation):
            yield from (rule.code for rule in rules if edition in rule.editions)


def _at(spot: Spot, *keys: str | int) -> str:
    return spot.pointer + "".join(f"/{escaped(str(key))}" for key in keys)


def _object_with(field: str) -> Callable[[Spot], object]:
    return lambda spot: spot.form.kind is Kind.OBJECT and field in spot.value


# -- structure, at any place


def _dropped(example: Example) -> Broken:
    spot = example.pick(lambda spot: spot.form.kind is Kind.OBJECT and spot.form.required)
    if spot is None:
        return None
    name = example.draw.choice([name for name in spot.form.required if name not in spot.form.constants])
    del spot.value[name]
    return "field.missing", _at(spot, name), None


def _retyped(example: Example) -> Broken:
    spot = example.pick(lambda spot: spot.form.kind is Kind.OBJECT and _typed(spot))
    if spot is None:
        return None
    name = example.draw.choice(_typed(spot))
    spot.value[name] = example.draw.choice(WRONG[spot.form.fields[name]["type"]])
    return "field.type", _at(spot, name), None


def _typed(spot: Spot) -> list[str]:
    """The fields of a place that have values of one type."""
    fields = spot.form.fields
    return [name for name in spot.value if str(fields[name].get("type")) in WRONG and "const" not in fields[name]]


def _added(example: Example) -> Broken:
    spot = example.pick(lambda spot: spot.form.kind is Kind.OBJECT)
    if spot is None:
        return None
    spot.value["x~/y"] = 1
    return "field.undocumented", _at(spot, "x~/y"), None


def _entry(example: Example) -> Broken:
    spot = example.pick(lambda spot: spot.form.kind in {Kind.MAP, Kind.LIST})
    if spot is None:
        return None
    wrong = example.draw.choice(["", None, 7, True])
    if isinstance(spot.value, dict):
        spot.value["odd"] = wrong
        return "field.type", _at(spot, "odd"), None
    spot.value.append(wrong)
    return "field.type", _at(spot, len(spot.value) - 1), None


def _no_result(example: Example) -> Broken:
    del example.body["result"]
    return "envelope.missing", "/result", None


def _odd_code(example: Example) -> Broken:
    example.body["code"] = example.draw.choice(["0", None, [], 0.5])
    return "envelope.type", "/code", None


def _odd_data(example: Example) -> Broken:
    if not example.body["result"] or not isinstance(example.data, (dict, list)):
        return None
    example.body["data"] = example.draw.choice([0, True, 1.5])
    return "envelope.data", "/data", None


def _unknown_type(example: Example) -> Broken:
    spot = example.pick(lambda spot: spot.among is not None and "type" in spot.value)
    if spot is None:
        return None
    spot.value["type"] = "SubProces"
    return "field.value", _at(spot, "type"), None


def _broken_status(example: Example) -> Broken:
    spot = example.pick(lambda spot: spot.form.kind is Kind.TREE and "id" in spot.value)
    if spot is None:
        return None
    spot.value["loop"] = 0
    return "field.range", _at(spot, "loop"), None


# -- the rules


def _other_key(example: Example) -> Broken:
    spot = example.pick(lambda spot: spot.form.uri.endswith("/flow"))
    if spot is None:
        return None
    spot.value["id"] = NO_SUCH_ID
    return "pipeline.key", _at(spot, "id"), None


def _same_id(example: Example) -> Broken:
    tree = example.pick(_is_tree)
    if tree is None:
        return None
    tree.value["end_event"]["id"] = tree.value["start_event"]["id"]
    return "pipeline.id", _at(tree, "end_event", "id"), None


def _loose_flow(example: Example) -> Broken:
    spot = example.pick(lambda spot: spot.form.uri.endswith("/flow"))
    if spot is None:
        return None
    spot.value["target"] = NO_SUCH_ID
    return "pipeline.flow", _at(spot, "target"), None


def _unconnected(example: Example) -> Broken:
    spot = example.pick(lambda spot: spot.among is not None and "incoming" in spot.value)
    if spot is None:
        return None
    spot.value["incoming"] = example.draw.choice(["", []])
    return "pipeline.connection", _at(spot, "incoming"), None


def _way_to_the_start(example: Example) -> Broken:
    tree = example.pick(_is_tree)
    if tree is None:
        return None
    tree.value["start_event"]["incoming"] = next(iter(tree.value["flows"]))
    return "pipeline.event", _at(tree, "start_event", "incoming"), None


def _no_condition(example: Example) -> Broken:
    spot = example.pick(lambda spot: bool(spot.value) and "conditions" in spot.value)
    if spot is None:
        return None
    spot.value["conditions"].popitem()
    return "pipeline.condition", _at(spot, "conditions"), None


def _unknown_output(example: Example) -> Broken:
    tree = example.pick(_is_tree)
    if tree is None:
        return None
    tree.value["outputs"] = ["${none}"]
    return "pipeline.output", _at(tree, "outputs", 0), None


def _is_tree(spot: Spot) -> bool:
    return spot.form.uri.endswith("/pipeline_tree")


def _other_task(example: Example) -> Broken:
    return ("detail.request", "/data/id", {"task_id": "4711"}) if example.body["result"] else None


def _finished_first(example: Example) -> Broken:
    if not example.body["result"]:
        return None
    example.data["finish_time"] = EARLY
    return "detail.times", "/data/finish_time", None


def _extra_constant(example: Example) -> Broken:
    if not example.body["result"] or example.edition == "doc-2019":
        return None
    example.data["constants"]["${odd}"] = {"key": "${odd}", "name": "Odd", "source_type": "custom"}
    return "detail.constants", "/data/constants/${odd}", None


def _extra_output(example: Example) -> Broken:
    if not example.body["result"]:
        return None
    example.data["outputs"].append({"key": "${none}", "value": 1})
    return "detail.output", f"/data/outputs/{len(example.data['outputs']) - 1}/key", None


def _other_node(example: Example) -> Broken:
    has_id = example.body["result"] and "id" in example.data
    return ("node-detail.request", "/data/id", {"node_id": NO_SUCH_ID}) if has_id else None


def _history(code: str, field: str, value: object) -> Callable[[Example], Broken]:
    def mutate(example: Example) -> Broken:
        runs = example.data.get("histories") if example.body["result"] else None
        if not runs or field not in runs[0] or (example.edition == "doc-2019" and code == "histories.state"):
            return None
        runs[0][field] = value
        return code, f"/data/histories/0/{field}", None

    return mutate


def _late_history(example: Example) -> Broken:
    runs = example.data.get("histories") if example.body["result"] else None
    if not runs:
        return None
    runs[0]["start_time"] = runs[0]["finish_time"] = LATE
    return "histories.order", "/data/start_time", None


def _twice(example: Example) -> Broken:
    if not example.body["result"]:
        return None
    example.data.append(copy.deepcopy(example.data[0]))
    return "tasks.duplicate", f"/data/{len(example.data) - 1}/id", None


def _unasked(example: Example) -> Broken:
    return ("tasks.unasked", "/data/0/id", {"task_id_list": [4711]}) if example.body["result"] else None


def _too_many(example: Example) -> Broken:
    if not example.body["result"]:
        return None
    example.data.extend({**example.data[0], "id": number} for number in range(1_000, 1_250))
    return "tasks.size", "/data", None


def _children(example: Example) -> Broken:
    if not example.body["result"]:
        return None
    has_children = "children" in example.data[0]["status"]
    where = "/data/0/status/children" if has_children else "/data/0/status"
    return "batch.children", where, {"task_id_list": [10, 11, 12], "include_children_status": not has_children}


def _entry_field(code: str, *keys: str, value: object) -> Callable[[Example], Broken]:
    def mutate(example: Example) -> Broken:
        if not example.body["result"]:
            return None
        place = example.data[0]
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value
        return code, f"/data/0/{'/'.join(keys)}", None

    return mutate


def _other_name(example: Example) -> Broken:
    return None if example.edition != "v2" else _entry_field("batch.name", "status", "name", value="Other")(example)


def _older_first(example: Example) -> Broken:
    if not example.body["result"]:
        return None
    example.data.reverse()
    return "tasks.order", "/data/1/id", None


def _low_count(example: Example) -> Broken:
    if not example.body["result"]:
        return None
    example.body["count"] = len(example.data) - 1
    return "tasks.count", "/count", None


def _over_limit(example: Example) -> Broken:
    return ("tasks.limit", "/data", {"limit": "2"}) if example.body["result"] else None


BATCH, LIST, DETAIL, NODE = "get_tasks_status", "get_task_list", "get_task_detail", "get_task_node_detail"
STATE = "get_tasks_manual_intervention_state"

MUTATIONS = (
    CallMutation("call-drop-field", _dropped),
    CallMutation("call-retype-field", _retyped),
    CallMutation("call-add-field", _added),
    CallMutation("call-odd-entry", _entry),
    CallMutation("call-drop-result", _no_result),
    CallMutation("call-retype-code", _odd_code),
    CallMutation("call-retype-data", _odd_data),
    CallMutation("call-unknown-node-type", _unknown_type),
    CallMutation("call-break-status", _broken_status),
    CallMutation("pipeline-other-key", _other_key),
    CallMutation("pipeline-same-id", _same_id),
    CallMutation("pipeline-loose-flow", _loose_flow),
    CallMutation("pipeline-unconnected-node", _unconnected),
    CallMutation("pipeline-way-to-the-start", _way_to_the_start),
    CallMutation("pipeline-way-without-condition", _no_condition),
    CallMutation("pipeline-unknown-output", _unknown_output),
    CallMutation("detail-of-another-task", _other_task, (DETAIL,)),
    CallMutation("detail-finished-first", _finished_first, (DETAIL,)),
    CallMutation("detail-extra-constant", _extra_constant, (DETAIL,)),
    CallMutation("detail-extra-output", _extra_output, (DETAIL,)),
    CallMutation("node-another", _other_node, (NODE,)),
    CallMutation("history-not-failed", _history("histories.state", "state", "FINISHED"), (NODE,)),
    CallMutation("history-of-another-pass", _history("histories.loop", "loop", 7), (NODE,)),
    CallMutation("history-ended-first", _history("histories.times", "finish_time", EARLY), (NODE,)),
    CallMutation("history-after-the-run", _late_history, (NODE,)),
    CallMutation("task-twice", _twice, (BATCH, LIST, STATE)),
    CallMutation("task-unasked", _unasked, (BATCH, STATE)),
    CallMutation("tasks-too-many", _too_many, (BATCH, LIST, STATE)),
    CallMutation("batch-other-children", _children, (BATCH,)),
    CallMutation("batch-other-name", _other_name, (BATCH,)),
    CallMutation("batch-not-started", _entry_field("batch.started", "start_time", value=""), (BATCH,)),
    CallMutation("tasks-finished-first", _entry_field("tasks.times", "finish_time", value=EARLY), (BATCH, LIST)),
    CallMutation("list-older-first", _older_first, (LIST,)),
    CallMutation("list-not-started", _entry_field("tasks.flags", "is_started", value=False), (LIST,)),
    CallMutation("list-low-count", _low_count, (LIST,)),
    CallMutation("list-over-limit", _over_limit, (LIST,)),
)
"""Every kind of mutation that the judge of the other calls must catch."""
