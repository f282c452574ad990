"""What a corpus of answers shows, counted by shape and field; ids, times and names leave no trace."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Collection, Iterator
from typing import Any

from taskmock.contracts.drift.trait import said_form, said_type, said_value
from taskmock.contracts.edition import AUTO, checked_edition, told_edition
from taskmock.contracts.envelope import DATA
from taskmock.contracts.overlay import Overlay
from taskmock.contracts.overlay_file import chosen_overlay
from taskmock.contracts.strictness import Strictness
from taskmock.contracts.structure import Place, field_violations, is_sound
from taskmock.contracts.validator import CHILDREN, Shape, response_shape, shape_names
from taskmock.contracts.violation import Violation
from taskmock.contracts.walk import walk

LABELS = ("answer", "failure", "task", "created", "expired", "node")
"""The kinds of objects in answers: around the data where `result` is true, and where it is not; the rest is data."""

_DEMANDED = {"answer": ("data",), "failure": ("message",)}
_BY_STATE = {"CREATED": "created", "EXPIRED": "expired"}


@dataclasses.dataclass(slots=True)
class Sight:
    """What was seen of one kind of object: how many, each field how often and of which types, and what does not fit.

    `oddities` counts objects by kind of oddity (`type`, `value`, `form`), field, and what was seen instead.
    """

    shape: Shape
    total: int = 0
    fields: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    types: dict[str, set[str]] = dataclasses.field(default_factory=dict)
    oddities: collections.Counter[tuple[str, str, str]] = dataclasses.field(default_factory=collections.Counter)
    required: tuple[str, ...] = ()


class Census:
    """The sights of a corpus, by edition and kind of object.

    `edition` is one to compare all answers with, an overlay, or `auto`: each answer with its own.
    """

    def __init__(self, edition: str | Overlay = AUTO) -> None:
        """Raises: ValueError for an unknown edition, or an unusable overlay."""
        self.overlay = chosen_overlay(edition)
        self.edition = checked_edition(str(edition)) if self.overlay is None else self.overlay.extends
        self.answers: collections.Counter[str] = collections.Counter()
        self.trees = 0
        self.sights: dict[tuple[str, str], Sight] = {}

    def add(self, body: dict[str, Any]) -> None:
        """Counts one answer."""
        edition = told_edition(body)[0] if self.edition == AUTO else self.edition
        self.answers[edition] += 1
        label = "failure" if body.get("result") is False else "answer"
        self._count(body, self._sight(edition, label, "envelope"), edition, DATA)
        data = body.get("data")
        if label == "failure" or not isinstance(data, dict):
            return
        self.trees += 1
        for node in walk(data):
            label = "node" if node.parent is not None else _BY_STATE.get(str(data.get("state")), "task")
            name = label if label in shape_names(edition) else "task"
            self._count(node.value, self._sight(edition, label, name), edition, CHILDREN)

    def _sight(self, edition: str, label: str, name: str) -> Sight:
        if (edition, label) not in self.sights:
            shape = response_shape(edition, name, overlay=self.overlay)
            self.sights[edition, label] = Sight(shape, required=(*shape.required, *_DEMANDED.get(label, ())))
        return self.sights[edition, label]

    def _count(self, value: dict[str, Any], sight: Sight, edition: str, children: Collection[str]) -> None:
        sight.total += 1
        sight.fields.update(value.keys())
        if is_sound(value, sight.shape, children=children):
            return
        for name in value.keys() - sight.shape.fields.keys():
            sight.types.setdefault(name, set()).add(said_type(value[name]))
        level = "node" if sight.shape.name == "node" else "task"
        place = Place("", "", "", edition, level)
        found = field_violations(value, sight.shape, place, strictness=Strictness.STRICT, children=children)
        sight.oddities.update(set(_oddities(found, value, sight.shape)))


def _oddities(found: Iterator[Violation], value: dict[str, Any], shape: Shape) -> Iterator[tuple[str, str, str]]:
    for violation in found:
        keys = [key.replace("~1", "/").replace("~0", "~") for key in violation.pointer.split("/")[1:]]
        if keys[0] not in value or keys[0] not in shape.fields:
            continue  # counted by name
        item, path = _reached(value, keys, shape.fields[keys[0]])
        if violation.code == "field.type":
            yield "type", path, said_type(item)
        elif violation.code in {"field.pattern", "field.empty", "field.range", "field.missing"}:
            yield "form", path, said_form(violation.code, item)
        else:
            yield "value", path, said_value(item)


def _reached(value: Any, keys: list[str], field: dict[str, Any]) -> tuple[Any, str]:  # noqa: ANN401  # decoded JSON
    """The value at the end of some keys, and the path there: `*` for keys that the schema does not name."""
    value, steps = value[keys[0]], [keys[0]]
    for key in keys[1:]:
        known = field.get("properties", {})
        steps.append(key if key in known else "*")
        field = known.get(key) or field.get("additionalProperties") or field.get("items") or {}
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value, ".".join(steps)
