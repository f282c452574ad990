"""Kinds of mutation that break the course of a task: two good answers, of which the later no longer follows."""

from __future__ import annotations

import copy
import dataclasses
import random
from collections.abc import Callable, Mapping
from typing import Any

from taskmock.contracts.api.bk_sops.edition import ENGINES
from taskmock.contracts.api.bk_sops.lifecycle.snapshot import Poll
from taskmock.contracts.api.bk_sops.tree import walk_tree
from taskmock.contracts.selftest.documents import AGE, NOW, documents, later
from taskmock.contracts.selftest.mutation import NO_SUCH_ID, Specimen, after, pointer
from taskmock.contracts.validation.walk import Place

Found = tuple[tuple[str, str], ...]
Nodes = Mapping[str, Place]


@dataclasses.dataclass(frozen=True, slots=True)
class Story:
    """Two good answers of one task, some seconds apart, fresh copies that a mutation may change."""

    edition: str
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def task(self) -> dict[str, Any]:
        """The task as the later answer shows it."""
        data: dict[str, Any] = self.after["data"]
        return data

    @property
    def nodes(self) -> Nodes:
        """The nodes of the later answer by their names."""
        return {node.label: node for node in walk_tree(self.task)}

    @property
    def polls(self) -> tuple[Poll, ...]:
        """The answers as they were polled."""
        return Poll(self.before, at=0), Poll(self.after, at=AGE)


@dataclasses.dataclass(frozen=True, slots=True)
class Derailment:
    """One kind of mutation of a story: changes the later answer, gives what must be found, None where it fits not."""

    name: str
    story: str
    mutate: Callable[[Story], Found | None]


def stories(edition: str) -> dict[str, Story]:
    """The good stories of an edition by the name of their document."""
    wanted = {kind.story for kind in DERAILMENTS}
    found = {name: body for name, body in documents(edition).items() if name in wanted}
    return {name: Story(edition, copy.deepcopy(body), later(copy.deepcopy(body))) for name, body in found.items()}


def node_set(
    code: str, node: str, changes: dict[str, Any], *, where: str = "", only: str = ""
) -> Callable[[Story], Found | None]:
    """A node has other values, `...` for an absent time; the finding is at the first of them, or at `where`."""

    def mutate(story: Story) -> Found | None:
        changed = story.nodes[node]
        if not changes.keys() <= changed.value.keys() or (only and story.edition != only):
            return None
        Specimen(story.after, story.edition, random.Random(0)).change(changed, changes)  # noqa: S311 - draws nothing
        return ((code, pointer(changed, where or next(iter(changes)))),)

    return mutate


def vanished(story: Story) -> Found:
    """A node is no longer there."""
    node = story.nodes["Step 1"]
    del story.task["children"][node.key]
    return (("node.vanished", node.pointer),)


def reordered(story: Story) -> Found:
    """The nodes stand in another order."""
    story.task["children"] = dict(reversed(story.task["children"].items()))
    return (("node.order", f"/data/children/{next(iter(story.task['children']))}"),)


def another_task(story: Story) -> Found:
    """The answer is of another task."""
    story.task.update({key: NO_SUCH_ID for key in ("id", "root_id:", "parent_id") if key in story.task})
    return (("task.other", "/data/id"),)


def further_node(story: Story) -> Found:
    """An ended task reaches one more node."""
    story.task["children"][NO_SUCH_ID] = {**story.nodes["Step 1"].value, "id": NO_SUCH_ID}
    return (("task.grows", f"/data/children/{NO_SUCH_ID}"),)


def elapsed_back(story: Story) -> Found | None:
    """The time runs backwards."""
    if story.edition == "doc-2019":
        return None
    for node in story.nodes.values():
        if not node.value["finish_time"] and node.value["start_time"]:
            node.value["elapsed_time"] -= AGE + 5
    story.nodes["Step 1"].value["retry"] += 1  # what no older answer has: this one is not out of a cache
    return (("task.elapsed", "/data/elapsed_time"),)


