"""What a deployment promises of each status document: its fields, their values, and the rules that relate them."""

from __future__ import annotations

import pytest

from taskmock.contracts.suite.evidence import DOCUMENT_RULES, Topic
from taskmock.contracts.suite.verdict import TaskVerdict


def test_no_field_is_missing(taskmock_task: TaskVerdict) -> None:
    """Every node has all the fields of the edition."""
    taskmock_task.keeps(Topic.MISSING, trees=1)


def test_every_field_has_its_type(taskmock_task: TaskVerdict) -> None:
    """A counter is an integer, no text that looks like one."""
    taskmock_task.keeps(Topic.TYPE, trees=1)


def test_every_value_is_in_its_range_and_form(taskmock_task: TaskVerdict) -> None:
    """Counters are not negative; ids, versions and times are written as they always are."""
    taskmock_task.keeps(Topic.VALUE, trees=1)


def test_every_field_is_documented(taskmock_task: TaskVerdict) -> None:
    """What the edition does not have is a warning, and an error in `strict`."""
    taskmock_task.keeps(Topic.UNDOCUMENTED, trees=1)


def test_every_state_is_known_and_in_its_place(taskmock_task: TaskVerdict) -> None:
    """Some states are those of tasks only, some those of nodes."""
    taskmock_task.keeps(Topic.STATE, trees=1)


@pytest.mark.parametrize("rule", DOCUMENT_RULES)
def test_the_document_keeps_the_rule(taskmock_task: TaskVerdict, rule: str) -> None:
    """Fields and nodes of one document go together."""
    taskmock_task.keeps_rule(rule, trees=1)
