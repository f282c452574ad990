"""JSON Lines: a poll in each line, the answer itself or an object that holds it and its moment."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from taskmock.contracts.api.bk_sops.lifecycle.snapshot import Poll
from taskmock.contracts.history.recording import HistoryError, Recording, moment_of, number_of, task_in
from taskmock.contracts.validation.body import BodyError, decoded_object

ENDINGS = (".jsonl", ".ndjson")

AT_KEYS = ("at", "time", "timestamp", "ts")
BODY_KEYS = ("body", "response", "answer")
"""What a line of JSON Lines may call the moment of a poll and its answer."""

THIS_MILLENNIUM = 978_307_200
"""Numbers above this may be seconds since 1970."""

_DATED = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}[T ]")
_TIME_NAME = re.compile(r"(?i)(^|_)(received|asked|polled|when|date|(date)?time(stamp)?|at|ts)(_|$)|(At|Time|Date)$")
_INNER = frozenset({b"", b" ", b"\t", b"}", b"]"})
"""What the further lines of an indented document begin with."""


def looks_like_lines(content: bytes) -> bool:
    """Whether several lines are objects each by itself; what JSON writes over several lines is not."""
    lines = [line for line in content.split(b"\n", 3)[:3] if line.strip()]
    return len(lines) > 1 and all(line.strip().startswith(b"{") and line.strip().endswith(b"}") for line in lines[:2])


def lines_recording(content: bytes, name: str) -> Recording:
    """The polls in the lines of a file; documents that go on over several lines are read, too, and said to be so.

    Raises: HistoryError for a moment that is no time.
    """
    lines = [(number, line) for number, line in enumerate(content.splitlines(), 1) if line.strip()]
    documents = _documents_over_lines(content, [line for _, line in lines])
    if not documents:
        return Recording(tuple(_polls(lines, name)))
    said = "one indented document" if len(documents) == 1 else f"{len(documents):,} indented documents"
    note = f"{name} is {said}, not JSON Lines, which has a poll in each line; it is judged as {len(documents):,}"
    return Recording(tuple(_polls(documents, name)), notes=(note,))


def _polls(records: list[tuple[int, bytes]], name: str) -> Iterator[tuple[str, Poll]]:
    for number, text in records:
        try:
            record = decoded_object(text)
        except BodyError:
            yield "", Poll(text, file=name, line=number)  # the judge says what is wrong with it
            continue
        key = next((key for key in BODY_KEYS if key in record), None)
        if key is None or "result" in record:
            yield "", Poll(record, file=name, line=number)
            continue
        moment = next((record[key] for key in AT_KEYS if key in record), None)
        at = moment_of(moment)
        unread = "" if moment is not None else next((name for name in record if _may_be_time(name, record[name])), "")
        if at is None and moment is not None:
            key = next(key for key in AT_KEYS if key in record)
            raise HistoryError(f"{name}, line {number}: {key!r} is no time; seconds, milliseconds or ISO 8601 are")
        yield task_in(record), Poll(record[key], at, unread=unread, file=name, line=number)


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _documents_over_lines(content: bytes, lines: list[bytes]) -> list[tuple[int, bytes]]:
    """The documents of a text that go on over several lines, each with the line that it begins in; else nothing.

    The last one may be cut.
    """
    if len(lines) < 2 or lines[0].strip()[:1] not in {b"{", b"["} or _is_json(lines[0]):
        return []
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return []
    found, at = [], _blanks_end(text, 0)
    while at < len(text):
        try:
            _, end = json.JSONDecoder().raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        found.append((at, end))
        at = _blanks_end(text, end)
    if at < len(text):
        rest = text[at:].encode("utf-8").splitlines()
        if any(line[:1] not in _INNER for line in rest[1:]):
            return []  # lines of which some are broken
        found.append((at, len(text)))
    return [(text.count("\n", 0, start) + 1, text[start:end].encode("utf-8")) for start, end in found]


def _blanks_end(text: str, at: int) -> int:
    return len(text) - len(text[at:].lstrip()) if at < len(text) else at


def _may_be_time(name: str, value: object) -> bool:
    """Whether a line of JSON Lines may mean the moment of its poll by a name that is none for it."""
    if moment_of(value) is None or (isinstance(value, str) and not _DATED.match(value)):
        return False
    number = number_of(value)
    return number is None or number > THIS_MILLENNIUM or _TIME_NAME.search(name) is not None
