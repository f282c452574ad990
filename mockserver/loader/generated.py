"""Reads `generate:`, which stands for a whole flow: a task drawn from the scenario's name, as it is wished for."""

from __future__ import annotations

from taskmock.mockserver.generator import generate
from taskmock.mockserver.loader.fields import Fields, fields_of
from taskmock.mockserver.loader.flow import MOST_STEPS
from taskmock.mockserver.loader.scalars import read_choice
from taskmock.mockserver.scenario import Play
from taskmock.mockserver.wish import MAX_DEPTH, STATES, GenerateError, Wish
from taskmock.mockserver.yaml_node import Node

KEYS = ("nodes", "depth", "breadth", "state", "plain")
"""What can be wished for."""

EXAMPLE = "{nodes: 100, depth: 4, state: FAILED}"
"""What a wish looks like."""

MOST_BREADTH = 1000
"""The most arms of a gateway that can be wished for."""


def read_generated(fields: Fields, *, seed: str, edition: str | None) -> Play | None:
    """The script that `generate:` draws from a seed; None where it cannot be (which is noted)."""
    node, problems = fields.node("generate"), fields.problems
    wish = None if node is None else fields_of(node, problems, keys=KEYS, what="generate", example=EXAMPLE)
    if node is None or wish is None:
        return None
    before = len(problems)
    wished = _wish(wish, edition or Wish().edition)
    if len(problems) > before:
        return None
    return _drawn(wished, seed, fields, node)


def _wish(wish: Fields, edition: str) -> Wish:
    state = wish.node("state")
    return Wish(
        nodes=_count(wish, "nodes", MOST_STEPS),
        depth=_count(wish, "depth", MAX_DEPTH),
        breadth=wish.whole("breadth", Wish().breadth, least=2, most=MOST_BREADTH),
        state=None if state is None else read_choice(state, wish.problems, what="state", choices=STATES[edition]),
        edition=edition,
        plain=wish.flag("plain"),
    )


def _count(wish: Fields, key: str, most: int) -> int | None:
    return wish.whole(key, 1, least=1, most=most) if key in wish else None


def _drawn(wish: Wish, seed: str, fields: Fields, node: Node) -> Play | None:
    try:
        return generate(seed, "", wish).scenario.plays[0]
    except GenerateError as error:
        fields.problems.add(node, "bad-wish", str(error))
        return None
