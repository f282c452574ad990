"""What a rule is: a generator of findings under a stable code, with the sentence that it enforces as its docstring."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator
from typing import Any, Generic, Protocol, TypeVar

from taskmock.contracts.findings.violation import Violation, clip
from taskmock.contracts.validation.walk import escaped

EDITIONS = ("doc-2019", "v1", "v2")


class Judged(Protocol):
    """What a rule is about: a document in some edition."""

    @property
    def edition(self) -> str: ...


class Located(Protocol):
    """A place of a document: its decoded value, its JSON Pointer in the whole body, and its path by names."""

    @property
    def value(self) -> Any: ...  # noqa: ANN401 - decoded JSON
    @property
    def pointer(self) -> str: ...
    @property
    def path(self) -> str: ...


DocumentT = TypeVar("DocumentT", bound=Judged)


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One place where a rule is broken: a node, the keys that lead from it to the value, and what is wrong there."""

    node: Located
    keys: tuple[str | int, ...]
    message: str
    expected: str

    @property
    def pointer(self) -> str:
        """The JSON Pointer of the judged value in the whole body."""
        return self.node.pointer + "".join(f"/{escaped(str(key))}" for key in self.keys)

    @property
    def value(self) -> str:
        """The judged value, quoted; "" where there is none."""
        value: Any = self.node.value
        for key in self.keys:
            is_there = key < len(value) if isinstance(value, list) and isinstance(key, int) else False
            if not is_there and not (isinstance(value, dict) and key in value):
                return ""
            value = value[key]
        return clip(value)


@dataclasses.dataclass(frozen=True, slots=True)
class Rule(Generic[DocumentT]):
    """One sentence about a single document: called with the document, it yields every place that breaks it."""

    code: str
    source: str
    editions: tuple[str, ...]
    findings: Callable[[DocumentT], Iterator[Finding]]

    def __call__(self, document: DocumentT) -> Iterator[Violation]:
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
) -> Callable[[Callable[[DocumentT], Iterator[Finding]]], Rule[DocumentT]]:
    """Makes a generator of findings a rule: its docstring becomes the `source` of the violations."""

    def decorate(findings: Callable[[DocumentT], Iterator[Finding]]) -> Rule[DocumentT]:
        source = " ".join((inspect.getdoc(findings) or "").split())
        return Rule(code=code, source=source, editions=editions, findings=findings)

    return decorate


def listed(words: frozenset[str]) -> str:
    """Some states in a fixed order, as a sentence names them: `FAILED, SUSPENDED or NODE_SUSPENDED`."""
    *most, last = sorted(words)
    return f"{', '.join(most)} or {last}" if most else last
