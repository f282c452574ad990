"""The rows of a drawn tree: every node with its depth, name, state and the findings at it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from taskmock.contracts.findings.violation import Violation
from taskmock.contracts.validation.body import BodyError, decoded_object
from taskmock.contracts.validation.walk import Node, escaped, walk

DRAWN = 5_000
"""Most nodes that are drawn; of larger trees, the first ones and those with findings."""

KEPT_CHARACTERS = 64_000_000
"""Most text of places that is kept; the places of very deep nodes are long."""

LONGEST = 300
"""Most characters of a drawn name or state."""


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One node as it is drawn; `folds` says whether it has nodes below."""

    depth: int
    name: str
    state: str
    is_known_state: bool
    folds: bool
    violations: tuple[Violation, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Outline:
    """The rows of a tree in their order, how many nodes are not drawn, and the findings that are at no node."""

    rows: tuple[Row, ...]
    hidden: int
    elsewhere: tuple[Violation, ...]


def outline(body: object, violations: Sequence[Violation]) -> Outline:
    """The outline of a judged answer, the last one of a history; without rows where there is no tree to draw."""
    nodes = _nodes(body[-1] if isinstance(body, (list, tuple)) and body else body)
    by_node: dict[str, list[Violation]] = {}
    elsewhere: list[Violation] = []
    for violation in violations:
        place = violation.pointer
        while place and place not in nodes:
            place = place.rpartition("/")[0]
        (by_node.setdefault(place, []) if place else elsewhere).append(violation)
    drawn = [(node, by_node.get(place, [])) for place, node in nodes.items()]
    if len(drawn) > DRAWN:
        drawn = [*drawn[:DRAWN], *((node, found) for node, found in drawn[DRAWN:] if found)]
    rows = tuple(_row(node, tuple(found)) for node, found in drawn)
    return Outline(rows, len(nodes) - len(rows), tuple(elsewhere))


def _nodes(body: object) -> dict[str, Node]:
    """Every node by its JSON Pointer, parents before children."""
    try:
        data = decoded_object(body).get("data")
    except BodyError:
        return {}
    if not isinstance(data, dict) or "state" not in data:
        return {}
    nodes: dict[str, Node] = {}
    places: dict[int, str] = {}
    held = 0
    for node in walk(data):
        above = "" if node.parent is None else places[id(node.parent)]
        place = f"{above}/children/{escaped(node.key)}" if above else node.prefix
        places[id(node)] = place
        nodes[place] = node
        held += len(place)
        if held > KEPT_CHARACTERS:
            break
    return nodes


def _row(node: Node, violations: tuple[Violation, ...]) -> Row:
    state = node.value.get("state")
    text = state if isinstance(state, str) else "no state"
    folds = any(isinstance(child, dict) for child in node.children.values())
    return Row(node.depth, node.label[:LONGEST], text[:LONGEST], _is_known(text), folds, violations)


def _is_known(state: str) -> bool:
    from taskmock.contracts.validation.vocabulary import states_of
    from taskmock.schemas import EDITIONS

    return any(state in states_of(edition, level) for edition in EDITIONS for level in ("task", "node"))
