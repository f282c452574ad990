"""When a rule has something to judge: a document that gives it nothing passes the rule, but proves nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from taskmock.contracts.api.bk_sops.rules.document import Document, Observed

Applies: TypeAlias = Callable[[Document], bool]

NOT_STARTED = frozenset({"", "READY", "LOOP_READY", "CREATED", "EXPIRED"})


def any_node(wanted: Callable[[Observed], object]) -> Applies:
    return lambda document: any(wanted(node) for node in document.observed)


def in_state(*states: str) -> Applies:
    return any_node(lambda node: node.state in states)


def parent_in(state: str) -> Applies:
    return any_node(lambda node: node.state == state and node.children)


def parent_and_child(wanted: Callable[[Observed, Observed], object]) -> Applies:
    """Whether there is a node and one of its children that are wanted together."""
    return any_node(lambda node: any(wanted(node, child) for child in node.children))


def has_children(document: Document) -> bool:
    return len(document.nodes) > 1


def is_marked(field: str) -> Applies:
    return any_node(lambda node: node.value.get(field) is True)


def ignores_an_error(document: Document) -> bool:
    return any(node.value.get("error_ignored") is True and node.loop == 1 for node in document.observed[1:])


def has_value(field: str) -> Applies:
    """Whether the task has an object that is not empty under a field."""
    return lambda document: bool(document.data.get(field))


def has_field(field: str) -> Applies:
    return lambda document: field in document.data


def measures(node: Observed) -> bool:
    return type(node.value.get("elapsed_time")) in {int, float}


def goes_on(node: Observed) -> bool:
    return measures(node) and node.start is not None and node.has_no_finish


def is_asked(document: Document) -> bool:
    return document.request is not None


def has_time(node: Observed) -> bool:
    return any(node.value.get(field) for field in ("start_time", "finish_time", "state_refresh_at"))
