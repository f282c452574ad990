"""Two answers as the rules see them: what they find between them, and how well an unseen rollback explains it."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator

from taskmock.contracts.api.bk_sops.lifecycle.rollback import Explanation, explanation_of
from taskmock.contracts.api.bk_sops.lifecycle.rules import ROLLBACK, RULES
from taskmock.contracts.api.bk_sops.lifecycle.snapshot import Snapshot
from taskmock.contracts.api.bk_sops.lifecycle.step import Step, step_between
from taskmock.contracts.findings.derivation import ORDER
from taskmock.contracts.findings.rule import Finding, Rule
from taskmock.contracts.findings.violation import Severity, Violation, at_poll


@dataclasses.dataclass(frozen=True, slots=True)
class Transition:
    """Two answers as the rules see them: what they find between them, and how well an unseen rollback explains it.

    `found` are errors; `remarks` are warnings, which do not count where answers are put in order. `skip` are the codes
    of the rules that were left out.
    """

    step: Step
    found: tuple[tuple[Rule[Step], Finding], ...]
    explanation: Explanation
    skip: Collection[str] = ()
    remarks: tuple[tuple[Rule[Step], Finding], ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether no rule finds an error."""
        return not self.found

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong: what is found, if anything, is well explained."""
        return self.is_clean or self.explanation >= Explanation.PLAUSIBLE

    @property
    def is_possible(self) -> bool:
        """Whether there is any way at all from the one answer to the other."""
        return self.is_clean or self.explanation > Explanation.IMPOSSIBLE

    def violations(self) -> Iterator[Violation]:
        """Yields the findings as data, naming the polls."""
        earlier = {id(pair.after): pair.before for pair in self.step.pairs}
        for broken, finding in (*self.found, *self.remarks):
            found = finding.violation(broken.code, broken.source, broken.severity, broken.reads)
            found = dataclasses.replace(found, reads=(ORDER, *found.reads))
            was = dataclasses.replace(finding, place=earlier.get(id(finding.place))).value
            yield at_poll(found, self.step.after.number, after=self.step.before.number, was=was)


def judged(before: Snapshot, after: Snapshot, skip: Collection[str] = ()) -> Transition:
    """The findings of the rules in two answers, the earlier first, without the rules whose codes are in `skip`."""
    step = step_between(before, after)
    said = (each for each in RULES if each.is_for(step.edition) and each.code not in skip)
    everything = [(each, finding) for each in said for finding in each.findings(step)]
    found = tuple((each, finding) for each, finding in everything if each.severity is Severity.ERROR)
    remarks = tuple((each, finding) for each, finding in everything if each.severity is Severity.WARNING)
    explicable = bool(found) and all(each.excuse == ROLLBACK for each, _ in found)
    explanation = explanation_of(step, (finding for _, finding in found)) if explicable else Explanation.IMPOSSIBLE
    return Transition(step, found, explanation, skip, remarks)
