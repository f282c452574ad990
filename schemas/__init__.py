"""The JSON Schemas of task-status APIs, with examples and states, and a loader for them. Standard library only.

Imports inside functions keep `import taskmock.schemas` free of cost for command lines and plugins.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

EDITIONS = ("doc-2019", "v1", "v2")
"""Every edition of `get_task_status`: the document of 2019, engine 1 today, engine 2 today."""

SCHEMAS = ("request", "response", "node")
"""The schemas of an edition: `response` is recursive, `node` judges one node without its children's contents."""


def load_schema(edition: str, name: str) -> dict[str, Any]:
    """The schema `name` of an edition, a fresh copy.

    Raises: ValueError for an unknown edition or schema, with those there are.
    """
    return load_json(f"get_task_status/{_folder(edition)}/{chosen('schema', name, SCHEMAS)}.schema.json")


def load_example(edition: str, name: str) -> dict[str, Any]:
    """The example `name` of an edition (`request`, `response`, `failure`; not in doc-2019: `created`, `expired`).

    Raises: ValueError for an unknown edition or example, with those there are.
    """
    import importlib.resources

    folder = f"get_task_status/{_folder(edition)}/examples"
    found = (importlib.resources.files(__name__) / folder).iterdir()
    names = tuple(sorted(item.name.removesuffix(".json") for item in found if item.name.endswith(".json")))
    return load_json(f"{folder}/{chosen('example', name, names)}.json")


def load_states() -> tuple[dict[str, Any], ...]:
    """The vocabulary of states: `state meaning documented final levels source`, `levels` by edition (task, node)."""
    return tuple(load_json("get_task_status/states.json")["states"])


def load_operations() -> dict[str, dict[str, Any]]:
    """Every call of the API by name: `name summary method route required writes editions`, and `since` where known."""
    return {row["name"]: row for row in load_json("operations.json")["operations"]}


def load_doors() -> dict[str, tuple[str, ...]]:
    """The paths of each door that leads to the calls: with `{operation}`, or with `{stage}` and `{route}`, in them."""
    return {name: tuple(paths) for name, paths in load_json("operations.json")["doors"].items()}


def load_report_schema() -> dict[str, Any]:
    """The schema of the judge's report in JSON."""
    return load_json("report.schema.json")


def load_json(path: str) -> dict[str, Any]:
    """A decoded file of this package by its path (`/` between the parts)."""
    import importlib.resources
    import json

    text = (importlib.resources.files(__name__) / path).read_text(encoding="utf-8")
    decoded: dict[str, Any] = json.loads(text)
    return decoded


def chosen(what: str, value: str, allowed: tuple[str, ...]) -> str:
    """The value itself where it is allowed.

    Raises: ValueError that names the value, those allowed and the closest of them.
    """
    if value in allowed:
        return value
    raise ValueError(f"unknown {what} {value!r}: choose one of {', '.join(allowed)}{hint(value, allowed)}")


def hint(value: str, allowed: Iterable[str]) -> str:
    """A question for the allowed value most like a given one, to be put behind a sentence; "" where none is near."""
    import difflib

    closest = difflib.get_close_matches(str(value).lower(), list(allowed), n=1, cutoff=0.5)
    return f"; did you mean {closest[0]!r}?" if closest else ""


def _folder(edition: str) -> str:
    return chosen("edition", edition, EDITIONS).replace("-", "_")
