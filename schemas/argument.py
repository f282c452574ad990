"""Whether the caller of a public function gives it a value of the type that it takes; one clear error where not."""

from __future__ import annotations

import typing
from types import UnionType

LONGEST = 80
"""The most characters of a wrong value that an error shows."""


class ArgumentError(TypeError, ValueError):
    """A value of a type that a function does not take; what it refuses by its value is a ValueError, as this is."""


def demand(where: str, value: object, kinds: type | UnionType, takes: str, *, is_secret: bool = False) -> None:
    """Does nothing where a value is of the kinds that are taken; True and False are numbers only where bool is named.

    Of a value that may be, or hold, a secret only the type is shown.

    Raises: ArgumentError: `WHERE takes TAKES, not VALUE`.
    """
    __tracebackhide__ = True
    named = typing.get_args(kinds) or (kinds,)
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in named and object not in named):
        raise ArgumentError(f"{where} takes {takes}, not {type(value).__name__ if is_secret else _shown(value)}")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
