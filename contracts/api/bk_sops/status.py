"""All findings in one status tree: in the structure of every node, then by the rules."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from typing import Any

from taskmock.contracts.api.bk_sops.rules import RULES
from taskmock.contracts.api.bk_sops.rules.document import Document
from taskmock.contracts.api.bk_sops.shapes import response_shape, shape_names, spared_without_children
from taskmock.contracts.api.bk_sops.states import state_complaint, states_of, vocabularies
from taskmock.contracts.api.bk_sops.tree import CHILDREN, NODE
from taskmock.contracts.api.protocol import Answer
from taskmock.contracts.findings.rule import Finding, fact, rule_violations
from taskmock.contracts.findings.violation import Violation, clip
from taskmock.contracts.findings.wording import kind_of, sentence
from taskmock.contracts.validation.overlay import Overlay
from taskmock.contracts.validation.schema import Shape
from taskmock.contracts.validation.structure import Subject, field_violations, is_sound
from taskmock.contracts.validation.walk import Place

_SHAPES_BY_STATE = {"CREATED": "created", "EXPIRED": "expired"}
_WHAT = {
    "task": "a task",
    "node": "a node below the task",
    "created": "a CREATED body",
    "expired": "an EXPIRED body",
}


def tree_violations(answer: Answer, nodes: tuple[Place, ...]) -> Iterator[Violation]:
    """Yields every finding in a tree, the whole answer or a part of it, which may lack its children."""
    top = nodes[0]
    if answer.call.of_tree:
        yield from _tree_violations(answer, nodes)
    else:
        part = Answer(answer.body, answer.api, answer.call, answer.edition, answer.strictness, skip=answer.skip)
        is_bare = "children" not in top.value
        spared = spared_without_children(answer.edition, answer.call.operation) if is_bare else ()
        pointers = {f"{top.prefix}/{name}" for name in spared}
        for found in _tree_violations(part, nodes):
            if found.code != "field.missing" or found.pointer not in pointers:
                yield found


def _tree_violations(answer: Answer, nodes: tuple[Place, ...]) -> Iterator[Violation]:
    top = nodes[0]
    shape = top_shape(top.value, answer.edition, answer.overlay)
    below = response_shape(answer.edition, "node", overlay=answer.overlay)
    reads = _reads_of_shape(top, shape, answer)
    for found in _node_violations(top, shape, answer, "task"):
        yield dataclasses.replace(found, reads=reads)
    if shape.name == "task":
        yield from _task_state_violations(top, answer)
    yield from _odd_children(top, below)
    for node in nodes[1:]:
        yield from _node_violations(node, below, answer, "node")
        yield from _odd_children(node, below)
    document = Document(answer.edition, top.value, nodes, answer.request)
    yield from rule_violations(RULES, document, answer.edition, skip=answer.skip)


def _node_violations(node: Place, shape: Shape, answer: Answer, level: str) -> Iterator[Violation]:
    if not is_sound(node.value, shape, children=CHILDREN):
        subject = Subject(node.value, _WHAT[shape.name], node.pointer, node.path, vocabularies(answer.edition, level))
        elsewhere = _fields_of(answer.edition, answer.overlay)
        yield from field_violations(
            subject, shape, strictness=answer.strictness, elsewhere=elsewhere, children=CHILDREN
        )


def _odd_children(node: Place, below: Shape) -> Iterator[Violation]:
    for key, child in node.children.items():
        if not isinstance(child, dict):
            found = Finding(node, (NODE.entry, key), f"the child {clip(key)} is {kind_of(child)}", "an object")
            yield found.violation("field.type", sentence(below.fields[NODE.entry]))


def top_shape(task: dict[str, Any], edition: str, overlay: Overlay | None = None) -> Shape:
    """The shape that the outermost node of a tree must have: that of its state, where the edition has one for it."""
    state = task.get("state")
    name = _SHAPES_BY_STATE.get(state, "task") if isinstance(state, str) else "task"
    return response_shape(edition, name if name in shape_names(edition) else "task", overlay=overlay)


def _reads_of_shape(top: Place, shape: Shape, answer: Answer) -> tuple[str, ...]:
    """The state as a fact that the structure follows from, where the body is wholly one of another state."""
    for state in (*_SHAPES_BY_STATE, "RUNNING"):
        other = top_shape({"state": state}, answer.edition, answer.overlay)
        if other.name != shape.name and is_sound({**top.value, "state": state}, other, children=CHILDREN):
            return (fact(top, "state"),)
    return ()


@functools.cache
def _fields_of(edition: str, overlay: Overlay | None) -> frozenset[str]:
    shapes = [response_shape(edition, name, overlay=overlay) for name in shape_names(edition)[1:]]
    return frozenset(name for shape in shapes for name in shape.fields)


def _task_state_violations(task: Place, answer: Answer) -> Iterator[Violation]:
    """Finds a node's state on a task; a subtree that was asked for (`parent_id` is not its own id) may show it."""
    state, edition = task.value.get("state"), answer.edition
    if not isinstance(state, str) or state in states_of(edition, "task") or state not in states_of(edition, "node"):
        return
    asked_for_subtree = bool(answer.request and answer.request.get("subprocess_id"))
    if asked_for_subtree or task.value.get("parent_id") != task.value.get("id"):
        return
    code, message = state_complaint(state, edition, "task")
    found = Finding(task, ("state",), message, "one of " + ", ".join(states_of(edition, "task")))
    yield found.violation(code, sentence(response_shape(edition, "task").fields["state"]))
