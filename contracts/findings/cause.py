"""What of a report its readers are shown: one cause is one finding, in however many polls; what follows is counted."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from taskmock.contracts.findings.derivation import places
from taskmock.contracts.findings.group import Group
from taskmock.contracts.findings.violation import Origin, Severity, Violation


@dataclasses.dataclass(frozen=True, slots=True)
class Cause:
    """One finding as it is shown: the violations of one code at one place, in the order of their polls."""

    violations: tuple[Violation, ...]

    @property
    def first(self) -> Violation:
        """The violation in the first poll that shows it."""
        return self.violations[0]

    @property
    def last(self) -> Violation:
        """The violation in the last poll that shows it."""
        return self.violations[-1]

    @property
    def polls(self) -> tuple[int, ...]:
        """The numbers of the polls that show it; none outside of a history."""
        return tuple(violation.poll for violation in self.violations if violation.poll)

    @property
    def told_polls(self) -> str:
        """The polls in words: `poll 3`, `polls 2 to 16`, `4 polls from 2 to 16`; "" outside of a history."""
        polls = self.polls
        if len(polls) < 2:
            return f"poll {polls[0]}" if polls else ""
        if len(polls) == 2:
            return f"polls {polls[0]} and {polls[1]}"
        whole = polls[-1] - polls[0] == len(polls) - 1
        return f"polls {polls[0]} to {polls[-1]}" if whole else f"{len(polls):,} polls from {polls[0]} to {polls[-1]}"

    @property
    def message(self) -> str:
        """What is wrong, with the polls that show it."""
        return self.first.message if len(self.violations) < 2 else f"{self.first.sentence} ({self.told_polls})"

    @property
    def change(self) -> str:
        """The first and the last value with their polls, where they differ; "" where they do not."""
        first, last = self.first, self.last
        value, poll = (first.was, first.after) if first.after and first.was else (first.value, first.poll)
        if len(self.violations) < 2 or not (value or last.value) or value == last.value:
            return ""
        return f"{value or 'nothing'} (poll {poll}) -> {last.value or 'nothing'} (poll {last.poll})"


@dataclasses.dataclass(frozen=True, slots=True)
class CauseGroup:
    """The causes of one code and severity; `hidden` counts the findings that the report does not keep."""

    code: str
    severity: Severity
    causes: tuple[Cause, ...]
    hidden: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """A report as it is shown: its causes by code, errors first, and how many findings more follow from them.

    `followers` are shown among the causes, too, where everything is.
    """

    groups: tuple[CauseGroup, ...]
    followers: int

    @property
    def is_folded(self) -> bool:
        """Whether the findings of the report are more than those that are shown or counted by code."""
        return self.followers > 0 or any(len(cause.violations) > 1 for cause in self.causes())

    def causes(self, severity: Severity | None = None) -> Iterator[Cause]:
        """Yields the causes of a severity, of both where none is named."""
        for group in self.groups:
            if severity in {None, group.severity}:
                yield from group.causes


def shown(groups: Sequence[Group], *, every: bool = False) -> Shown:
    """What is shown of the findings of a report: what stands on its own, and what follows where `every` says so."""
    heads = {
        Origin(found.code, found.pointer) for group in groups for found in group.violations if found.follows is None
    }
    followers, told = 0, []
    for group in groups:
        own = tuple(found for found in group.violations if found.follows not in heads)
        hidden = group.total - len(group.violations)
        followers += len(group.violations) - len(own) + (0 if own else hidden)
        if own or every:
            told.append(_told(group, group.violations if every else own, hidden))
    told.sort(key=lambda group: (group.severity is Severity.WARNING, all(map(_is_follower, group.causes))))
    return Shown(tuple(told), followers)


def _is_follower(cause: Cause) -> bool:
    return cause.first.follows is not None


def released(groups: Sequence[Group]) -> tuple[Group, ...]:
    """Groups of which some findings are gone: what followed from those stands on its own."""
    there = {Origin(found.code, found.pointer) for group in groups for found in group.violations}
    return tuple(
        dataclasses.replace(group, violations=tuple(_released(found, there) for found in group.violations))
        for group in groups
    )


def _released(violation: Violation, there: set[Origin]) -> Violation:
    is_gone = violation.follows is not None and violation.follows not in there
    return dataclasses.replace(violation, follows=None) if is_gone else violation


def _told(group: Group, violations: Iterable[Violation], hidden: int) -> CauseGroup:
    return CauseGroup(group.code, group.severity, tuple(_causes(violations)), hidden)


def _causes(violations: Iterable[Violation]) -> Iterator[Cause]:
    """Yields the findings of one code by their places."""
    found: list[list[Violation]] = []
    polls: list[set[int]] = []
    known: dict[tuple[str, ...], list[int]] = {}
    for violation in violations:
        keys = places(violation)
        before = [index for key in keys for index in known.get(key, ()) if violation.poll not in polls[index]]
        index = before[0] if violation.poll and before else len(found)
        if index == len(found):
            found.append([])
            polls.append(set())
        found[index].append(violation)
        polls[index].add(violation.poll)
        for key in keys:
            if index not in known.setdefault(key, []):
                known[key].append(index)
    for same in found:
        yield Cause(tuple(sorted(same, key=lambda violation: violation.poll)))
