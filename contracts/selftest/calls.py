"""Kinds of mutation that break the structure of the answers of other calls at any place, and the good answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from taskmock.contracts.api.bk_sops.api import OPERATIONS
from taskmock.contracts.selftest.mutation import Mutant, Specimen, broken, named
from taskmock.contracts.validation.form import Kind
from taskmock.contracts.validation.walk import Place
from taskmock.schemas import STATUS, editions_of, example_names, load_example

OTHERS = tuple(operation for operation in OPERATIONS if operation != STATUS)
"""All calls but the status."""

WRONG: dict[str, list[object]] = {
    "string": [5, True, [], {}],
    "integer": ["1", True, None, 1.5, []],
    "boolean": ["true", None, [], 2],
    "object": ["", 7, True, [1]],
    "array": ["", 7, True, {"a": 1}],
}
"""Values that are not of a type, by the type."""


def call_examples(edition: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The example answers of all other calls in an edition, fresh: the call, the example's name, the body."""
    for operation in OTHERS:
        if edition in editions_of(operation):
            for name in example_names(edition, operation=operation):
                if name != "request":
                    yield operation, name, load_example(edition, name, operation=operation)


def is_object(place: Place) -> bool:
    """Whether a place is judged field by field."""
    return place.form.kind is Kind.OBJECT


def is_typed_node(place: Place) -> bool:
    """Whether a place is a node of a pipeline tree that names its type."""
    return place.form.among is not None and "type" in place.value


def dropped(specimen: Specimen) -> Mutant | None:
    """A field is missing."""
    place = specimen.pick(lambda place: is_object(place) and place.form.required)
    if place is None:
        return None
    name = specimen.draw.choice([name for name in place.form.required if name not in place.form.constants])
    del place.value[name]
    return specimen.found("field.missing", place, name)


def retyped(specimen: Specimen) -> Mutant | None:
    """A field has a value of a wrong type."""
    place = specimen.pick(lambda place: is_object(place) and typed_fields(place))
    if place is None:
        return None
    name = specimen.draw.choice(typed_fields(place))
    place.value[name] = specimen.draw.choice(WRONG[place.form.fields[name]["type"]])
    return specimen.found("field.type", place, name)


def typed_fields(place: Place) -> list[str]:
    """The fields of a place that have values of one type."""
    fields = place.form.fields
    return [name for name in place.value if str(fields[name].get("type")) in WRONG and "const" not in fields[name]]


def odd_entry(specimen: Specimen) -> Mutant | None:
    """A map or a list has an entry of a wrong type."""
    place = specimen.pick(lambda place: place.form.kind in {Kind.MAP, Kind.LIST})
    if place is None:
        return None
    wrong = specimen.draw.choice(["", None, 7, True])
    if isinstance(place.value, dict):
        place.value["odd"] = wrong
        return specimen.found("field.type", place, "odd")
    place.value.append(wrong)
    return specimen.found("field.type", place, len(place.value) - 1)


def no_result(specimen: Specimen) -> Mutant:
    """The answer does not say whether the call worked."""
    del specimen.body["result"]
    return Mutant(specimen.body, (("envelope.missing", "/result"),))


def odd_code(specimen: Specimen) -> Mutant:
    """The code is no integer."""
    specimen.body["code"] = specimen.draw.choice(["0", None, [], 0.5])
    return Mutant(specimen.body, (("envelope.type", "/code"),))


def odd_data(specimen: Specimen) -> Mutant | None:
    """The data is of a wrong type."""
    if not specimen.body["result"] or not isinstance(specimen.body.get("data"), dict | list):
        return None
    specimen.body["data"] = specimen.draw.choice([0, True, 1.5])
    return Mutant(specimen.body, (("envelope.data", "/data"),))


MUTATIONS = (
    *named(
        {
            "call-drop-field": dropped,
            "call-retype-field": retyped,
            "call-add-field": broken("field.undocumented", is_object, {"x~/y": 1}),
            "call-odd-entry": odd_entry,
            "call-drop-result": no_result,
            "call-retype-code": odd_code,
            "call-retype-data": odd_data,
            "call-unknown-node-type": broken("field.value", is_typed_node, {"type": "SubProces"}),
            "call-break-status": broken(
                "field.range", lambda place: place.form.kind is Kind.TREE and "id" in place.value, {"loop": 0}
            ),
        },
        OTHERS,
    ),
)
"""Every kind that breaks the structure."""
