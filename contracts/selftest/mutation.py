"""What a kind of mutation is, and the specimen that it changes: a fresh copy of one sound answer of a call."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import EllipsisType
from typing import Any, TypeAlias

from taskmock.contracts.api.bk_sops.api import BK_SOPS, OPERATIONS
from taskmock.contracts.api.bk_sops.tree import walk_tree
from taskmock.contracts.api.protocol import Answer
from taskmock.contracts.findings.pointer import escaped
from taskmock.contracts.findings.violation import Strictness
from taskmock.contracts.validation.walk import Place
from taskmock.schemas import EDITIONS, STATUS

NO_SUCH_ID = "n" + "f" * 31


@dataclasses.dataclass(frozen=True, slots=True)
class Mutant:
    """A broken answer, every `(code, pointer)` that the judge must find in it, and the `request` where that matters."""

    body: object
    expected: tuple[tuple[str, str], ...]
    request: Mapping[str, Any] | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class OneOf:
    """Values of which one is drawn; a mapping has them by edition."""

    values: Sequence[Any] | Mapping[str, Sequence[Any]]


Wanted: TypeAlias = Callable[[Place], object]
Change: TypeAlias = Callable[[Place], object] | Mapping[str, Any]
"""New values of a place by their keys, or a function that changes the place.

A value may be `OneOf`, `...` (as the edition writes an absent time), or a function of the place.
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Specimen:
    """A fresh copy of a sound answer that a mutation may change, its edition, and the draw of places and values."""

    body: dict[str, Any]
    edition: str
    draw: random.Random
    operation: str = STATUS

    @property
    def data(self) -> Any:  # noqa: ANN401 - decoded JSON
        """What the answer is about; an empty object where it has no data."""
        data = self.body.get("data")
        return data if isinstance(data, dict | list) else {}

    @property
    def top(self) -> Place:
        """The task's node."""
        return next(walk_tree(self.data))

    @property
    def state(self) -> object:
        """The task's state."""
        return self.data.get("state")

    def pick(self, wanted: Wanted) -> Place | None:
        """One of the places that are wanted, which are nodes in a status; None without any."""
        places: Iterable[Place] = walk_tree(self.data) if self.data else ()
        if self.operation != STATUS:
            places = Answer(self.body, BK_SOPS, OPERATIONS[self.operation], self.edition, Strictness.STRICT).places
        found = [place for place in places if wanted(place)]
        return self.draw.choice(found) if found else None

    def change(self, place: Place, change: Change) -> None:
        """Changes a place."""
        if not isinstance(change, Mapping):
            change(place)
            return
        for key, value in change.items():
            place.value[key] = self._drawn(value, place)

    def _drawn(self, value: object, place: Place) -> object:
        match value:
            case OneOf(values=values):
                some = values[self.edition] if isinstance(values, Mapping) else values
                return self._drawn(self.draw.choice(some), place)
            case EllipsisType():
                return "" if self.edition == "doc-2019" else None
        return value(place) if callable(value) else value

    def found(self, code: str, place: Place, *keys: str | int) -> Mutant:
        """The mutant, with one finding expected at a place's value."""
        return Mutant(self.body, ((code, pointer(place, *keys)),))

    def raw(self, code: str, text: str | bytes, where: str = "") -> Mutant:
        """A mutant that is text instead of an object."""
        return Mutant(text if isinstance(text, bytes) else text.encode("utf-8"), ((code, where),))

    def text(self) -> str:
        """The answer as a server sends it."""
        return json.dumps(self.body)


Mutate: TypeAlias = Callable[[Specimen], Mutant | None]


@dataclasses.dataclass(frozen=True, slots=True)
class Mutation:
    """One kind of mutation of the answers of some calls: gives the mutant, or None where it does not apply."""

    name: str
    mutate: Mutate
    calls: Collection[str] = (STATUS,)


def broken(code: str, wanted: Wanted, change: Change, *keys: str | int, only: Collection[str] = EDITIONS) -> Mutate:
    """A wanted place is changed, in some editions only; the finding is at the keys, else at the first changed key."""
    at = keys or (tuple(change)[:1] if isinstance(change, Mapping) else ())

    def mutate(specimen: Specimen) -> Mutant | None:
        place = specimen.pick(wanted) if specimen.edition in only else None
        if place is None:
            return None
        specimen.change(place, change)
        return specimen.found(code, place, *at)

    return mutate


def named(kinds: Mapping[str, Mutate], calls: Collection[str] = (STATUS,)) -> tuple[Mutation, ...]:
    """Kinds of mutation by their names, for the answers of some calls."""
    return tuple(Mutation(name, mutate, calls) for name, mutate in kinds.items())


def answer_to(request: Mapping[str, Any], mutate: Mutate) -> Mutate:
    """The mutant is judged as the answer to a request."""

    def with_request(specimen: Specimen) -> Mutant | None:
        mutant = mutate(specimen)
        return None if mutant is None else dataclasses.replace(mutant, request=request)

    return with_request


def pointer(place: Place, *keys: str | int) -> str:
    """The JSON Pointer of a place's value."""
    return place.pointer + "".join(f"/{escaped(str(key))}" for key in keys)


def shifted(text: str, seconds: int) -> str:
    """A time of the answers, later by some seconds."""
    moment = dt.datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z") + dt.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%d %H:%M:%S %z")


def after(field: str, seconds: int) -> Callable[[Place], str]:
    """A time that is later than one of the place itself."""
    return lambda place: shifted(place.value[field], seconds)


def outermost(node: Place) -> dict[str, Any]:
    """The task that a node is in."""
    *_, top = node.lineage()
    value: dict[str, Any] = top.value
    return value


def any_node(_: Place) -> bool:
    """Wants every node."""
    return True


def is_outermost(place: Place) -> bool:
    """Whether a place is the whole data of an answer."""
    return place.pointer == "/data"


def is_below(node: Place) -> bool:
    """Whether a node is not the task."""
    return node.parent is not None


def is_right_below(node: Place) -> bool:
    """Whether a node hangs in the task itself."""
    return node.parent is not None and node.parent.parent is None


def is_full(node: Place) -> bool:
    """Whether a node has the full set of fields (CREATED and EXPIRED bodies of the engines have not)."""
    return "id" in node.value


def has(field: str, wanted: Wanted = any_node) -> Wanted:
    """Whether a wanted node has a field."""
    return lambda node: field in node.value and wanted(node)


def in_state(*states: str) -> Callable[[Place], bool]:
    """Whether a node is in one of the states."""
    return lambda node: node.value.get("state") in states


def first_pass(node: Place) -> bool:
    """Whether a node has not looped: a further pass keeps times of the earlier one."""
    return bool(node.value.get("loop") == 1)


def is_failed_leaf(node: Place) -> bool:
    """Whether a node below the task failed by itself."""
    return is_below(node) and in_state("FAILED")(node) and not node.children
