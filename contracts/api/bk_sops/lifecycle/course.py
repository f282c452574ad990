"""The course of one task: each answer compared with the newest before it; old answers are no broken ones."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Collection, Iterable, Iterator

from taskmock.contracts.api.bk_sops.lifecycle.clock import BEHIND, CACHE, CLOCK, TIMES, ClockJudge, standstill
from taskmock.contracts.api.bk_sops.lifecycle.doubt import (
    PossibleRollback,
    Verdict,
    age_of,
    doubt_of,
    may_be_older,
)
from taskmock.contracts.api.bk_sops.lifecycle.rollback import Explanation, shows_rollback
from taskmock.contracts.api.bk_sops.lifecycle.snapshot import Snapshot
from taskmock.contracts.api.bk_sops.lifecycle.step import Step
from taskmock.contracts.api.bk_sops.lifecycle.transition import Transition, judged
from taskmock.contracts.api.protocol import ClockRule
from taskmock.contracts.findings.derivation import ORDER
from taskmock.contracts.findings.violation import Severity, Violation, at_poll, filled

KEPT, KEPT_UNTIMED = 100, 12
"""Most answers that later ones are compared with; fewer without the times of the polls, which tell when to forget."""

DOUBTS = 4
"""Most steps that are in doubt at a time; the oldest ones end without a finding."""

HELD_BACK = 10_000
"""Most findings that wait for the end of the history, however long it is; there are as many only where all is wrong."""

UNSEEN = "history.rollback"
ROLLBACK_ONLY = "Nothing but a rollback takes back what was reached; its states were not seen, and bk-sops has none."

STALE = "history.stale-answer"
BACKWARDS = "history.backwards"
CACHED = "Answers are cached 10 s by each worker: a poller may see an answer up to 10 s older than the newest so far."

AGE = f"an answer at most {CACHE} s older than the newest so far"


class Course:
    """Follows one task from answer to answer, and keeps only answers that later ones may be compared with."""

    def __init__(self, skip: Collection[str] = (), clock_rule: ClockRule = ClockRule.AUTO) -> None:
        """`skip` are the codes of rules that are left out; without `BACKWARDS` no answer is taken for an older one."""
        self._skip = skip
        self._clock = ClockJudge(ClockRule.OFF if CLOCK in skip else clock_rule)
        self._behind = 0.0
        self._fresh: list[Snapshot] = []
        self._doubts: list[PossibleRollback] = []
        self._strained: list[Violation] = []
        self._unseen: list[Violation] = []
        self._rolled_back = False

    def follow(self, snapshot: Snapshot) -> Iterator[Violation]:
        """Yields what is wrong with the next answer, given all before it, and what it shows to be wrong with those."""
        snapshot, ill_timed = self._clock.admit(snapshot)
        if ill_timed is not None and TIMES not in self._skip:
            yield ill_timed
        self._behind = self._clock.seconds_behind(snapshot)
        yield from self._followed(snapshot)

    def _followed(self, snapshot: Snapshot) -> Iterator[Violation]:
        self._rolled_back = self._rolled_back or shows_rollback(snapshot)
        if not self._fresh:
            self._fresh.append(snapshot)
            return
        if self._behind > BEHIND and not self._fresh[-1].is_later_than(snapshot):
            yield standstill(snapshot, self._behind)
        for doubt in tuple(self._doubts):
            if doubt.is_before(snapshot):
                yield from self._inserted(snapshot) if self._is_old(snapshot) else (_older(snapshot, doubt.after),)
                return
            yield from self._settled(doubt, doubt.verdict_of(snapshot))
        transition = judged(self._fresh[-1], snapshot, self._skip)
        for doubt in tuple(self._doubts):
            yield from self._settled(doubt, doubt.verdict_after(transition))
            if transition.step.before is not self._fresh[-1]:
                transition = judged(self._fresh[-1], snapshot, self._skip)
        yield from self._placed(transition)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader of the verdict should know besides."""
        return tuple(self._clock.notes())

    def close(self) -> Iterator[Violation]:
        """Yields what only a strained explanation has kept back, where nothing in the history proves a rollback."""
        self._forget(self._doubts)
        if not self._rolled_back:
            yield from self._strained
            yield from self._unseen if UNSEEN not in self._skip else ()

    def _placed(self, transition: Transition) -> Iterator[Violation]:
        """Takes an answer as the newest or as an old one, and yields what is wrong with it."""
        before, after = transition.step.before, transition.step.after
        if transition.is_clean and before.is_later_than(after):
            return  # by no more than times are rounded: the newest answer stays the newest
        accepted = transition.holds or (transition.is_possible and self._rolled_back)
        if not accepted and self._is_old(after):
            yield from self._inserted(after)
            return
        if not accepted and self._may_be_older(transition.step):
            found = self._old(transition)
            if transition.is_possible:
                self._hold_back(found)
            else:
                yield from found
            return
        self._keep(after)
        if transition.is_clean:
            yield from transition.violations()
        if transition.explanation is Explanation.PROVED:
            self._rolled_back = True
        elif transition.explanation is not Explanation.IMPOSSIBLE:
            self._doubts.append(doubt_of(transition))
            self._forget(self._doubts[:-DOUBTS])
        elif not transition.is_clean:
            self._forget(self._doubts)
            yield from transition.violations()

    def _forget(self, doubts: Iterable[PossibleRollback]) -> None:
        """Ends doubts without a verdict: what has begun anew in a plausible way, and was never refuted, has done so."""
        for doubt in tuple(doubts):
            self._doubts.remove(doubt)
            if not doubt.transition.holds:
                self._hold_back(doubt.transition.violations())
            elif not doubt.waits:
                self._rolled_back = True
            elif len(self._unseen) < HELD_BACK:
                self._unseen += self._undecided(doubt.transition)

    def _undecided(self, transition: Transition) -> Iterable[Violation]:
        """The warnings of a step that a rollback explains, or an old answer, where neither is proved or refuted."""
        old = self._old(transition) if self._may_be_older(transition.step) else ()
        if all(one.severity is Severity.WARNING for one in old) and old:
            return old
        return map(_unseen, transition.violations())

    def _hold_back(self, found: Iterable[Violation]) -> None:
        """Keeps findings for the end of the history, of which a rollback is a strained explanation."""
        self._strained += itertools.islice(found, HELD_BACK - len(self._strained))

    def _settled(self, doubt: PossibleRollback, verdict: Verdict) -> Iterator[Violation]:
        """Ends a doubt, unless the verdict leaves it open, and yields what was wrong if there was no rollback."""
        if verdict is Verdict.OPEN:
            return
        self._doubts.remove(doubt)
        if verdict is Verdict.PROVED:
            self._rolled_back = True
            return
        step = doubt.transition.step
        found = self._old(doubt.transition) if self._may_be_older(step) else tuple(doubt.transition.violations())
        if verdict is Verdict.UNLIKELY:
            self._hold_back(found)
            return
        self._fresh = [one for one in self._fresh if one is not step.after] or [step.before]
        yield from found

    def _old(self, transition: Transition) -> tuple[Violation, ...]:
        """The warning for an answer that a cache may have kept, or what is wrong where it is too old."""
        snapshot, newest = transition.step.after, transition.step.before
        newer = newest
        for earlier in reversed([one for one in self._fresh if one.number < newest.number]):
            if judged(earlier, snapshot, self._skip).is_possible:
                break
            newer = earlier
        age = age_of(snapshot, newer if snapshot.at is not None else newest)
        older = _older(snapshot, newer, age=age)
        return (older,) if age <= CACHE else (older, *transition.violations())

    def _is_old(self, snapshot: Snapshot) -> bool:
        """Whether an answer is older than the newest by its own clock."""
        return BACKWARDS not in self._skip and self._fresh[-1].is_later_than(snapshot)

    def _inserted(self, snapshot: Snapshot) -> Iterator[Violation]:
        """The finding for an answer that is old by its own clock, and what is wrong with it in its place.

        It must follow the newest answer before its own time, and the next one after that must follow it.
        """
        later = [one for one in self._fresh if one.is_later_than(snapshot)]
        age = age_of(snapshot, later[0] if snapshot.at is not None else self._fresh[-1])
        if self._behind > BEHIND:
            age = max(age, self._behind)
        yield _older(snapshot, later[0], age=age)
        if age > CACHE:
            yield from judged(self._fresh[-1], snapshot, self._skip).violations()
            return
        found = self._not_following(snapshot, [one for one in self._fresh if one not in later])
        if found is None:
            found = judged(snapshot, later[0], self._skip)
        if found.is_possible:
            self._hold_back(() if found.holds else found.violations())
        else:
            yield from found.violations()

    def _not_following(self, snapshot: Snapshot, earlier: list[Snapshot]) -> Transition | None:
        """How an old answer does not follow the newest one before its own time; None where it does."""
        for one in reversed(earlier):
            transition = judged(one, snapshot, self._skip)
            if transition.holds:
                return None
            if snapshot.is_later_than(one) or not judged(snapshot, one, self._skip).is_possible:
                return transition
        return None

    def _may_be_older(self, step: Step) -> bool:
        return BACKWARDS not in self._skip and may_be_older(step, self._skip)

    def _keep(self, snapshot: Snapshot) -> None:
        """Takes an answer as the newest; forgets those that are too old to tell the age of later ones."""
        self._fresh.append(snapshot)
        timed = snapshot.at is not None
        while len(self._fresh) > 2 and timed and age_of(snapshot, self._fresh[1]) > CACHE:
            del self._fresh[0]
        del self._fresh[: -(KEPT if timed else KEPT_UNTIMED)]


def _unseen(violation: Violation) -> Violation:
    """What is wrong unless a rollback, of which nothing else is seen, has taken it back: a warning."""
    message = f"{violation.message}; only a rollback that nobody saw explains this"
    return dataclasses.replace(violation, code=UNSEEN, message=message, source=ROLLBACK_ONLY, severity=Severity.WARNING)


def _older(snapshot: Snapshot, newer: Snapshot, *, age: float | None = None) -> Violation:
    """The finding for an answer that is older than another: a warning, or an error where no cache explains it."""
    age = age_of(snapshot, newer) if age is None else age
    names = (f"{age:.3g}", str(CACHE)) if age else ()
    template = "the answer is older by {0} s" if age else "the answer is older"
    found = Violation(
        code=BACKWARDS if age > CACHE else STALE,
        pointer="",
        path="",
        message=filled(template, names),
        expected=AGE,
        source=CACHED,
        severity=Severity.ERROR if age > CACHE else Severity.WARNING,
        reads=(ORDER,),
        names=names,
        templates=(template, AGE.replace(str(CACHE), "{1}") if names else AGE),
    )
    return at_poll(found, snapshot.number, after=newer.number)
