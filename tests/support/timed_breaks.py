"""Histories broken over time: a node gone for good, a server that stands still; with times, without, behind caches.

`python -m support.timed_breaks FIRST COUNT` breaks the real histories and so many lives of an edition in every place,
and counts what is missed, by the reason why nobody can decide it.
"""

from __future__ import annotations

import collections
import copy
import dataclasses
import json
import random
import sys
from collections.abc import Iterator
from typing import Any

from support.captured_histories import histories
from support.random_tasks import Life
from support.recorded_histories import polls_in, real_histories
from support.sampled_histories import polls_of
from taskmock.contracts import Contract, Poll, Report
from taskmock.contracts.api.bk_sops.lifecycle import UNSEEN
from taskmock.mockserver.api.bk_sops.documents.status import EDITIONS

Body = dict[str, Any]
Place = tuple[str, ...]
WAYS = ("timed", "untimed", "cached")

TOLD, NEVER_SEEN, MAY_BE_OLD = "told as a rollback", "never seen", "no later answer lacks it"
ROLLED_BACK = "a rollback is seen"
UNDECIDABLE = frozenset({TOLD, NEVER_SEEN, MAY_BE_OLD, ROLLED_BACK})
"""Why a node may be gone without an error: a rollback explains it, seen or told, or nothing is wrong for sure."""


@dataclasses.dataclass(frozen=True)
class Recording:
    """The polls of one task that is followed as it is."""

    name: str
    edition: str
    polls: tuple[Poll, ...]

    def report(self, polls: list[Poll]) -> Report:
        """The verdict on the polls, as they are or broken."""
        return Contract(self.edition, strictness="strict").check_history(polls)


def recordings() -> Iterator[Recording]:
    """The captured histories and the real ones of the engines, of more than one poll of a task."""
    found = [Recording(one.name, one.edition, tuple(one.polls)) for one in histories()]
    found += [Recording(file.stem, file.stem[:2], polls_in(file)) for file in real_histories()]
    for recording in found:
        polls = tuple(dataclasses.replace(poll, body=decoded(poll.body)) for poll in recording.polls)
        kept = tuple(poll for poll in polls if isinstance(poll.body.get("data"), dict) and poll.body["data"].get("id"))
        if len(kept) > 1 and all(poll.at is not None for poll in kept):
            yield dataclasses.replace(recording, polls=kept)


def lives(first: int, count: int, edition: str, *, longest: int = 120) -> Iterator[Recording]:
    """Random lives without a rollback, of at most so many polls."""
    for number in range(first, first + count):
        if any(entry.command.verb == "rollback" for entry in Life(number, edition).log):
            continue
        polls = tuple(poll for poll in polls_of(number, edition) if poll.body["data"].get("id"))
        if 1 < len(polls) <= longest:
            yield Recording(f"life {number}", edition, polls)


def decoded(body: object) -> Body:
    """A body as an object."""
    return json.loads(body) if isinstance(body, bytes | str) else body  # type: ignore[return-value]


def as_polled(polls: list[Poll], way: str, chance: random.Random) -> list[Poll]:
    """The polls with their times, without, or each as a cache of up to 9 s may have answered it."""
    if way == "untimed":
        return [Poll(poll.body) for poll in polls]
    if way == "timed":
        return polls
    found = []
    for number, poll in enumerate(polls):
        age = chance.randint(0, 9)
        shown = max(
            (one for one in polls[: number + 1] if poll.at - one.at >= age), key=lambda one: one.at, default=poll
        )
        found.append(dataclasses.replace(poll, body=shown.body))
    return found


def places(polls: tuple[Poll, ...]) -> Iterator[tuple[int, Place]]:
    """Each node at each poll from the second on that shows it after another one did."""
    seen: set[Place] = set()
    for number, poll in enumerate(polls):
        here = set(nodes_of(poll.body["data"]))
        yield from ((number, place) for place in sorted(here & seen))
        seen |= here


def nodes_of(data: Body) -> dict[Place, Body]:
    """The nodes below a task by their places."""
    found: dict[Place, Body] = {}
    stack: list[tuple[Place, Body]] = [((), data)]
    while stack:
        place, node = stack.pop()
        for key, child in node.get("children", {}).items():
            found[*place, key] = child
            stack.append(((*place, key), child))
    return found


