"""The self-test: every kind of mutation tried on good documents, and whether the judge caught each mutant."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from taskmock.contracts.api.bk_sops.lifecycle import BACKWARDS, Poll
from taskmock.contracts.api.bk_sops.lifecycle import RULES as COURSE_RULES
from taskmock.contracts.api.bk_sops.rules import RULES
from taskmock.contracts.contract import Contract
from taskmock.contracts.findings.rule import Rule
from taskmock.contracts.selftest import body as bodies
from taskmock.contracts.selftest import identity, parents, shape, times
from taskmock.contracts.selftest.call_rules import MUTATIONS as CALL_RULE_MUTATIONS
from taskmock.contracts.selftest.call_rules import call_rules
from taskmock.contracts.selftest.calls import MUTATIONS as CALL_MUTATIONS
from taskmock.contracts.selftest.calls import CallMutation, call_examples, call_mutants
from taskmock.contracts.selftest.course import DERAILMENTS, Derailment, Story, stories
from taskmock.contracts.selftest.documents import documents
from taskmock.contracts.selftest.mutation import Mutation, Specimen
from taskmock.schemas import EDITIONS

MUTATIONS: tuple[Mutation, ...] = (
    *shape.MUTATIONS,
    *bodies.MUTATIONS,
    *identity.MUTATIONS,
    *parents.MUTATIONS,
    *times.MUTATIONS,
)


Kind: TypeAlias = Mutation | Derailment | CallMutation
KINDS: tuple[Kind, ...] = (*MUTATIONS, *DERAILMENTS, *CALL_MUTATIONS, *CALL_RULE_MUTATIONS)
"""Every kind of mutation: of answers, of histories, of the answers of other calls."""


@dataclasses.dataclass(frozen=True, slots=True)
class Trial:
    """One mutant of one document: what the judge had to find, as (code, pointer), and what of it was not found."""

    mutation: str
    edition: str
    document: str
    expected: tuple[tuple[str, str], ...]
    missed: tuple[tuple[str, str], ...]

    @property
    def caught(self) -> bool:
        """Whether the judge found everything that it had to."""
        return not self.missed


@dataclasses.dataclass(frozen=True, slots=True)
class SelfTest:
    """All trials, what is good but taken for broken, and the rules that no mutation breaks."""

    editions: tuple[str, ...]
    trials: tuple[Trial, ...]
    false_alarms: tuple[tuple[str, str], ...]
    unproven: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether the contract can fail, wherever it should and nowhere else."""
        return not self.false_alarms and not self.unproven and all(trial.caught for trial in self.trials)


def run_self_test(
    editions: Sequence[str] = EDITIONS,
    *,
    kinds: Iterable[Kind] = KINDS,
    skip: Collection[str] = (),
    answers: Callable[[str], dict[str, dict[str, Any]]] = documents,
    histories: Callable[[str], dict[str, Story]] = stories,
) -> SelfTest:
    """The self-test of some editions: each kind of mutation on each good answer and history that it fits.

    `skip` are codes of rules that the judge leaves out; `answers` and `histories` are the good ones of an edition.
    """
    wanted = tuple(kinds)
    good = {edition: (answers(edition), histories(edition)) for edition in editions}
    trials = [
        _tried(edition, attempt, skip)
        for attempts in (_broken_answers, _broken_histories, _broken_calls)
        for edition in editions
        for attempt in attempts(edition, wanted, *good[edition])
    ]
    alarms = [(edition, name) for edition in editions for name in _false_alarms(edition, skip, *good[edition])]
    return SelfTest(tuple(editions), tuple(trials), tuple(alarms), tuple(_unproven(editions, trials)))


@dataclasses.dataclass(frozen=True, slots=True)
class _Attempt:
    """One mutant, with all (code, pointer) that the judge must find in it; `polls` where it is a history."""

    mutation: str
    document: str
    expected: tuple[tuple[str, str], ...]
    body: object = None
    request: Mapping[str, Any] | None = None
    operation: str = ""
    polls: tuple[Poll, ...] = ()


def _broken_answers(
    edition: str, kinds: Sequence[Kind], good: dict[str, dict[str, Any]], _: dict[str, Story]
) -> Iterator[_Attempt]:
    mutations = [kind for kind in kinds if isinstance(kind, Mutation)]
    for kind, (name, body) in itertools.product(mutations, good.items()):
        draw = random.Random(f"{kind.name} {edition} {name}")  # noqa: S311 - the same mutants in every run
        mutant = kind.mutate(Specimen(copy.deepcopy(body), edition, draw))
        if mutant is not None:
            yield _Attempt(kind.name, name, mutant.expected, mutant.body, mutant.request)


def _broken_histories(
    _: str, kinds: Sequence[Kind], __: dict[str, dict[str, Any]], good: dict[str, Story]
) -> Iterator[_Attempt]:
    for kind in kinds:
        if isinstance(kind, Derailment) and kind.story in good:
            story = copy.deepcopy(good[kind.story])
            expected = kind.mutate(story)
            if expected is not None:
                yield _Attempt(kind.name, f"history of {kind.story}", expected, polls=story.polls)


def _broken_calls(edition: str, kinds: Sequence[Kind], *_: object) -> Iterator[_Attempt]:
    mutations = tuple(kind for kind in kinds if isinstance(kind, CallMutation))
    for kind, operation, name, body, (code, pointer, request) in call_mutants(edition, mutations):
        yield _Attempt(kind, f"{name} of {operation}", ((code, pointer),), body, request, operation)


def _tried(edition: str, attempt: _Attempt, skip: Collection[str]) -> Trial:
    contract = Contract(edition, strictness="strict", operation=attempt.operation, skip=skip)
    if attempt.polls:
        report = contract.check_history(attempt.polls)
    else:
        report = contract.check_response(attempt.body, request=attempt.request)
    found = {(violation.code, violation.pointer) for violation in report.violations}
    missed = tuple(wanted for wanted in attempt.expected if report.ok or wanted not in found)
    return Trial(attempt.mutation, edition, attempt.document, attempt.expected, missed)


def _false_alarms(
    edition: str, skip: Collection[str], good: dict[str, dict[str, Any]], histories: dict[str, Story]
) -> Iterator[str]:
    """The good answers and histories in which the judge finds anything."""
    contract = Contract(edition, strictness="strict", skip=skip)
    for name, body in good.items():
        if contract.check_response(body).violations:
            yield name
    for operation, name, body in call_examples(edition):
        call = Contract(edition, strictness="strict", operation=operation, skip=skip)
        if call.check_response(body).violations:
            yield f"{name} of {operation}"
    for name, story in histories.items():
        if contract.check_history(story.polls).violations:
            yield f"history of {name}"


def _unproven(editions: Sequence[str], trials: Sequence[Trial]) -> Iterator[str]:
    """The rules, as `code in edition`, that no trial expects to be broken."""
    expected = {(trial.edition, code) for trial in trials for code, _ in trial.expected}
    rules: tuple[Rule[Any], ...] = (*RULES, *COURSE_RULES)
    known = [(rule.code, edition) for rule in rules for edition in rule.applies_to or EDITIONS]
    known += [(BACKWARDS, edition) for edition in editions]
    known += [(code, edition) for edition in editions for code in dict.fromkeys(call_rules(edition))]
    for code, edition in known:
        if edition in editions and (edition, code) not in expected:
            yield f"{code} in {edition}"
