"""Which findings of a report derive from which: one wrong fact breaks every rule that reads it.

Each finding says that some of the facts which its rule reads contradict each other: its place, and what it declares to
read. The fewest facts that all findings have a share in are the causes. A finding that reads its place alone, such as a
missing field or a wrong type, is certain of it and never follows.
"""

from __future__ import annotations

import dataclasses
import heapq
from collections.abc import Iterable, Iterator, Sequence

from taskmock.contracts.findings.group import Group
from taskmock.contracts.findings.violation import Origin, Severity, Violation

Fact = tuple[int, str]
"""A value in an answer: the number of its poll, and its JSON Pointer."""

ORDER = "#order"
"""The fact that an answer is as new as its place in the history says; only a finding about just that doubts it."""

MANY = 3
"""So many findings share a fact near which nothing is found before it counts as their cause: two may be a chance."""


def linked(groups: Iterable[Group]) -> tuple[Group, ...]:
    """The groups with what each finding follows from, as it declares or as told here; what they read is dropped."""
    groups = tuple(groups)
    found = [violation for group in groups for violation in group.violations]
    follows = iter(_origins(found) if len(found) > 1 else [None] * len(found))
    return tuple(
        dataclasses.replace(
            group,
            violations=tuple(
                dataclasses.replace(violation, follows=_declared_or(violation, next(follows)), reads=())
                for violation in group.violations
            ),
        )
        for group in groups
    )


def _declared_or(violation: Violation, origin: Origin | None) -> Origin | None:
    return origin if violation.follows is None else violation.follows


def _origins(found: Sequence[Violation]) -> list[Origin | None]:
    """What each finding follows from, in their order."""
    heads: list[int] = list(range(len(found)))
    for members in _causes(found):
        head = min(members, key=lambda index: _rank(found[index]))
        for index in members:
            if index != head and found[index].reads and not _outweighs(found[index], found[head]):
                heads[index] = head
    _join_polls(found, heads)
    return [
        None if head == index else Origin(found[head].code, found[head].pointer) for index, head in enumerate(heads)
    ]


def _rank(violation: Violation) -> tuple[object, ...]:
    """How well a finding stands for its cause, the least the best."""
    depth = violation.pointer.count("/")
    return violation.severity is Severity.WARNING, not _is_certain(violation), violation.poll, depth


def _is_certain(violation: Violation) -> bool:
    """Whether nothing but the place of a finding can be wrong."""
    return all(pointer == ORDER for pointer in violation.reads)


def _outweighs(violation: Violation, head: Violation) -> bool:
    return violation.severity is Severity.ERROR and head.severity is Severity.WARNING


def _facts(violation: Violation) -> Iterator[Fact]:
    """What a finding reads; between two answers, in both of them."""
    for pointer in dict.fromkeys((violation.pointer, *violation.reads)):
        yield violation.poll, pointer
        if violation.after and pointer != ORDER:
            yield violation.after, pointer


def _causes(found: Sequence[Violation]) -> Iterator[tuple[int, ...]]:
    """Yields the findings of each cause, as their indices: first of the certain ones, then of the most shared facts."""
    readers: dict[Fact, list[int]] = {}
    for index, violation in enumerate(found):
        for fact in _facts(violation):
            readers.setdefault(fact, []).append(index)
    left = dict.fromkeys(range(len(found)))
    certain = [index for index, violation in enumerate(found) if _is_certain(violation)]
    for head in sorted(certain, key=lambda index: (bool(found[index].pointer), bool(found[index].reads))):
        if head in left:
            doubted = ORDER if not found[head].pointer else found[head].pointer
            facts = [fact for fact in _facts(found[head]) if fact[1] == doubted]
            members = dict.fromkeys([head, *(index for fact in facts for index in readers[fact] if index in left)])
            for index in members:
                del left[index]
            yield tuple(members)
    yield from _shared(found, readers, left)


def _shared(
    found: Sequence[Violation], readers: dict[Fact, list[int]], left: dict[int, None]
) -> Iterator[tuple[int, ...]]:
    """Yields the findings of each fact that most of those left share, until none is left."""
    queue = [(_worth(found, fact, indices), fact) for fact, indices in readers.items()]
    heapq.heapify(queue)
    while left and queue:
        _, fact = heapq.heappop(queue)
        members = [index for index in readers[fact] if index in left]
        if len(members) < len(readers[fact]):  # some have been explained since: what is left is worth less
            readers[fact] = members
            if members:
                heapq.heappush(queue, (_worth(found, fact, members), fact))
            continue
        for index in members:
            del left[index]
        yield tuple(members)


def _worth(found: Sequence[Violation], fact: Fact, indices: Sequence[int]) -> tuple[int, ...]:
    """How good an explanation of its findings a fact is, the least the best: by how many, and what is found there."""
    poll, pointer = fact
    own = any(found[index].pointer == pointer for index in indices)
    node = pointer.rpartition("/")[0]
    near = own or any(found[index].pointer.rpartition("/")[0] == node for index in indices)
    is_cause = pointer != ORDER and (near or len(indices) >= MANY)
    return (-len(indices) if is_cause else 0), not own, pointer.count("/"), poll


def places(violation: Violation) -> tuple[tuple[str, ...], ...]:
    """By what a finding is known again in another poll: its code and place, or its names where ids are others."""
    field = violation.pointer.rpartition("/")[2]
    by_pointer = (violation.code, violation.severity, violation.pointer)
    return (
        (by_pointer, (violation.code, violation.severity, violation.path, field)) if violation.path else (by_pointer,)
    )


def _join_polls(found: Sequence[Violation], heads: list[int]) -> None:
    """Lets a finding at the same place in a further poll follow from what it followed from the first time."""
    first: dict[tuple[str, ...], int] = {}
    for index in sorted(range(len(found)), key=lambda index: found[index].poll):
        violation = found[index]
        before = min(first.setdefault(place, index) for place in places(violation))
        if before != index and found[before].poll < violation.poll:
            heads[index] = heads[before] if heads[before] != before else index
    for index, head in enumerate(heads):
        top = head
        for _ in range(len(heads)):
            if heads[top] == top:
                break
            top = heads[top]
        heads[index] = top
