"""What a test of the suite judges with: the part of a verdict that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from taskmock.contracts.pytest_plugin.run import RUN, Judged
from taskmock.contracts.suite.evidence import RULES_OF_TASKS, TaskEvidence


class Verdict:
    """The verdicts on some answers, by what they are on, for the test that asks for them."""

    def __init__(self, item: pytest.Item, judged: Mapping[str, Judged]) -> None:
        self._item = item
        self._judged = judged

    def holds(self) -> None:
        """Settles them by the terms of the run, and fails the test where one is none of success."""
        __tracebackhide__ = True
        run = self._item.config.stash[RUN]
        settled = {source: run.settled(self._item, judged) for source, judged in self._judged.items()}
        broken = [(source, report) for source, report in settled.items() if not report.ok]
        if broken:
            run.fail(broken)


class TaskVerdict:
    """The verdict on one task, topic by topic, for the test that asks for it."""

    def __init__(self, item: pytest.Item, evidence: TaskEvidence) -> None:
        self._item = item
        self._evidence = evidence

    def keeps(self, topic: str, *, documents: int = 0, trees: int = 0) -> None:
        """Fails the test by what was found of a topic; skips it where fewer answers than needed could be read, or have
        shown the task."""
        __tracebackhide__ = True
        evidence = self._evidence
        report = evidence.report(topic)
        if evidence.documents < documents and not report.groups:
            pytest.skip("no answer could be read")
        if evidence.trees < trees and not report.groups:
            pytest.skip("no answer has shown the task" if trees == 1 else "fewer than two answers have shown the task")
        tree = (evidence.verified.tree or b"") if report.groups else b""
        Verdict(self._item, {f"task {evidence.verified.task_id}": Judged(report, body=tree)}).holds()

    def keeps_rule(self, code: str, *, trees: int) -> None:
        """The same for a rule; the test is skipped in an edition of which the rule is not said."""
        __tracebackhide__ = True
        edition = self._evidence.edition
        rule = RULES_OF_TASKS.get(code)
        if rule is not None and not rule.is_for(edition):
            pytest.skip(f"edition {edition} has no such rule")
        self.keeps(code, trees=trees)
