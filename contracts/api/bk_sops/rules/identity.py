"""Rules about the identity of a node: its key, its id, its name, its parent, its task and the task's version."""

from __future__ import annotations

import collections
import re
from collections.abc import Iterator
from typing import Any

from taskmock.contracts.api.bk_sops.edition import ENGINE_1
from taskmock.contracts.api.bk_sops.rules.applies import any_node, has_children, has_field, is_asked
from taskmock.contracts.api.bk_sops.rules.document import Document
from taskmock.contracts.findings.rule import Finding, Rule, fact, rule
from taskmock.contracts.findings.violation import clip
from taskmock.contracts.validation.walk import Place
from taskmock.schemas import EDITIONS, load_schema

NODE_ID = re.compile(load_schema(EDITIONS[-1], "node")["$defs"]["field-id"]["pattern"])

ROOT_ID = "root_id:"
"""The engine's own spelling, colon included."""

FEW = 2
"""Of so many nodes none is outvoted: the first one's word counts."""


RULES: list[Rule[Document]] = []


@rule("id.key-mismatch", RULES, applies=has_children)
def key_is_id(document: Document) -> Iterator[Finding]:
    """`children`: key = the node's unique id, value = the same format as `data`."""
    for node in document.nodes:
        own = node.value.get("id")
        if node.parent is not None and isinstance(own, str) and own != node.key:
            yield Finding(
                node,
                ("id",),
                "the id differs from the key {0} it hangs under",
                "{0}",
                (clip(node.key),),
                reads=(fact(node),),
            )


@rule("id.duplicate", RULES, applies=has_children)
def id_is_unique(document: Document) -> Iterator[Finding]:
    """`id`: unique id of the task or node."""
    seen: dict[str, Place] = {}
    for node in document.nodes:
        own = node.value.get("id")
        if not isinstance(own, str):
            continue
        if own in seen:
            message, reads = "another node of this task has the same id", (fact(seen[own], "id"),)
            yield Finding(node, ("id",), message, "an id of its own", reads=reads)
        seen.setdefault(own, node)


@rule("id.request", RULES, applies=is_asked)
def id_answers_request(document: Document) -> Iterator[Finding]:
    """With `subprocess_id` (not in the document), or a node id as `task_id`, the answer is that node's subtree."""
    request = document.request or {}
    named = request.get("subprocess_id") if document.edition != "doc-2019" else None
    asked = named or request.get("task_id")
    own = document.data.get("id")
    if not isinstance(asked, str) or NODE_ID.fullmatch(asked) is None or not isinstance(own, str):
        return
    if own != asked:
        yield Finding(document.nodes[0], ("id",), "the request asked for node {0}", "{0}", (asked,))


@rule("parent-id.mismatch", RULES, applies_to=("v2",), applies=has_children)
def parent_id_is_enclosing_node(document: Document) -> Iterator[Finding]:
    """`parent_id` is the id of the node that holds this one in its `children`."""
    for node in document.nodes:
        if node.parent is None:
            continue
        named, enclosing = node.value.get("parent_id"), node.parent.value.get("id")
        if isinstance(named, str) and isinstance(enclosing, str) and named != enclosing:
            message, reads = "parent_id is not the id of the enclosing node", (fact(node.parent, "id"),)
            yield Finding(node, ("parent_id",), message, clip(enclosing), reads=reads)


@rule("parent-id.top", RULES, reads=("id", "root_id:"), applies_to=("v2",), applies=has_field("parent_id"))
def top_parent_id_fits(document: Document) -> Iterator[Finding]:
    """The task's `parent_id` is its own id, except under `subprocess_id`: a subtree keeps its real `parent_id`."""
    top = document.nodes[0]
    own, named, task = top.value.get("id"), top.value.get("parent_id"), _task_id(document)
    if not isinstance(own, str) or not isinstance(named, str) or task is None:
        return
    if own == task and named != own:
        yield Finding(top, ("parent_id",), "the task's parent_id is not its own id", clip(own))
    elif own != task and named == own:
        yield Finding(top, ("parent_id",), "a subtree names itself as its parent", "the id of the node above it")
    elif own != task and named in {node.value.get("id") for node in document.nodes[1:] if _has_text_id(node.value)}:
        yield Finding(top, ("parent_id",), "a subtree names one of its own nodes as its parent", "a node above it")


