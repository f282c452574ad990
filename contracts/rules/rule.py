"""What a rule is: a generator of findings under a stable code, with the sentence that it enforces as its docstring."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator
from typing import Any

from taskmock.contracts.rules.document import Document
from taskmock.contracts.violation import Violation, clip
from taskmock.contracts.walk import Node, escaped

EDITIONS = ("doc-2019", "v1", "v2")


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One place where a rule is broken: a node, the keys that lead from it to the value, and what is wrong there."""

    node: Node
    keys: tuple[str, ...]
    message: str
    expected: str

    @property
    def pointer(self) -> str:
        """The JSON Pointer of the judged value in the whole body."""
        return self.node.pointer + "".join(f"/{escaped(key)}" for key in self.keys)

    @property
    def value(self) -> str:
        """The judged value, quoted; "" where there is none."""
        value: Any = self.node.value
        for key in self.keys:
            if not isinstance(value, dict) or key not in value:
                return ""
            value = value[key]
        return clip(value)


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """One sentence about a single document: called with the document, it yields every place that breaks it."""

    code: str
    source: str
    editions: tuple[str, ...]
    findings: Callable[[Document], Iterator[Finding]]

    def __call__(self, document: Document) -> Iterator[Violation]:
        """Yields the document's violations of this rule; none in an edition for which the sentence is not said."""
        if document.edition not in self.editions:
            return
        for finding in self.findings(document):
            yield Violation(
                code=self.code,
                pointer=finding.pointer,
                path=finding.node.path,
                message=finding.message,
                expected=finding.expected,
                value=finding.value,
                source=self.source,
            )


def rule(
    code: str, *, editions: tuple[str, ...] = EDITIONS
) -> Callable[[Callable[[Document], Iterator[Finding]]], Rule]:
    """Makes a generator of findings a rule: its docstring becomes the `source` of the violations."""

    def decorate(findings: Callable[[Document], Iterator[Finding]]) -> Rule:
        source = " ".join((inspect.getdoc(findings) or "").split())
        return Rule(code=code, source=source, editions=editions, findings=findings)

    return decorate


def listed(words: frozenset[str]) -> str:
    """Some states in a fixed order, as a sentence names them: `FAILED, SUSPENDED or NODE_SUSPENDED`."""
    *most, last = sorted(words)
    return f"{', '.join(most)} or {last}" if most else last
