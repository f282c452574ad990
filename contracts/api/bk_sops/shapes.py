"""The shapes of the answers and parameters of bk-sops, compiled out of its JSON Schemas."""

from __future__ import annotations

import functools
from typing import Any

from taskmock.contracts.validation.form import Form, flat_schema, form_at, is_nested, located
from taskmock.contracts.validation.overlay import Overlay, overlaid
from taskmock.contracts.validation.schema import Shape, compiled_shape, object_shape
from taskmock.schemas import load_schema

SHAPES = ("envelope", "task", "node", "created", "expired")
"""The shapes of a status whose fields an overlay can change."""


@functools.cache
def node_schema(edition: str, overlay: Overlay | None = None) -> dict[str, Any]:
    """The schema of an edition's shapes, with an overlay's changes in it. Not to be changed."""
    return overlaid(load_schema(edition, "node"), overlay)


def response_schema(overlay: Overlay) -> dict[str, Any]:
    """The recursive schema of whole answers, with an overlay's changes in it."""
    return overlaid(load_schema(overlay.extends, "response"), overlay)


@functools.cache
def response_shape(edition: str, name: str, *, overlay: Overlay | None = None, engine: str = "fast") -> Shape:
    """The shape `task`, `node`, `created`, `expired` or `envelope` of an edition's answers, or an overlay's."""
    schema = node_schema(edition, overlay)
    return compiled_shape(name, {**schema, "$ref": f"#/$defs/{name}"}, schema["$defs"][name], engine=engine)


@functools.cache
def shape_names(edition: str) -> tuple[str, ...]:
    """The shapes that an edition's answers have; one of which a variant has left no field is none."""
    known = node_schema(edition)["$defs"]
    return tuple(name for name in SHAPES if name in known and known[name]["properties"])


def answer_form(edition: str, operation: str) -> Form | None:
    """The form of `data` in the answers of a call; None where it holds nothing that could be judged."""
    uri = f"{load_schema(edition, 'response', operation=operation)['$id']}#/$defs/answer"
    return form_at(uri) if is_nested(uri) else None


@functools.cache
def envelope_shape(edition: str, operation: str) -> Shape:
    """The shape of the keys around the data of a call's answers."""
    uri, schema = located(f"{load_schema(edition, 'response', operation=operation)['$id']}#/$defs/envelope")
    flat, _ = flat_schema(uri, schema)
    conditions = {keyword: schema[keyword] for keyword in ("if", "then", "else")}
    return object_shape("envelope", {**flat, **conditions})


@functools.cache
def needs_data(edition: str, operation: str) -> bool:
    """Whether the answers of a call have `data` wherever `result` is true."""
    _, schema = located(f"{load_schema(edition, 'response', operation=operation)['$id']}#/$defs/envelope")
    return "data" in schema["then"].get("required", ())


@functools.cache
def spared_without_children(edition: str, operation: str) -> frozenset[str]:
    """The fields of a task that a call's answer may do without where it leaves out the children."""
    own = load_schema(edition, "response", operation=operation)["$defs"].get("childless", {})
    return frozenset(("children", *response_shape(edition, "task").required)) - frozenset(own.get("required", ()))


@functools.cache
def parameters_shape(edition: str, operation: str) -> Shape:
    """The shape of a call's parameters; that one of two fields names the user is not part of it."""
    schema = load_schema(edition, "request", operation=operation)
    flat, _ = flat_schema(f"{schema['$id']}#", schema)
    return object_shape("request", flat)
