"""What a browser or a proxy has recorded (HAR 1.2): the calls of one API among all others, and their answers."""

from __future__ import annotations

import base64
import binascii
import re
import urllib.parse
from typing import Any

from taskmock.contracts.api.bk_sops.lifecycle.snapshot import READING, Poll, clock_told
from taskmock.contracts.history.recording import HistoryError, Recording, moment_of, number_of, task_in
from taskmock.contracts.validation.body import BodyError, decoded_object

ENDING = ".har"

CALL = "get_task_status"
_ID_IN_PATH = re.compile(rf"/{CALL}/([^/?#]+)")

PREFLIGHT, CANCELLED, UNANSWERED, REDIRECT, NOT_KEPT = "preflight", "cancelled", "unanswered", "redirect", "not kept"
"""Why an entry is no poll: nobody asked, nobody waited, nothing came, it came from elsewhere, or was not recorded."""

OMISSIONS = {
    PREFLIGHT: ("preflight", "preflights"),
    CANCELLED: ("call that was cancelled", "calls that were cancelled"),
    UNANSWERED: ("call without an answer", "calls without an answer"),
    REDIRECT: ("redirect", "redirects"),
    NOT_KEPT: ("call whose answer was not kept", "calls whose answers were not kept"),
}
"""The words for one such entry and for several, in the order in which they are told."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ABORTED = re.compile(r"(?i)abort|cancel")


def har_recording(content: bytes, name: str) -> Recording:
    """Each task's polls in the order in which they were answered, by the task id of the call.

    Raises: HistoryError where it is no HAR, or none of its calls is a poll.
    """
    try:
        log = decoded_object(content).get("log")
    except BodyError:
        return Recording((("", Poll(content, file=name)),))  # the judge says what is wrong with it
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise HistoryError(f"{name} is no HAR: it has no list `log.entries`")
    calls = [entry for entry in entries if isinstance(entry, dict) and _asks_status(entry)]
    if not calls:
        raise HistoryError(f"{name}: none of its {len(entries)} calls asks {CALL}")
    reasons = [(entry, _omission(entry)) for entry in calls]
    timed = [(*_asked_and_answered(entry), entry) for entry, reason in reasons if not reason]
    return Recording(
        tuple(
            (_task(entry), Poll(_content(entry), at, asked, _clock(entry)))
            for asked, at, entry in sorted(timed, key=lambda found: found[1] or 0.0)
        ),
        tuple((_task(entry), reason) for entry, reason in reasons if reason),
    )


def told_omissions(kinds: list[str]) -> str:
    """How many entries of each kind are no polls, in words."""
    counts = {kind: kinds.count(kind) for kind in OMISSIONS}
    return ", ".join(f"{number:,} {OMISSIONS[kind][number > 1]}" for kind, number in counts.items() if number)


def _asks_status(entry: dict[str, Any]) -> bool:
    return CALL in _path(entry).split("/")


def _omission(entry: dict[str, Any]) -> str:
    """Why an entry is no poll; "" where it is one.

    Recorders write a call that was broken off with the status 0 or -1, or with an error; and an answer that they did
    not keep without a text, or with an empty one although it had a size.
    """
    method, response = str(_object(entry, "request").get("method")).upper(), _object(entry, "response")
    if method == "OPTIONS":
        return PREFLIGHT
    status, error = response.get("status"), _error(entry, response)
    if _ABORTED.search(error):
        return CANCELLED
    if type(status) is int and status <= 0:
        return UNANSWERED if error else CANCELLED
    if _text(response):
        return ""
    if status in _REDIRECTS:
        return REDIRECT
    if error or not response:
        return UNANSWERED
    return "" if method != "HEAD" and _is_known_to_be_empty(response) else NOT_KEPT


def _error(entry: dict[str, Any], response: dict[str, Any]) -> str:
    """What a recorder says of a call that was broken off; "" where it says nothing."""
    said = (response.get("_error"), response.get("_failureText"), entry.get("_error"))
    return next((each for each in said if isinstance(each, str) and each), "")


def _is_known_to_be_empty(response: dict[str, Any]) -> bool:
    """Whether a recorder says itself that an answer had no body, of a status that may have one."""
    status, size = response.get("status"), _object(response, "content").get("size")
    on_the_line = number_of(response.get("bodySize")) or 0
    return type(status) is int and status != 304 and number_of(size) == 0 and on_the_line <= 0


def _asked_and_answered(entry: dict[str, Any]) -> tuple[float | None, float | None]:
    """When a call began and when it was over."""
    asked = moment_of(entry.get("startedDateTime"))
    took = max(0.0, number_of(entry.get("time")) or 0.0) / 1000  # -1 where the recorder does not know
    return asked, None if asked is None else asked + took


def _clock(entry: dict[str, Any]) -> str:
    """The clock of a call's answer, where the mock says that it is not the wall's."""
    fields = _object(entry, "response").get("headers")
    named = (field for field in fields if isinstance(field, dict)) if isinstance(fields, list) else ()
    told = (field.get("value") for field in named if str(field.get("name")).lower() == READING.lower())
    return next((clock_told(value) for value in told if isinstance(value, str)), "")


def _parts(entry: dict[str, Any]) -> urllib.parse.SplitResult | None:
    """The parts of a call's URL; None where it is none."""
    url = _object(entry, "request").get("url")
    try:
        return urllib.parse.urlsplit(url) if isinstance(url, str) else None
    except ValueError:
        return None


def _path(entry: dict[str, Any]) -> str:
    parts = _parts(entry)
    return "" if parts is None else parts.path


def _task(entry: dict[str, Any]) -> str:
    """What a call asks for."""
    parts = _parts(entry)
    asked: dict[str, Any] = dict(urllib.parse.parse_qsl(parts.query)) if parts is not None else {}
    in_path = _ID_IN_PATH.search(_path(entry))
    if in_path:
        asked["task_id"] = in_path[1]
    text = _object(_object(entry, "request"), "postData").get("text")
    if isinstance(text, str) and text:
        try:
            asked |= decoded_object(text)
        except BodyError:
            asked |= dict(urllib.parse.parse_qsl(text))
    return task_in(asked)


def _object(value: dict[str, Any], key: str) -> dict[str, Any]:
    """The object under a key; an empty one where there is none."""
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _text(response: dict[str, Any]) -> str:
    text = _object(response, "content").get("text")
    return text if isinstance(text, str) else ""


def _content(entry: dict[str, Any]) -> object:
    """The body of an answer."""
    response = _object(entry, "response")
    text = _text(response)
    if _object(response, "content").get("encoding") == "base64":
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error:
            return text
    return text
