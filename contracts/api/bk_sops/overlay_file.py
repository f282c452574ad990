"""Reading an overlay: a JSON or TOML file that extends an edition, checked whole before it is used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from taskmock.contracts.api.bk_sops.shapes import SHAPES, node_schema
from taskmock.contracts.files import DocumentFileError, read_document
from taskmock.contracts.findings.pointer import escaped
from taskmock.contracts.validation.overlay import Overlay, overlay_of
from taskmock.contracts.validation.schema import LEVELS_KEPT, is_pattern, schema_defects
from taskmock.schemas import EDITIONS, closest

SUFFIXES = (".json", ".toml")
KEYWORDS = (
    *("type", "enum", "const", "pattern", "minLength", "maxLength", "minimum", "maximum"),
    *("items", "minItems", "maxItems", "properties", "required", "additionalProperties", "minProperties"),
    *("maxProperties", "title", "description", "$comment"),
)
"""What an overlay may state about a field; `required` (true or false) says whether it must be there."""

_KEYS = ("extends", "description", *SHAPES)


class OverlayError(ValueError):
    """An overlay that cannot be used; the text states the place of every mistake and what is allowed."""


def load_overlay(path: str | os.PathLike[str]) -> Overlay:
    """The overlay in a file: TOML where its name ends so, else JSON.

    Raises: OverlayError where it cannot be read, or has mistakes.
    """
    try:
        document = read_document(path, what="the overlay")
    except DocumentFileError as error:
        raise OverlayError(str(error)) from None
    return checked_overlay(document, source=str(path))


def checked_overlay(document: object, *, source: str = "an overlay") -> Overlay:
    """The overlay that a decoded document is.

    Raises: OverlayError with every mistake.
    """
    mistakes = list(_mistakes(document))
    if mistakes or not isinstance(document, dict):
        lines = "".join(f"\n  {mistake}" for mistake in mistakes)
        raise OverlayError(f"{source} is no overlay:{lines}")
    fields = {shape: document[shape] for shape in SHAPES if shape in document}
    return overlay_of(document["extends"], fields, source=source)


def chosen_overlay(edition: str | os.PathLike[str] | Overlay) -> Overlay | None:
    """The overlay that an argument is or names, as a file; None where it is an edition.

    Raises: OverlayError where the file is no overlay.
    """
    if isinstance(edition, Overlay):
        return edition
    return load_overlay(edition) if os.fspath(edition).lower().endswith(SUFFIXES) else None


def _mistakes(document: object) -> Iterator[str]:
    if not isinstance(document, dict):
        yield "at the top: an object with `extends` and the fields of shapes"
        return
    for key in document:
        if key not in _KEYS:
            yield f"/{escaped(key)}: unknown key; there are {', '.join(_KEYS)}{_guess(key, _KEYS)}"
    extends = document.get("extends")
    is_edition = isinstance(extends, str) and extends in EDITIONS
    if not is_edition:
        said = "is missing" if extends is None else f"{extends!r} is no edition"
        yield f"/extends: {said}; choose one of {', '.join(EDITIONS)}"
    known = node_schema(extends if is_edition else EDITIONS[-1])["$defs"]
    for shape in SHAPES:
        if shape not in document:
            continue
        if shape not in known:
            there = ", ".join(name for name in SHAPES if name in known)
            yield f"/{shape}: edition {extends} has no such shape; there are {there}"
        elif not isinstance(document[shape], dict):
            yield f"/{shape}: an object of fields by name"
        else:
            for name, said in document[shape].items():
                is_known = not is_edition or name in known[shape]["properties"]
                yield from _field_mistakes(said, f"/{shape}/{escaped(name)}", is_known)


def _field_mistakes(said: Any, place: str, is_known: bool) -> Iterator[str]:  # noqa: ANN401, FBT001  # decoded JSON
    if said is False:
        if not is_known:
            yield f"{place}: false takes a field of the edition away, and it has none of this name"
        return
    if not isinstance(said, dict):
        yield f"{place}: an object with `type`, `required` ..., or false"
        return
    if not isinstance(said.get("required", False), bool):
        yield f"{place}/required: true or false"
    schema = {keyword: value for keyword, value in said.items() if keyword != "required" and value is not None}
    yield from _keyword_mistakes(schema, place, 0)
    if not schema and not is_known:
        yield f"{place}: a new field needs its `type`"
    yield from (f"{place}: {defect}" for defect in schema_defects(schema))


def _keyword_mistakes(schema: dict[str, Any], place: str, level: int) -> Iterator[str]:
    for keyword in schema:
        if keyword not in KEYWORDS:
            there = f"{', '.join(KEYWORDS)}{_guess(keyword, KEYWORDS)}"
            yield f"{place}/{escaped(keyword)}: unknown keyword; there are {there}"
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and not is_pattern(pattern):
        yield f"{place}/pattern: {pattern!r} is no regular expression"
    properties = schema.get("properties", {})
    inner = {"items": schema.get("items"), "additionalProperties": schema.get("additionalProperties")}
    if isinstance(properties, dict):
        inner |= {f"properties/{escaped(name)}": part for name, part in properties.items()}
    for step, part in inner.items():
        if isinstance(part, dict):
            if level == LEVELS_KEPT:
                yield f"{place}/{step}: only {LEVELS_KEPT} levels inside a field are looked at"
            else:
                yield from _keyword_mistakes(part, f"{place}/{step}", level + 1)


def _guess(word: str, allowed: tuple[str, ...]) -> str:
    found = closest(word, allowed)
    return f"; did you mean {found}?" if found else ""
