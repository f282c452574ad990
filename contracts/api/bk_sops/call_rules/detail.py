"""Rules about the fields of `get_task_detail` beside its pipeline tree."""

from __future__ import annotations

from collections.abc import Iterator

from taskmock.contracts.api.bk_sops.call_rules.document import CallDocument, moment, text_id
from taskmock.contracts.api.bk_sops.edition import ENGINES
from taskmock.contracts.findings.rule import Finding, Rule, rule
from taskmock.contracts.findings.violation import clip

RULES: list[Rule[CallDocument]] = []


@rule("detail.request", RULES)
def detail_answers_request(document: CallDocument) -> Iterator[Finding]:
    """`id` is that of the task that was asked for."""
    asked, own = text_id(document.asked("task_id")), document.top.value.get("id")
    if asked is not None and type(own) is int and str(own) != asked:
        yield Finding(document.top, ("id",), "the request asked for task {0}", "{0}", (asked,))


@rule("detail.times", RULES)
def detail_times_are_in_order(document: CallDocument) -> Iterator[Finding]:
    """A task is made, then started, then finished."""
    data = document.top.value
    created, started, finished = (moment(data.get(f"{name}_time")) for name in ("create", "start", "finish"))
    if started is not None and created is not None and started < created:
        yield Finding(document.top, ("start_time",), "the task was started before it was made", "create_time or later")
    if finished is not None and data.get("start_time") == "":
        yield Finding(document.top, ("finish_time",), "the task has finished but was not started", '""')
    elif finished is not None and started is not None and finished < started:
        yield Finding(document.top, ("finish_time",), "the task finished before it was started", "start_time or later")


@rule("detail.constants", RULES, applies_to=ENGINES)
def constants_are_the_pipelines(document: CallDocument) -> Iterator[Finding]:
    """`constants` are those of the task's pipeline tree."""
    own, tree = (document.top.value.get(field) for field in ("constants", "pipeline_tree"))
    named = tree.get("constants") if isinstance(tree, dict) else None
    if not isinstance(own, dict) or not isinstance(named, dict):
        return
    for key in own:
        if key not in named:
            message = "the pipeline tree has no such constant"
            yield Finding(document.top, ("constants", key), message, "a constant of pipeline_tree")
    for key in named:
        if key not in own:
            message = f"the constant {clip(key)} of the pipeline tree is missing"
            yield Finding(document.top, ("constants",), message, "every constant of pipeline_tree")


@rule("detail.output", RULES)
def outputs_are_named_constants(document: CallDocument) -> Iterator[Finding]:
    """An output of a task is one of its constants, by whose name it goes."""
    outputs, constants = (document.top.value.get(field) for field in ("outputs", "constants"))
    if not isinstance(outputs, list) or not isinstance(constants, dict):
        return
    for index, output in enumerate(outputs):
        key = output.get("key") if isinstance(output, dict) else None
        if not isinstance(key, str):
            continue
        constant = constants.get(key)
        if key not in constants:
            yield Finding(document.top, ("outputs", index, "key"), "an output is no constant", "the key of a constant")
        elif isinstance(constant, dict) and "name" in output and output["name"] != constant.get("name"):
            message = "an output goes by another name than its constant"
            yield Finding(document.top, ("outputs", index, "name"), message, "{0}", (clip(constant.get("name")),))
