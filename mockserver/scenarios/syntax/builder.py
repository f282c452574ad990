"""Builds nodes from the parts that a parser finds, within bounds on depth and size.

No recursion: the open lists and mappings stand on a stack. Nothing here knows a parser.
"""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

from taskmock.mockserver.scenarios.syntax.nodes import (
    LONGEST_QUOTE,
    Listing,
    Mapping,
    Node,
    Scalar,
    SyntaxFlaw,
    UnreadableTextError,
    quoted,
)

MOST_LEVELS = 250
"""How deep lists and mappings may stand in each other, aliases followed."""


@dataclasses.dataclass(slots=True)
class _Open:
    """A list or mapping that is not closed yet. `size` counts nodes, `height` levels, both with aliases followed."""

    start: int
    keyed: bool
    anchor: str | None
    items: list[Node] = dataclasses.field(default_factory=list)
    entries: list[tuple[Scalar, Node]] = dataclasses.field(default_factory=list)
    firsts: dict[str, int] = dataclasses.field(default_factory=dict)
    key: Scalar | None = None
    wants_value: bool = False
    size: int = 1
    height: int = 1


class _Sized(NamedTuple):
    """A complete node with its size and height, aliases followed."""

    node: Node
    size: int = 1
    height: int = 0


class NodeBuilder:
    """Collects scalars, lists, mappings and aliases; `root` is the outermost node once it is closed."""

    def __init__(self, *, most_nodes: int) -> None:
        self.root: Node | None = None
        self.flaws: list[SyntaxFlaw] = []
        self._most_nodes = most_nodes
        self._stack: list[_Open] = []
        self._anchored: dict[str, _Sized] = {}
        self._count = 0

    @property
    def wants_value(self) -> bool:
        """Whether the next node is the value of a key."""
        return bool(self._stack) and self._stack[-1].wants_value

    def scalar(self, scalar: Scalar, *, anchor: str | None = None) -> None:
        """Adds a text."""
        self._count_one(scalar.start)
        scalar = self._normalized(scalar)
        if anchor:
            self._anchored[anchor] = _Sized(scalar)
        self._place(_Sized(scalar), scalar.start)

    def _normalized(self, scalar: Scalar) -> Scalar:
        """The scalar with its final place and text: an empty value is at its key, an escaped pair is one character."""
        if scalar.plain and not scalar.text and self.wants_value and self._stack[-1].key:
            return dataclasses.replace(scalar, start=self._stack[-1].key.start)
        try:
            scalar.text.encode()
        except UnicodeEncodeError:
            text = scalar.text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
            if "\ufffd" in text:
                wrong = "half of an escaped pair stands here alone (a lone surrogate)"
                self.flaws.append(SyntaxFlaw(scalar.start, "character", wrong, 'whole characters, like "\\U0001F600"'))
            return dataclasses.replace(scalar, text=text)
        return scalar

    def open(self, start: int, *, keyed: bool, anchor: str | None = None) -> None:
        """Begins a mapping (`keyed`) or a list."""
        self._count_one(start)
        if len(self._stack) >= MOST_LEVELS:
            raise UnreadableTextError(_too_deep(start))
        if anchor:
            self._anchored.pop(anchor, None)
        self._stack.append(_Open(start, keyed, anchor))

    def close(self) -> None:
        """Ends the innermost list or mapping."""
        top = self._stack.pop()
        node = Mapping(tuple(top.entries), top.start) if top.keyed else Listing(tuple(top.items), top.start)
        sized = _Sized(node, top.size, top.height)
        if top.anchor:
            self._anchored[top.anchor] = sized
        self._place(sized, top.start)

    def alias(self, name: str, start: int) -> None:
        """Adds the node that an anchor names once more."""
        sized = self._anchored.get(name)
        if sized:
            self._place(sized, start)
            return
        shown = quoted(f"*{name}")
        if any(top.anchor == name for top in self._stack):
            wrong, allowed = f"the alias {shown} stands inside what it names", "an alias of something complete"
            raise UnreadableTextError(SyntaxFlaw(start, "alias", wrong, allowed))
        wrong = f"{shown} is an alias in YAML, and there is no such anchor before it"
        meant = f'"*{name}"' if len(name) < LONGEST_QUOTE else ""
        self.flaws.append(SyntaxFlaw(start, "alias", wrong, "text in quotes", meant))
        self._place(_Sized(Scalar(f"*{name}", start)), start)

    def _count_one(self, start: int) -> None:
        self._count += 1
        if self._count > self._most_nodes:
            raise UnreadableTextError(self._too_big(start))

    def _place(self, sized: _Sized, start: int) -> None:
        if not self._stack:
            self.root = sized.node
            return
        top = self._stack[-1]
        top.size += sized.size
        top.height = max(top.height, sized.height + 1)
        if top.size > self._most_nodes:
            raise UnreadableTextError(self._too_big(start))
        if len(self._stack) + sized.height > MOST_LEVELS:
            raise UnreadableTextError(_too_deep(start))
        if not top.keyed:
            top.items.append(sized.node)
        elif top.wants_value:
            top.wants_value = False
            if top.key:
                top.entries.append((top.key, sized.node))
        else:
            top.wants_value = True
            top.key = self._key(top, sized.node, start)

    def _key(self, top: _Open, node: Node, start: int) -> Scalar | None:
        """The node as a key, None if it cannot be one: its value is then left out."""
        if not isinstance(node, Scalar):
            flaw = SyntaxFlaw(start, "key", "a list or mapping stands where a key belongs", "text as a key")
        elif node.plain and not node.text:
            flaw = SyntaxFlaw(start, "key", "there is no key before the ':'", "KEY: VALUE")
        elif node.plain and node.text == "<<":
            allowed = "the keys written out, or `use:` for a whole scenario"
            flaw = SyntaxFlaw(start, "merge-key", "merge keys ('<<') are no part of YAML 1.2", allowed)
        elif node.text in top.firsts:
            wrong, first = f"the key {quoted(node.text)} stands here twice", top.firsts[node.text]
            flaw = SyntaxFlaw(start, "duplicate-key", wrong, "each key once", earlier=first)
        else:
            top.firsts[node.text] = start
            return node
        self.flaws.append(flaw)
        return None

    def _too_big(self, start: int) -> SyntaxFlaw:
        allowed = f"at most {self._most_nodes} values, aliases followed"
        return SyntaxFlaw(start, "too-big", "the file grows too big here", allowed)


def _too_deep(start: int) -> SyntaxFlaw:
    return SyntaxFlaw(start, "too-deep", "lists and mappings are nested too deep here", f"at most {MOST_LEVELS} levels")
