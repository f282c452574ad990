"""What a corpus of answers shows, counted by shape and field; ids, times and names leave no trace."""

from __future__ import annotations

import collections
import dataclasses
import re
from collections.abc import Collection, Iterator
from typing import Any

from taskmock.contracts.api.bk_sops.edition import AUTO, checked_edition, detected_edition
from taskmock.contracts.api.bk_sops.envelope import BY_RESULT, DATA
from taskmock.contracts.api.bk_sops.overlay_file import chosen_overlay
from taskmock.contracts.api.bk_sops.shapes import response_shape, shape_names
from taskmock.contracts.api.bk_sops.tree import CHILDREN, walk_tree
from taskmock.contracts.findings.violation import Strictness, Violation, clip
from taskmock.contracts.findings.wording import json_type
from taskmock.contracts.validation.overlay import Overlay
from taskmock.contracts.validation.schema import Shape
from taskmock.contracts.validation.structure import Subject, field_violations, is_sound

_FORMS = (
    (re.compile(r"[0-9a-f]{32}"), "32 hex digits"),
    (re.compile(r"n[0-9a-f]{31}"), "n and 31 hex digits"),
    (re.compile(r"v[0-9a-f]{32}"), "v and 32 hex digits"),
    (re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"), "a UUID"),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}"), "a time with offset"),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"), "a time without offset"),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}.*"), "a time of ISO 8601"),
    (re.compile(r"[0-9]+"), "digits"),
)


_WORD = re.compile(r"[A-Za-z][A-Za-z_-]*")
"""What may be told itself: a state, a word of a vocabulary."""


def said_form(code: str, value: object) -> str:
    """The form of a value that is not as it should be, by the finding's code."""
    if code == "field.range":
        return "a smaller number"
    if code == "field.missing":
        return "lacking a field"
    if not isinstance(value, str):
        return json_type(value)
    if value == "":
        return "an empty text"
    return next((name for form, name in _FORMS if form.fullmatch(value)), "a text of another form")


def said_value(value: object) -> str:
    """A value itself where it is a word, a small number or a constant; else its form."""
    if isinstance(value, str):
        return clip(value) if _WORD.fullmatch(value) else said_form("", value)
    return json_type(value) if isinstance(value, (dict, list, float)) else clip(value)


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
        self.unreadable: collections.Counter[str] = collections.Counter()
        self.trees = 0
        self.sights: dict[tuple[str, str], Sight] = {}

    @property
    def total(self) -> int:
        """How many answers there are, those that cannot be read among them."""
        return sum(self.answers.values()) + sum(self.unreadable.values())

    def add_unreadable(self, code: str) -> None:
        """Counts an answer that cannot be read, by the code of its defect."""
        self.unreadable[code] += 1

    def add(self, body: dict[str, Any]) -> None:
        """Counts one answer."""
        edition = detected_edition(body)[0] if self.edition == AUTO else self.edition
        self.answers[edition] += 1
        label = "failure" if body.get("result") is False else "answer"
        self._count(body, self._sight(edition, label, "envelope"), DATA)
        data = body.get("data")
        if label == "failure" or not isinstance(data, dict):
            return
        self.trees += 1
        for node in walk_tree(data):
            label = "node" if node.parent is not None else _BY_STATE.get(str(data.get("state")), "task")
            name = label if label in shape_names(edition) else "task"
            self._count(node.value, self._sight(edition, label, name), CHILDREN)

    def _sight(self, edition: str, label: str, name: str) -> Sight:
        if (edition, label) not in self.sights:
            shape = response_shape(edition, name, overlay=self.overlay)
            self.sights[edition, label] = Sight(shape, required=(*shape.required, *_DEMANDED.get(label, ())))
        return self.sights[edition, label]

    def _count(self, value: dict[str, Any], sight: Sight, children: Collection[str]) -> None:
        sight.total += 1
        sight.fields.update(value.keys())
        if is_sound(value, sight.shape, children=children):
            return
        for name in value.keys() - sight.shape.fields.keys():
            sight.types.setdefault(name, set()).add(json_type(value[name]))
        found = field_violations(Subject(value, ""), sight.shape, strictness=Strictness.STRICT, children=children)
        # What `data` and `message` should be, only `result` tells: where it tells nothing, that alone has drifted.
        is_told = children is not DATA or isinstance(value.get("result"), bool)
        judged = found if is_told else (one for one in found if one.pointer not in BY_RESULT)
        sight.oddities.update(set(_oddities(judged, value, sight.shape)))


def _oddities(found: Iterator[Violation], value: dict[str, Any], shape: Shape) -> Iterator[tuple[str, str, str]]:
    for violation in found:
        keys = [key.replace("~1", "/").replace("~0", "~") for key in violation.pointer.split("/")[1:]]
        if keys[0] not in value or keys[0] not in shape.fields:
            continue  # counted by name
        item, path = _reached(value, keys, shape.fields[keys[0]])
        if violation.code == "field.type":
            yield "type", path, json_type(item)
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
