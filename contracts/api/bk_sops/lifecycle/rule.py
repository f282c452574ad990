"""What a lifecycle rule is: a generator of findings between two answers, under a stable code with its sentence."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator

from taskmock.contracts.api.bk_sops.lifecycle.step import Pair, Step
from taskmock.contracts.api.bk_sops.rules.document import Observed
from taskmock.contracts.api.bk_sops.rules.rule import EDITIONS
from taskmock.contracts.api.bk_sops.rules.rule import Finding as Place
from taskmock.contracts.findings.violation import Violation


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One place where a step breaks a rule: the node (of the later answer if it is there), its field, what is wrong.

    `pair` is the node on both sides where there are two.
    """

    node: Observed
    keys: tuple[str, ...]
    message: str
    expected: str
    pair: Pair | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """One sentence about two answers of one task: called with the step between them, it yields what breaks it.

    `undone` rules do not hold where a rollback took the node back in between.
    """

    code: str
    source: str
    editions: tuple[str, ...]
    undone: bool
    findings: Callable[[Step], Iterator[Finding]]

    def __call__(self, step: Step) -> Iterator[Finding]:
        """Yields what breaks this rule; nothing in an edition for which the sentence is not said."""
        if step.edition in self.editions:
            yield from self.findings(step)

    def violation(self, finding: Finding, step: Step) -> Violation:
        """A finding as data, naming the polls."""
        place = Place(finding.node.node, finding.keys, finding.message, finding.expected)
        return Violation(
            code=self.code,
            pointer=place.pointer,
            path=finding.node.node.path,
            message=f"{finding.message} (poll {step.after.number}, after poll {step.before.number})",
            expected=finding.expected,
            value=place.value,
            source=self.source,
        )


def rule(
    code: str, *, editions: tuple[str, ...] = EDITIONS, undone: bool = False
) -> Callable[[Callable[[Step], Iterator[Finding]]], Rule]:
    """Makes a generator of findings a rule: its docstring becomes the `source` of the violations."""

    def decorate(findings: Callable[[Step], Iterator[Finding]]) -> Rule:
        source = " ".join((inspect.getdoc(findings) or "").split())
        return Rule(code=code, source=source, editions=editions, undone=undone, findings=findings)

    return decorate
