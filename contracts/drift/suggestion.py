"""An overlay that fits a corpus which has drifted: the edition, with what the answers have besides or otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from taskmock.contracts.api.bk_sops.shapes import shape_names
from taskmock.contracts.drift.census import Census
from taskmock.contracts.drift.finding import Finding, Kind

Fields: TypeAlias = dict[str, dict[str, Any]]

_CONDITIONAL = frozenset({"data", "message"})
"""Fields of the envelope that `result` decides about: an overlay has no say in them."""

_KEYWORDS = {
    Kind.CHANGED_FORM: ("pattern", "minimum", "minLength"),
    Kind.NEW_VALUE: ("const", "enum", "maxProperties"),
}


def overlay_documents(census: Census, findings: Iterable[Finding]) -> tuple[dict[str, Any], ...]:
    """For each edition that the corpus has drifted from, an overlay as its file holds it."""
    by_edition: dict[str, dict[str, Fields]] = {}
    for finding in (finding for finding in findings if finding.kind is not Kind.UNREADABLE):
        shapes = by_edition.setdefault(finding.edition, {})
        held = census.overlay.fields if census.overlay else {}
        name = _shape_of(finding)
        field = finding.field.partition(".")[0]
        if name == "envelope" and field in _CONDITIONAL:
            continue
        fields = shapes.setdefault(name, held.get(name, {}))
        said = fields.get(field) or {}
        fields[field] = _said(finding, said, census)
    return tuple({"extends": edition, **shapes} for edition, shapes in by_edition.items() if shapes)


def _shape_of(finding: Finding) -> str:
    if finding.shape in {"answer", "failure"}:
        return "envelope"
    return finding.shape if finding.shape in shape_names(finding.edition) else "task"


def _said(finding: Finding, said: dict[str, Any], census: Census) -> dict[str, Any]:
    """What an overlay says of a field, with one finding more."""
    if finding.kind in {Kind.NEVER_SEEN, Kind.SOMETIMES_MISSING}:
        return {**said, "required": False}
    if finding.kind is Kind.NEW_FIELD:
        types = sorted({*_listed(said.get("type")), *finding.found})
        return {**said, "type": types[0] if len(types) == 1 else types, "required": _is_everywhere(finding, census)}
    field = census.sights[finding.edition, finding.shape].shape.fields[finding.field.partition(".")[0]]
    if "." in finding.field:  # inside of a field: keep its type only
        return {**said, "properties": None, "additionalProperties": None, "items": None}
    if finding.kind is Kind.CHANGED_TYPE:
        types = sorted({*_listed(said.get("type", field.get("type"))), *finding.found})
        return {**said, **_without(field, "const", "enum"), "type": types}
    if finding.kind is Kind.NEW_VALUE and "enum" in field and all(each.startswith('"') for each in finding.found):
        known = said.get("enum") or field["enum"]
        new = [each.strip('"') for each in finding.found]
        return {**said, "enum": [*known, *(each for each in new if each not in known)]}
    return {**said, **_without(field, *_KEYWORDS[finding.kind])}


def _without(field: dict[str, Any], *keywords: str) -> dict[str, Any]:
    """What takes some keywords of a field away, of those that it has."""
    return {keyword: None for keyword in keywords if keyword in field}


def _listed(types: str | list[str] | None) -> list[str]:
    return [types] if isinstance(types, str) else list(types or ())


def _is_everywhere(finding: Finding, census: Census) -> bool:
    """Whether every object of the shape has the field, those that count as another kind of object included."""
    shape = _shape_of(finding)
    sights = [
        sight
        for (edition, label), sight in census.sights.items()
        if edition == finding.edition and sight.shape.name == shape
    ]
    return all(sight.fields[finding.field] == sight.total for sight in sights)
