"""The findings in the keys around an answer's data, for every call."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from taskmock.contracts.api.protocol import Answer, Envelope
from taskmock.contracts.findings.rule import Finding
from taskmock.contracts.findings.violation import Violation, clip
from taskmock.contracts.findings.wording import expectation, sentence
from taskmock.contracts.validation.structure import Subject, field_violations, is_sound

DATA = frozenset({"data"})
"""What is judged at a place of its own."""

BY_RESULT = frozenset({"/data", "/message"})
"""The places of which only `result` tells what should be there."""


def payload_of(body: Mapping[str, Any]) -> object:
    """What of an answer its form is about; None of a failure."""
    return None if body.get("result") is False else body.get("data")


def envelope_violations(answer: Answer) -> Iterator[Violation]:
    """Yields every finding in the keys around the data."""
    body, envelope = answer.body, answer.call.envelope(answer.edition, answer.overlay)
    shape = envelope.shape
    yield from _contradiction(body)
    if is_sound(body, shape, children=DATA):
        return
    is_inside = "result" not in body and bool(envelope.telltale) and all(name in body for name in envelope.telltale)
    has_verdict = isinstance(body.get("result"), bool)
    for found in field_violations(Subject(body, "an answer"), shape, strictness=answer.strictness, children=DATA):
        if found.pointer == "/result" and is_inside:
            yield dataclasses.replace(
                found, code="envelope.missing", message=f"{found.message}; this looks like the inside of `data`"
            )
        elif found.code == "field.undocumented":
            if not is_inside:
                yield found
        elif has_verdict or found.pointer not in BY_RESULT:  # what they should be, only `result` tells
            yield dataclasses.replace(found, code=_code(found))
    if has_verdict:
        yield from _missing(body, envelope)


def _contradiction(body: dict[str, Any]) -> Iterator[Violation]:
    """Finds a code that says the other thing than `result`: 0 is good, any other number is why a call has failed."""
    result, code = body.get("result"), body.get("code")
    if not isinstance(result, bool) or type(code) is not int or result is (code == 0):
        return
    message, names = "`result` is {0} and `code` is {1}", (clip(result), clip(code))
    found = Finding(None, ("code",), message, "0" if result else "the number of an error", names, clip(code))
    yield found.violation(
        "envelope.contradiction", "`code` is 0 where `result` is true, and the error's number where not."
    )


def _missing(body: dict[str, Any], envelope: Envelope) -> Iterator[Violation]:
    result = body["result"]
    needed = ("data" if envelope.needs_data else "") if result else "message"
    if needed and needed not in body:
        field = envelope.shape.fields[needed]
        message = f"`{needed}` is missing where `result` is {clip(result)}"
        expected, source = expectation(field), sentence(field)
        yield Violation("envelope.missing", f"/{needed}", "", message, expected=expected, source=source)


def _code(found: Violation) -> str:
    if found.pointer == "/data":
        return "envelope.data"
    return f"envelope.{found.code.removeprefix('field.')}"
