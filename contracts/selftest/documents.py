"""Good answers of every edition, in the states that mutations need: examples of the schemas, and trees made here."""

from __future__ import annotations

from typing import Any

from taskmock.contracts.api.bk_sops.tree import walk_tree
from taskmock.schemas import load_example

NOW = 100
"""The second at which the trees are read; their times are seconds after 10:00:00."""

AGE = 30
"""How many seconds later a task is looked at again."""

EXAMPLES = {
    "doc-2019": ("response", "failure"),
    "v1": ("response", "created", "expired", "failure"),
    "v2": ("response", "created", "expired", "failure"),
}

ENGINE_1, ENGINE_2, EVERY = ("doc-2019", "v1"), ("v2",), ("doc-2019", "v1", "v2")


def documents(edition: str) -> dict[str, dict[str, Any]]:
    """Good answers of an edition by name, fresh copies."""
    found = {f"example {name}": load_example(edition, name) for name in EXAMPLES[edition]}
    for name, (editions, tree) in _trees().items():
        if edition in editions:
            found[name] = {"result": True, "data": tree if edition == "v2" else _older(tree, edition)}
    return found


def later(body: dict[str, Any]) -> dict[str, Any]:
    """The same answer `AGE` seconds later, with nothing but that time gone by; changes the body itself."""
    for node in walk_tree(body["data"]):
        if node.value.get("start_time") and not node.value.get("finish_time") and "elapsed_time" in node.value:
            node.value["elapsed_time"] += AGE
    return body


def _trees() -> dict[str, tuple[tuple[str, ...], dict[str, Any]]]:
    """Trees of edition v2 by name, with the editions in which their like is good."""
    done, failed = _node(1, "FINISHED", 0, 10), _node(2, "FAILED", 10, 20)
    skipped = _node(3, "FINISHED", 20, 20, skip=True)
    inner = _node(4, "FINISHED", 20, 60, _node(5, "FINISHED", 20, 40), _node(6, "FINISHED", 40, 60))
    going = _node(4, "RUNNING", 20, None, _node(5, "FINISHED", 20, 40), _node(6, "RUNNING", 40))
    revoked = _node(4, "REVOKED", 20, None, _node(5, "FINISHED", 20, 40))
    waiting = _node(4, "NODE_SUSPENDED", 20, None, _node(5, "SUSPENDED"))
    retried = _node(2, "RUNNING", 10, retry=2)
    trees = {
        "a failed task": (EVERY, _node(0, "FAILED", 0, None, done, failed)),
        "a failed task with ex_data": (ENGINE_2, _node(0, "FAILED", 0, None, done, failed, ex_data=_said(failed))),
        "a failed subprocess with ex_data": (("v1",), _part("FAILED", done, failed, ex_data=_said(failed))),
        "a finished task": (EVERY, _node(0, "FINISHED", 0, 90, done, skipped, inner)),
        "a running task": (EVERY, _node(0, "RUNNING", 0, None, done, going, _node(7, "RUNNING", 20))),
        "a task about to go on": (ENGINE_2, _node(0, "RUNNING", 0, None, done, _node(2, "READY"))),
        "a retried task": (("v1",), _node(0, "RUNNING", 0, None, done, _node(2, "READY"))),
        "a task with a paused node": (ENGINE_2, _node(0, "NODE_SUSPENDED", 0, None, done, waiting)),
        "a blocked task": (("v1",), _node(0, "BLOCKED", 0, None, done, _node(2, "FINISHED", 10, 20))),
        "a revoked task": (ENGINE_2, _node(0, "REVOKED", 0, None, done, _node(2, "REVOKED", 10, 20))),
        "a revoked subprocess": (ENGINE_1, _node(0, "REVOKED", 0, 90, done, revoked)),
        "a task in a loop": (EVERY, _node(0, "RUNNING", 0, None, _node(1, "FINISHED", 5, 10, loop=2), retried)),
        "a paused task": (EVERY, _node(0, "SUSPENDED", 0, None, done, _node(2, "RUNNING", 10))),
    }
    return {name: (editions, _whole(tree)) for name, (editions, tree) in trees.items()}


def _said(leaf: dict[str, Any]) -> dict[str, str]:
    return {leaf["id"]: "disk full"}


def _part(state: str, *below: dict[str, Any], **fields: object) -> dict[str, Any]:
    """A subtree that was asked for: its parent is not itself."""
    return _node(9, state, 0, None, *below, parent_id=_id(0), **fields)


def _node(
    number: int,
    state: str,
    start: int | None = None,
    finish: int | None = None,
    *below: dict[str, Any],
    **fields: object,
) -> dict[str, Any]:
    """A node of edition v2 with its children; `elapsed_time` agrees with its times."""
    return {
        "id": _id(number),
        "state": state,
        "root_id:": _id(0),
        "parent_id": _id(0),
        "version": f"v{number:032x}",
        "loop": 1,
        "retry": 0,
        "skip": False,
        "error_ignorable": False,
        "error_ignored": False,
        "children": {child["id"]: child for child in below},
        "elapsed_time": 0 if start is None else (NOW if finish is None else finish) - start,
        "start_time": _time(start),
        "finish_time": _time(finish),
        "name": f"Step {number}" if number else "Release",
        **fields,
    }


def _whole(tree: dict[str, Any]) -> dict[str, Any]:
    """A copy of a tree in which every node names its parent; trees share their nodes before."""
    children = {key: {**_whole(child), "parent_id": tree["id"]} for key, child in tree["children"].items()}
    return {**tree, "children": children}


def _older(tree: dict[str, Any], edition: str) -> dict[str, Any]:
    """The same tree in an edition of engine 1."""
    kept = {key: value for key, value in tree.items() if key not in {"root_id:", "parent_id"}}
    kept["children"] = {key: _older(child, edition) for key, child in tree["children"].items()}
    kept["version"] = "" if tree["id"] == _id(0) else tree["version"][1:]
    if edition == "v1":
        return {**kept, "state_refresh_at": "2026-03-02T02:00:00.000Z"}
    for field in ("elapsed_time", "error_ignorable", "error_ignored"):
        del kept[field]
    return {**kept, **{field: kept[field] or "" for field in ("start_time", "finish_time")}}


def _time(second: int | None) -> str | None:
    return None if second is None else f"2026-03-02 10:{second // 60:02}:{second % 60:02} +0800"


def _id(number: int) -> str:
    return f"n{number:031x}"
