"""The rules that relate the fields of one call's answer; its shapes and types are the schemas' business."""

from __future__ import annotations

from collections.abc import Container, Iterator

from taskmock.contracts.api.bk_sops.call_rules import detail, histories, pipelines, tasks
from taskmock.contracts.api.bk_sops.call_rules.document import CallDocument
from taskmock.contracts.api.bk_sops.rules.rule import Rule
from taskmock.contracts.findings.violation import Violation

__all__ = ["RULES", "CallDocument", "call_rule_violations"]

RULES: dict[str, tuple[Rule[CallDocument], ...]] = {
    "get_tasks_status": (*tasks.NAMED, *tasks.STATUSES),
    "create_task": pipelines.RULES,
    "get_task_detail": (*pipelines.RULES, *detail.RULES),
    "get_task_node_detail": histories.RULES,
    "get_task_list": tasks.LISTED,
    "get_tasks_manual_intervention_state": tasks.NAMED,
}
"""The rules of each call that has some, in the order in which an answer is judged; the codes are unique and stable."""


def call_rule_violations(document: CallDocument, *, skip: Container[str] = ()) -> Iterator[Violation]:
    """Yields what breaks a rule of the document's call, without the rules whose codes are in `skip`."""
    for rule in RULES.get(document.operation, ()):
        if rule.code not in skip:
            yield from rule(document)
