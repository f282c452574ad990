"""Random lives of tasks as somebody polled them, each broken in one place as no engine would."""

from __future__ import annotations

import copy
import datetime as dt
import random
from collections.abc import Callable, Iterator
from typing import Any

from support.random_tasks import Life
from support.sampled_histories import polls_of

Body = dict[str, Any]
Place = tuple[str, ...]
FINAL = ("FINISHED", "REVOKED")


class Course:
    """A copy of a life's answers to break, with each answer's nodes by their place below the task."""

    def __init__(self, number: int, edition: str) -> None:
        self.number = number
        self.bodies: list[Body] = [copy.deepcopy(poll.body) for poll in polls_of(number, edition)]
        self.trees = [nodes_of(body["data"]) for body in self.bodies]
        self.absent = "" if edition == "doc-2019" else None
        self.chance = random.Random(number)

    def place(self, wanted: Callable[[Body, Body, Body], object]) -> tuple[int, Place] | None:
        """A node below the task that is wanted, by what it was in the answer before, is, and will be in the next."""
        found = []
        for number in range(1, len(self.trees) - 1):
            around = self.trees[number - 1 : number + 2]
            shared = (place for place in around[1] if place and place in around[0] and place in around[2])
            found += [(number, place) for place in shared if wanted(*(tree[place] for tree in around))]
        return self.chance.choice(found) if found else None

    def is_later(self, first: int, second: int) -> bool:
        """Whether one answer is plainly later than another: the task has started or ended since, or time went on."""
        one, two = self.bodies[first]["data"], self.bodies[second]["data"]
        ended = two["state"] in FINAL and one["state"] not in FINAL
        started = two.get("start_time") and not one.get("start_time")
        return bool(ended or started or _elapsed(two) > _elapsed(one) + 1)


def courses(edition: str, first: int) -> Iterator[Course]:
    """The lives from a number on that somebody polled twice, without a rollback, which would explain much."""
    while True:
        if not any(entry.command.verb == "rollback" for entry in Life(first, edition).log):
            course = Course(first, edition)
            if len(course.bodies) > 1:
                yield course
        first += 1


def nodes_of(data: Body) -> dict[Place, Body]:
    """The nodes of a document by their place below the task."""
    found: dict[Place, Body] = {}
    stack: list[tuple[Place, Body]] = [((), data)]
    while stack:
        place, node = stack.pop()
        found[place] = node
        stack.extend(((*place, key), child) for key, child in node.get("children", {}).items())
    return found


def _elapsed(data: Body) -> int:
    return int(data.get("elapsed_time") or 0)


def _same(*nodes: Body, fields: tuple[str, ...] = ("version", "loop", "retry")) -> bool:
    return len({tuple(node.get(field) for field in fields) for node in nodes}) == 1


def vanished(course: Course) -> bool:
    """A node is missing in one answer."""
    found = course.place(_same)
    if found:
        number, place = found
        del course.trees[number][place[:-1]]["children"][place[-1]]
    return found is not None


def retried_less(course: Course) -> bool:
    """A node has been retried less often than before in the same pass."""
    found = course.place(lambda before, node, after: before["retry"] and _same(before, node, after, fields=("loop",)))
    if found:
        number, place = found
        course.trees[number][place]["retry"] = course.trees[number - 1][place]["retry"] - 1
    return found is not None


def unfinished(course: Course) -> bool:
    """A node has lost its finish, in the same run."""
    found = course.place(lambda before, node, _: node["finish_time"] == before["finish_time"] != course.absent)
    if found:
        number, place = found
        course.trees[number][place]["finish_time"] = course.absent
    return found is not None


def running_again(course: Course) -> bool:
    """A finished node runs again in the same run."""
    found = course.place(lambda before, node, _: before["state"] == node["state"] == "FINISHED" and _same(before, node))
    if found:
        number, place = found
        course.trees[number][place] |= {"state": "RUNNING", "finish_time": course.absent}
    return found is not None


def started_elsewhen(course: Course) -> bool:
    """The task has another start."""
    begun = [number for number, tree in enumerate(course.trees) if tree[()].get("start_time")]
    if len(begun) > 1:
        task = course.trees[course.chance.choice(begun[1:])][()]
        moment = dt.datetime.strptime(task["start_time"], "%Y-%m-%d %H:%M:%S %z")
        moment += dt.timedelta(seconds=course.chance.choice((-3600, -1, 1, 60)))
        task["start_time"] = moment.strftime("%Y-%m-%d %H:%M:%S %z")
    return len(begun) > 1


def revived(course: Course) -> bool:
    """A task that has ended is seen as it was before."""
    going = [body for body in course.bodies if body["data"]["state"] not in FINAL]
    if not going or course.bodies[-1]["data"]["state"] not in FINAL:
        return False
    course.bodies.append(course.chance.choice(going))
    return True


def resumed(course: Course) -> bool:
    """A task that has ended goes on."""
    if course.bodies[-1]["data"]["state"] not in FINAL:
        return False
    course.bodies.append(copy.deepcopy(course.bodies[-1]))
    course.bodies[-1]["data"] |= {"state": "RUNNING", "finish_time": course.absent}
    return True


BREAKS: dict[str, tuple[Callable[[Course], bool], str]] = {
    "a vanished node": (vanished, "node.vanished"),
    "a retry that fell": (retried_less, "retry.fell"),
    "an unset finish_time": (unfinished, "node.finish"),
    "a finished node that runs again": (running_again, "node.finished"),
    "a moved start of the task": (started_elsewhen, "task.start"),
    "a task that revives": (revived, "task.terminal"),
    "a task that goes on after its end": (resumed, "task.terminal"),
}
"""What is broken, how, and the rule that finds it; a break is False where a life has no place for it."""
