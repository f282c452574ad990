"""Small status trees for the tests of the rules, and what the rules say of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from support.places import ROOT
from taskmock.contracts.api.bk_sops.rules import RULES, Document
from taskmock.contracts.api.bk_sops.tree import walk_tree
from taskmock.contracts.findings.rule import rule_violations
from taskmock.contracts.findings.violation import Violation

NOW = 100
"""The second at which the trees are read; times are seconds after 10:00:00."""

SEED = ROOT / "schemas/get_task_status/doc_2019/examples/response.json"


def at(second: int | None, edition: str = "v2") -> str | None:
    """A time as an edition writes it, or its absence."""
    if second is None:
        return "" if edition == "doc-2019" else None
    return f"2026-03-02 10:{second // 60:02}:{second % 60:02} +0800"


def node_id(number: int) -> str:
    """The id of the node with a number."""
    return f"n{number:031x}"


def node(number: int, state: str, start: int | None = 0, finish: int | None = None, *below: dict[str, Any], **fields):
    """A node of edition v2 with its children; `elapsed_time` agrees with its times, `fields` win over everything."""
    end = NOW if finish is None else finish
    tree = {
        "id": node_id(number),
        "state": state,
        "root_id:": node_id(0),
        "parent_id": node_id(number),
        "version": f"v{number:032x}",
        "loop": 1,
        "retry": 0,
        "skip": False,
        "error_ignorable": False,
        "error_ignored": False,
        "children": {child["id"]: child for child in below},
        "elapsed_time": 0 if start is None else end - start,
        "start_time": at(start),
        "finish_time": at(finish),
        "name": f"Step {number}" if number else "Release",
        **fields,
    }
    for child in below:
        child["parent_id"] = tree["id"]
    return tree


def created(name: str) -> dict[str, Any]:
    """A task that has not started, as both engines show it."""
    return {
        "start_time": None,
        "state": "CREATED",
        "retry": 0,
        "skip": 0,
        "finish_time": None,
        "elapsed_time": 0,
        "children": {},
        "name": name,
    }


def converted(tree: dict[str, Any], edition: str) -> dict[str, Any]:
    """The same tree in an edition of engine 1, its outermost node as the task."""
    below = [converted(child, edition) for child in tree["children"].values()]
    kept = {key: value for key, value in tree.items() if key not in {"root_id:", "parent_id"}}
    kept["children"] = dict(zip(tree["children"], below, strict=True))
    kept["version"] = "" if tree["id"] == node_id(0) else tree["version"][1:]
    if edition == "v1":
        return {**kept, "state_refresh_at": "2026-03-02T02:00:00.000Z"}
    for field in ("elapsed_time", "error_ignorable", "error_ignored"):
        del kept[field]
    return {**kept, **{field: kept[field] or "" for field in ("start_time", "finish_time")}}


def seed() -> dict[str, Any]:
    """The document's example response."""
    body: dict[str, Any] = json.loads(SEED.read_text(encoding="utf-8"))
    return body


def prepared(data: dict[str, Any], edition: str = "v2", request: Mapping[str, Any] | None = None) -> Document:
    """The document that rules judge."""
    return Document(edition, data, tuple(walk_tree(data)), request)


def found(data: dict[str, Any], edition: str = "v2", request: Mapping[str, Any] | None = None) -> list[str]:
    """What the rules find: `code at pointer: message (expected)`, ids shortened to `#number`."""
    violations = broken_rules(prepared(data, edition, request))
    lines = (f"{v.code} at {v.pointer}: {v.message} ({v.expected})" for v in violations)
    return [shortened(line) for line in lines]


def broken_rules(document: Document, *, skip: Collection[str] = ()) -> Iterator[Violation]:
    """The violations of the rules of documents."""
    return rule_violations(RULES, document, document.edition, skip=skip)


def shortened(line: str) -> str:
    """A line in which the ids of the small trees read `#number`."""
    for number in range(12):
        line = line.replace(node_id(number), f"#{number}")
    return line