def without(polls: tuple[Poll, ...], first: int, place: Place) -> list[Poll]:
    """The polls, with a node and all in it gone from one poll on."""
    found = list(polls[:first])
    for poll in polls[first:]:
        body = copy.deepcopy(poll.body)
        parent = body["data"]
        for key in place[:-1]:
            parent = parent.get("children", {}).get(key, {})
        parent.get("children", {}).pop(place[-1], None)
        found.append(dataclasses.replace(poll, body=body))
    return found


def standing(polls: tuple[Poll, ...], first: int, chance: random.Random) -> list[Poll]:
    """The polls, with the answer of one repeated in all later ones, which go on for a minute at least."""
    still, at = polls[first], polls[-1].at
    later = [*(poll.at for poll in polls[first + 1 :]), *(at + chance.randint(1, 15) * n for n in range(1, 5)), at + 60]
    return [*polls[: first + 1], *(dataclasses.replace(still, at=moment) for moment in sorted(later))]


def ticks(data: Body, edition: str) -> bool:
    """Whether the clock of an answer must go on: that of a task that has started and not ended."""
    is_task = data.get("version") == "" if edition == "v1" else data.get("parent_id") == data["id"]
    return edition != "doc-2019" and bool(data.get("start_time")) and not data.get("finish_time") and is_task


def missed_vanishing(recording: Recording, chance: random.Random, *, share: float = 1.0) -> collections.Counter[str]:
    """How many nodes that are gone for good were tried in each way, and how many of them nobody misses."""
    counted: collections.Counter[str] = collections.Counter()
    for (first, place), way in ((found, way) for found in places(recording.polls) for way in WAYS):
        if chance.random() > share:
            continue
        polls = as_polled(without(recording.polls, first, place), way, chance)
        counted[f"{recording.edition} {way}"] += 1
        report = recording.report(polls)
        if report.ok:
            told = {one.code for one in report.violations} & {UNSEEN}
            why = TOLD if told else reason(recording, polls, place)
            counted[f"{recording.edition} {way} missed: {why}"] += 1
    return counted


def reason(recording: Recording, polls: list[Poll], place: Place) -> str:
    """Why nobody can tell that a node is gone: it was never seen, or what lacks it may be old."""
    shown = [number for number, poll in enumerate(polls) if place in nodes_of(poll.body["data"])]
    if not shown:
        return NEVER_SEEN
    newest = max(clock(poll.body["data"], recording.edition) for poll in polls[: shown[-1] + 1])
    if all(clock(poll.body["data"], recording.edition) <= newest for poll in polls[shown[-1] + 1 :]):
        return MAY_BE_OLD
    if any("ROLLING_BACK" in json.dumps(poll.body) for poll in recording.polls):
        return ROLLED_BACK
    return f"for no reason: {recording.name} {place}"


def clock(data: Body, edition: str) -> float:
    """The time of an answer, in seconds since its task's start; endless once it has ended."""
    if data.get("finish_time"):
        return float("inf")
    return float(data.get("elapsed_time") or 0) if edition != "doc-2019" else 0.0


def missed_standstill(recording: Recording, chance: random.Random, *, share: float = 1.0) -> collections.Counter[str]:
    """How many standstills were tried in each way, and how many nobody misses."""
    counted: collections.Counter[str] = collections.Counter()
    for first, way in ((first, way) for first in range(len(recording.polls)) for way in ("timed", "cached")):
        if not ticks(recording.polls[first].body["data"], recording.edition) or chance.random() > share:
            continue
        polls = as_polled(standing(recording.polls, first, chance), way, chance)
        counted[f"{recording.edition} {way}"] += 1
        if recording.report(polls).ok:
            counted[f"{recording.edition} {way} missed: {recording.name} {first}"] += 1
    return counted


def main() -> None:
    """Breaks the real histories, then lives, and prints what was missed."""
    first, count = int(sys.argv[1]), int(sys.argv[2])
    share = float(sys.argv[3]) if len(sys.argv) > 3 else 1.0
    chance = random.Random(first)
    kinds = {"gone for good": missed_vanishing, "standing still": missed_standstill}
    groups = {"real": list(recordings())} | {f"lives of {name}": list(lives(first, count, name)) for name in EDITIONS}
    for (name, group), (kind, missed) in ((one, two) for one in groups.items() for two in kinds.items()):
        counted: collections.Counter[str] = collections.Counter()
        for recording in group:
            counted.update(missed(recording, chance, share=share))
        sys.stdout.write(f"{name}, {len(group)} histories, {kind}:\n")
        sys.stdout.write("".join(f"  {number:7,} {what}\n" for what, number in sorted(counted.items())))


if __name__ == "__main__":
    main()
