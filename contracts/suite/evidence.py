"""What a deployment has shown of itself: its answers for some tasks, asked for once and judged once."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from taskmock.contracts.contract import Contract
from taskmock.contracts.report import Report
from taskmock.contracts.suite.topic import topic_of
from taskmock.contracts.verify.plan import Plan
from taskmock.contracts.verify.run import Question, Sighting, Verified, verify
from taskmock.contracts.verify.target import Target


@dataclasses.dataclass(frozen=True, slots=True)
class Deployment:
    """What one run of the suite is about: whom it asks, for which tasks, how often, and by which contract it judges."""

    target: Target
    questions: tuple[Question, ...]
    plan: Plan
    contract: Contract


@dataclasses.dataclass(frozen=True, slots=True)
class TaskEvidence:
    """What was seen of one task; `trees` counts the answers that showed it."""

    verified: Verified
    trees: int

    @property
    def edition(self) -> str:
        """The edition that it was judged by."""
        return self.verified.report.edition

    def report(self, topic: str) -> Report:
        """The part of the verdict that belongs to a topic."""
        whole = self.verified.report
        groups = tuple(group for group in whole.groups if topic_of(group.code) == topic)
        return dataclasses.replace(whole, groups=groups)


def gathered(deployment: Deployment) -> Sequence[TaskEvidence]:
    """Asks the deployment for its tasks, and gives what was seen of each, in their order.

    Raises:
        TargetError, TlsError: It cannot be asked as it is described.
        UnreachableError: It cannot be reached.
    """
    trees = dict.fromkeys(deployment.questions, 0)

    def hear(sighting: Sighting) -> None:
        trees[sighting.question] += sighting.seen.data is not None

    found = verify(
        deployment.target, deployment.questions, contract=deployment.contract, plan=deployment.plan, watch=hear
    )
    pairs = zip(deployment.questions, found, strict=True)
    return [TaskEvidence(verified, trees[question]) for question, verified in pairs]
