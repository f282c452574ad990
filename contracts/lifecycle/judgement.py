"""What the rules say of two answers, the earlier first, and whether a rollback that nobody saw explains it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from taskmock.contracts.lifecycle import counters, nodes, task, times
from taskmock.contracts.lifecycle.rollback import Undoing, undoing_in
from taskmock.contracts.lifecycle.rule import Finding, Rule
from taskmock.contracts.lifecycle.snapshot import Snapshot
from taskmock.contracts.lifecycle.step import Step, step_between
from taskmock.contracts.violation import Violation

RULES: tuple[Rule, ...] = (*task.RULES, *nodes.RULES, *counters.RULES, *times.RULES)
"""Every lifecycle rule, in the order in which a step is judged; the codes are unique and stable."""


@dataclasses.dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules find in a step, and how well an unseen rollback explains all of it."""

    step: Step
    found: tuple[tuple[Rule, Finding], ...]
    undoing: Undoing

    @property
    def is_clean(self) -> bool:
        """Whether no rule finds anything."""
        return not self.found

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong: what is found, if anything, is well explained."""
        return self.is_clean or self.undoing >= Undoing.PLAUSIBLE

    @property
    def is_possible(self) -> bool:
        """Whether there is any way at all from the one answer to the other."""
        return self.is_clean or self.undoing > Undoing.IMPOSSIBLE

    def violations(self) -> Iterator[Violation]:
        """Yields the findings as data."""
        return (rule.violation(finding, self.step) for rule, finding in self.found)


def judged(before: Snapshot, after: Snapshot) -> Judgement:
    """What the rules say of two answers, the earlier first."""
    step = step_between(before, after)
    found = tuple((rule, finding) for rule in RULES for finding in rule(step))
    explicable = bool(found) and all(rule.undone for rule, _ in found)
    undoing = undoing_in(step, (finding for _, finding in found)) if explicable else Undoing.IMPOSSIBLE
    return Judgement(step, found, undoing)
