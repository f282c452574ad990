"""What a kind of mutation is, and the specimen it is applied to: one sound answer, taken apart for the mutator."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import random
from collections.abc import Callable
from typing import Any

from taskmock.contracts.findings.pointer import escaped
from taskmock.contracts.validation.walk import Place, walk

NO_SUCH_ID = "n" + "f" * 31


@dataclasses.dataclass(frozen=True, slots=True)
class Mutant:
    """A broken answer, every `(code, pointer)` that the judge must find in it, and the `request` where that matters."""

    body: object
    expected: tuple[tuple[str, str], ...]
    request: dict[str, Any] | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Specimen:
    """A fresh copy of a sound answer that a mutation may change, its edition, and the draw of places and values."""

    body: dict[str, Any]
    edition: str
    draw: random.Random

    @property
    def data(self) -> dict[str, Any]:
        """The task; empty where the answer has none."""
        data = self.body.get("data")
        return data if isinstance(data, dict) else {}

    @property
    def top(self) -> Place:
        """The task's node."""
        return next(walk(self.data))

    @property
    def state(self) -> object:
        """The task's state."""
        return self.data.get("state")

    @property
    def absent(self) -> str | None:
        """How the edition writes a time that is not there."""
        return "" if self.edition == "doc-2019" else None

    def pick(self, wanted: Callable[[Place], object]) -> Place | None:
        """One of the nodes that are wanted; None without any."""
        nodes = [node for node in walk(self.data) if self.data and wanted(node)]
        return self.draw.choice(nodes) if nodes else None

    def found(self, code: str, node: Place, *keys: str, request: dict[str, Any] | None = None) -> Mutant:
        """The mutant, with one finding expected at a node's value."""
        return Mutant(self.body, ((code, pointer(node, *keys)),), request)

    def raw(self, code: str, text: str | bytes, where: str = "") -> Mutant:
        """A mutant that is no longer an object but text."""
        return Mutant(text if isinstance(text, bytes) else text.encode("utf-8"), ((code, where),))

    def text(self) -> str:
        """The answer as a server sends it."""
        return json.dumps(self.body)


@dataclasses.dataclass(frozen=True, slots=True)
class Mutation:
    """One kind of mutation: gives the mutant, or None where it does not apply to a specimen."""

    name: str
    mutate: Callable[[Specimen], Mutant | None]


def pointer(node: Place, *keys: str) -> str:
    """The JSON Pointer of a node's value."""
    return node.pointer + "".join(f"/{escaped(key)}" for key in keys)


def shifted(text: str, seconds: int) -> str:
    """A time of the answers, later by some seconds."""
    moment = dt.datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z") + dt.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%d %H:%M:%S %z")


def is_below(node: Place) -> bool:
    """Whether a node is not the task."""
    return node.parent is not None


def is_right_below(node: Place) -> bool:
    """Whether a node hangs in the task itself."""
    return node.parent is not None and node.parent.parent is None


def is_full(node: Place) -> bool:
    """Whether a node has the full set of fields (CREATED and EXPIRED bodies of the engines have not)."""
    return "id" in node.value


def in_state(*states: str) -> Callable[[Place], bool]:
    """Whether a node is in one of the states."""
    return lambda node: node.value.get("state") in states


def first_pass(node: Place) -> bool:
    """Whether a node has not looped: a further pass keeps times of the earlier one."""
    return bool(node.value.get("loop") == 1)
