"""The self-test: every kind of mutation tried on good documents, and whether the judge caught each mutant."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from taskmock.contracts.api.bk_sops.edition import ENGINES
from taskmock.contracts.api.bk_sops.lifecycle import BACKWARDS, CLOCK, Poll
from taskmock.contracts.api.bk_sops.lifecycle import RULES as COURSE_RULES
from taskmock.contracts.api.bk_sops.rules import RULES
from taskmock.contracts.contract import Contract
from taskmock.contracts.findings.rule import Rule
from taskmock.contracts.findings.violation import Severity
from taskmock.contracts.selftest import body as bodies
from taskmock.contracts.selftest import identity, parents, shape, times
from taskmock.contracts.selftest.call_rules import MUTATIONS as CALL_RULE_MUTATIONS
from taskmock.contracts.selftest.call_rules import call_rules
from taskmock.contracts.selftest.calls import MUTATIONS as CALL_MUTATIONS
from taskmock.contracts.selftest.calls import call_examples
from taskmock.contracts.selftest.course import DERAILMENTS, Derailment, Story, stories
from taskmock.contracts.selftest.documents import documents
from taskmock.contracts.selftest.mutation import Mutant, Mutation, Specimen, named
from taskmock.schemas import EDITIONS, STATUS

MUTATIONS = named({**shape.MUTATIONS, **bodies.MUTATIONS, **identity.MUTATIONS, **parents.MUTATIONS, **times.MUTATIONS})
"""Every kind of mutation of statuses."""

Kind: TypeAlias = Mutation | Derailment
KINDS: tuple[Kind, ...] = (*MUTATIONS, *DERAILMENTS, *CALL_MUTATIONS, *CALL_RULE_MUTATIONS)
"""Every kind of mutation: of answers, of histories, of the answers of other calls."""

WARNINGS = frozenset(
    {rule.code for rule in RULES if rule.severity is Severity.WARNING}
    | {rule.code for rule in COURSE_RULES if rule.severity is Severity.WARNING}
)
"""The rules that are broken and yet leave an answer good."""


@dataclasses.dataclass(frozen=True, slots=True)
class Trial:
    """One mutant of one document: the findings that were to be made, as (code, pointer), and those missed."""

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
    answers_of = {edition: {(STATUS, name): body for name, body in answers(edition).items()} for edition in editions}
    calls_of = {edition: {(call, name): body for call, name, body in call_examples(edition)} for edition in editions}
    histories_of = {edition: histories(edition) for edition in editions}
    attempts = [
        *(
            (edition, attempt)
            for edition in editions
            for attempt in broken_answers(edition, wanted, answers_of[edition])
        ),
        *((edition, attempt) for edition in editions for attempt in _broken_histories(wanted, histories_of[edition])),
        *((edition, attempt) for edition in editions for attempt in broken_answers(edition, wanted, calls_of[edition])),
    ]
    trials = tuple(_tried(edition, attempt, skip) for edition, attempt in attempts)
    alarms = tuple(
        (edition, name)
        for edition in editions
        for name in _false_alarms(edition, skip, answers_of[edition] | calls_of[edition], histories_of[edition])
    )
    return SelfTest(tuple(editions), trials, alarms, tuple(_unproven(editions, trials)))


@dataclasses.dataclass(frozen=True, slots=True)
class Attempt:
    """One mutant of a good answer of a call; `polls` where it is a history."""

    mutation: str
    document: str
    mutant: Mutant
    operation: str = STATUS
    polls: tuple[Poll, ...] = ()


def broken_answers(
    edition: str, kinds: Iterable[Kind], answers: Mapping[tuple[str, str], dict[str, Any]]
) -> Iterator[Attempt]:
    """Each kind of mutation on each good answer, by call and name, that it fits."""
    for kind, ((operation, name), body) in itertools.product(kinds, answers.items()):
        if isinstance(kind, Mutation) and operation in kind.calls:
            seed = (kind.name, edition, name) if operation == STATUS else (kind.name, edition, operation, name)
            draw = random.Random(" ".join(seed))  # noqa: S311 - the same mutants in every run
            mutant = kind.mutate(Specimen(copy.deepcopy(body), edition, draw, operation))
            if mutant is not None:
                yield Attempt(kind.name, _label(operation, name), mutant, operation)


def _broken_histories(kinds: Iterable[Kind], stories: Mapping[str, Story]) -> Iterator[Attempt]:
    for kind in kinds:
        if isinstance(kind, Derailment) and kind.story in stories:
            story = copy.deepcopy(stories[kind.story])
            expected = kind.mutate(story)
            if expected is not None:
                yield Attempt(kind.name, f"history of {kind.story}", Mutant(None, expected), polls=story.polls)


def _label(operation: str, name: str) -> str:
    return name if operation == STATUS else f"{name} of {operation}"


def _tried(edition: str, attempt: Attempt, skip: Collection[str]) -> Trial:
    contract = Contract(edition, strictness="strict", operation=attempt.operation, skip=skip)
    mutant = attempt.mutant
    if attempt.polls:
        report = contract.check_history(attempt.polls)
    else:
        report = contract.check_response(mutant.body, request=mutant.request)
    found = {(violation.code, violation.pointer) for violation in report.violations}
    missed = tuple(
        wanted for wanted in mutant.expected if wanted not in found or (report.ok and wanted[0] not in WARNINGS)
    )
    return Trial(attempt.mutation, edition, attempt.document, mutant.expected, missed)


def _false_alarms(
    edition: str,
    skip: Collection[str],
    answers: Mapping[tuple[str, str], dict[str, Any]],
    histories: Mapping[str, Story],
) -> Iterator[str]:
    """The good answers and histories in which the judge finds anything."""
    for (operation, name), body in answers.items():
        contract = Contract(edition, strictness="strict", operation=operation, skip=skip)
        if contract.check_response(body).violations:
            yield _label(operation, name)
    for name, story in histories.items():
        if Contract(edition, strictness="strict", skip=skip).check_history(story.polls).violations:
            yield f"history of {name}"


def _unproven(editions: Sequence[str], trials: Sequence[Trial]) -> Iterator[str]:
    """The rules, as `code in edition`, that no trial expects to be broken."""
    expected = {(trial.edition, code) for trial in trials for code, _ in trial.expected}
    rules: tuple[Rule[Any], ...] = (*RULES, *COURSE_RULES)
    known = [(rule.code, edition) for rule in rules for edition in rule.applies_to or EDITIONS]
    known += [(BACKWARDS, edition) for edition in editions]
    known += [(CLOCK, edition) for edition in editions if edition in ENGINES]
    known += [(code, edition) for edition in editions for code in dict.fromkeys(call_rules(edition))]
    for code, edition in known:
        if edition in editions and (edition, code) not in expected:
            yield f"{code} in {edition}"
