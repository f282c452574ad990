"""What a test of the suite judges with: the part of a verdict that belongs to it."""

from __future__ import annotations

import pytest

from taskmock.contracts.plugin_run import RUN, Judged
from taskmock.contracts.report import Report
from taskmock.contracts.suite.evidence import TaskEvidence
from taskmock.contracts.suite.topic import EDITIONS


class TaskVerdict:
    """The verdict on one task, topic by topic, for the test that asks for it."""

    def __init__(self, item: pytest.Item, evidence: TaskEvidence) -> None:
        self._item = item
        self._evidence = evidence

    def keeps(self, topic: str, *, trees: int = 0) -> None:
        """Fails the test by what was found of a topic; skips it where fewer answers than needed have shown the task."""
        __tracebackhide__ = True
        evidence = self._evidence
        report = evidence.report(topic)
        if evidence.trees < trees and not report.groups:
            pytest.skip("no answer has shown the task" if trees == 1 else "fewer than two answers have shown the task")
        tree = (evidence.verified.tree or b"") if report.groups else b""
        conclude(self._item, Judged(report, body=tree), source=f"task {evidence.verified.task_id}")

    def keeps_rule(self, code: str, *, trees: int) -> None:
        """The same for a rule; the test is skipped in an edition of which the rule is not said."""
        __tracebackhide__ = True
        edition = self._evidence.edition
        if edition not in EDITIONS.get(code, (edition,)):
            pytest.skip(f"edition {edition} has no such rule")
        self.keeps(code, trees=trees)


def conclude(item: pytest.Item, judged: Judged, *, source: str) -> Report:
    """Settles a verdict by the terms of the run, and fails the test where it is none of success."""
    __tracebackhide__ = True
    settled = item.config.stash[RUN].settled(item, judged)
    if not settled.ok:
        pytest.fail(settled.text(source=source), pytrace=False)
    return settled
