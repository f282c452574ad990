"""The self-test: every kind of mutation tried on good documents, and whether the judge caught each mutant."""

from __future__ import annotations

import copy
import dataclasses
import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from taskmock.contracts.api.bk_sops.lifecycle import BACKWARDS
from taskmock.contracts.api.bk_sops.lifecycle import RULES as COURSE_RULES
from taskmock.contracts.api.bk_sops.rules import RULES
from taskmock.contracts.contract import Contract
from taskmock.contracts.selftest import body as bodies
from taskmock.contracts.selftest import identity, parents, shape, times
from taskmock.contracts.selftest.calls import MUTATIONS as CALL_MUTATIONS
from taskmock.contracts.selftest.calls import CallMutation, call_examples, call_mutants, call_rules
from taskmock.contracts.selftest.course import DERAILMENTS, Derailment, stories
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
    mutations: Iterable[Mutation] = MUTATIONS,
    courses: Iterable[Derailment] = DERAILMENTS,
    calls: Iterable[CallMutation] = CALL_MUTATIONS,
) -> SelfTest:
    """The self-test of some editions: each kind of mutation on each good answer and history that it fits."""
    kinds = tuple(mutations)
    good = {edition: documents(edition) for edition in editions}
    trials = [trial for edition in editions for trial in _trials(edition, good[edition], kinds)]
    trials += [trial for edition in editions for trial in _course_trials(edition, tuple(courses))]
    trials += [trial for edition in editions for trial in _call_trials(edition, tuple(calls))]
    alarms = [alarm for edition in editions for alarm in _false_alarms(edition, good[edition])]
    return SelfTest(tuple(editions), tuple(trials), tuple(alarms), tuple(_unproven(editions, trials)))


def _trials(edition: str, good: dict[str, dict[str, Any]], kinds: Sequence[Mutation]) -> Iterator[Trial]:
    contract = Contract(edition, strictness="strict")
    for mutation in kinds:
        for name, body in good.items():
            draw = random.Random(f"{mutation.name} {edition} {name}")  # noqa: S311 - the same mutants in every run
            mutant = mutation.mutate(Specimen(copy.deepcopy(body), edition, draw))
            if mutant is None:
                continue
            report = contract.check_response(mutant.body, request=mutant.request)
            found = {(violation.code, violation.pointer) for violation in report.violations}
            missed = tuple(wanted for wanted in mutant.expected if report.ok or wanted not in found)
            yield Trial(mutation.name, edition, name, mutant.expected, missed)


def _course_trials(edition: str, kinds: Sequence[Derailment]) -> Iterator[Trial]:
    contract = Contract(edition, strictness="strict")
    good = stories(edition)
    for kind in kinds:
        if kind.story not in good:
            continue
        story = copy.deepcopy(good[kind.story])
        expected = kind.mutate(story)
        if expected is not None:
            report = contract.check_history(story.polls)
            found = {(violation.code, violation.pointer) for violation in report.violations}
            missed = tuple(wanted for wanted in expected if report.ok or wanted not in found)
            yield Trial(kind.name, edition, f"history of {kind.story}", expected, missed)


def _call_trials(edition: str, kinds: tuple[CallMutation, ...]) -> Iterator[Trial]:
    for kind, operation, name, body, (code, pointer, request) in call_mutants(edition, kinds):
        contract = Contract(edition, strictness="strict", operation=operation)
        report = contract.check_response(body, request=request)
        found = {(violation.code, violation.pointer) for violation in report.violations}
        expected = ((code, pointer),)
        missed = tuple(wanted for wanted in expected if report.ok or wanted not in found)
        yield Trial(kind, edition, f"{name} of {operation}", expected, missed)


def _false_alarms(edition: str, good: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    contract = Contract(edition, strictness="strict")
    for name, body in good.items():
        if contract.check_response(body).violations:
            yield edition, name
    for operation, name, body in call_examples(edition):
        if Contract(edition, strictness="strict", operation=operation).check_response(body).violations:
            yield edition, f"{name} of {operation}"
    for name, story in stories(edition).items():
        if contract.check_history(story.polls).violations:
            yield edition, f"history of {name}"


def _unproven(editions: Sequence[str], trials: Sequence[Trial]) -> Iterator[str]:
    """The rules, as `code in edition`, that no trial expects to be broken."""
    expected = {(trial.edition, code) for trial in trials for code, _ in trial.expected}
    rules = [(rule.code, rule.editions) for rule in RULES] + [(rule.code, rule.editions) for rule in COURSE_RULES]
    for code, known in (*rules, (BACKWARDS, tuple(editions))):
        for edition in known:
            if edition in editions and (edition, code) not in expected:
                yield f"{code} in {edition}"
    for edition in editions:
        for code in dict.fromkeys(call_rules(edition)):
            if (edition, code) not in expected:
                yield f"{code} in {edition}"
