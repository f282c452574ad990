"""Everything the judge says of one decoded answer: its envelope, the structure of every node, then the rules."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from typing import Any

from taskmock.contracts.api.bk_sops.envelope import Envelope, envelope_violations
from taskmock.contracts.api.bk_sops.rules import Document, rule_violations
from taskmock.contracts.findings.violation import Strictness, Violation, clip
from taskmock.contracts.findings.wording import kind_of, sentence
from taskmock.contracts.validation.overlay import Overlay
from taskmock.contracts.validation.schema import Shape, response_shape, shape_names
from taskmock.contracts.validation.structure import Place, field_violations, is_sound
from taskmock.contracts.validation.vocabulary import state_complaint, states_of
from taskmock.contracts.validation.walk import Node, escaped, walk

GENERATIONS = {"doc-2019": 1, "v1": 1, "v2": 2}
"""The engine generation whose rules an edition's trees obey."""

_SHAPES_BY_STATE = {"CREATED": "created", "EXPIRED": "expired"}
_WHAT = {
    "task": "a task",
    "node": "a node below the task",
    "created": "a CREATED body",
    "expired": "an EXPIRED body",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """One decoded answer with the edition and strictness to judge it by, and the request it answers where known."""

    body: dict[str, Any]
    edition: str
    strictness: Strictness
    request: Mapping[str, Any] | None = None
    overlay: Overlay | None = None

    def shape(self, name: str) -> Shape:
        """One of the shapes that the answer may have: `task`, `node`, `created`, `expired` or `envelope`."""
        return response_shape(self.edition, name, overlay=self.overlay)

    @property
    def data(self) -> dict[str, Any] | None:
        """The task, where the answer has one to judge: not where `result` is false."""
        data = self.body.get("data")
        return data if isinstance(data, dict) and self.body.get("result") is not False else None


def answer_violations(answer: Answer, nodes: tuple[Node, ...]) -> Iterator[Violation]:
    """Yields every finding of an answer whose tree has been walked; `nodes` is empty where there is no tree."""
    shape = answer.shape("envelope")
    yield from envelope_violations(
        Envelope(
            body=answer.body, shape=shape, edition=answer.edition, strictness=answer.strictness, telltale=("state",)
        )
    )
    yield from tree_violations(answer, nodes)


def tree_violations(answer: Answer, nodes: tuple[Node, ...]) -> Iterator[Violation]:
    """Yields every finding in the tree of an answer, its envelope aside."""
    if answer.data is None:
        return
    for node in nodes:
        yield from _node_violations(node, answer)
    document = Document(
        edition=answer.edition,
        generation=GENERATIONS[answer.edition],
        data=answer.data,
        nodes=nodes,
        request=answer.request,
    )
    yield from rule_violations(document)


def answer_nodes(answer: Answer) -> tuple[Node, ...]:
    """Every node of an answer's tree, the task first; none where there is no tree."""
    return () if answer.data is None else tuple(walk(answer.data))


def _node_violations(node: Node, answer: Answer) -> Iterator[Violation]:
    value = node.value
    shape = _shape_of(value, answer) if node.parent is None else answer.shape("node")
    if not is_sound(value, shape):
        level = "task" if node.parent is None else "node"
        place = Place(node.pointer, node.path, _WHAT[shape.name], answer.edition, level)
        elsewhere = _fields_of(answer.edition, answer.overlay)
        yield from field_violations(value, shape, place, strictness=answer.strictness, elsewhere=elsewhere)
    if node.parent is None and shape.name == "task":
        yield from _task_state_violations(node, answer)
    for key, child in node.children.items():
        if not isinstance(child, dict):
            yield Violation(
                code="field.type",
                pointer=f"{node.pointer}/children/{escaped(key)}",
                path=node.path,
                message=f"the child {clip(key)} is {kind_of(child)}",
                expected="an object",
                value=clip(child),
                source=sentence(answer.shape("node").fields["children"]),
            )


def _shape_of(task: dict[str, Any], answer: Answer) -> Shape:
    state = task.get("state")
    name = _SHAPES_BY_STATE.get(state, "task") if isinstance(state, str) else "task"
    return answer.shape(name if name in shape_names(answer.edition) else "task")


@functools.cache
def _fields_of(edition: str, overlay: Overlay | None) -> frozenset[str]:
    shapes = [response_shape(edition, name, overlay=overlay) for name in shape_names(edition)[1:]]
    return frozenset(name for shape in shapes for name in shape.fields)


def _task_state_violations(node: Node, answer: Answer) -> Iterator[Violation]:
    """Finds a node's state on a task; a subtree that was asked for (`parent_id` is not its own id) may show it."""
    state, edition = node.value.get("state"), answer.edition
    if not isinstance(state, str) or state in states_of(edition, "task") or state not in states_of(edition, "node"):
        return
    asked_for_subtree = bool(answer.request and answer.request.get("subprocess_id"))
    if asked_for_subtree or node.value.get("parent_id") != node.value.get("id"):
        return
    code, message = state_complaint(state, edition, "task")
    yield Violation(
        code=code,
        pointer=f"{node.pointer}/state",
        path=node.path,
        message=message,
        expected="one of " + ", ".join(states_of(edition, "task")),
        value=clip(state),
        source=sentence(response_shape(edition, "task").fields["state"]),
    )
