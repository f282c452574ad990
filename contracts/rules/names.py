"""Rules about names, and about what names give away of a node's kind."""

from __future__ import annotations

from collections.abc import Iterator

from taskmock.contracts.rules.document import Document
from taskmock.contracts.rules.rule import Finding, rule

LONGEST_V1_NAME = 64
END_EVENT = "EndEvent'>"


@rule("name.length", editions=("v1",))
def v1_name_is_cut(document: Document) -> Iterator[Finding]:
    """Engine 1 cuts a node's name, or the Python class that stands for it, to 64 characters."""
    for node in document.nodes:
        name = node.value.get("name")
        if node.parent is not None and isinstance(name, str) and len(name) > LONGEST_V1_NAME:
            yield Finding(node, ("name",), f"the name has {len(name)} characters", "64 characters at most")


@rule("revoked.end-event", editions=("doc-2019", "v1"))
def revoked_task_has_no_end_event(document: Document) -> Iterator[Finding]:
    """A revoked task never reaches an end event."""
    if document.top.state != "REVOKED":
        return
    for child in document.top.children:
        name = child.node.value.get("name")
        if isinstance(name, str) and name.endswith(END_EVENT):
            yield Finding(child.node, (), "a REVOKED task has reached its end event", "no end event")


RULES = (v1_name_is_cut, revoked_task_has_no_end_event)
