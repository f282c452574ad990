"""Recorded histories: the answers of a task in the order they were polled, from several files, JSON Lines or HAR."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from taskmock.contracts.api.bk_sops.lifecycle.snapshot import READING, Poll, clock_told
from taskmock.contracts.validation.body import BodyError, decoded_object

if TYPE_CHECKING:
    from taskmock.contracts.contract import Contract
    from taskmock.contracts.findings.report import Report

MAX_BYTES = 512 * 1024 * 1024
"""Largest recording that is read: a thousand polls of the largest real answers."""

LINES = (".jsonl", ".ndjson")
HAR = ".har"

AT_KEYS = ("at", "time", "timestamp", "ts")
BODY_KEYS = ("body", "response", "answer")
"""What a line of JSON Lines may call the moment of a poll and its answer."""

MILLISECONDS = 1e11
"""Numbers above this are milliseconds since 1970, no seconds: as seconds they would be after the year 5000."""

LARGEST = 1e15
"""Numbers from here on are no moments in either unit."""

THIS_MILLENNIUM = 978_307_200
"""Numbers above this may be seconds since 1970."""

CALL = "get_task_status"
_SPACED_ZONE = re.compile(r" (?=[+-][0-9]{4}$)")
_DATED = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}[T ]")
_TIME_NAME = re.compile(r"(?i)(^|_)(received|asked|polled|when|date|(date)?time(stamp)?|at|ts)(_|$)|(At|Time|Date)$")
_ID_IN_PATH = re.compile(rf"/{CALL}/([^/?#]+)")


class HistoryError(ValueError):
    """A file that holds no history; the text says why."""


class History:
    """Collects the answers of one task as they are polled, to judge them together."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._polls: list[Poll] = []

    @property
    def polls(self) -> tuple[Poll, ...]:
        """The polls so far."""
        return tuple(self._polls)

    def add(self, body: object, *, at: float | None = None) -> None:
        """Adds the next answer: decoded JSON, its text or bytes, or a response of requests or httpx.

        `at` is when it was received, in seconds on one clock for the whole history; without it the answers' own times
        tell their age.
        """
        told = getattr(body, "headers", {}).get(READING, "") if hasattr(body, "content") else ""
        self._polls.append(Poll(getattr(body, "content", body), at, clock=clock_told(told)))

    def report(self) -> Report:
        """The verdict on all answers so far."""
        return self._contract.check_history(self._polls)


def read_histories(files: Sequence[tuple[str, bytes]]) -> dict[str, tuple[Poll, ...]]:
    """The polls in some files, given by name and content, in their order: by task, "" where the files do not say.

    A name ending in `.jsonl` or `.ndjson` is JSON Lines, one in `.har` a browser's recording; any other is one answer,
    or JSON Lines by its looks.

    Raises: HistoryError where a file is no such recording.
    """
    found: dict[str, list[Poll]] = {}
    if sum(len(content) for _, content in files) > MAX_BYTES:
        raise HistoryError(f"the history has more than the {MAX_BYTES:,} bytes that are judged")
    for name, content in files:
        polls = list(_polls_in(name.lower(), content, name))
        if not polls:
            raise HistoryError(f"{name} holds no poll")
        for task, poll in polls:
            found.setdefault(task, []).append(poll)
    return {task: tuple(polls) for task, polls in found.items()}


def _polls_in(lowered: str, content: bytes, name: str) -> Iterator[tuple[str, Poll]]:
    if lowered.endswith(HAR):
        yield from _har_polls(content, name)
    elif lowered.endswith(LINES) or _looks_like_lines(content):
        yield from _line_polls(content, name)
    else:
        yield "", Poll(content)


def _looks_like_lines(content: bytes) -> bool:
    """Whether several lines are objects each by itself; what JSON writes over several lines is not."""
    lines = [line for line in content.split(b"\n", 3)[:3] if line.strip()]
    return len(lines) > 1 and all(line.strip().startswith(b"{") and line.strip().endswith(b"}") for line in lines[:2])


