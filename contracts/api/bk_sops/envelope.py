"""What the judge says of the keys around an answer's data, whatever call it answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator
from typing import Any

from taskmock.contracts.findings.violation import Strictness, Violation, clip
from taskmock.contracts.findings.wording import expectation, sentence
from taskmock.contracts.validation.schema import Shape
from taskmock.contracts.validation.structure import Place, field_violations, is_sound

DATA = frozenset({"data"})
"""What is judged at a place of its own."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One envelope to judge: its shape, the edition, and how undocumented fields weigh.

    `telltale` are the fields of `data` by which its inside is known where somebody took it for the whole answer;
    `needs_data`: an answer whose `result` is true has `data`.
    """

    body: dict[str, Any]
    shape: Shape
    edition: str
    strictness: Strictness
    telltale: Collection[str]
    needs_data: bool = True


def envelope_violations(envelope: Envelope) -> Iterator[Violation]:
    """Yields every finding in the keys around the data."""
    body, shape = envelope.body, envelope.shape
    if is_sound(body, shape, children=DATA):
        return
    is_inside = "result" not in body and bool(envelope.telltale) and all(name in body for name in envelope.telltale)
    has_verdict = isinstance(body.get("result"), bool)
    place = Place("", "", "an answer", envelope.edition)
    for found in field_violations(body, shape, place, strictness=envelope.strictness, children=DATA):
        if found.pointer == "/result" and is_inside:
            yield dataclasses.replace(
                found, code="envelope.missing", message=f"{found.message}; this looks like the inside of `data`"
            )
        elif found.code == "field.undocumented":
            if not is_inside:
                yield found
        elif has_verdict or found.pointer not in {"/data", "/message"}:  # what they should be, only `result` tells
            yield dataclasses.replace(found, code=_code(found))
    if has_verdict:
        yield from _missing(envelope)


def _missing(envelope: Envelope) -> Iterator[Violation]:
    result = envelope.body["result"]
    needed = ("data" if envelope.needs_data else "") if result else "message"
    if needed and needed not in envelope.body:
        field = envelope.shape.fields[needed]
        message = f"`{needed}` is missing where `result` is {clip(result)}"
        expected, source = expectation(field), sentence(field)
        yield Violation("envelope.missing", f"/{needed}", "", message, expected=expected, source=source)


def _code(found: Violation) -> str:
    if found.pointer == "/data":
        return "envelope.data"
    return f"envelope.{found.code.removeprefix('field.')}"
