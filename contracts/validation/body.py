"""From the text of a body to decoded JSON, with one clear finding for anything else than a JSON object in bounds."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from taskmock.contracts.findings.pointer import escaped
from taskmock.contracts.findings.violation import Violation, clip

MAX_CONTAINERS = 1_000_000
"""Most objects and lists that are looked through; objects shared many times over count each time."""


_Link: TypeAlias = "tuple[_Link, str | int] | None"


_SCALARS = frozenset({bool, int, type(None)})


def find_defect(value: object) -> Violation | None:
    """The first part of a decoded value that is not JSON, as a finding; None where all is sound."""
    stack: list[tuple[object, _Link, bool]] = [(value, None, False)]
    open_now: set[int] = set()
    count = 0
    while stack:
        container, link, leaving = stack.pop()
        if leaving:
            open_now.discard(id(container))
            continue
        if id(container) in open_now:
            return _violation("body.cyclic", link, "the object contains itself", "a tree without cycles")
        open_now.add(id(container))
        stack.append((container, link, True))
        count += 1
        if count > MAX_CONTAINERS:
            message = f"the body has more than the {MAX_CONTAINERS:,} objects and lists that are judged"
            return _violation("body.too-many-values", None, message, f"at most {MAX_CONTAINERS:,} objects and lists")
        inner = len(stack)
        keyless = isinstance(container, list)
        for key, item in _items(container):
            if keyless or (type(key) is str and key.isascii()):
                kind = type(item)
                if kind in _SCALARS or (kind is str and item.isascii()):
                    continue
            defect = _key_defect(container, key, link) or _item_defect(item, (link, key))
            if defect is not None:
                return defect
            if isinstance(item, (dict, list)):
                stack.append((item, (link, key), False))
        stack[inner:] = reversed(stack[inner:])
    return None


def pointer_to(value: object, target: object) -> str:
    """The JSON Pointer of an object or list inside a decoded value, by identity; "" where it is not inside."""
    stack: list[tuple[object, _Link]] = [(value, None)]
    while stack:
        container, link = stack.pop()
        if container is target:
            return _pointer(link)
        stack.extend((item, (link, key)) for key, item in _items(container) if isinstance(item, (dict, list)))
    return ""


def _items(container: object) -> Iterator[tuple[Any, Any]]:
    if isinstance(container, dict):
        return iter(container.items())
    return enumerate(container) if isinstance(container, list) else iter(())


def _key_defect(container: object, key: object, link: _Link) -> Violation | None:
    if isinstance(container, list):
        return None
    if not isinstance(key, str):
        return _violation("body.key", link, f"the key {clip(key)} is no string", "string keys", clip(key))
    if _has_surrogate(key):
        message = f"the key {clip(key)} has half a surrogate pair, which is no character"
        return _violation("body.surrogate", link, message, "text that UTF-8 can carry", clip(key))
    return None


def _item_defect(item: object, link: _Link) -> Violation | None:
    if isinstance(item, str):
        if _has_surrogate(item):
            message = "the text has half a surrogate pair, which is no character"
            return _violation("body.surrogate", link, message, "text that UTF-8 can carry", clip(item))
    elif isinstance(item, float):
        if not math.isfinite(item):
            found = "NaN" if math.isnan(item) else "Infinity" if item > 0 else "-Infinity"
            return _violation("body.not-a-number", link, f"{found} is no JSON number", "a finite number", found)
    elif item is not None and not isinstance(item, (int, dict, list)):
        message = f"a Python {type(item).__name__} is no JSON value"
        return _violation("body.type", link, message, "an object, a list, a string, a number, true, false or null")
    return None


def _has_surrogate(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _violation(code: str, link: _Link, message: str, expected: str, value: str = "") -> Violation:
    return Violation(code, _pointer(link), "", message, expected=expected, value=value)


def _pointer(link: _Link) -> str:
    keys: list[str] = []
    while link is not None:
        link, key = link
        keys.append(escaped(str(key)))
    return "".join(f"/{key}" for key in reversed(keys))


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
