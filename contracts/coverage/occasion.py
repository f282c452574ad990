"""When a rule has something to judge: a document without its occasion passes the rule, but proves nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from taskmock.contracts.api.bk_sops.rules import Document
from taskmock.contracts.api.bk_sops.rules.document import Observed

Occasion: TypeAlias = Callable[[Document], bool]

NEEDS_REQUEST = frozenset({"id.request", "root-id.request", "version.task", "ex-data.request"})
"""Rules that only an answer whose request is known can exercise."""

_NOT_STARTED = frozenset({"", "READY", "LOOP_READY", "CREATED", "EXPIRED"})


def has_occasion(code: str, document: Document) -> bool:
    """Whether a document gives a rule something to judge."""
    return OCCASIONS[code](document)


def _any(wanted: Callable[[Observed], object]) -> Occasion:
    return lambda document: any(wanted(node) for node in document.observed)


def _in_state(*states: str) -> Occasion:
    return _any(lambda node: node.state in states)


def _parent_in(state: str) -> Occasion:
    return _any(lambda node: node.state == state and node.children)


def _pair(wanted: Callable[[Observed, Observed], object]) -> Occasion:
    """Whether there is a node and one of its children that are wanted together."""
    return _any(lambda node: any(wanted(node, child) for child in node.children))


def _has_children(document: Document) -> bool:
    return len(document.nodes) > 1


def _is_marked(field: str) -> Occasion:
    return _any(lambda node: node.node.value.get(field) is True)


def _ignores_an_error(document: Document) -> bool:
    return any(node.node.value.get("error_ignored") is True and node.loop == 1 for node in document.observed[1:])


def _says(field: str) -> Occasion:
    """Whether the task has an object that is not empty under a field."""
    return lambda document: bool(document.data.get(field))


def _names(field: str) -> Occasion:
    return lambda document: field in document.data


def _measures(node: Observed) -> bool:
    return type(node.node.value.get("elapsed_time")) in {int, float}


def _goes_on(node: Observed) -> bool:
    return _measures(node) and node.start is not None and node.has_no_finish


def _is_asked(document: Document) -> bool:
    return document.request is not None


def _has_time(node: Observed) -> bool:
    return any(node.node.value.get(field) for field in ("start_time", "finish_time", "state_refresh_at"))


OCCASIONS: dict[str, Occasion] = {
    "id.key-mismatch": _has_children,
    "id.duplicate": _has_children,
    "id.request": _is_asked,
    "parent-id.mismatch": _has_children,
    "parent-id.top": _names("parent_id"),
    "root-id.mismatch": _any(lambda node: "root_id:" in node.node.value),
    "root-id.request": _is_asked,
    "version.task": _is_asked,
    "name.length": _has_children,
    "revoked.end-event": lambda document: document.top.state == "REVOKED" and _has_children(document),
    "parent.running": _parent_in("RUNNING"),
    "parent.running-over-failed": _pair(lambda node, child: (node.state, child.state) == ("RUNNING", "FAILED")),
    "parent.failed": _parent_in("FAILED"),
    "parent.failed-over-running": _parent_in("FAILED"),
    "parent.node-suspended": _in_state("NODE_SUSPENDED"),
    "parent.blocked": _in_state("BLOCKED"),
    "parent.finished": _parent_in("FINISHED"),
    "parent.finished-empty": lambda document: document.top.state == "FINISHED" and document.is_whole_task,
    "parent.created": _in_state("CREATED"),
    "times.calendar": _any(_has_time),
    "times.order": _any(lambda node: node.start is not None and node.finish is not None),
    "times.child-start": _pair(lambda node, child: node.start is not None and child.start is not None),
    "times.child-finish": _pair(lambda node, child: node.finish is not None and child.finish is not None),
    "times.missing": _any(lambda node: node.state not in _NOT_STARTED),
    "times.unexpected": _any(lambda node: node.state not in {"", "FINISHED"}),
    "elapsed.difference": _any(lambda node: _measures(node) and node.start is not None and node.finish is not None),
    "elapsed.not-started": _any(lambda node: _measures(node) and node.has_no_start),
    "elapsed.negative": _any(_measures),
    "elapsed.now": lambda document: sum(_goes_on(node) for node in document.observed) > 1,
    "times.future": _any(_goes_on),
    "skip.state": _is_marked("skip"),
    "skip.moment": _any(lambda node: node.state == "FINISHED" and node.node.value.get("skip") is True),
    "error-ignored.state": _ignores_an_error,
    "error-ignored.skip": _ignores_an_error,
    "error-ignored.ignorable": _ignores_an_error,
    "ex-data.state": _names("ex_data"),
    "ex-data.task": _names("ex_data"),
    "ex-data.request": _is_asked,
    "ex-data.key": _says("ex_data"),
    "ex-data.missing": _names("ex_data"),
    "failed-node-info.key": _says("failed_node_info"),
    "failed-node-info.entry": _says("failed_node_info"),
    "auto-retry.nodes": _says("auto_retry_status"),
}
"""The occasion of every rule."""
