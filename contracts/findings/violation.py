"""What a broken contract looks like: one finding, as data; every text about it is ours."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable, Iterator

CLIP = 80
"""Longest piece of a judged value that a finding quotes, in characters."""


class Severity(enum.StrEnum):
    """How much a finding weighs: an error breaks the contract, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclasses.dataclass(frozen=True, slots=True)
class Violation:
    """One place where a document breaks its contract.

    `code` is stable and made for machines, `pointer` is a JSON Pointer into the whole body (RFC 6901),
    `path` names the node for people (`Rolling restart / Restart 2`; "" for the body itself), `message` says
    what is wrong in one sentence, `expected` what is allowed, `value` quotes what was found (clipped), and
    `source` is the sentence of the document, or the fact about the engine, that the finding enforces.
    `names` are the pieces of the judged document in the message and in what is expected; `templates` are these two
    texts with `{0}`, `{1}` ... in the place of the names.
    """

    code: str
    pointer: str
    path: str
    message: str
    expected: str = ""
    value: str = ""
    source: str = ""
    severity: Severity = Severity.ERROR
    names: tuple[str, ...] = dataclasses.field(default=(), compare=False, repr=False)
    templates: tuple[str, str] = dataclasses.field(default=("", ""), compare=False, repr=False)


def filled(template: str, names: Iterable[str]) -> str:
    """A text of a finding with the names in the places that its template keeps for them."""
    found = tuple(names)
    return template.format(*found) if found else template


def clip(value: object) -> str:
    """Quotes a judged value as short JSON-like text, never longer than `CLIP` characters, always printable."""
    if isinstance(value, dict):
        text = f"{{{_counted(len(value), 'key')}}}" if value else "{}"
    elif isinstance(value, list):
        text = f"[{_counted(len(value), 'item')}]" if value else "[]"
    elif isinstance(value, str):
        text = '"' + "".join(_escaped(value[: CLIP + 1])) + '"'
    elif value is None or isinstance(value, bool):
        text = {None: "null", True: "true", False: "false"}[value]
    elif isinstance(value, int) and value.bit_length() > 512:
        text = f"an integer of {value.bit_length()} bits"
    else:
        text = repr(value)
    return text if len(text) <= CLIP else text[: CLIP - 3] + "..."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _escaped(text: str) -> Iterator[str]:
    for character in text:
        if character in {'"', "\\"}:
            yield "\\" + character
        elif character.isprintable():
            yield character
        else:
            yield character.encode("unicode_escape").decode("ascii")


class Strictness(enum.StrEnum):
    """What happens to undocumented fields: ignored, warned of, or failed."""

    LENIENT = "lenient"
    DOCUMENTED = "documented"
    STRICT = "strict"


WEIGHTS = {Strictness.DOCUMENTED: Severity.WARNING, Strictness.STRICT: Severity.ERROR}
"""What an undocumented field is, by strictness; where there is nothing, it is ignored."""

SEPARATOR = " / "
"""What stands between the names of a path."""
