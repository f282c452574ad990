"""The rules that relate the fields of one call's answer; its shapes and types are the schemas' business."""

from __future__ import annotations

from taskmock.contracts.api.bk_sops.call_rules import detail, histories, pipelines, tasks
from taskmock.contracts.api.bk_sops.call_rules.document import CallDocument
from taskmock.contracts.findings.rule import Rule

__all__ = ["RULES", "CallDocument"]

RULES: dict[str, tuple[Rule[CallDocument], ...]] = {
    "get_tasks_status": (*tasks.NAMED, *tasks.STATUSES),
    "create_task": tuple(pipelines.RULES),
    "create_and_start_task": tuple(pipelines.RULES),
    "get_template_info": tuple(pipelines.RULES),
    "get_task_detail": (*pipelines.RULES, *detail.RULES),
    "get_task_node_detail": tuple(histories.RULES),
    "get_task_list": tasks.LISTED,
    "get_tasks_manual_intervention_state": tasks.NAMED,
}
"""The rules of each call that has some, in the order in which an answer is judged; the codes are unique and stable."""
