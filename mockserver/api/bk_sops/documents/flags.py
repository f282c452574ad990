"""What of a task a call asks for: its flags as its parameters say them, and what they come to for one task."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

from taskmock.mockserver.api.bk_sops.documents.edition import Edition
from taskmock.mockserver.core.graph import NOWHERE, ROOT, Graph

_NOTHING = ("", None)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What a call wants besides the task's tree.

    `subprocess_id` names the node whose subtree is answered in place of the task; the others ask for the field of
    their name.
    """

    subprocess_id: str | None = None
    ex_data: bool = False
    failed_node_info: bool = False
    auto_retry_status: bool = False

    @classmethod
    def of(cls, said: Mapping[str, object]) -> Flags:
        """The flags among a call's parameters. Any text at all is true, `false` and `0` too (fact)."""
        node_id = said.get("subprocess_id")
        return cls(
            subprocess_id=None if node_id in _NOTHING else str(node_id),
            ex_data=said.get("with_ex_data") not in _NOTHING,
            failed_node_info=said.get("with_failed_node_info") not in _NOTHING,
            auto_retry_status=said.get("with_auto_retry_status") not in _NOTHING,
        )

    @property
    def query(self) -> str:
        """The flags as one text; "" where there are none."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return " ".join(f"{name}={value!r}" for name, value in values.items() if value)

    def view(self, graph: Graph, edition: Edition, *, node_id: str | None = None, quirks: bool = True) -> View:
        """What they come to for a task, or for the node that was asked for in its place; the document knows no flags.

        Engine 1 tells `ex_data` on a subtree only, but takes the task for one; engine 2 finds subtrees below the task
        only.
        """
        if node_id is not None or not edition.served:
            return View(top=ROOT if node_id is None else graph.by_id.get(node_id, NOWHERE), quirks=quirks)
        named, task_too = self.subprocess_id is not None, edition.finds_task_as_subtree
        top = ROOT if self.subprocess_id is None else graph.by_id.get(self.subprocess_id, NOWHERE)
        if named and top == ROOT and not task_too:
            top = NOWHERE
        flags = self
        if self.ex_data and not named and not edition.tells_task_errors:
            flags = dataclasses.replace(flags, ex_data=False)
        if not edition.knows_retries and (flags.failed_node_info or flags.auto_retry_status):
            flags = dataclasses.replace(flags, failed_node_info=False, auto_retry_status=False)
        return View(
            top=top,
            flags=flags,
            quirks=quirks,
            finds_task_as_subtree=task_too,
            names_subtrees=edition.names_subtrees or not quirks,
        )


NO_FLAGS = Flags()
"""What the document's own call asks for: the tree and nothing else."""


class Selection(NamedTuple):
    """What of a task a query selects: its flags, and whether the answer has the real system's flaws."""

    flags: Flags = NO_FLAGS
    quirks: bool = True


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The part of one task that is shown: what is below node `top` (`NOWHERE`: a node that the task has not).

    `flags` are those that the task's edition knows. With `quirks` it is shown with the real system's flaws. A recorded
    answer is cut by `finds_task_as_subtree` and `names_subtrees`, as `Edition` has them.
    """

    top: int = ROOT
    flags: Flags = NO_FLAGS
    quirks: bool = True
    finds_task_as_subtree: bool = True
    names_subtrees: bool = True

    @property
    def is_subtree(self) -> bool:
        """Whether `subprocess_id` has named the top; engine 1 lets it name the task too."""
        return self.flags.subprocess_id is not None

    @property
    def needs_id(self) -> bool:
        """Whether a body without an `id` cannot be answered: the real system trips over it (fact)."""
        return self.quirks and (self.flags.failed_node_info or self.flags.auto_retry_status)

    @property
    def loses_names(self) -> bool:
        """Whether nodes have no names: bk-sops looks for those of engine 2 among the task's own nodes, in vain."""
        return self.is_subtree and not self.names_subtrees

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for views that show the same, whatever the unknown node is that they name."""
        flags = self.flags
        told = flags.ex_data, flags.failed_node_info, flags.auto_retry_status
        return self.top, self.is_subtree, told, self.quirks


WHOLE_TASK = View()
"""All of the task, and nothing else."""
