"""Whether a decoded value is sound JSON: plain types, text that can be encoded, real numbers, no cycle, a sane size.

Nothing here recurses, so objects of any depth are looked through on a small stack.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, TypeAlias

from taskmock.contracts.violation import Violation, clip
from taskmock.contracts.walk import escaped

MAX_CONTAINERS = 1_000_000
"""Most objects and lists that are looked through; objects shared many times over count each time."""

_Link: TypeAlias = "tuple[_Link, str | int] | None"
_SCALARS = frozenset({bool, int, type(None)})


def find_defect(value: object) -> Violation | None:
    """The first thing that keeps a decoded value from being JSON, None where it is sound."""
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
