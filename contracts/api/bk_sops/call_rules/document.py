"""One answer of a call made ready for its rules: its places, its pipelines, and its request where known."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from taskmock.contracts.api.bk_sops.rules.document import seconds
from taskmock.contracts.validation.walk import Place

PIPELINES = ("#/$defs/pipeline_tree", "#/$defs/template_tree")
NO_OFFSET = "YYYY-MM-DD HH:MM:SS"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """The whole answer as a place."""

    value: dict[str, Any]
    pointer: str = ""
    path: str = ""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A node or a flow of a pipeline: the keys that lead to it from there, and its decoded object."""

    keys: tuple[str, ...]
    value: dict[str, Any]

    @property
    def id(self) -> str:
        """Its id; "" where it has none that can be read."""
        own = self.value.get("id")
        return own if isinstance(own, str) else ""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Pipeline:
    """One level of a task: the pipeline tree's place, its nodes and its flows; what is no object is left out."""

    place: Place
    nodes: tuple[Part, ...]
    flows: tuple[Part, ...]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class CallDocument:
    """One answer whose `result` is true: its call, its edition, its places, outer before inner, and its request."""

    operation: str
    edition: str
    body: dict[str, Any]
    places: tuple[Place, ...]
    request: Mapping[str, Any] | None = None
    pipelines: tuple[Pipeline, ...] = dataclasses.field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Reads every pipeline once."""
        found = tuple(_pipeline(place) for place in self.places if place.form.uri.endswith(PIPELINES))
        object.__setattr__(self, "pipelines", found)

    @property
    def top(self) -> Place:
        """The place of `data`."""
        return self.places[0]

    @property
    def whole(self) -> Whole:
        """The place of the answer itself, for what stands beside `data`."""
        return Whole(self.body)

    def entries(self) -> Iterator[Place]:
        """The places of the objects that a list in `data` holds."""
        return (place for place in self.places if place.parent is self.top)

    def asked(self, name: str) -> object:
        """A parameter of the request; None where it is not known or says nothing."""
        value = (self.request or {}).get(name)
        return None if value == "" else value


def moment(value: object) -> int | None:
    """A time in seconds since the year 1; None where there is none, or none that can be read.

    The document of 2019 shows times without an offset: they count as UTC, and compare with each other.
    """
    if not isinstance(value, str):
        return None
    return seconds(f"{value} +0000") if len(value) == len(NO_OFFSET) else seconds(value)


def text_id(value: object) -> str | None:
    """An id as text, however it was sent; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return str(value).strip()


def _pipeline(place: Place) -> Pipeline:
    nodes = [
        *_one(place, "start_event"),
        *_each(place, "activities"),
        *_each(place, "gateways"),
        *_one(place, "end_event"),
    ]
    return Pipeline(place, tuple(nodes), tuple(_each(place, "flows")))


def _one(place: Place, field: str) -> Iterator[Part]:
    value = place.value.get(field)
    if isinstance(value, dict):
        yield Part((field,), value)


def _each(place: Place, field: str) -> Iterator[Part]:
    held = place.value.get(field)
    for key, value in held.items() if isinstance(held, dict) else ():
        if isinstance(value, dict):
            yield Part((field, key), value)
