"""Kinds of mutation that break the answers of other calls: what they are, and those of the structure at any place."""

from __future__ import annotations

import copy
import dataclasses
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from taskmock.contracts.api.bk_sops.api import BK_SOPS, OPERATIONS
from taskmock.contracts.api.protocol import Answer
from taskmock.contracts.findings.pointer import escaped
from taskmock.contracts.findings.violation import Strictness
from taskmock.contracts.validation.form import Kind
from taskmock.contracts.validation.walk import Place
from taskmock.schemas import editions_of, example_names, load_example, load_operations

WRONG: dict[str, list[object]] = {
    "string": [5, True, [], {}],
    "integer": ["1", True, None, 1.5, []],
    "boolean": ["true", None, [], 2],
    "object": ["", 7, True, [1]],
    "array": ["", 7, True, {"a": 1}],
}
"""Values that are not of a type, by the type."""


@dataclasses.dataclass(frozen=True, slots=True)
class Example:
    """A fresh copy of an example answer that a mutation may change, and the draw of places and values."""

    body: dict[str, Any]
    operation: str
    edition: str
    draw: random.Random

    @property
    def data(self) -> Any:  # noqa: ANN401 - decoded JSON
        """What the answer is about."""
        return self.body.get("data")

    def pick(self, wanted: Callable[[Place], object]) -> Place | None:
        """One of the places that are wanted; None without any."""
        places = Answer(self.body, BK_SOPS, OPERATIONS[self.operation], self.edition, Strictness.STRICT).places
        found = [place for place in places if wanted(place)]
        return self.draw.choice(found) if found else None


Broken: TypeAlias = "tuple[str, str, dict[str, Any] | None] | None"
"""The code and the pointer that the judge must find, and the request where that matters; None: does not apply."""


@dataclasses.dataclass(frozen=True, slots=True)
class CallMutation:
    """One kind of mutation of a call's answers; with `operations` it is for the answers of these that have data."""

    name: str
    mutate: Callable[[Example], Broken]
    operations: tuple[str, ...] = ()


def call_examples(edition: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The example answers of all other calls in an edition, fresh: the call, the example's name, the body."""
    for operation in load_operations():
        if OPERATIONS[operation].of_tree or edition not in editions_of(operation):
            continue
        for name in example_names(edition, operation=operation):
            if name != "request":
                yield operation, name, load_example(edition, name, operation=operation)


def call_mutants(
    edition: str, kinds: Iterable[CallMutation]
) -> Iterator[tuple[str, str, str, dict[str, Any], tuple[str, str, dict[str, Any] | None]]]:
    """Each kind on each example that it fits: its name, the call, the example's name, the mutant, what is expected."""
    for kind in kinds:
        for operation, name, body in call_examples(edition):
            if kind.operations and not (operation in kind.operations and body["result"]):
                continue
            draw = random.Random(f"{kind.name} {edition} {operation} {name}")  # noqa: S311 - alike in every run
            example = Example(copy.deepcopy(body), operation, edition, draw)
            expected = kind.mutate(example)
            if expected is not None:
                yield kind.name, operation, name, example.body, expected


def at(place: Place, *keys: str | int) -> str:
    """The JSON Pointer of something at a place."""
    return place.pointer + "".join(f"/{escaped(str(key))}" for key in keys)


def broken(
    code: str, wanted: Callable[[Place], object], change: Callable[[Any], object], *keys: str | int
) -> Callable[[Example], Broken]:
    """A wanted place is changed, which breaks it at some keys."""

    def mutate(example: Example) -> Broken:
        place = example.pick(wanted)
        if place is None:
            return None
        change(place.value)
        return code, at(place, *keys), None

    return mutate


def is_object(place: Place) -> bool:
    """Whether a place is judged field by field."""
    return place.form.kind is Kind.OBJECT


def dropped(example: Example) -> Broken:
    """A field is missing."""
    place = example.pick(lambda place: is_object(place) and place.form.required)
    if place is None:
        return None
    name = example.draw.choice([name for name in place.form.required if name not in place.form.constants])
    del place.value[name]
    return "field.missing", at(place, name), None


def retyped(example: Example) -> Broken:
    """A field has a value of a wrong type."""
    place = example.pick(lambda place: is_object(place) and _typed(place))
    if place is None:
        return None
    name = example.draw.choice(_typed(place))
    place.value[name] = example.draw.choice(WRONG[place.form.fields[name]["type"]])
    return "field.type", at(place, name), None


def _typed(place: Place) -> list[str]:
    """The fields of a place that have values of one type."""
    fields = place.form.fields
    return [name for name in place.value if str(fields[name].get("type")) in WRONG and "const" not in fields[name]]


def odd_entry(example: Example) -> Broken:
    """A map or a list has an entry of a wrong type."""
    place = example.pick(lambda place: place.form.kind in {Kind.MAP, Kind.LIST})
    if place is None:
        return None
    wrong = example.draw.choice(["", None, 7, True])
    if isinstance(place.value, dict):
        place.value["odd"] = wrong
        return "field.type", at(place, "odd"), None
    place.value.append(wrong)
    return "field.type", at(place, len(place.value) - 1), None


def no_result(example: Example) -> Broken:
    """The answer does not say whether the call worked."""
    del example.body["result"]
    return "envelope.missing", "/result", None


def odd_code(example: Example) -> Broken:
    """The code is no integer."""
    example.body["code"] = example.draw.choice(["0", None, [], 0.5])
    return "envelope.type", "/code", None


def odd_data(example: Example) -> Broken:
    """The data is of a wrong type."""
    if not example.body["result"] or not isinstance(example.data, (dict, list)):
        return None
    example.body["data"] = example.draw.choice([0, True, 1.5])
    return "envelope.data", "/data", None


MUTATIONS = (
    CallMutation("call-drop-field", dropped),
    CallMutation("call-retype-field", retyped),
    CallMutation(
        "call-add-field", broken("field.undocumented", is_object, lambda place: place.update({"x~/y": 1}), "x~/y")
    ),
    CallMutation("call-odd-entry", odd_entry),
    CallMutation("call-drop-result", no_result),
    CallMutation("call-retype-code", odd_code),
    CallMutation("call-retype-data", odd_data),
    CallMutation(
        "call-unknown-node-type",
        broken(
            "field.value",
            lambda place: place.form.among is not None and "type" in place.value,
            lambda node: node.update(type="SubProces"),
            "type",
        ),
    ),
    CallMutation(
        "call-break-status",
        broken(
            "field.range",
            lambda place: place.form.kind is Kind.TREE and "id" in place.value,
            lambda task: task.update(loop=0),
            "loop",
        ),
    ),
)
"""Every kind that breaks the structure."""
