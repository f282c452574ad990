"""What is wrong with a scenario file: one finding with its place, and the error that carries them all."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable

from taskmock.mockserver.core.errors import Problem, ScenarioError
from taskmock.mockserver.scenarios.syntax.nodes import Listing, Mapping, Node, SyntaxFlaw, is_null, quoted


class Problems:
    """Collects what is wrong while a text is read."""

    def __init__(self, source: str, text: str) -> None:
        self.source = source
        self._found: dict[Problem, None] = {}
        self._text = text
        self._lines: list[int] = []

    def __bool__(self) -> bool:
        """Whether anything is wrong so far."""
        return bool(self._found)

    def __len__(self) -> int:
        """How much is wrong so far."""
        return len(self._found)

    def add(self, place: Node | int, code: str, wrong: str, *, allowed: str = "", meant: str = "") -> None:
        """Notes what is wrong at a node (or an index of the text), what is allowed, and what was probably meant."""
        start = place if isinstance(place, int) else place.start
        line, column = self.place(start)
        asked = f"did you mean {quoted(meant)}?" if meant else ""
        message = "; ".join(part for part in (wrong, allowed and f"allowed: {allowed}", asked) if part)
        self._found.setdefault(Problem(self.source, line, column, code, message))

    def add_flaw(self, flaw: SyntaxFlaw) -> None:
        """Notes a flaw in the form of the text."""
        first = "" if flaw.earlier is None else f", first on line {self.place(flaw.earlier)[0]}"
        self.add(flaw.start, flaw.code, flaw.wrong + first, allowed=flaw.allowed, meant=flaw.meant)

    def add_foreign(self, problems: Iterable[Problem]) -> None:
        """Takes over the problems of another source."""
        self._found.update(dict.fromkeys(problems))

    def place(self, start: int) -> tuple[int, int]:
        """The line and column, both from 1, of an index of the text."""
        if start == 0:
            return 1, 1
        if not self._lines:
            self._lines = [0, *(found.end() for found in re.finditer(r"\r\n?|\n", self._text))]
        line = bisect.bisect_right(self._lines, start)
        return line, start - self._lines[line - 1] + 1

    def refusal(self, place: Node | int, code: str, wrong: str, *, allowed: str) -> ScenarioError:
        """The error after one more thing is wrong, which makes it useless to read on."""
        self.add(place, code, wrong, allowed=allowed)
        return self.error()

    def error(self) -> ScenarioError:
        """The error that carries all that is wrong: the problems of this source, then those of others."""
        return ScenarioError(sorted(self._found, key=lambda found: (found.source != self.source, found)))


def kind_of(node: Node) -> str:
    """What a node is, in words, with its text where it has one."""
    if isinstance(node, Mapping):
        return "a mapping" if node.entries else "an empty mapping"
    if isinstance(node, Listing):
        return "a list" if node.items else "an empty list"
    return "nothing" if is_null(node) else quoted(node.text)