def _line_polls(content: bytes, name: str) -> Iterator[tuple[str, Poll]]:
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = decoded_object(line)
        except BodyError:
            yield "", Poll(line)  # the judge says what is wrong with it
            continue
        key = next((key for key in BODY_KEYS if key in record), None)
        if key is None or "result" in record:
            yield "", Poll(record)
            continue
        moment = next((record[key] for key in AT_KEYS if key in record), None)
        at = _moment(moment)
        unread = "" if moment is not None else next((name for name in record if _may_be_time(name, record[name])), "")
        if at is None and moment is not None:
            key = next(key for key in AT_KEYS if key in record)
            raise HistoryError(f"{name}, line {number}: {key!r} is no time; seconds, milliseconds or ISO 8601 are")
        yield _task_in(record), Poll(record[key], at, unread=unread)


def _may_be_time(name: str, value: object) -> bool:
    """Whether a line of JSON Lines may mean the moment of its poll by a name that is none for it."""
    if _moment(value) is None or (isinstance(value, str) and not _DATED.match(value)):
        return False
    number = _number(value)
    return number is None or number > THIS_MILLENNIUM or _TIME_NAME.search(name) is not None


def _task_in(asked: Mapping[str, Any]) -> str:
    """What parameters ask for: the task's id, and the subprocess where one is asked for."""
    return " / ".join(str(asked[key]) for key in ("task_id", "subprocess_id") if asked.get(key))


def _number(value: object) -> float | None:
    """A number of a sensible size; None for anything else."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if -LARGEST < value < LARGEST else None


def _moment(value: object) -> float | None:
    """A moment in seconds; None where the value is none: a number of seconds or milliseconds, or a time as text."""
    number = _number(value)
    if number is not None:
        return number / 1000 if number > MILLISECONDS else number
    if not isinstance(value, str):
        return None
    try:
        moment = dt.datetime.fromisoformat(_SPACED_ZONE.sub("", value))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()


def _har_polls(content: bytes, name: str) -> Iterator[tuple[str, Poll]]:
    """Each task's polls in the order in which they were answered, by the task id of the call."""
    try:
        log = decoded_object(content).get("log")
    except BodyError as error:
        raise HistoryError(f"{name}: {error}") from None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise HistoryError(f"{name} is no HAR: it has no list `log.entries`")
    calls = [entry for entry in entries if isinstance(entry, dict) and CALL in _url(entry)]
    if not calls:
        raise HistoryError(f"{name}: none of its {len(entries)} calls asks {CALL}")
    timed = [(*_asked_and_answered(entry), entry) for entry in calls]
    for asked, at, entry in sorted(timed, key=lambda found: found[1] or 0.0):
        yield _task(entry), Poll(_content(entry), at, asked, _clock(entry))


def _asked_and_answered(entry: dict[str, Any]) -> tuple[float | None, float | None]:
    """When a call began and when it was over."""
    asked = _moment(entry.get("startedDateTime"))
    took = max(0.0, _number(entry.get("time")) or 0.0) / 1000  # -1 where the recorder does not know
    return asked, None if asked is None else asked + took


def _clock(entry: dict[str, Any]) -> str:
    """The clock of a call's answer, where the mock says that it is not the wall's."""
    response = entry.get("response")
    fields = response.get("headers") if isinstance(response, dict) else None
    named = (field for field in fields if isinstance(field, dict)) if isinstance(fields, list) else ()
    told = (field.get("value") for field in named if str(field.get("name")).lower() == READING.lower())
    return next((clock_told(value) for value in told if isinstance(value, str)), "")


def _url(entry: dict[str, Any]) -> str:
    request = entry.get("request")
    url = request.get("url") if isinstance(request, dict) else None
    return url if isinstance(url, str) else ""


def _task(entry: dict[str, Any]) -> str:
    """What a call asks for."""
    parts = urllib.parse.urlsplit(_url(entry))
    asked: dict[str, Any] = dict(urllib.parse.parse_qsl(parts.query))
    in_path = _ID_IN_PATH.search(parts.path)
    if in_path:
        asked["task_id"] = in_path[1]
    post = entry["request"].get("postData")
    text = post.get("text") if isinstance(post, dict) else None
    if isinstance(text, str) and text:
        try:
            asked |= decoded_object(text)
        except BodyError:
            asked |= dict(urllib.parse.parse_qsl(text))
    return _task_in(asked)


def _content(entry: dict[str, Any]) -> object:
    """The body of an answer; empty where the recording has none."""
    response = entry.get("response")
    content = response.get("content") if isinstance(response, dict) else None
    text = content.get("text") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(text, str):
        return b""
    if content.get("encoding") == "base64":
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error:
            return text
    return text
