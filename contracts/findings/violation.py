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
class Origin:
    """The finding that another one derives from: its code and its place."""

    code: str
    pointer: str


@dataclasses.dataclass(frozen=True, slots=True)
class Violation:
    """One place where a document breaks its contract.

    `code` is stable and made for machines, `pointer` is a JSON Pointer into the whole body (RFC 6901),
    `path` names the node for people (`Rolling restart / Restart 2`; "" for the body itself), `message` says
    what is wrong in one sentence, `expected` what is allowed, `value` quotes what was found (clipped), and
    `source` is the sentence of the document, or the fact about the engine, that the finding enforces.
    `follows` is the finding that this one derives from, None where it stands on its own. In a history, `poll` is the
    number of the poll that it was found in, `after` of the one that was compared with it, and `was` the value there.
    `reads` are the pointers of what the rule reads besides its place, until the findings of a report are linked.
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
    follows: Origin | None = None
    poll: int = 0
    after: int = 0
    was: str = ""
    reads: tuple[str, ...] = dataclasses.field(default=(), compare=False, repr=False)
    names: tuple[str, ...] = dataclasses.field(default=(), compare=False, repr=False)
    templates: tuple[str, str] = dataclasses.field(default=("", ""), compare=False, repr=False)

    @property
    def sentence(self) -> str:
        """The message without the polls, which are the same finding in each."""
        return self.message.replace(_polls(self.poll, self.after), "", 1) if self.poll else self.message


def at_poll(violation: Violation, number: int, *, after: int = 0, was: str = "") -> Violation:
    """A finding that names its poll, and the one before that it was compared with, where it has this value."""
    message = violation.message + _polls(number, after)
    return dataclasses.replace(violation, message=message, poll=number, after=after, was=was)


def _polls(number: int, after: int) -> str:
    return f" (poll {number}, after poll {after})" if after else f" (poll {number})"


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
