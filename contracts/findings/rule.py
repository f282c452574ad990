"""What a rule is: a generator of findings under a stable code, with the sentence that it enforces as its docstring."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any, Generic, Protocol, TypeVar

from taskmock.contracts.findings.pointer import escaped
from taskmock.contracts.findings.violation import Severity, Violation, clip, filled
from taskmock.schemas import base_of

JudgedT = TypeVar("JudgedT")


class Located(Protocol):
    """A place of a document: its decoded value, its JSON Pointer in the whole body, and its path by names."""

    @property
    def value(self) -> Any: ...  # noqa: ANN401 - decoded JSON
    @property
    def pointer(self) -> str: ...
    @property
    def path(self) -> str: ...


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One place where a rule is broken: the keys that lead from it to the judged value, and what is wrong there.

    A finding about something else than a document has no place, and carries the quoted value in `found`.

    Where there are `names`, pieces of the judged document, `message` and `expected` are templates that keep a place
    for each: `{0}` for the first.

    `reads` are the facts of other places that the finding reads, as their pointers (see `fact`).
    """

    place: Located | None
    keys: tuple[str | int, ...]
    message: str
    expected: str = ""
    names: tuple[str, ...] = ()
    found: str = ""
    reads: tuple[str, ...] = ()

    @property
    def pointer(self) -> str:
        """The JSON Pointer of the judged value in the whole body."""
        start = "" if self.place is None else self.place.pointer
        return start + "".join(f"/{escaped(str(key))}" for key in self.keys)

    @property
    def value(self) -> str:
        """The judged value, quoted; "" where there is none."""
        if self.place is None:
            return self.found
        value: Any = self.place.value
        for key in self.keys:
            is_there = key < len(value) if isinstance(value, list) and isinstance(key, int) else False
            if not is_there and not (isinstance(value, dict) and key in value):
                return ""
            value = value[key]
        return clip(value)

    def violation(
        self, code: str, source: str = "", severity: Severity = Severity.ERROR, reads: Iterable[str] = ()
    ) -> Violation:
        """The finding as data, under a code; `reads` are fields of its place."""
        own = () if self.place is None else tuple(fact(self.place, field) for field in reads)
        return Violation(
            code=code,
            pointer=self.pointer,
            path="" if self.place is None else self.place.path,
            message=filled(self.message, self.names),
            expected=filled(self.expected, self.names),
            value=self.value,
            source=source,
            severity=severity,
            reads=(*own, *self.reads),
            names=self.names,
            templates=(self.message, self.expected),
        )


def fact(place: Located, *keys: str) -> str:
    """The JSON Pointer of a value below a place, as what a rule reads."""
    return place.pointer + "".join(f"/{escaped(key)}" for key in keys)


def _always(_: object) -> bool:
    return True


@dataclasses.dataclass(frozen=True, slots=True)
class Rule(Generic[JudgedT]):
    """One sentence about the judged object: an answer, two answers in a row, an exchange over HTTP.

    `applies_to` are the editions (over HTTP: the gateways) that the rule is for, all where it is empty;
    `topic` is what a test of the shipped suite is about, the code itself where it is ""; `applies` tells whether
    something gives the rule anything to judge, which coverage counts; `excuse` names what may have happened between two
    answers that excuses its findings; `reads` are the fields of a finding's place that the rule reads besides the one
    that it finds wrong: where one of them is wrong, the finding follows from what is found there.
    """

    code: str
    source: str
    findings: Callable[[JudgedT], Iterator[Finding]]
    _: dataclasses.KW_ONLY
    applies_to: tuple[str, ...] = ()
    severity: Severity = Severity.ERROR
    topic: str = ""
    applies: Callable[[JudgedT], bool] = _always
    excuse: str = ""
    reads: tuple[str, ...] = ()

    def is_for(self, scope: str) -> bool:
        """Whether the rule applies to an edition (to a variant as to its edition), or to a gateway."""
        return not self.applies_to or base_of(scope) in self.applies_to


def rule(
    code: str,
    rules: list[Any] | None = None,
    *,
    applies_to: tuple[str, ...] = (),
    severity: Severity = Severity.ERROR,
    applies: Callable[[Any], bool] = _always,
    reads: tuple[str, ...] = (),
    **more: str,
) -> Callable[[Callable[[JudgedT], Iterator[Finding]]], Rule[JudgedT]]:
    """Makes a generator of findings a rule, the last one of `rules`: its docstring is the `source` of the violations.

    `more` may be `topic` and `excuse`.
    """

    def decorate(findings: Callable[[JudgedT], Iterator[Finding]]) -> Rule[JudgedT]:
        source = " ".join((inspect.getdoc(findings) or "").split())
        made = Rule(
            code, source, findings, applies_to=applies_to, severity=severity, applies=applies, reads=reads, **more
        )
        if rules is not None:
            rules.append(made)
        return made

    return decorate


def rule_violations(
    rules: Iterable[Rule[JudgedT]], judged: JudgedT, scope: str, *, skip: Container[str] = ()
) -> Iterator[Violation]:
    """Yields what breaks the rules of an edition or a gateway, rule by rule, without the codes in `skip`.

    Found one by one, on demand: a caller that has enough stops asking.
    """
    for each in rules:
        if each.code not in skip and each.is_for(scope):
            for found in each.findings(judged):
                yield found.violation(each.code, each.source, each.severity, each.reads)
