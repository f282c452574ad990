"""One schema to compare: its references resolved, its `allOf` flattened, its conditions told apart.

A sub-schema is met as a conjunction: all the schemas, each with its own JSON Pointer, that a value must fit.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias
from urllib.parse import unquote

from taskmock.contracts.findings.pointer import escaped

MAX_PIECES = 2_000
"""Most schemas that one value may have to fit; more is taken for a mistake."""

_FOLLOWED = frozenset({"$ref", "$dynamicRef", "allOf"})


@dataclasses.dataclass(frozen=True, slots=True)
class Located:
    """A part of a schema document and its JSON Pointer there."""

    value: Any
    pointer: str

    def inner(self, *keys: str | int) -> Located:
        """A part of this part."""
        value, pointer = self.value, self.pointer
        for key in keys:
            value, pointer = value[key], f"{pointer}/{escaped(str(key))}"
        return Located(value, pointer)


Conjunction: TypeAlias = tuple[Located, ...]


class SchemaError(ValueError):
    """A document that is no JSON Schema that can be compared; the text says where and why."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A schema document."""

    document: Any
    _anchors: dict[str, Located] = dataclasses.field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Finds the anchors."""
        self._anchors.update(_anchors(self.document))

    @property
    def top(self) -> Conjunction:
        """The whole schema."""
        return (Located(self.document, ""),)

    def pieces(self, conjunction: Conjunction) -> Conjunction:
        """The schemas of a conjunction without `$ref` and `allOf`, each once, the outer ones first.

        Raises: SchemaError for a reference that leads nowhere, or out of the document.
        """
        found: list[Located] = []
        waiting = list(reversed(conjunction))
        seen: set[str] = set()
        while waiting:
            part = waiting.pop()
            text = canonical(part.value)
            if text in seen:
                continue
            seen.add(text)
            if len(seen) > MAX_PIECES:
                raise SchemaError(f"at {part.pointer or 'the top'}: more than {MAX_PIECES:,} schemas for one value")
            if not isinstance(part.value, (dict, bool)):  # a reference may lead to anything
                raise SchemaError(f"at {part.pointer or 'the top'}: a schema is an object, true or false")
            found.append(without(part, _FOLLOWED))
            if isinstance(part.value, dict):
                waiting.extend(reversed(list(self._further(part))))
        return tuple(found)

    def _further(self, part: Located) -> Iterator[Located]:
        for keyword in ("$ref", "$dynamicRef"):
            if keyword in part.value:
                yield self._target(part.inner(keyword))
        members = part.value.get("allOf", ())
        yield from (part.inner("allOf", index) for index in range(len(members)))

    def _target(self, reference: Located) -> Located:
        address, _, fragment = str(reference.value).partition("#")
        own = self.document.get("$id", "") if isinstance(self.document, dict) else ""
        if address and address != own.rstrip("#"):
            raise SchemaError(f"at {reference.pointer}: {reference.value!r} leads out of the document")
        fragment = unquote(fragment)
        if fragment and not fragment.startswith("/"):
            if fragment not in self._anchors:
                raise SchemaError(f"at {reference.pointer}: there is no anchor {fragment!r}")
            return self._anchors[fragment]
        target = self.top[0]
        for token in fragment.split("/")[1:]:
            key = token.replace("~1", "/").replace("~0", "~")
            try:
                target = target.inner(int(key) if isinstance(target.value, list) else key)
            except (KeyError, IndexError, TypeError, ValueError):
                raise SchemaError(f"at {reference.pointer}: {reference.value!r} leads nowhere") from None
        return target


def _inner_keys(value: object) -> Iterable[str | int]:
    if isinstance(value, dict):
        return tuple(value)
    return range(len(value)) if isinstance(value, list) else ()


def _anchors(document: object) -> dict[str, Located]:
    found: dict[str, Located] = {}
    waiting = [Located(document, "")]
    while waiting:
        part = waiting.pop()
        if isinstance(part.value, dict):
            for keyword in ("$anchor", "$dynamicAnchor"):
                if isinstance(part.value.get(keyword), str):
                    found[part.value[keyword]] = part
        waiting.extend(part.inner(key) for key in _inner_keys(part.value))
    return found


def without(part: Located, keywords: frozenset[str]) -> Located:
    """A schema as if some keywords did not stand in it."""
    if not isinstance(part.value, dict) or keywords.isdisjoint(part.value):
        return part
    return Located({key: item for key, item in part.value.items() if key not in keywords}, part.pointer)


def canonical(value: object) -> str:
    """A decoded value as text that is equal for equal values, whatever the order of their keys."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def identity(conjunction: Conjunction) -> str:
    """The same text for the same conjunction, wherever it stands."""
    return "\n".join(sorted({canonical(part.value) for part in conjunction}))


def parts_of(part: Located, keyword: str) -> Mapping[str, Located]:
    """The sub-schemas under a keyword that holds an object of them, by name."""
    inner = part.value.get(keyword)
    return {name: part.inner(keyword, name) for name in inner} if isinstance(inner, dict) else {}