def backwards(story: Story) -> Found:
    """An answer of before a node was reached comes after one that shows it, too late for any cache."""
    before = copy.deepcopy(story.before)
    del before["data"]["children"][story.nodes["Step 7"].key]
    story.before.clear()
    story.before.update(copy.deepcopy(story.after))
    story.after.clear()
    story.after.update(before)
    return (("history.backwards", ""),)


def standstill(story: Story) -> Found | None:
    """The answer is the one before: the server stands still."""
    if story.edition not in ENGINES:
        return None
    story.after.update(copy.deepcopy(story.before))
    return (("task.clock", "/data/elapsed_time"),)


GOING, FAILED, ENDED = "a running task", "a failed task", "a finished task"
REVOKED, REVOKED_PART, LOOPED = "a revoked task", "a revoked subprocess", "a task in a loop"
NEW_VERSION = {"version": "v" + "e" * 32}
LATER = {"start_time": after("start_time", NOW)}
RUN_AGAIN = {"retry": lambda node: node.value["retry"] + 1, **NEW_VERSION, "start_time": after("start_time", -5)}

DERAILMENTS = (
    Derailment("loop-falls", LOOPED, node_set("loop.fell", "Step 1", {"loop": 1})),
    Derailment("retry-falls", LOOPED, node_set("retry.fell", "Step 2", {"retry": 0})),
    Derailment(
        "retried-without-a-new-version",
        GOING,
        node_set("version.kept", "Step 1", {"retry": 1}, where="version", only="v2"),
    ),
    Derailment("new-version-for-nothing", GOING, node_set("version.changed", "Step 1", NEW_VERSION, only="v2")),
    Derailment("node-vanishes", GOING, vanished),
    Derailment("nodes-change-places", ENDED, reordered),
    Derailment(
        "finished-node-runs-again", GOING, node_set("node.finished", "Step 1", {"state": "RUNNING", "finish_time": ...})
    ),
    Derailment("failed-node-finishes-by-itself", FAILED, node_set("node.failed", "Step 2", {"state": "FINISHED"})),
    Derailment(
        "failed-node-is-resumed", FAILED, node_set("trap.failed-goes-on", "Step 2", {"state": "READY"}, only="v2")
    ),
    Derailment(
        "failed-node-runs-again",
        FAILED,
        node_set("trap.failed-goes-on", "Step 2", {"state": "RUNNING", **LATER, "finish_time": ...}, only="v1"),
    ),
    Derailment("node-is-renamed", GOING, node_set("name.changed", "Step 1", {"name": "Another"})),
    Derailment("revoked-node-finishes", REVOKED, node_set("node.revoked", "Step 2", {"state": "FINISHED"})),
    Derailment("revoked-subprocess-runs", REVOKED_PART, node_set("node.revoked", "Step 4", {"state": "RUNNING"})),
    Derailment("skip-is-taken-back", ENDED, node_set("node.skip", "Step 3", {"skip": False})),
    Derailment("node-starts-twice", GOING, node_set("node.start", "Step 1", {"start_time": after("start_time", 1)})),
    Derailment("further-run-starts-earlier", LOOPED, node_set("node.rerun", "Step 2", RUN_AGAIN, where="start_time")),
    Derailment("finish-is-taken-back", GOING, node_set("node.finish", "Step 1", {"finish_time": ...})),
    Derailment("another-task", GOING, another_task),
    Derailment("ended-task-revives", ENDED, node_set("task.terminal", "Release", {"state": "RUNNING"})),
    Derailment("created-again", GOING, node_set("task.unstarted", "Release", {"state": "CREATED"})),
    Derailment("task-starts-twice", GOING, node_set("task.start", "Release", {"start_time": after("start_time", -1)})),
    Derailment("task-changes-its-version", GOING, node_set("task.version", "Release", NEW_VERSION, only="v2")),
    Derailment("time-runs-backwards", GOING, elapsed_back),
    Derailment("server-stands-still", GOING, standstill),
    Derailment("ended-task-goes-on", ENDED, further_node),
    Derailment("answers-come-backwards", GOING, backwards),
)
"""Every kind; each lifecycle rule is broken by one at least."""
