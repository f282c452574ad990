"""From the text of a body to decoded JSON, with one clear finding for whatever is no JSON object that can be judged."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

from taskmock.contracts.soundness import MAX_CONTAINERS, find_defect, pointer_to
from taskmock.contracts.violation import Violation, clip

MAX_BYTES = 32 * 1024 * 1024
"""Largest text that is judged: some 70,000 nodes, where the largest real answers have about a thousand (475 kB)."""

MAX_LEVELS = 800
"""Deepest nesting of a text that is judged, in objects and lists (a node takes two); decoders give up at some 1,000."""

# A string that nothing closes is taken to the end of the text: otherwise each quotation mark in it would be tried.
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_NOT_BRACKETS = {code: None for code in range(128) if chr(code) not in "{}[]"}
_FOREIGN_STARTS = {
    b"\xff\xfe": "UTF-16 or UTF-32",
    b"\xfe\xff": "UTF-16",
    b"\x1f\x8b": "gzip",
}


class BodyError(ValueError):
    """A body that cannot be judged at all; `violation` says why."""

    def __init__(self, violation: Violation) -> None:
        super().__init__(violation.message)
        self.violation = violation


def decoded_object(body: object) -> dict[str, Any]:
    """The JSON object that a body is or spells: bytes and text are decoded, a dict is taken as it is.

    Raises: BodyError with one `body.*` violation for anything that cannot be judged.
    """
    value = _decoded(_text(body)) if isinstance(body, (bytes, bytearray, memoryview, str)) else body
    if not isinstance(value, dict):
        kind = "a list" if isinstance(value, list) else clip(value)
        raise _error("body.not-an-object", f"the body is {kind}, not an object", "a JSON object", clip(value))
    defect = find_defect(value)
    if defect is not None:
        raise BodyError(defect)
    return value


def _text(body: bytes | bytearray | memoryview | str) -> str:
    size = body.nbytes if isinstance(body, memoryview) else len(body)
    if size > MAX_BYTES:
        message = f"the body has more than the {MAX_BYTES:,} bytes that are judged"
        raise _error("body.too-large", message, f"at most {MAX_BYTES:,} bytes")
    text = body if isinstance(body, str) else _utf8(bytes(body))
    if text.startswith("\ufeff"):
        message = "the body starts with a byte order mark"
        raise _error("body.byte-order-mark", message, "UTF-8 without a byte order mark", "EF BB BF")
    start = text[:200].lstrip().lower()
    if not start and not text.strip():
        raise _error("body.empty", "the body is empty", "a JSON object")
    if start.startswith("<"):
        raise _error("body.html", "the body is HTML or XML, not JSON", "a JSON object", clip(text.strip()[:200]))
    return text


def _utf8(raw: bytes) -> str:
    for start, name in _FOREIGN_STARTS.items():
        if raw.startswith(start):
            raise _error("body.encoding", f"the body is not UTF-8 but looks like {name}", "UTF-8", clip_bytes(raw))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"the body is not UTF-8: byte {error.start:,} cannot be decoded"
        raise _error("body.encoding", message, "UTF-8", clip_bytes(raw[error.start :])) from None


def clip_bytes(raw: bytes) -> str:
    """The first bytes, in hexadecimal."""
    return raw[:8].hex(" ").upper()


def _decoded(text: str) -> object:
    _check_brackets(text)
    repeated: list[tuple[dict[str, Any], str]] = []

    def collected(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        collection = dict(pairs)
        if len(collection) != len(pairs) and not repeated:
            seen: set[str] = set()
            key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            repeated.append((collection, key))
        return collection

    try:
        value = json.loads(text, object_pairs_hook=collected)
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        raise _not_json(text, error) from None
    except ValueError:  # Python's own limit on the digits of an integer
        message = "the body has an integer of more digits than Python converts"
        raise _error("body.number", message, "a number of an ordinary size") from None
    if repeated:
        collection, key = repeated[0]
        message = f"the key {clip(key)} appears twice in one object"
        pointer = pointer_to(value, collection)
        raise _error("body.duplicate-key", message, "every key once in an object", clip(key), pointer=pointer)
    return value


def _check_brackets(text: str) -> None:
    """Refuses what nests too deep or has too many objects and lists, before a decoder spends stack and memory on it."""
    if text.count("{") + text.count("[") <= MAX_LEVELS:
        return
    outside_strings = _STRING.sub("", text).encode("ascii", "ignore").decode("ascii")
    brackets = outside_strings.translate(_NOT_BRACKETS)
    if brackets.count("{") + brackets.count("[") > MAX_CONTAINERS:
        message = f"the body has more than the {MAX_CONTAINERS:,} objects and lists that are judged"
        raise _error("body.too-many-values", message, f"at most {MAX_CONTAINERS:,} objects and lists")
    if max(itertools.accumulate(1 if bracket in "{[" else -1 for bracket in brackets), default=0) > MAX_LEVELS:
        raise _too_deep()


def _too_deep() -> BodyError:
    message = f"the body nests deeper than the {MAX_LEVELS} levels that are judged"
    return _error("body.too-deep", message, f"at most {MAX_LEVELS} levels of objects and lists (a node takes two)")


def _not_json(text: str, error: json.JSONDecodeError) -> BodyError:
    start = text.rfind("\n", 0, error.pos) + 1  # the decoder counts no other character as the end of a line
    line = text[start : start + error.colno + 20].partition("\n")[0]
    reason = (error.msg[:1].lower() + error.msg[1:]).removesuffix(" at")
    hint = ""
    if text.lstrip()[:2] in {"{'", "['"}:
        hint = "; it looks like Python's repr, not like JSON"
    elif error.pos >= len(text.rstrip()):
        hint = "; it seems to be cut off"
    message = f"the body is not JSON: {reason} at line {error.lineno}, column {error.colno}{hint}"
    found = clip(line[max(0, error.colno - 20) : error.colno + 20]) if line else ""
    return _error("body.not-json", message, "a JSON object", found)


def _error(code: str, message: str, expected: str, value: str = "", *, pointer: str = "") -> BodyError:
    return BodyError(Violation(code, pointer, "", message, expected=expected, value=value))