@rule("root-id.mismatch", RULES, applies_to=("v2",), applies=any_node(lambda node: "root_id:" in node.value))
def root_id_is_shared(document: Document) -> Iterator[Finding]:
    """`root_id:` is the id of the task, the same on every node; a subtree keeps the task's."""
    task, few = _task_id(document), len(document.nodes) <= FEW
    for node in document.nodes if task is not None else ():
        named = node.value.get(ROOT_ID)
        if isinstance(named, str) and named != task:
            message, other = "the nodes of one task disagree on root_id:", document.nodes[0] if few else node
            yield Finding(node, (ROOT_ID,), message, clip(task), reads=(fact(other, ROOT_ID),))


@rule("root-id.request", RULES, reads=("id", "parent_id"), applies_to=("v2",), applies=is_asked)
def root_id_is_the_task(document: Document) -> Iterator[Finding]:
    """Without `subprocess_id` the answer is the task itself, whose `root_id:` is its own id."""
    if document.request is None or document.request.get("subprocess_id"):
        return
    own, task = document.data.get("id"), _task_id(document)
    names_itself = own == document.data.get("parent_id")
    if isinstance(own, str) and task is not None and own != task and not names_itself:
        yield Finding(document.nodes[0], (ROOT_ID,), "a subtree where the whole task was asked for", clip(own))


@rule("version.task", RULES, applies_to=ENGINE_1, applies=is_asked)
def task_version_is_empty(document: Document) -> Iterator[Finding]:
    """`version` is "" on the task itself."""
    request, version = document.request or {}, document.data.get("version")
    asked = request.get("task_id")
    names_task = type(asked) is int or (isinstance(asked, str) and NODE_ID.fullmatch(asked) is None)
    if names_task and not request.get("subprocess_id") and isinstance(version, str) and version:
        yield Finding(document.nodes[0], ("version",), "the task has a version", '""')


def _task_id(document: Document) -> str | None:
    """The `root_id:` that most nodes carry, the outermost node's where two are as frequent; None without any."""
    named = [node.value.get(ROOT_ID) for node in document.nodes]
    counts = collections.Counter(name for name in named if isinstance(name, str))
    return counts.most_common(1)[0][0] if counts else None


def _has_text_id(value: dict[str, Any]) -> bool:
    return isinstance(value.get("id"), str)


LONGEST_V1_NAME = 64


END_EVENT = "EndEvent'>"


@rule("name.length", RULES, applies_to=("v1",), applies=has_children)
def v1_name_is_cut(document: Document) -> Iterator[Finding]:
    """Engine 1 cuts a node's name, or the Python class that stands for it, to 64 characters."""
    for node in document.nodes:
        name = node.value.get("name")
        if node.parent is not None and isinstance(name, str) and len(name) > LONGEST_V1_NAME:
            names = (str(len(name)), str(LONGEST_V1_NAME))
            yield Finding(node, ("name",), "the name has {0} characters", "{1} characters at most", names)


@rule(
    "revoked.end-event",
    RULES,
    applies_to=ENGINE_1,
    applies=lambda document: document.top.state == "REVOKED" and has_children(document),
)
def revoked_task_has_no_end_event(document: Document) -> Iterator[Finding]:
    """A revoked task never reaches an end event."""
    if document.top.state != "REVOKED":
        return
    for child in document.top.children:
        name = child.value.get("name")
        if isinstance(name, str) and name.endswith(END_EVENT):
            yield Finding(child, (), "a REVOKED task has reached its end event", "no end event")
