"""Reads faults: within which bounds, and which one thing goes wrong."""

from __future__ import annotations

import dataclasses

from taskmock.mockserver.fault import Bounds, Fault, FaultKind
from taskmock.mockserver.loader.events import MOST_TIMES, read_when
from taskmock.mockserver.loader.fault_values import READERS
from taskmock.mockserver.loader.fields import Fields, fields_of, items_of
from taskmock.mockserver.loader.problem import Problems
from taskmock.mockserver.loader.scalars import read_chance, read_whole
from taskmock.mockserver.yaml_node import Listing, Mapping, Node

KINDS = tuple(kind.value for kind in FaultKind)
"""The words of faults."""

BOUNDS = ("when", "from", "to", "polls", "answers", "chance")
"""The words of bounds."""

EXAMPLE = "{when: Copy B FAILED, answers: 2, http: 502}, {polls: [3], reset: true}"
"""What faults look like."""


@dataclasses.dataclass(frozen=True, slots=True)
class PlacedFault:
    """A fault, and the nodes of the text that name the node of its bounds and of its contract break."""

    fault: Fault
    when: Node | None
    node: Node | None


def read_faults(node: Node, problems: Problems) -> list[PlacedFault]:
    """The faults of a list; what cannot be read is left out."""
    items = items_of(node, problems, what="faults", example=f"a list of faults: [{EXAMPLE}]")
    return [fault for fault in (_fault(item, problems) for item in items) if fault is not None]


def _fault(node: Node, problems: Problems) -> PlacedFault | None:
    fields = fields_of(node, problems, keys=(*BOUNDS, *KINDS), what="a fault", example=EXAMPLE)
    if fields is None:
        return None
    before = len(problems)
    bounds = _bounds(fields)
    kind = _kind(fields)
    body = None if kind is None else fields.node(kind.value)
    if kind is None or body is None:
        return None
    value = READERS[kind](body, problems)
    if len(problems) > before:
        return None
    named = None
    if kind is FaultKind.BREAK and isinstance(body, Mapping):
        named = next(child for key, child in body.entries if key.text == "node")
    return PlacedFault(Fault(kind=kind, value=value, bounds=bounds), fields.node("when"), named)


def _kind(fields: Fields) -> FaultKind | None:
    found = [kind for kind in FaultKind if kind.value in fields]
    if len(found) == 1:
        return found[0]
    if found:
        wrong = f"a fault is one thing, this one is {len(found)}: {', '.join(found)}"
        fields.problems.add(fields.key(found[1]), "conflict", wrong, allowed="a fault for each")
    elif not fields.meant.intersection(KINDS):
        fields.problems.add(
            fields.mapping, "missing-key", "the fault does nothing", allowed=f"one of {', '.join(KINDS)}"
        )
    return None


def _bounds(fields: Fields) -> Bounds:
    when = read_when(fields) if "when" in fields else None
    since, until = fields.span("from"), fields.span("to")
    if since is not None and until is not None and until <= since:
        fields.problems.add(
            fields.key("to"), "bad-window", "the window ends before it begins", allowed="from less than to"
        )
    answers = fields.whole("answers", 1, least=1, most=MOST_TIMES) if "answers" in fields else None
    chance = fields.node("chance")
    return Bounds(
        node=when[0] if when else None,
        state=when[1] if when else None,
        since=since,
        until=until,
        polls=_polls(fields),
        answers=answers,
        chance=None if chance is None else read_chance(chance, fields.problems, what="chance"),
    )


def _polls(fields: Fields) -> tuple[int, ...]:
    node = fields.node("polls")
    if node is None:
        return ()
    items = items_of(node, fields.problems, what="polls", example="a list of poll numbers: [3, 4]")
    if isinstance(node, Listing) and not items:
        fields.problems.add(node, "empty", "polls is an empty list", allowed="poll numbers from 1: [3, 4]")
    found = (read_whole(item, fields.problems, what="a poll number", least=1, most=MOST_TIMES) for item in items)
    return tuple(number for number in found if number is not None)
