"""Parses JSON text into the same nodes as YAML, many times faster: recorded histories are long.

No recursion, no exception: a text that is no JSON is left to the YAML reader.
"""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # public in the library, unknown to the type checker

from taskmock.mockserver.yaml_builder import NodeBuilder, TooMuchError
from taskmock.mockserver.yaml_node import Composed, Scalar

MOST_NODES = 2_000_000
"""How many values a JSON text may hold."""

_SPACE = re.compile(r"[ \t\r\n]*")
_WORD = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?![0-9A-Za-z_.+-])|(?:true|false|null)\b")


def compose_json(text: str) -> Composed | int:
    """The nodes of a JSON object or list; for any other text the index at which it is no JSON any more."""
    if not _SPACE.sub("", text[:100], count=1).startswith(("{", "[")):
        return 0
    try:
        # The library's own parser is far faster: it tells at once where a text is no JSON.
        json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        return error.pos
    except RecursionError:
        pass  # so deep that the builder refuses it
    parser = _Parser(text)
    try:
        parser.parse()
    except TooMuchError as error:
        return Composed(None, (*parser.builder.flaws, error.flaw))
    except _NoJsonError:
        return parser.position
    return Composed(parser.builder.root, tuple(parser.builder.flaws))


class _NoJsonError(ValueError):
    """The text is no JSON."""


class _Parser:
    def __init__(self, text: str) -> None:
        self.builder = NodeBuilder(most_nodes=MOST_NODES)
        self._text = text
        self.position = 0
        self._closers: list[str] = []

    def parse(self) -> None:
        """Reads values until the outermost one is closed, and nothing behind it."""
        self._value()
        while self._closers:
            character = self._next()
            if character == self._closers[-1]:
                self._close()
            elif character == ",":
                self.position += 1
                self._entry()
            else:
                raise _NoJsonError
        if self._next():
            raise _NoJsonError

    def _next(self) -> str:
        found = _SPACE.match(self._text, self.position)
        self.position = found.end() if found else self.position
        return self._text[self.position : self.position + 1]

    def _entry(self) -> None:
        if self._closers[-1] == "}":
            self._key()
        self._value()

    def _value(self) -> None:
        character = self._next()
        if character == '"':
            self._string()
        elif character and character in "{[":
            self._open(character)
        else:
            found = _WORD.match(self._text, self.position)
            if not found:
                raise _NoJsonError
            self.builder.scalar(Scalar(found[0], self.position, plain=True))
            self.position = found.end()

    def _open(self, character: str) -> None:
        """Enters a list or object and reads its first entry; later ones are read by the loop, without recursion."""
        while True:
            self.builder.open(self.position, keyed=character == "{")
            self._closers.append("}" if character == "{" else "]")
            self.position += 1
            if self._next() == self._closers[-1]:
                self._close()
                return
            if character == "{":
                self._key()
            character = self._next()
            if not character or character not in "{[":
                self._value()
                return

    def _key(self) -> None:
        if self._next() != '"':
            raise _NoJsonError
        self._string()
        if self._next() != ":":
            raise _NoJsonError
        self.position += 1

    def _string(self) -> None:
        start = self.position
        try:
            text, self.position = scanstring(self._text, start + 1, True)  # noqa: FBT003
        except ValueError:
            raise _NoJsonError from None
        self.builder.scalar(Scalar(text, start))

    def _close(self) -> None:
        self.builder.close()
        self._closers.pop()
        self.position += 1
