"""A mapping with known keys: reads them by type, and notes keys that are unknown or missing."""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection
from typing import TypeVar

from taskmock.mockserver.scenarios.reader.scalars import read_duration, read_flag, read_text, read_whole
from taskmock.mockserver.scenarios.syntax.nodes import Listing, Mapping, Node, Scalar, quoted
from taskmock.mockserver.scenarios.syntax.problems import Problems, kind_of
from taskmock.mockserver.scenarios.syntax.yaml_errors import FULL_WIDTH, ascii_line
from taskmock.schemas import closest

T = TypeVar("T")
Word = TypeVar("Word", bound=enum.StrEnum)


class Fields:
    """The entries of a mapping by key; `what` says in messages what the mapping is."""

    def __init__(self, mapping: Mapping, problems: Problems, *, keys: Collection[str], what: str) -> None:
        self.mapping = mapping
        self.problems = problems
        self.what = what
        self._nodes = {key.text: value for key, value in mapping.entries}
        self._keys = {key.text: key for key, _ in mapping.entries}
        self.meant: set[str] = set()  # keys that are there, but misspelt
        for key, _ in mapping.entries:
            if key.text not in keys:
                self._refuse(key, keys)

    def _refuse(self, key: Scalar, keys: Collection[str]) -> None:
        if refuse_full_width(key, self.problems):
            self.meant.update(known for known in keys if key.text.startswith(known))
            return
        wrong = f"unknown key {quoted(key.text)} in {self.what}"
        meant = closest(key.text.replace("-", "_"), keys)
        self.meant.add(meant)
        self.problems.add(key, "unknown-key", wrong, allowed=", ".join(keys), meant=meant)

    def __contains__(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._nodes

    def node(self, key: str) -> Node | None:
        """The value of a key, None if it is not there."""
        return self._nodes.get(key)

    def key(self, key: str) -> Scalar:
        """The key itself, as it stands in the text; it must be there."""
        return self._keys[key]

    def require(self, key: str, *, allowed: str) -> Node | None:
        """The value of a key; that it is missing is noted."""
        if key not in self._nodes and key not in self.meant:
            self.problems.add(self.mapping, "missing-key", f"{self.what} has no {key!r}", allowed=f"{key}: {allowed}")
        return self._nodes.get(key)

    def read(self, key: str, read: Callable[..., T | None], **options: object) -> T | None:
        """What a reader of scalars gives for the value of a key; None if it is not there, or cannot be read."""
        node = self._nodes.get(key)
        return None if node is None else read(node, self.problems, **{"what": key, **options})

    def text(self, key: str, default: str | None = None) -> str | None:
        """A text that is not empty."""
        return self.read(key, read_text) if key in self._nodes else default

    def duration(self, key: str, default: int = 0) -> int:
        """A duration in ms."""
        found = self.read(key, read_duration)
        return default if found is None else found

    def span(self, key: str, default: int | None = None) -> int | None:
        """A duration in ms that may be left out."""
        return self.duration(key) if key in self._nodes else default

    def whole(self, key: str, default: int, *, least: int, most: int) -> int:
        """A whole number within limits."""
        found = self.read(key, read_whole, least=least, most=most)
        return default if found is None else found

    def refuse(self, key: str, wrong: str, *, allowed: str, code: str = "conflict") -> None:
        """Notes what is wrong with a key that is there."""
        self.problems.add(self._keys[key], code, wrong, allowed=allowed)

    def one_of(self, words: type[Word], verb: str) -> Word | None:
        """The one of these words that is a key; that there is none, or several, is noted with the verb for it."""
        found = [word for word in words if word.value in self]
        if len(found) == 1:
            return found[0]
        if found:
            wrong = f"{self.what} {verb} one thing, this one {verb} {len(found)}: {', '.join(found)}"
            self.refuse(found[1], wrong, allowed=f"{self.what} for each")
        elif not self.meant.intersection(words):
            wrong = f"the {self.what.removeprefix('an ').removeprefix('a ')} does nothing"
            self.problems.add(self.mapping, "missing-key", wrong, allowed=f"one of {', '.join(words)}")
        return None

    def flag(self, key: str) -> bool:
        """`true` or `false`; false if it is not there."""
        return bool(self.read(key, read_flag))


def fields_of(node: Node, problems: Problems, *, keys: Collection[str], what: str, example: str = "") -> Fields | None:
    """The fields of a node that must be a mapping, None if it is something else (which is noted)."""
    if isinstance(node, Mapping):
        return Fields(node, problems, keys=keys, what=what)
    if not refuse_full_width(node, problems):
        allowed = example or f"a mapping with the keys {', '.join(keys)}"
        problems.add(node, "not-mapping", f"{what} is {kind_of(node)}", allowed=allowed)
    return None


def items_of(node: Node, problems: Problems, *, what: str, example: str, filled: str = "") -> tuple[Node, ...]:
    """The items of a node that must be a list; none if it is something else (which is noted).

    An empty list is noted where `filled` says what it must have.
    """
    if isinstance(node, Listing):
        if filled and not node.items:
            problems.add(node, "empty", f"{what} is an empty list", allowed=filled)
        return node.items
    if not refuse_full_width(node, problems):
        problems.add(node, "not-list", f"{what} is {kind_of(node)}", allowed=example)
    return ()


def read_items(node: Node, problems: Problems, read: Callable[..., T | None], **listing: str) -> list[T]:
    """What a reader gives for each item of a list (see `items_of`); what cannot be read is left out."""
    found = (read(item, problems) for item in items_of(node, problems, **listing))
    return [part for part in found if part is not None]


def refuse_full_width(node: Node, problems: Problems) -> bool:
    """Whether a full-width character stands in a text where one of YAML's own was meant; if so it is noted."""
    if not isinstance(node, Scalar) or not node.plain:
        return False
    found = next((character for character in node.text if character in FULL_WIDTH), None)
    if found:
        wrong = f"the full-width {found!r} in {quoted(node.text)} means nothing to YAML"
        allowed = f"{FULL_WIDTH[found]!r}{' and a space' if found == '：' else ''}, or text in quotes"
        problems.add(node, "full-width", wrong, allowed=allowed, meant=ascii_line(node.text))
    return found is not None
