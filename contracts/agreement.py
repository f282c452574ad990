"""Whether the answers of two calls about one task agree: its pipeline tree (`get_task_detail`) and its status tree."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

from taskmock.contracts.api.bk_sops.edition import AUTO, checked_edition, detected_edition
from taskmock.contracts.api.bk_sops.tree import walk_tree
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.rule import Finding, Rule, rule, rule_violations
from taskmock.contracts.findings.violation import Violation, clip
from taskmock.contracts.validation.body import BodyError, decoded_object
from taskmock.contracts.validation.walk import Place

DETAIL = "get_task_detail"
SUBPROCESS = "SubProcess"
LONGEST_V1_NAME = 64
CLASS = "<class '"
"""How a name starts that engine 1 gives to a node without one: the Python class that stands for it."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Match:
    """A node of the status tree with its counterpart on the same level of the pipeline tree.

    `part` is None where there is none; `is_known` is False where the level above has no pipeline to look in.
    """

    node: Place
    part: dict[str, Any] | None
    is_known: bool = True


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Accounts:
    """Two answers about one task, prepared to be compared: every node of the status tree with its counterpart."""

    edition: str
    detail: dict[str, Any]
    matches: tuple[Match, ...]

    @property
    def top(self) -> Match:
        """The task, or the subtree that was asked for."""
        return self.matches[0]


RULES: list[Rule[Accounts]] = []
"""Every rule about two calls, in the order in which they are judged."""


def check_agreement(detail: object, status: object, *, edition: str = AUTO) -> Report:
    """The verdict on two answers about one task, each as bytes, text or decoded: places are those of the status tree.

    Nothing is compared where one of them is a failure. Raises: ValueError for an unknown edition.
    """
    checked_edition(edition)
    try:
        bodies = [decoded_object(body) for body in (detail, status)]
    except BodyError as error:
        return _report((edition, "a body cannot be read"), [error.violation], nodes=0)
    detected = detected_edition(bodies[1]) if edition == AUTO else (edition, "as asked for")
    task, tree = (body.get("data") if body.get("result") is not False else None for body in bodies)
    if not isinstance(task, dict) or not isinstance(tree, dict):
        return _report(detected, [], nodes=0)
    accounts = Accounts(detected[0], task, tuple(_matches(task, tree)))
    return _report(detected, rule_violations(RULES, accounts, detected[0]), nodes=len(accounts.matches))


@rule("agreement.task", RULES)
def trees_are_of_one_task(accounts: Accounts) -> Iterator[Finding]:
    """The status tree is that of the pipeline tree's task, or of one of its subprocesses."""
    if accounts.top.part is None and isinstance(accounts.top.node.value.get("id"), str):
        message = "the pipeline tree has neither this id nor a subprocess of it"
        yield Finding(accounts.top.node, ("id",), message, "{0}", (clip(_pipeline_of(accounts.detail).get("id")),))


@rule("agreement.task-name", RULES, applies_to=("v2",))
def task_goes_by_one_name(accounts: Accounts) -> Iterator[Finding]:
    """The task, and a subtree of it, goes by the task's name."""
    shown, name = accounts.top.node.value.get("name"), accounts.detail.get("name")
    if isinstance(shown, str) and isinstance(name, str) and shown != name:
        yield Finding(accounts.top.node, ("name",), "the task goes by another name in get_task_detail", clip(name))


@rule("agreement.node", RULES)
def node_is_in_the_pipeline(accounts: Accounts) -> Iterator[Finding]:
    """Each node of the status tree is in the pipeline tree, on the same level."""
    for match in accounts.matches[1:]:
        if match.part is None and match.is_known:
            message = "the pipeline tree has no such node on this level"
            yield Finding(match.node, (), message, "an activity, gateway or event of the pipeline tree")


@rule("agreement.name", RULES)
def node_goes_by_one_name(accounts: Accounts) -> Iterator[Finding]:
    """A node goes by its name in the pipeline tree; engine 1 cuts it, or names the Python class where there is none."""
    for match in accounts.matches[1:]:
        shown, name = match.node.value.get("name"), (match.part or {}).get("name")
        if not isinstance(shown, str) or not isinstance(name, str) or shown == name:
            continue
        if accounts.edition != "v2" and (shown == name[:LONGEST_V1_NAME] or shown.startswith(CLASS)):
            continue
        yield Finding(match.node, ("name",), "the node goes by another name in the pipeline tree", clip(name))


@rule("agreement.type", RULES)
def node_is_of_one_type(accounts: Accounts) -> Iterator[Finding]:
    """Only a subprocess has nodes below it; a Python class that stands for a name is the node's type."""
    for match in accounts.matches[1:]:
        kind = (match.part or {}).get("type")
        if not isinstance(kind, str):
            continue
        if match.node.children and kind != SUBPROCESS:
            message = f"a node of type {clip(kind)} has nodes below it"
            yield Finding(match.node, ("children",), message, "{}")
        name = match.node.value.get("name")
        named = name[len(CLASS) :].rstrip("'>").rpartition(".")[2] if isinstance(name, str) else ""
        if isinstance(name, str) and name.startswith(CLASS) and len(name) < LONGEST_V1_NAME and named != kind:
            message = "the class that stands for the name is no {0}"
            yield Finding(match.node, ("name",), message, "the class {1}", (clip(kind), kind))


def _matches(task: dict[str, Any], tree: dict[str, Any]) -> Iterator[Match]:
    """Yields every node of a status tree with its counterpart, parents before children, without recursion."""
    levels: dict[int, dict[str, dict[str, Any]] | None] = {}
    for node in walk_tree(tree):
        if node.parent is None:
            match = Match(node, _top_part(task, tree))
        else:
            level = levels[id(node.parent)]
            match = Match(node, (level or {}).get(str(node.key)), is_known=level is not None)
        levels[id(node)] = _level(match.part) if node.children else None
        yield match


def _top_part(task: dict[str, Any], tree: dict[str, Any]) -> dict[str, Any] | None:
    """The counterpart of a status tree's outermost node: the task itself, or one of its subprocesses."""
    own, waiting = tree.get("id"), [_pipeline_of(task)]
    if waiting[0].get("id") == own or not isinstance(own, str):
        return {"type": SUBPROCESS, "pipeline": waiting[0]}
    while waiting:
        activities = waiting.pop().get("activities")
        for key, activity in activities.items() if isinstance(activities, dict) else ():
            if isinstance(activity, dict) and isinstance(activity.get("pipeline"), dict):
                if key == own:
                    return activity
                waiting.append(activity["pipeline"])
    return None


def _level(part: dict[str, Any] | None) -> dict[str, dict[str, Any]] | None:
    """The nodes of a subprocess by id; None where there is no pipeline to look in."""
    pipeline = (part or {}).get("pipeline")
    if not isinstance(pipeline, dict):
        return None
    held = [pipeline.get(field) for field in ("activities", "gateways")]
    nodes = {key: node for each in held if isinstance(each, dict) for key, node in each.items()}
    for event in map(pipeline.get, ("start_event", "end_event")):
        if isinstance(event, dict) and isinstance(event.get("id"), str):
            nodes[event["id"]] = event
    return {key: node for key, node in nodes.items() if isinstance(node, dict)}


def _pipeline_of(task: dict[str, Any]) -> dict[str, Any]:
    pipeline = task.get("pipeline_tree")
    return pipeline if isinstance(pipeline, dict) else {}


def _report(detected: tuple[str, str], violations: Iterable[Violation], *, nodes: int) -> Report:
    return Report.of(violations, "agreement", detected, nodes=nodes, operation=DETAIL, of_tree=False)
