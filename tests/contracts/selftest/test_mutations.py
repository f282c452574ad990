"""Sound answers, broken in every way we know: the judge finds each one, with its code and place."""

import dataclasses
import json
import random

import pytest

from support.captures import captures
from support.status_trees import SEED
from taskmock.contracts import Contract
from taskmock.contracts.api.bk_sops.rules import RULES
from taskmock.contracts.selftest.mutation import Mutation, Specimen
from taskmock.contracts.selftest.trial import MUTATIONS, WARNINGS

SPECIMENS_PER_KIND = 40
LARGEST = 50_000
"""Answers above this many bytes say nothing that smaller ones do not, and take long."""


@dataclasses.dataclass(frozen=True)
class Source:
    """A sound answer on disk, and its edition."""

    file: str
    edition: str
    raw: bytes

    def specimen(self, mutation: Mutation) -> Specimen:
        """A fresh copy, with draws of its own."""
        return Specimen(json.loads(self.raw), self.edition, random.Random(f"{mutation.name} {self.file}"))

    def report(self, body, request=None):
        """The judge's verdict."""
        return Contract(self.edition, strictness="strict").check_response(body, request=request)


SEED_SOURCE = Source("seed", "doc-2019", SEED.read_bytes())
SOURCES = (
    SEED_SOURCE,
    *(Source(capture.file, capture.edition, capture.raw) for capture in captures() if len(capture.raw) < LARGEST),
)


def mutants(mutation):
    """The mutants of one kind: the seed's if it has one, then those of some captures, drawn by the kind's name."""
    others = random.Random(mutation.name).sample(SOURCES[1:], len(SOURCES) - 1)
    made = 0
    for source in (SEED_SOURCE, *others):
        mutant = mutation.mutate(source.specimen(mutation))
        if mutant is not None:
            made += 1
            yield source, mutant
        if made == SPECIMENS_PER_KIND:
            return


YOUNG = {"times.missing": {"trap.paused-start-event", "trap.resumed-appointed-node"}}
"""What a node lacks, and the traps that explain it in an answer of the second in which it started or failed."""


def explained(code, where, found):
    """The trap that explains a finding in the one answer that there is, or its code."""
    traps = (trap for trap, at in found if at == where and trap in YOUNG.get(code, ()))
    return next(traps, code)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.file)
def test_specimen_is_sound_before_it_is_mutated(source):
    assert source.report(source.raw).violations == ()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_mutation_is_caught_with_code_and_pointer(mutation):
    tried = 0
    for source, mutant in mutants(mutation):
        tried += 1
        report = source.report(mutant.body, mutant.request)
        found = [(violation.code, violation.pointer) for violation in report.violations]
        expected = {(explained(code, where, found), where) for code, where in mutant.expected}
        assert report.ok is ({code for code, _ in expected} <= WARNINGS), (source.file, mutant.expected)
        assert expected <= set(found), (source.file, mutant.expected, found)
    assert tried > 0


def test_mutations_are_of_many_kinds_with_names_of_their_own():
    names = [mutation.name for mutation in MUTATIONS]
    assert len(names) == len(set(names))
    assert len(names) >= 150


def test_mutations_of_many_kinds_fit_the_documents_example():
    fitting = [mutation for mutation in MUTATIONS if mutation.mutate(SEED_SOURCE.specimen(mutation)) is not None]
    assert len(fitting) >= 60


def test_mutations_break_every_rule():
    expected = {code for mutation in MUTATIONS for _, mutant in mutants(mutation) for code, _ in mutant.expected}
    assert {rule.code for rule in RULES} - expected == set()
