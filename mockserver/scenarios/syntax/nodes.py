"""The nodes of a parsed YAML or JSON text: plain data with the place in the text where each begins.

Nothing here knows a parser, nor what a node is for.
"""

from __future__ import annotations

import dataclasses
import math
import re

LONGEST_NUMBER = 300
"""Most characters of a plain scalar that still count as a number (Python refuses to read far longer ones)."""

LONGEST_QUOTE = 60
"""Most characters of the text that a message quotes."""

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# The core schema of YAML 1.2, but for a leading zero: `0010` is an identifier far more often than the number 10.
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?!\n)$")
_BASED = re.compile(r"0(?:o[0-7]+|x[0-9a-fA-F]+)(?!\n)$")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?(?!\n)$")
_ENDLESS = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))(?!\n)$")


@dataclasses.dataclass(frozen=True, slots=True)
class Scalar:
    """A text; `plain` when it stood without quotes. `start` is an index into the text, as in every node."""

    text: str
    start: int
    plain: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Listing:
    """A list of nodes."""

    items: tuple[Node, ...]
    start: int


@dataclasses.dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their values, in the order of the text; each key once."""

    entries: tuple[tuple[Scalar, Node], ...]
    start: int


Node = Scalar | Listing | Mapping


@dataclasses.dataclass(frozen=True, slots=True)
class SyntaxFlaw:
    """What is wrong at an index of the text, what is allowed there, and what was probably meant.

    `earlier` is the index of what it collides with.
    """

    start: int
    code: str
    wrong: str
    allowed: str = ""
    meant: str = ""
    earlier: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class ParsedText:
    """The root of a text (None: it holds nothing, or could not be parsed) and all that is wrong with its form."""

    root: Node | None
    flaws: tuple[SyntaxFlaw, ...] = ()


class UnreadableTextError(ValueError):
    """A text that no parser can read to its end, because of one flaw."""

    def __init__(self, flaw: SyntaxFlaw) -> None:
        super().__init__(flaw.wrong)
        self.flaw = flaw


def quoted(text: str) -> str:
    """A piece of the text in quotes, clipped, always printable."""
    return repr(text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…")


class NumberError(ValueError):
    """A number that no JSON can carry: endless, or far too long."""


def is_null(scalar: Scalar) -> bool:
    """Whether a scalar means nothing at all: empty, `~` or `null` without quotes."""
    return scalar.plain and _WORDS.get(scalar.text, True) is None


def flag_of(scalar: Scalar) -> bool | None:
    """What a scalar says that is `true` or `false` without quotes; None for any other."""
    return _WORDS.get(scalar.text) if scalar.plain else None


def value_of(scalar: Scalar) -> str | int | float | bool | None:
    """What a scalar means by the core schema of YAML 1.2; quoted text is text.

    Raises:
        NumberError: The scalar is a number without end, none at all (`.nan`), or too long.
    """
    text = scalar.text
    if not scalar.plain:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _ENDLESS.match(text):
        raise NumberError("is a number that JSON does not have")
    if not _FLOAT.match(text):
        return int(text, 0) if _BASED.match(text) and len(text) <= LONGEST_NUMBER else text
    if len(text) > LONGEST_NUMBER:
        raise NumberError(f"is a number of {len(text)} characters")
    if _INTEGER.match(text):
        return int(text)
    number = float(text)
    if math.isinf(number):
        raise NumberError("is a number too great for JSON")
    return number
