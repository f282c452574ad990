"""The course of one task: each answer compared with the newest before it; old answers told from broken ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from taskmock.contracts.lifecycle import counters, nodes, task, times
from taskmock.contracts.lifecycle.rollback import explains
from taskmock.contracts.lifecycle.rule import Finding, Rule
from taskmock.contracts.lifecycle.snapshot import Snapshot, field
from taskmock.contracts.lifecycle.step import Pair, Step, step_between
from taskmock.contracts.violation import Severity, Violation

RULES: tuple[Rule, ...] = (*task.RULES, *nodes.RULES, *counters.RULES, *times.RULES)
"""Every lifecycle rule, in the order in which a step is judged; the codes are unique and stable."""

CACHE = 10
"""How long servers may repeat an answer, in seconds."""

KEPT = 12
"""Most answers without a poll time that later ones are compared with."""

STALE = "history.stale-answer"
BACKWARDS = "history.backwards"
CACHED = "Answers are cached 10 s by each worker: a poller may see an answer up to 10 s older than the newest so far."


@dataclasses.dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules find in a step; `undone` where an unseen rollback may explain all of it."""

    step: Step
    found: tuple[tuple[Rule, Finding], ...]
    undone: bool

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.found or self.undone

    def violations(self) -> Iterator[Violation]:
        """Yields the findings as data."""
        return (rule.violation(finding, self.step) for rule, finding in self.found)


def judged(before: Snapshot, after: Snapshot) -> Judgement:
    """What the rules say of two answers, the earlier first."""
    step = step_between(before, after)
    found = tuple((rule, finding) for rule in RULES for finding in rule(step))
    undone = bool(found) and all(rule.undone for rule, _ in found) and explains(step, (one for _, one in found))
    return Judgement(step, found, undone)


class Course:
    """Follows one task from answer to answer and keeps only what later answers may be compared with."""

    def __init__(self) -> None:
        self._fresh: list[Snapshot] = []
        self._doubted: Judgement | None = None

    def follow(self, snapshot: Snapshot) -> Iterator[Violation]:
        """Yields what is wrong with the next answer, given all before it."""
        if not self._fresh:
            self._fresh.append(snapshot)
            return
        judgement = judged(self._fresh[-1], snapshot)
        if self._doubted is not None and _refutes(snapshot, self._doubted, judgement):
            doubtful = self._doubted.step
            self._fresh = [one for one in self._fresh if one is not doubtful.after] or [doubtful.before]
            yield from self._broken(self._doubted)
            self._doubted = None
            judgement = judged(self._fresh[-1], snapshot)
        if judgement.holds:
            self._keep(snapshot)
            self._doubt(judgement)
        elif _may_be_older(judgement.step):
            yield from self._broken(judgement)
        else:
            yield from judgement.violations()
            self._keep(snapshot)
            self._doubted = None

    def _broken(self, judgement: Judgement) -> Iterator[Violation]:
        """Yields what is wrong with a step that does not hold: a warning only, where a cache explains it."""
        if _may_be_older(judgement.step):
            yield from self._older(judgement.step.after, judgement)
        else:
            yield from judgement.violations()

    def _doubt(self, judgement: Judgement) -> None:
        """Keeps a step that only an unseen rollback explains, until a later answer speaks for or against it."""
        if judgement.undone:
            self._doubted = judgement
        elif self._doubted is not None and _is_later(judgement.step.after, self._doubted.step.after):
            self._doubted = None

    def _keep(self, snapshot: Snapshot) -> None:
        """Takes an answer as the newest; forgets those that are too old to tell the age of later ones."""
        self._fresh.append(snapshot)
        if snapshot.at is not None:
            while len(self._fresh) > 2 and _age(snapshot, self._fresh[1]) > CACHE:
                del self._fresh[0]
        elif len(self._fresh) > KEPT:
            del self._fresh[0]

    def _older(self, snapshot: Snapshot, judgement: Judgement) -> Iterator[Violation]:
        """Yields the warning for an answer that a cache may have kept, or what is wrong where it is too old."""
        newest = newer = judgement.step.before
        for earlier in reversed([one for one in self._fresh if one.number < newest.number]):
            if judged(earlier, snapshot).holds:
                break
            newer = earlier
        age = _age(snapshot, newer) if snapshot.at is not None else _age(snapshot, newest)
        late = age > CACHE
        older = "the answer is older" + (f" by {age:.3g} s" if age else "")
        yield Violation(
            code=BACKWARDS if late else STALE,
            pointer="",
            path="",
            message=f"{older} (poll {snapshot.number}, after poll {newer.number})",
            expected=f"an answer at most {CACHE} s older than the newest so far",
            source=CACHED,
            severity=Severity.ERROR if late else Severity.WARNING,
        )
        if late:
            yield from judgement.violations()


def _may_be_older(step: Step) -> bool:
    """Whether the later answer was right before the earlier: its own time is no later, and the other may follow it."""
    before, after = step.before, step.after
    now, latest = after.now, before.latest
    if not after.sound or (now is not None and latest is not None and now > latest + task.ROUNDING):
        return False
    return judged(after, before).holds


def _age(snapshot: Snapshot, newer: Snapshot) -> float:
    """How much older than a newer answer an answer is at least, in seconds: by the polls' times, else by their own."""
    if snapshot.at is not None and newer.at is not None:
        return max(0.0, snapshot.at - newer.at)
    earlier, later = snapshot.latest, newer.latest
    if earlier is None:
        earlier = newer.top.start  # what is CREATED was so before the start
    return max(0.0, later - earlier) if earlier is not None and later is not None else 0.0


def _refutes(snapshot: Snapshot, doubted: Judgement, judgement: Judgement) -> bool:
    """Whether the next answer shows that there was no rollback: it follows the answer before the doubted one.

    A rollback gives new versions: a node that was gone and is back with its old one was never taken back.
    """
    if not _is_later(snapshot, doubted.step.after):
        return False
    gone = {str(field(node, "id")): node for pair in doubted.step.pairs for node in pair.gone}
    nodes = snapshot.document.observed if gone else ()
    back = [Pair(gone[key], node, (), ()) for node in nodes if (key := str(field(node, "id"))) in gone]
    if any(pair.same_version for pair in back):
        return True
    goes_on = any(pair.before.state == "FAILED" and (pair.was_skipped or pair.was_retried) for pair in back)
    return (goes_on or not judgement.holds) and not judged(doubted.step.before, snapshot).found


def _is_later(snapshot: Snapshot, other: Snapshot) -> bool:
    """Whether an answer tells that it was made later than another."""
    now, then = snapshot.latest, other.latest
    return now is not None and then is not None and now > then
