"""Reads what makes a gateway: its kind, its arms by name, and which of them are taken."""

from __future__ import annotations

import dataclasses

from taskmock.mockserver.core.flow import BranchKind
from taskmock.mockserver.core.plain import NONE
from taskmock.mockserver.scenarios.reader.fields import Fields, fields_of, items_of
from taskmock.mockserver.scenarios.syntax.nodes import Listing, Mapping, Node, Scalar, quoted
from taskmock.mockserver.scenarios.syntax.problems import kind_of
from taskmock.schemas import closest

ARM = "a list of steps: [Copy A: 3s, Check A: 1s]"
"""What an arm looks like."""

GATEWAYS = {
    BranchKind.PARALLEL.value: "a list of arms, each a list: [[Copy A: 3s], [Copy B: 3s]]",
    BranchKind.EXCLUSIVE.value: "{take: ok, arms: {ok: [Notify: 1s], bad: [Undo: 1s]}}",
    BranchKind.CONDITIONAL.value: "{take: [a, b], arms: {a: [Notify: 1s], b: [Log: 1s]}}",
}
"""What stands behind each of these words."""


@dataclasses.dataclass(frozen=True, slots=True)
class BranchNodes:
    """A gateway whose arms are still to be read."""

    kind: BranchKind
    arms: tuple[tuple[str, Node], ...]
    take: tuple[str, ...]


def branch_nodes(word: str, fields: Fields) -> BranchNodes | None:
    """The gateway that a step word and its body describe; None where there are no arms to be read."""
    kind, body = BranchKind(word), fields.node(word)
    assert body is not None  # noqa: S101  # the step is a gateway because this key is there
    if kind is BranchKind.PARALLEL:
        arms = _parallel_arms(body, fields)
        return BranchNodes(kind, arms, tuple(name for name, _ in arms)) if arms else None
    inner = fields_of(body, fields.problems, keys=("take", "arms"), what=word, example=GATEWAYS[kind])
    if inner is None:
        return None
    found = inner.require("arms", allowed="{NAME: [Notify: 1s]}")
    arms = () if found is None else _named_arms(found, inner, kind)
    taken = inner.require("take", allowed="the arm's name, or none" if kind is BranchKind.EXCLUSIVE else "[NAME, NAME]")
    if not arms or taken is None:
        return BranchNodes(kind, arms, ()) if arms else None
    names = [name for name, _ in arms]
    take = _one if kind is BranchKind.EXCLUSIVE else _some
    return BranchNodes(kind, arms, take(taken, inner, names))


def _parallel_arms(body: Node, fields: Fields) -> tuple[tuple[str, Node], ...]:
    if isinstance(body, Mapping) and body.entries:
        return tuple({key.text: arm for key, arm in body.entries}.items())
    if isinstance(body, Listing) and body.items:
        return tuple((str(number), arm) for number, arm in enumerate(body.items, 1))
    fields.problems.add(body, "bad-arm", f"parallel is {kind_of(body)}", allowed=GATEWAYS[BranchKind.PARALLEL])
    return ()


def _named_arms(node: Node, fields: Fields, kind: BranchKind) -> tuple[tuple[str, Node], ...]:
    if not isinstance(node, Mapping) or not node.entries:
        fields.problems.add(node, "bad-arm", f"arms is {kind_of(node)}", allowed=GATEWAYS[kind])
        return ()
    for key, _ in node.entries:
        if key.text == NONE and kind is BranchKind.EXCLUSIVE:
            wrong = "an arm is called 'none', which means no arm"
            fields.problems.add(key, "reserved", wrong, allowed="another name")
    return tuple({key.text: arm for key, arm in node.entries}.items())


def _one(node: Node, fields: Fields, names: list[str]) -> tuple[str, ...]:
    if not isinstance(node, Scalar):
        wrong = f"an exclusive gateway takes one arm, not {kind_of(node)}"
        fields.problems.add(node, "bad-take", wrong, allowed=f"one of {', '.join(names)}, {NONE}")
        return ()
    if node.text == NONE or not _is_arm(node, fields, [*names, NONE]):
        return ()
    return (node.text,)


def _some(node: Node, fields: Fields, names: list[str]) -> tuple[str, ...]:
    taken: list[str] = []
    for item in items_of(node, fields.problems, what="take", example=f"a list of arms: [{', '.join(names[:5])}]"):
        if not isinstance(item, Scalar):
            fields.problems.add(item, "bad-take", f"an arm's name is {kind_of(item)}", allowed=", ".join(names))
        elif item.text in taken:
            fields.problems.add(item, "bad-take", f"the arm {item.text!r} is taken twice", allowed="each arm once")
        elif _is_arm(item, fields, names):
            taken.append(item.text)
    return tuple(taken)


def _is_arm(node: Scalar, fields: Fields, names: list[str]) -> bool:
    if node.text not in names:
        wrong, meant = f"no arm is called {quoted(node.text)}", closest(node.text, names)
        fields.problems.add(node, "bad-take", wrong, allowed=", ".join(names), meant=meant)
    return node.text in names
