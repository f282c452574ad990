"""The rows of a drawn tree: every node with its depth, name, state and the findings at it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from taskmock.contracts.api.bk_sops.states import known_states
from taskmock.contracts.api.bk_sops.tree import tree_of, walk_tree
from taskmock.contracts.findings.cause import Cause
from taskmock.contracts.findings.pointer import escaped
from taskmock.contracts.validation.walk import Place

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
    causes: tuple[Cause, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Outline:
    """The rows of a tree in their order, how many nodes are not drawn, and the findings that are at no node."""

    rows: tuple[Row, ...]
    hidden: int
    elsewhere: tuple[Cause, ...]


def outline(
    body: object, causes: Sequence[Cause], *, most_rows: int = DRAWN, most_characters: int = KEPT_CHARACTERS
) -> Outline:
    """The outline of a judged answer, the last one of a history; without rows where there is no tree to draw."""
    nodes = _nodes(body[-1] if isinstance(body, (list, tuple)) and body else body, most_characters)
    by_node: dict[str, list[Cause]] = {}
    elsewhere: list[Cause] = []
    for cause in causes:
        place = cause.first.pointer
        while place and place not in nodes:
            place = place.rpartition("/")[0]
        (by_node.setdefault(place, []) if place else elsewhere).append(cause)
    drawn = [(*node, tuple(by_node.get(place, ()))) for place, node in nodes.items()]
    if len(drawn) > most_rows:
        drawn = [*drawn[:most_rows], *(row for row in drawn[most_rows:] if row[2])]
    rows = tuple(_row(*row) for row in drawn)
    return Outline(rows, len(nodes) - len(rows), tuple(elsewhere))


def _nodes(body: object, most_characters: int) -> dict[str, tuple[Place, int]]:
    """Every node by its JSON Pointer, with its depth; parents before children."""
    nodes: dict[str, tuple[Place, int]] = {}
    places: dict[int, str] = {}
    held = 0
    for node in walk_tree(tree_of(body)):
        if node.parent is None:
            place, depth = node.prefix, 0
        else:
            above = places[id(node.parent)]
            place, depth = f"{above}/{node.form.entry}/{escaped(str(node.key))}", nodes[above][1] + 1
        places[id(node)] = place
        nodes[place] = node, depth
        held += len(place)
        if held > most_characters:
            break
    return nodes


def _row(node: Place, depth: int, causes: tuple[Cause, ...]) -> Row:
    state = node.value.get("state")
    text = state if isinstance(state, str) else "no state"
    folds = any(isinstance(child, dict) for child in node.children.values())
    return Row(depth, node.label[:LONGEST], text[:LONGEST], text in known_states(), folds, causes)
