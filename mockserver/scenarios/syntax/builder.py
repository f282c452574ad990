"""Puts nodes together from the parts that a parser finds, and guards against what explodes.

No recursion: the open lists and mappings stand on a stack. Nothing here knows a parser.
"""

from __future__ import annotations

import dataclasses

from taskmock.mockserver.scenarios.syntax.nodes import LONGEST_QUOTE, Flaw, Listing, Mapping, Node, Scalar, quoted

MOST_LEVELS = 250
"""How deep lists and mappings may stand in each other, aliases followed."""


class TooMuchError(ValueError):
    """A text that is too deep, too big or without end: there is no use in reading on."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.wrong)
        self.flaw = flaw


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


@dataclasses.dataclass(frozen=True, slots=True)
class _Shared:
    node: Node
    size: int
    height: int


class NodeBuilder:
    """Collects scalars, lists, mappings and aliases; `root` is the outermost node once it is closed."""

    def __init__(self, *, most_nodes: int) -> None:
        self.root: Node | None = None
        self.flaws: list[Flaw] = []
        self._most_nodes = most_nodes
        self._stack: list[_Open] = []
        self._shared: dict[str, _Shared] = {}
        self._count = 0

    @property
    def wants_value(self) -> bool:
        """Whether the next node is the value of a key."""
        return bool(self._stack) and self._stack[-1].wants_value

    def scalar(self, scalar: Scalar, *, anchor: str | None = None) -> None:
        """Adds a text."""
        self._count_one(scalar.start)
        scalar = self._judged(scalar)
        if anchor:
            self._shared[anchor] = _Shared(scalar, 1, 0)
        self._place(_Shared(scalar, 1, 0), scalar.start)

    def _judged(self, scalar: Scalar) -> Scalar:
        """The scalar where it belongs: nothing behind a key stands at the key; escaped pairs are one character."""
        if scalar.plain and not scalar.text and self.wants_value and self._stack[-1].key:
            return dataclasses.replace(scalar, start=self._stack[-1].key.start)
        try:
            scalar.text.encode()
        except UnicodeEncodeError:
            text = scalar.text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
            if "\ufffd" in text:
                wrong = "half of an escaped pair stands here alone (a lone surrogate)"
                flaw = Flaw(scalar.start, "character", wrong, 'whole characters, like "\\U0001F600"')
                self.flaws.append(flaw)
            return dataclasses.replace(scalar, text=text)
        return scalar

    def open(self, start: int, *, keyed: bool, anchor: str | None = None) -> None:
        """Begins a mapping (`keyed`) or a list."""
        self._count_one(start)
        if len(self._stack) >= MOST_LEVELS:
            raise TooMuchError(_too_deep(start))
        if anchor:
            self._shared.pop(anchor, None)
        self._stack.append(_Open(start, keyed, anchor))

    def close(self) -> None:
        """Ends the innermost list or mapping."""
        top = self._stack.pop()
        node = Mapping(tuple(top.entries), top.start) if top.keyed else Listing(tuple(top.items), top.start)
        shared = _Shared(node, top.size, top.height)
        if top.anchor:
            self._shared[top.anchor] = shared
        self._place(shared, top.start)

    def alias(self, name: str, start: int) -> None:
        """Adds the node that an anchor names once more."""
        shared = self._shared.get(name)
        if shared:
            self._place(shared, start)
            return
        shown = quoted(f"*{name}")
        if any(top.anchor == name for top in self._stack):
            wrong, allowed = f"the alias {shown} stands inside what it names", "an alias of something complete"
            raise TooMuchError(Flaw(start, "alias", wrong, allowed))
        wrong = f"{shown} is an alias in YAML, and there is no such anchor before it"
        meant = f'"*{name}"' if len(name) < LONGEST_QUOTE else ""
        self.flaws.append(Flaw(start, "alias", wrong, "text in quotes", meant))
        self._place(_Shared(Scalar(f"*{name}", start), 1, 0), start)

    def _count_one(self, start: int) -> None:
        self._count += 1
        if self._count > self._most_nodes:
            raise TooMuchError(self._too_big(start))

    def _place(self, shared: _Shared, start: int) -> None:
        if not self._stack:
            self.root = shared.node
            return
        top = self._stack[-1]
        top.size += shared.size
        top.height = max(top.height, shared.height + 1)
        if top.size > self._most_nodes:
            raise TooMuchError(self._too_big(start))
        if len(self._stack) + shared.height > MOST_LEVELS:
            raise TooMuchError(_too_deep(start))
        if not top.keyed:
            top.items.append(shared.node)
        elif top.wants_value:
            top.wants_value = False
            if top.key:
                top.entries.append((top.key, shared.node))
        else:
            top.wants_value = True
            top.key = self._key(top, shared.node, start)

    def _key(self, top: _Open, node: Node, start: int) -> Scalar | None:
        """The key, unless it is no good: its value is then left out."""
        if not isinstance(node, Scalar):
            self.flaws.append(Flaw(start, "key", "a list or mapping stands where a key belongs", "text as a key"))
            return None
        if node.plain and not node.text:
            self.flaws.append(Flaw(start, "key", "there is no key before the ':'", "KEY: VALUE"))
            return None
        if node.plain and node.text == "<<":
            wrong = "merge keys ('<<') are no part of YAML 1.2"
            self.flaws.append(Flaw(start, "merge-key", wrong, "the keys written out, or `use:` for a whole scenario"))
            return None
        if node.text in top.firsts:
            wrong, first = f"the key {quoted(node.text)} stands here twice", top.firsts[node.text]
            self.flaws.append(Flaw(start, "duplicate-key", wrong, "each key once", earlier=first))
            return None
        top.firsts[node.text] = start
        return node

    def _too_big(self, start: int) -> Flaw:
        return Flaw(
            start, "too-big", "the file grows too big here", f"at most {self._most_nodes} values, aliases followed"
        )


def _too_deep(start: int) -> Flaw:
    return Flaw(start, "too-deep", "lists and mappings are nested too deep here", f"at most {MOST_LEVELS} levels")
