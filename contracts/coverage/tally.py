"""What some evidence has shown of the contract, item by item."""

from __future__ import annotations

import collections
import dataclasses
import enum
from collections.abc import Iterator, Mapping
from typing import Any

from taskmock.contracts.api.bk_sops.edition import AUTO, detected_edition
from taskmock.contracts.api.bk_sops.rules import RULES, Document
from taskmock.contracts.api.bk_sops.rules.applies import is_asked
from taskmock.contracts.api.bk_sops.shapes import response_shape, shape_names
from taskmock.contracts.api.bk_sops.states import states_of
from taskmock.contracts.api.bk_sops.tree import walk_tree
from taskmock.contracts.drift import Census
from taskmock.contracts.validation.body import BodyError, decoded_object
from taskmock.contracts.validation.overlay import Overlay
from taskmock.schemas import KNOWN


class Aspect(enum.StrEnum):
    """What of a contract is counted."""

    SHAPE = "shapes"
    STATE = "states"
    FIELD = "fields"
    RULE = "rules"


@dataclasses.dataclass(frozen=True, slots=True)
class Item:
    """One part of an edition's contract, and how many answers (shapes, rules) or objects (states, fields) showed it."""

    edition: str
    aspect: Aspect
    name: str
    seen: int


class Tally:
    """The evidence so far: each answer is counted once, by the edition asked for or the one that it looks like."""

    def __init__(self, edition: str | Overlay = AUTO) -> None:
        """Raises: ValueError for an unknown edition, or an unusable overlay."""
        self._census = Census(edition)
        self._shown: collections.Counter[tuple[str, Aspect, str]] = collections.Counter()
        self._knows_requests = False

    def add(self, body: object, *, request: Mapping[str, Any] | None = None) -> None:
        """Counts one answer, as bytes, text or decoded; what cannot be read shows nothing."""
        try:
            decoded = decoded_object(body)
        except BodyError:
            return
        edition = detected_edition(decoded)[0] if self._census.edition == AUTO else self._census.edition
        self._census.add(decoded)
        self._knows_requests = self._knows_requests or request is not None
        self._shown[edition, Aspect.SHAPE, "failure" if decoded.get("result") is False else "answer"] += 1
        data = decoded.get("data")
        if decoded.get("result") is False or not isinstance(data, dict):
            return
        document = Document(edition, data, tuple(walk_tree(data)), request)
        for rule in RULES:
            if rule.is_for(edition) and rule.applies(document):
                self._shown[edition, Aspect.RULE, rule.code] += 1
        for node in document.observed:
            self._shown[edition, Aspect.STATE, f"{'task' if node.is_top else 'node'} {node.state}"] += 1

    @property
    def edition(self) -> str:
        """The edition that was asked for, or `auto`; the one that an overlay extends."""
        return self._census.edition

    @property
    def items(self) -> tuple[Item, ...]:
        """Every part of the contract of each edition that the evidence is of, shown or not."""
        editions = [edition for edition in KNOWN if self._census.answers[edition] or edition == self._census.edition]
        return tuple(item for edition in editions for item in self._items(edition))

    @property
    def share(self) -> float:
        """How much of it was shown, from 0 to 1; 0 without any evidence."""
        items = self.items
        return sum(item.seen > 0 for item in items) / len(items) if items else 0.0

    def _items(self, edition: str) -> Iterator[Item]:
        shapes = shape_names(edition)
        labels = ("answer", "failure", *(name for name in shapes if name != "envelope"))
        for label in labels:
            sight = self._census.sights.get((edition, label))
            yield Item(edition, Aspect.SHAPE, label, sight.total if sight else 0)
        for level in ("task", "node"):
            for state in states_of(edition, level):
                name = f"{level} {state}"
                yield Item(edition, Aspect.STATE, name, self._shown[edition, Aspect.STATE, name])
        for shape in shapes:
            sights = [s for (own, _), s in self._census.sights.items() if own == edition and s.shape.name == shape]
            for field in response_shape(edition, shape, overlay=self._census.overlay).fields:
                yield Item(edition, Aspect.FIELD, f"{shape} {field}", sum(sight.fields[field] for sight in sights))
        for rule in RULES:
            if rule.is_for(edition) and (self._knows_requests or rule.applies is not is_asked):
                yield Item(edition, Aspect.RULE, rule.code, self._shown[edition, Aspect.RULE, rule.code])
