"""What a deployment has shown of itself: its answers about some tasks, asked for once and judged once."""

from __future__ import annotations

import collections
import dataclasses
import enum
import functools
from collections.abc import Mapping
from typing import Any

from taskmock.contracts.api.bk_sops import lifecycle
from taskmock.contracts.api.bk_sops.rules import RULES
from taskmock.contracts.contract import Contract
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.rule import Rule
from taskmock.contracts.verify.answers import Question, Sighting, Verified
from taskmock.contracts.verify.http_rules import RULES as HTTP_RULES
from taskmock.contracts.verify.plan import Plan
from taskmock.contracts.verify.probes import probe
from taskmock.contracts.verify.relations import Related, related
from taskmock.contracts.verify.run import verify
from taskmock.contracts.verify.target import Target


class Topic(enum.StrEnum):
    """What the codes of a test have in common; each rule of documents and of their course is a topic by itself."""

    SEEN = "verify."
    STATUS = "http.status"
    CONTENT_TYPE = "http.content-type"
    ANSWERED = "http."
    REQUEST_ID = "gateway.request-id"
    GATEWAY = "gateway."
    BODY = "body."
    ENVELOPE = "envelope."
    MISSING = "field.missing"
    TYPE = "field.type"
    UNDOCUMENTED = "field.undocumented"
    VALUE = "field."
    STATE = "state."
    OTHER = ""


DOCUMENT_RULES = tuple(rule.code for rule in RULES)


COURSE_RULES = (
    *(lifecycle.STALE, lifecycle.BACKWARDS, lifecycle.TIMES, lifecycle.CLOCK, lifecycle.UNSEEN),
    *(rule.code for rule in lifecycle.RULES),
)


RULES_OF_TASKS: dict[str, Rule[Any]] = {rule.code: rule for rules in (RULES, lifecycle.RULES) for rule in rules}
"""The rules about a task by code."""


_TOPICS = {code: code for code in COURSE_RULES} | {
    rule.code: rule.topic or rule.code for rules in (RULES, HTTP_RULES) for rule in rules
}


@functools.cache
def topic_of(code: str) -> str:
    """The topic of a code: that of its rule, else the first whose text it begins with."""
    return _TOPICS.get(code) or next(topic for topic in Topic if code.startswith(topic))


@dataclasses.dataclass(frozen=True, slots=True)
class Deployment:
    """What one run of the suite is about: whom it asks, for which tasks, how often, and by which contract it judges.

    `operations` are further calls about each task; `probes`: calls that ought to be refused are made, too.
    """

    target: Target
    questions: tuple[Question, ...]
    plan: Plan
    contract: Contract
    operations: tuple[str, ...] = ()
    probes: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class TaskEvidence:
    """What was seen of one task; `documents` counts the answers that could be read, `trees` those that showed it."""

    verified: Verified
    documents: int
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


def task_evidence(deployment: Deployment) -> tuple[TaskEvidence, ...]:
    """Asks the deployment for its tasks, and gives what was seen of each, in their order.

    Raises:
        TargetError, TlsError: It cannot be asked as it is described.
        UnreachableError: It cannot be reached.
    """
    documents: collections.Counter[Question] = collections.Counter()
    trees: collections.Counter[Question] = collections.Counter()

    def count(sighting: Sighting) -> None:
        documents[sighting.question] += sighting.seen.body is not None
        trees[sighting.question] += sighting.seen.data is not None

    found = verify(
        deployment.target, deployment.questions, contract=deployment.contract, plan=deployment.plan, watch=count
    )
    return tuple(TaskEvidence(one, documents[one.question], trees[one.question]) for one in found)


def call_evidence(deployment: Deployment, task: TaskEvidence, operation: str) -> tuple[Related, ...]:
    """What came of one further call about a task, of some of its nodes where the call is about nodes.

    Raises: TargetError, TlsError, UnreachableError, as `task_evidence`.
    """
    made = related(
        deployment.target, task.verified, [operation], contract=deployment.contract, rate=deployment.plan.rate
    )
    return tuple(made)


def probe_evidence(deployment: Deployment) -> Mapping[str, Report]:
    """The verdict on each call that ought to be refused, by its name.

    Raises: TargetError, TlsError, UnreachableError, as `task_evidence`.
    """
    shared = deployment.questions[0].parameters
    made = probe(deployment.target, shared, contract=deployment.contract, rate=deployment.plan.rate)
    return {probed.name: probed.report for probed in made}
