"""Weights of one's own for changes: a file that says which of them break those who are there, and which do not."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from taskmock.contracts.diff.change import Change, Direction, Weight
from taskmock.contracts.files import DocumentFileError, read_document
from taskmock.contracts.findings.baseline import place_pattern
from taskmock.contracts.findings.wording import guess, kind_of

FORMAT = 1
"""The version of the file."""

IGNORED = "ignored"
"""The weight of a change that is not told."""

WEIGHTS = (*map(str, Weight), IGNORED)
REQUIRED = ("code", "weight")
KEYS = (*REQUIRED, "direction", "place", "reason")


class SeverityError(ValueError):
    """A severity file that cannot be used; the text has a line for each mistake."""


@dataclasses.dataclass(frozen=True, slots=True)
class Severities:
    """What weighs how, as a file says it: of the entries that fit a change, the last one counts."""

    entries: tuple[Entry, ...] = ()

    def applied(self, changes: Iterable[Change]) -> tuple[Change, ...]:
        """The changes with their weights, without those that are ignored, in the order in which they are told."""
        weighed = (self._weighed(change) for change in changes)
        order = tuple(Weight)
        return tuple(sorted((one for one in weighed if one is not None), key=lambda one: order.index(one.weight)))

    def unused(self, changes: Sequence[Change]) -> Iterator[str]:
        """Yields a note on each entry that fits no change."""
        codes = {change.code for change in changes}
        for number, entry in enumerate(self.entries, 1):
            if not any(entry.fits(change) for change in changes):
                meant = "" if entry.code in codes else guess(entry.code, codes)
                yield f"entry {number}: no change fits {entry.code}{f' at {entry.place}' if entry.place else ''}{meant}"

    def _weighed(self, change: Change) -> Change | None:
        said = next((entry.weight for entry in reversed(self.entries) if entry.fits(change)), str(change.weight))
        return None if said == IGNORED else dataclasses.replace(change, weight=Weight(said))


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """How changes of a code weigh: in one direction where it names one, at a place where it has a pattern for places.

    `code` is a pattern, too: `enum.*`, or `**` for every code.
    """

    code: str
    weight: str
    direction: str = ""
    place: str = ""
    reason: str = ""

    def fits(self, change: Change) -> bool:
        """Whether the entry is about a change."""
        if not place_pattern(self.code).fullmatch(change.code) or self.direction not in {"", str(change.direction)}:
            return False
        return not self.place or any(place_pattern(self.place).fullmatch(place) for place in change.places)


def load_severities(file: str | os.PathLike[str]) -> Severities:
    """The weights in a JSON or TOML file.

    Raises: SeverityError where it cannot be read or has mistakes.
    """
    try:
        content = read_document(file)
    except DocumentFileError as error:
        raise SeverityError(str(error)) from None
    mistakes = [*_mistakes(content)]
    if mistakes or not isinstance(content, dict):
        raise SeverityError("\n".join(f"{file}: {mistake}" for mistake in mistakes))
    return Severities(tuple(Entry(**entry) for entry in content["severity"]))


def _mistakes(content: object) -> Iterator[str]:
    if not isinstance(content, dict):
        yield f"{kind_of(content)}, not an object with `format` and `severity`"
        return
    for key in content:
        if key not in {"format", "severity"}:
            yield f"unknown key {key!r}{guess(key, ('format', 'severity'))}"
    if content.get("format") != FORMAT:
        yield f"`format` is not {FORMAT}"
    entries = content.get("severity")
    if not isinstance(entries, list):
        yield f"`severity` is {kind_of(entries)}, not a list" if "severity" in content else "`severity` is missing"
        return
    for number, entry in enumerate(entries, 1):
        for mistake in _entry_mistakes(entry):
            yield f"entry {number}: {mistake}"


def _entry_mistakes(entry: Any) -> Iterator[str]:  # noqa: ANN401  # decoded JSON or TOML
    if not isinstance(entry, dict):
        yield f"{kind_of(entry)}, not an object"
        return
    for key, value in entry.items():
        if key not in KEYS:
            yield f"unknown key {key!r}{guess(key, KEYS)}"
        elif not isinstance(value, str):
            yield f"`{key}` is {kind_of(value)}, not a string"
    for key in REQUIRED:
        if key not in entry:
            yield f"`{key}` is missing"
    for key, allowed in (("weight", WEIGHTS), ("direction", tuple(map(str, Direction)))):
        said = entry.get(key, allowed[0])
        if isinstance(said, str) and said not in allowed:
            yield f"`{key}` is {said!r}; allowed: {', '.join(allowed)}{guess(said, allowed)}"
