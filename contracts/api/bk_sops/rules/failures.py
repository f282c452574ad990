"""Rules about what describes the failed nodes of a task: `ex_data`, `failed_node_info`, `auto_retry_status`."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

from taskmock.contracts.api.bk_sops.edition import ENGINES
from taskmock.contracts.api.bk_sops.rules.applies import has_field, has_value, is_asked
from taskmock.contracts.api.bk_sops.rules.document import Document
from taskmock.contracts.findings.rule import Finding, Rule, fact, rule

EX_DATA, FAILED_INFO, AUTO_RETRY = "ex_data", "failed_node_info", "auto_retry_status"


RULES: list[Rule[Document]] = []


@rule("ex-data.state", RULES, reads=("state",), applies_to=ENGINES, applies=has_field("ex_data"))
def ex_data_needs_a_failed_task(document: Document) -> Iterator[Finding]:
    """`ex_data` is there only when asked for and the task is FAILED."""
    if EX_DATA in document.data and document.top.state not in {"FAILED", ""}:
        message, names = "a {0} task has ex_data", (document.top.state,)
        yield Finding(document.top, (EX_DATA,), message, "ex_data on a FAILED task only", names)


@rule("ex-data.task", RULES, applies_to=("v1",), applies=has_field("ex_data"))
def ex_data_is_not_on_a_v1_task(document: Document) -> Iterator[Finding]:
    """A task of engine 1 ignores the flag; `ex_data` is there only where `subprocess_id` has named the node."""
    if _tells_task_errors(document):
        return
    named = document.request is not None and document.request.get("subprocess_id")
    if EX_DATA in document.data and document.is_whole_task and not named:
        yield Finding(document.top, (EX_DATA,), "a whole task of engine 1 has ex_data", "no ex_data")


@rule("ex-data.request", RULES, reads=("state",), applies_to=ENGINES, applies=is_asked)
def ex_data_answers_request(document: Document) -> Iterator[Finding]:
    """`ex_data` is there when asked for (any non-empty flag is true) and the task of engine 2 is FAILED; not else."""
    if document.request is None:
        return
    flag = document.request.get("with_ex_data")
    asked = flag is not None and flag != ""
    if EX_DATA in document.data and not asked:
        yield Finding(document.top, (EX_DATA,), "ex_data was not asked for", "no ex_data")
    elif asked and EX_DATA not in document.data and document.top.state == "FAILED" and _tells_task_errors(document):
        yield Finding(document.top, (), "ex_data was asked for and is missing", "ex_data of the FAILED task")


@rule("ex-data.key", RULES, reads=("children",), applies_to=ENGINES, applies=has_value("ex_data"))
def ex_data_keys_are_failed_leaves(document: Document) -> Iterator[Finding]:
    """The keys of `ex_data` are the FAILED leaves that are reachable through FAILED parents."""
    message = "ex_data speaks of something else than a FAILED leaf below FAILED parents"
    yield from _foreign_keys(document, EX_DATA, _failed_leaves(document), message, "the id of a FAILED leaf")


@rule("ex-data.missing", RULES, reads=("ex_data", "children"), applies_to=ENGINES, applies=has_field("ex_data"))
def ex_data_is_complete(document: Document) -> Iterator[Finding]:
    """`ex_data` has an entry for every FAILED leaf that is reachable through FAILED parents."""
    ex_data = document.data.get(EX_DATA)
    if not isinstance(ex_data, dict):
        return
    for key in _failed_leaves(document):
        if key not in ex_data:
            message, reads = "ex_data has no entry for a FAILED leaf", _states_above(document, key)
            yield Finding(document.top, (EX_DATA, key), message, "an entry", reads=reads)


@rule("failed-node-info.key", RULES, reads=("children",), applies_to=ENGINES, applies=has_value("failed_node_info"))
def failed_node_info_keys_are_failed_nodes(document: Document) -> Iterator[Finding]:
    """The keys of `failed_node_info` are FAILED nodes of the task."""
    message = "failed_node_info speaks of something else than a FAILED node"
    yield from _foreign_keys(document, FAILED_INFO, _failed_nodes(document), message, "the id of a FAILED node")


@rule("failed-node-info.entry", RULES, applies_to=ENGINES, applies=has_value("failed_node_info"))
def failed_node_info_entries_agree(document: Document) -> Iterator[Finding]:
    """An entry of `failed_node_info` names its own node and has not retried more often than it may."""
    for key in _keys(document, FAILED_INFO):
        entry = document.data[FAILED_INFO][key]
        if not isinstance(entry, dict):
            continue
        named, times, most = (entry.get(k) for k in ("node_id", "auto_retry_times", "max_auto_retry_times"))
        if isinstance(named, str) and named != key:
            yield Finding(
                document.top, (FAILED_INFO, key, "node_id"), "node_id differs from its key", "{0}", (f'"{key}"',)
            )
        if type(times) is int and type(most) is int and times > most:
            where = (FAILED_INFO, key, "auto_retry_times")
            yield Finding(document.top, where, "more automatic retries than allowed", "max_auto_retry_times at most")


@rule("auto-retry.nodes", RULES, reads=("children",), applies_to=ENGINES, applies=has_value("auto_retry_status"))
def auto_retry_nodes_are_failed_nodes(document: Document) -> Iterator[Finding]:
    """`auto_retry_nodes` lists FAILED nodes of the task, and `exist_auto_retry_nodes` says whether there are any."""
    status = document.data.get(AUTO_RETRY)
    nodes = status.get("auto_retry_nodes") if isinstance(status, dict) else None
    if not isinstance(status, dict) or not isinstance(nodes, list):
        return
    exist = status.get("exist_auto_retry_nodes")
    if isinstance(exist, bool) and exist != bool(nodes):
        where = (AUTO_RETRY, "exist_auto_retry_nodes")
        message = "exist_auto_retry_nodes disagrees with auto_retry_nodes"
        yield Finding(document.top, where, message, "true" if nodes else "false")
    failed = _failed_nodes(document)
    odd = [node for node in nodes if isinstance(node, str) and node not in failed]
    if odd:
        where = (AUTO_RETRY, "auto_retry_nodes")
        reads = tuple(state for node in odd for state in _states_above(document, node))
        message = "a node that is not FAILED waits for a retry"
        yield Finding(document.top, where, message, "ids of FAILED nodes", reads=reads)


def _tells_task_errors(document: Document) -> bool:
    """Whether a whole task has `ex_data`: that of engine 2, and of engine 1 on older servers."""
    return document.edition == "v2" or (document.variant is not None and document.variant.tells_task_errors)


def _foreign_keys(
    document: Document, field: str, known: Container[str], message: str, expected: str
) -> Iterator[Finding]:
    """Finds the keys of an object on the task that are none of those known."""
    return (
        Finding(document.top, (field, key), message, expected, reads=_states_above(document, key))
        for key in _keys(document, field)
        if key not in known
    )


def _states_above(document: Document, key: str) -> tuple[str, ...]:
    """The states, as facts, by which a node counts as failed: its own and those above it."""
    node = next((node for node in document.nodes if node.key == key), None)
    return () if node is None else tuple(fact(place, "state") for place in node.lineage())


def _keys(document: Document, field: str) -> Iterator[str]:
    value: Any = document.data.get(field)
    return iter(value) if isinstance(value, dict) else iter(())


def _failed_nodes(document: Document) -> set[str]:
    """The keys of all FAILED nodes below the task."""
    return {node.place.key for node in document.observed[1:] if node.state == "FAILED"}


def _failed_leaves(document: Document) -> dict[str, None]:
    """The keys of the FAILED leaves with only FAILED nodes between them and the task, in the order of the walk."""
    leaves: dict[str, None] = {}
    stack = [document.top]
    while stack:
        for child in stack.pop().children:
            if child.state == "FAILED" and child.children:
                stack.append(child)
            elif child.state == "FAILED":
                leaves[child.place.key] = None
    return leaves
