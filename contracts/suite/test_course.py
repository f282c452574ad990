"""What a deployment promises of a task from poll to poll."""

from __future__ import annotations

import pytest

from taskmock.contracts.suite.evidence import COURSE_RULES
from taskmock.contracts.suite.verdict import TaskVerdict


@pytest.mark.parametrize("rule", COURSE_RULES)
def test_the_course_of_the_task_keeps_the_rule(taskmock_task: TaskVerdict, rule: str) -> None:
    """What ended does not revive, no node vanishes, counters do not fall."""
    taskmock_task.keeps_rule(rule, trees=2)
