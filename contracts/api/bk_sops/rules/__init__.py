"""The rules that relate the fields and nodes of one status document; its shapes and types are the schemas' business."""

from __future__ import annotations

from collections.abc import Container, Iterator

from taskmock.contracts.api.bk_sops.rules import counters, failures, identity, parents, times
from taskmock.contracts.api.bk_sops.rules.document import Document
from taskmock.contracts.api.bk_sops.rules.rule import Rule
from taskmock.contracts.findings.violation import Violation

__all__ = ["RULES", "Document", "Rule", "rule_violations"]

RULES: tuple[Rule[Document], ...] = (
    *identity.RULES,
    *identity.NAME_RULES,
    *parents.RULES,
    *times.RULES,
    *times.ELAPSED_RULES,
    *counters.RULES,
    *failures.RULES,
)
"""Every rule, in the order in which a document is judged; the codes are unique and stable."""


def rule_violations(document: Document, *, skip: Container[str] = ()) -> Iterator[Violation]:
    """Yields what breaks a rule, rule by rule, without the rules whose codes are in `skip`.

    Found one by one, on demand: a caller that has enough stops asking.
    """
    for rule in RULES:
        if rule.code not in skip:
            yield from rule(document)
