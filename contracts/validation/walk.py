"""Every node of a status tree with its place in the body, without recursion and without a depth limit."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from taskmock.contracts.findings.violation import SEPARATOR


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One node of the tree: its decoded object, the key it hangs under, its parent (None for the task) and its depth.

    Pointer and path are worked out only when a finding needs them, so that walking a good tree costs little.
    """

    value: dict[str, Any]
    key: str
    parent: Node | None
    depth: int
    prefix: str = "/data"

    @property
    def pointer(self) -> str:
        """The JSON Pointer of the node in the whole body (RFC 6901)."""
        keys = [node.key for node in self.lineage() if node.parent is not None]
        return self.prefix + "".join(f"/children/{escaped(key)}" for key in reversed(keys))

    @property
    def path(self) -> str:
        """The node's names from below the task down, as people say it; the task's own name for the task."""
        names = [node.label for node in self.lineage() if node.parent is not None]
        return SEPARATOR.join(reversed(names)) or self.label

    @property
    def label(self) -> str:
        """The node's name, or its key where it has no usable one (gateways and events have none)."""
        name = self.value.get("name")
        return name if isinstance(name, str) and name else self.key

    @property
    def children(self) -> dict[str, Any]:
        """The node's `children` where they are an object, else an empty one."""
        children = self.value.get("children")
        return children if isinstance(children, dict) else {}

    def lineage(self) -> Iterator[Node]:
        """The node itself, then its ancestors up to the task."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent


def walk(data: dict[str, Any], *, prefix: str = "/data") -> Iterator[Node]:
    """Yields the task, then every node below it, parents before children, siblings in their order.

    Children that are no objects are passed over here: the structural check reports them.
    """
    stack = [Node(value=data, key="", parent=None, depth=0, prefix=prefix)]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(
            Node(value=child, key=key, parent=node, depth=node.depth + 1, prefix=prefix)
            for key, child in reversed(node.children.items())
            if isinstance(child, dict)
        )


def escaped(key: str) -> str:
    """A key as a token of a JSON Pointer."""
    return key.replace("~", "~0").replace("/", "~1")
