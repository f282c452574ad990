"""The rules that relate the fields and nodes of one status document; its shapes and types are the schemas' business."""

from __future__ import annotations

from taskmock.contracts.api.bk_sops.rules import counters, failures, identity, parents, times, traps
from taskmock.contracts.api.bk_sops.rules.document import Document
from taskmock.contracts.findings.rule import Rule

__all__ = ["RULES", "Document"]

RULES: tuple[Rule[Document], ...] = (
    *identity.RULES,
    *parents.RULES,
    *times.RULES,
    *counters.RULES,
    *failures.RULES,
    *traps.RULES,
)
"""Every rule, in the order in which a document is judged; the codes are unique and stable."""
