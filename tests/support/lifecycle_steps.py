"""Small trees as the answers of one task, and what the rules between polls say of them."""

from __future__ import annotations

from typing import Any

from support.status_trees import converted, created, node, shortened
from taskmock.contracts import Contract, Poll, Report
from taskmock.contracts.api.bk_sops.lifecycle import BACKWARDS, RULES, STALE

Tree = dict[str, Any]

CREATED = created("Release")
EXPIRED: Tree = {"state": "EXPIRED", "name": "Release"}


def task(state: str, *below: Tree, finish: int | None = None, **fields: Any) -> Tree:
    """A task that has started at second 0; it is read at second 100 unless `elapsed_time` says so."""
    return node(0, state, 0, finish, *below, **fields)


def done(number: int, **fields: Any) -> Tree:
    """A node that is through."""
    return node(number, "FINISHED", 1, 2, **fields)


def answer(data: Tree, edition: str = "v2") -> dict[str, Any]:
    """A tree as a whole answer of an edition."""
    shown = data if "id" not in data or edition == "v2" else converted(data, edition)
    return {"result": True, "data": shown, "code": 0, "message": ""}


def judged(*trees: Tree, edition: str = "v2", gap: float | None = 20.0) -> Report:
    """The verdict on a history that is polled at equal intervals in seconds."""
    polls = [Poll(answer(tree, edition), gap and number * gap) for number, tree in enumerate(trees)]
    return Contract(edition).check_history(polls)


def found(*trees: Tree, edition: str = "v2", gap: float | None = 20.0) -> list[str]:
    """What the rules between polls find: `code at pointer: message (expected)`."""
    ours = {*(rule.code for rule in RULES), STALE, BACKWARDS}
    return [
        shortened(f"{v.code} at {v.pointer.removeprefix('/data')}: {v.message} ({v.expected})")
        for v in judged(*trees, edition=edition, gap=gap).violations
        if v.code in ours
    ]
