"""Every place of an answer that is judged by itself, found without recursion and without a depth limit."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from taskmock.contracts.findings.pointer import escaped
from taskmock.contracts.findings.violation import SEPARATOR
from taskmock.contracts.validation.form import Form, Kind, alternatives, form_at


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One place: its decoded value, the form that it must have, the key that it hangs under, and what it hangs in.

    The outermost node of a tree hangs in nothing; `prefix` is the pointer of the outermost place. Pointer and path are
    worked out only when a finding needs them, so that walking a good answer costs little.
    """

    value: Any
    form: Form
    key: Any = ""  # a name, or the number of an entry in a list
    parent: Place | None = None
    prefix: str = ""

    @property
    def pointer(self) -> str:
        """The JSON Pointer of the place in the whole body (RFC 6901)."""
        step = f"/{self.form.entry}/" if self.is_node else "/"
        keys = [place.key for place in self.lineage() if place.parent is not None]
        return self.prefix + "".join(f"{step}{escaped(str(key))}" for key in reversed(keys))

    @property
    def path(self) -> str:
        """The names of what encloses the place, without the outermost one, and its own; the outermost one's own."""
        places = list(self.lineage())
        names = [place.label for place in reversed(places[:-1]) if place.label or place.is_node]
        return SEPARATOR.join(names) if names else places[-1].label

    @property
    def label(self) -> str:
        """The place's name; a node without a usable one (gateways and events) has its key for it, others have ""."""
        name = self.value.get("name") if isinstance(self.value, dict) else None
        if isinstance(name, str) and name:
            return name
        return str(self.key) if self.is_node else ""

    @property
    def is_node(self) -> bool:
        """Whether the place is a node of a tree."""
        return self.form.kind is Kind.NODE

    @property
    def children(self) -> dict[str, Any]:
        """The nodes that a node holds where they are an object, else an empty one."""
        children = self.value.get(self.form.entry)
        return children if isinstance(children, dict) else {}

    def lineage(self) -> Iterator[Place]:
        """The place itself, then what encloses it, up to the outermost one."""
        place: Place | None = self
        while place is not None:
            yield place
            place = place.parent


def walk(value: object, form: Form, *, prefix: str, node: Form | None = None) -> Iterator[Place]:
    """Yields a value as a place, then every place inside it that has a form of its own, outer before inner, in order.

    `prefix` is the pointer of the value, `node` the form of the nodes of trees in it. What is not of its form's type is
    passed over: the object around it reports that. Behind a tree come its nodes, which hang in each other, but not in
    the tree.
    """
    stack = _places(value, form, "", None, prefix)
    while stack:
        place = stack.pop()
        yield place
        if place.is_node:
            stack.extend(
                Place(child, place.form, key, place, prefix=place.prefix)
                for key, child in reversed(place.children.items())
                if isinstance(child, dict)
            )
        elif place.form.kind is Kind.TREE and node is not None:
            stack.append(Place(place.value, node, prefix=place.pointer))
        else:
            inner = [found for key, item, uri in _inside(place) for found in _places(item, form_at(uri), key, place)]
            stack.extend(reversed(inner))


def _inside(place: Place) -> Iterator[tuple[str | int, Any, str]]:
    """What is inside a place and judged by itself: its key, its value, and where its form stands."""
    form, value = place.form, place.value
    if form.kind is Kind.OBJECT:
        yield from ((name, value[name], uri) for name, uri in form.inner.items() if name in value)
    elif form.kind is Kind.MAP:
        yield from ((key, item, form.entry) for key, item in value.items())
    elif form.kind is Kind.LIST:
        yield from ((index, item, form.entry) for index, item in enumerate(value))


def _places(value: object, form: Form, key: object, parent: Place | None, prefix: str = "") -> list[Place]:
    """The place of a value; none where it cannot be judged."""
    if not isinstance(value, form.holds):
        return []
    if form.kind is Kind.CHOICE and isinstance(value, dict):
        form = _most_like(value, form)
    return [Place(value, form, key, parent, prefix if parent is None else parent.prefix)]


def _most_like(value: dict[str, Any], choice: Form) -> Form:
    """The form among several that a value is most like: by what tells them apart first, then by the fields it has.

    A constant of one form alone tells nothing apart: a node that is READY again has the fields of one that has run.
    """
    apart = discriminator(choice)

    def likeness(form: Form) -> tuple[bool, int, int]:
        matched = apart is not None and value.get(apart[0]) == form.constants[apart[0]]
        missing = sum(name not in value for name in form.required)
        return matched, sum(name in form.fields for name in value), -missing

    return max(alternatives(choice), key=likeness)


def discriminator(choice: Form) -> tuple[str, tuple[str, ...]] | None:
    """The field that tells the choices apart, with its values; None where no field does."""
    constants = [form.constants for form in alternatives(choice)]
    name = next((name for name in constants[0] if all(name in found for found in constants)), None)
    return None if name is None else (name, tuple(found[name] for found in constants))
