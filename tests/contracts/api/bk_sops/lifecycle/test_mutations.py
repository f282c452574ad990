"""The real poll histories, each broken in every place in one way: the judge names the rule."""

import json

import pytest

from support.captured_histories import FINAL, codes, growing, nodes_of, shifted, spaced
from taskmock.contracts.api.bk_sops.lifecycle import CLOCK

FAR = 11.0
LARGEST = 30_000
"""Answers above this many bytes say nothing that smaller ones do not, and take long."""

SMALL = tuple(history for history in growing() if max(map(len, history.raw)) < LARGEST)
each_history = pytest.mark.parametrize("history", SMALL, ids=lambda history: history.name)

EXPLAINED = {"rollback": {4, 5, 8, 11}, "v211-loop-retry": {1}}
"""Answers, counted from 0, where an unseen rollback explains the last node's absence or new count as well.

In the first of them a rollback is under way, as it is where a second one follows before the first one's target is back.
"""


class Copy:
    """The answers of a history to break, and where the same node is in the answer before."""

    def __init__(self, history):
        self.bodies = [json.loads(raw) for raw in history.raw]
        self.nodes = [nodes_of(body["data"]) if isinstance(body.get("data"), dict) else {} for body in self.bodies]

    def before(self, number):
        """The nodes of the last answer before this one that has any."""
        return next((nodes for nodes in reversed(self.nodes[:number]) if nodes), {})


def places(history):
    """Each place in each answer that the answer before has, too."""
    copy = Copy(history)
    for number in range(1, len(copy.bodies)):
        for place, node in copy.nodes[number].items():
            before = copy.before(number).get(place)
            if before is not None and "version" in node and "version" in before:
                yield number, place, before, node


def is_same_run(before, node):
    return all(before[key] == node[key] for key in ("version", "loop", "retry"))


def found(history, copy):
    """The codes of the errors, with answers further apart than any cache."""
    return codes(history.report(spaced(copy.bodies, FAR), skip=(CLOCK,)))


@each_history
def test_vanished_node_is_found(history):
    for number, place, _, node in places(history):
        if not place or number in EXPLAINED.get(history.name, ()):
            continue
        copy = Copy(history)
        del copy.nodes[number][place[:-1]]["children"][place[-1]]

        assert "node.vanished" in found(history, copy), (number, place, node["state"])


@each_history
def test_retry_that_fell_is_found(history):
    for number, place, before, node in places(history):
        if before["loop"] != node["loop"] or number in EXPLAINED.get(history.name, ()):
            continue
        copy = Copy(history)
        for nodes in copy.nodes[:number]:
            if nodes.get(place, {}).get("loop") == node["loop"]:
                nodes[place]["retry"] += node["retry"] + 1

        assert "retry.fell" in found(history, copy), (number, place, node["state"])


@each_history
def test_unset_finish_time_is_found(history):
    for number, place, before, node in places(history):
        if not (node["finish_time"] and node["finish_time"] == before["finish_time"] and is_same_run(before, node)):
            continue
        copy = Copy(history)
        copy.nodes[number][place]["finish_time"] = None

        assert "node.finish" in found(history, copy), (number, place, node["state"])


@each_history
@pytest.mark.parametrize("seconds", [-3600, -1, 1, 60])
def test_moved_start_of_the_task_is_found(history, seconds):
    for number, place, before, node in places(history):
        if place or not (node.get("start_time") and before.get("start_time")):
            continue
        copy = Copy(history)
        copy.nodes[number][()]["start_time"] = shifted(node["start_time"], seconds)

        assert "task.start" in found(history, copy), number


def ending():
    """The histories of a task that ends, not of a subprocess."""
    for history in SMALL:
        asked_for_subprocess = history.name == "subprocess-not-reached"
        if json.loads(history.raw[-1])["data"]["state"] in FINAL and not asked_for_subprocess:
            yield history


each_ending = pytest.mark.parametrize("history", [*ending()], ids=lambda history: history.name)


@each_ending
def test_revived_task_is_found(history):
    copy = Copy(history)
    for number, nodes in enumerate(copy.nodes[:-1]):
        if nodes and nodes[()]["state"] not in FINAL:
            revived = Copy(history)
            revived.bodies.append(copy.bodies[number])

            assert "task.terminal" in found(history, revived), number


@each_ending
def test_end_that_is_taken_back_is_found(history):
    copy = Copy(history)
    copy.bodies.append(json.loads(history.raw[-1]))
    copy.bodies[-1]["data"] |= {"state": "RUNNING", "finish_time": None}

    assert "task.terminal" in found(history, copy)
