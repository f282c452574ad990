"""Kinds of mutation that break the course of a task: two good answers, of which the later no longer follows."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from taskmock.contracts.api.bk_sops.lifecycle.snapshot import Poll
from taskmock.contracts.selftest.documents import AGE, documents, later
from taskmock.contracts.selftest.mutation import NO_SUCH_ID, shifted
from taskmock.contracts.validation.walk import Place, walk

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
        return {node.label: node for node in walk(self.task)}

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
    name: str, code: str, story: str, node: str, changes: dict[str, Any], *, where: str = "", only: str = ""
) -> Derailment:
    """A node has other values; the finding is at the first of them, or at `where`."""

    def mutate(told: Story) -> Found | None:
        changed = told.nodes[node]
        if not changes.keys() <= changed.value.keys() or (only and told.edition != only):
            return None
        absent = "" if told.edition == "doc-2019" else None
        changed.value.update({key: absent if value is ... else value for key, value in changes.items()})
        return ((code, f"{changed.pointer}/{where or next(iter(changes))}"),)

    return Derailment(name, story, mutate)


def vanished(told: Story) -> Found:
    """A node is no longer there."""
    node = told.nodes["Step 1"]
    del told.task["children"][node.key]
    return (("node.vanished", node.pointer),)


def reordered(told: Story) -> Found:
    """The nodes stand in another order."""
    told.task["children"] = dict(reversed(told.task["children"].items()))
    return (("node.order", f"/data/children/{next(iter(told.task['children']))}"),)


def restarted(told: Story) -> Found:
    """A node has another start in the same run."""
    node = told.nodes["Step 1"]
    node.value["start_time"] = shifted(node.value["start_time"], 1)
    return (("node.start", f"{node.pointer}/start_time"),)


def run_again_earlier(told: Story) -> Found:
    """A further attempt starts before the one before it."""
    node = told.nodes["Step 2"]
    earlier = shifted(node.value["start_time"], -5)
    node.value.update(retry=node.value["retry"] + 1, version="v" + "e" * 32, start_time=earlier)
    return (("node.rerun", f"{node.pointer}/start_time"),)


def started_anew(told: Story) -> Found:
    """The task has another start."""
    told.task["start_time"] = shifted(told.task["start_time"], -1)
    return (("task.start", "/data/start_time"),)


def another_task(told: Story) -> Found:
    """The answer is of another task."""
    told.task.update({key: NO_SUCH_ID for key in ("id", "root_id:", "parent_id") if key in told.task})
    return (("task.other", "/data/id"),)


def created_again(told: Story) -> Found:
    """A task that has started is CREATED."""
    told.task["state"] = "CREATED"
    return (("task.unstarted", "/data/state"),)


def further_node(told: Story) -> Found:
    """An ended task reaches one more node."""
    told.task["children"][NO_SUCH_ID] = {**told.nodes["Step 1"].value, "id": NO_SUCH_ID}
    return (("task.grows", f"/data/children/{NO_SUCH_ID}"),)


def elapsed_back(told: Story) -> Found | None:
    """The time runs backwards."""
    if told.edition == "doc-2019":
        return None
    for node in told.nodes.values():
        if not node.value["finish_time"] and node.value["start_time"]:
            node.value["elapsed_time"] -= AGE + 5
    told.nodes["Step 1"].value["retry"] += 1  # what no older answer has: this one is not out of a cache
    return (("task.elapsed", "/data/elapsed_time"),)


def backwards(told: Story) -> Found:
    """An answer of before a node was reached comes after one that shows it, too late for any cache."""
    before = copy.deepcopy(told.before)
    del before["data"]["children"][told.nodes["Step 7"].key]
    told.before.clear()
    told.before.update(copy.deepcopy(told.after))
    told.after.clear()
    told.after.update(before)
    return (("history.backwards", ""),)


GOING, FAILED, ENDED = "a running task", "a failed task", "a finished task"
REVOKED, REVOKED_PART, LOOPED = "a revoked task", "a revoked subprocess", "a task in a loop"
UNDONE = {"state": "RUNNING", "finish_time": ...}

DERAILMENTS = (
    node_set("loop-falls", "loop.fell", LOOPED, "Step 1", {"loop": 1}),
    node_set("retry-falls", "retry.fell", LOOPED, "Step 2", {"retry": 0}),
    node_set(
        "retried-without-a-new-version", "version.kept", GOING, "Step 1", {"retry": 1}, where="version", only="v2"
    ),
    node_set("new-version-for-nothing", "version.changed", GOING, "Step 1", {"version": "v" + "e" * 32}, only="v2"),
    Derailment("node-vanishes", GOING, vanished),
    Derailment("nodes-change-places", ENDED, reordered),
    node_set("finished-node-runs-again", "node.finished", GOING, "Step 1", UNDONE),
    node_set("failed-node-finishes-by-itself", "node.failed", FAILED, "Step 2", {"state": "FINISHED"}),
    node_set("revoked-node-finishes", "node.revoked", REVOKED, "Step 2", {"state": "FINISHED"}),
    node_set("revoked-subprocess-runs", "node.revoked", REVOKED_PART, "Step 4", {"state": "RUNNING"}),
    node_set("skip-is-taken-back", "node.skip", ENDED, "Step 3", {"skip": False}),
    Derailment("node-starts-twice", GOING, restarted),
    Derailment("further-run-starts-earlier", LOOPED, run_again_earlier),
    node_set("finish-is-taken-back", "node.finish", GOING, "Step 1", {"finish_time": ...}),
    Derailment("another-task", GOING, another_task),
    node_set("ended-task-revives", "task.terminal", ENDED, "Release", {"state": "RUNNING"}),
    Derailment("created-again", GOING, created_again),
    Derailment("task-starts-twice", GOING, started_anew),
    node_set("task-changes-its-version", "task.version", GOING, "Release", {"version": "v" + "e" * 32}, only="v2"),
    Derailment("time-runs-backwards", GOING, elapsed_back),
    Derailment("ended-task-goes-on", ENDED, further_node),
    Derailment("answers-come-backwards", GOING, backwards),
)
"""Every kind; each lifecycle rule is broken by one at least."""
