"""Writes plain data as YAML 1.2 text that reads back as the same data; knows nothing of scenarios."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from taskmock.mockserver.scenarios.syntax.nodes import Scalar, value_of

WIDTH = 100
"""A mapping or list that fits into this many characters stands on one line."""

LONGEST_KEY = 128
"""A key longer than this cannot stand before a ':' everywhere (YAML's own limit is 1024)."""

# Deliberately less than YAML allows: letters of any script, digits, and signs that mean nothing anywhere.
_PLAIN = re.compile(r"[^\W_](?:[\w ./()+*=-]*[\w.)])?(?!\n)$")
_HIDDEN = re.compile("[\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff\ufff9-\uffff]")


def emit(data: object) -> str:
    """The text of objects, lists, texts, numbers, true, false and null."""
    return "".join(f"{line}\n" for line in _lines(data, 0))


def _lines(data: object, indent: int) -> Iterator[str]:
    """A value in block style; items and keys begin at `indent`."""
    pad = " " * indent
    if isinstance(data, dict) and data:
        for key, value in data.items():
            if len(key) < LONGEST_KEY:
                yield from _entry(f"{pad}{_scalar(key)}:", value, indent + 2)
            else:
                yield f"{pad}? {_scalar(key)}"
                yield from _entry(f"{pad}:", value, indent + 2)
    elif isinstance(data, list) and data:
        for item in data:
            line = _bare_pair(item, indent + 2) or _flow(item, indent + 2)
            if line:
                yield f"{pad}- {line}"
            else:
                first, *rest = _lines(item, indent + 2)
                yield f"{pad}- {first[indent + 2 :]}"
                yield from rest
    else:
        yield f"{pad}{_flow(data, indent)}"


def _entry(head: str, value: object, indent: int) -> Iterator[str]:
    line = _flow(value, len(head))
    if line:
        yield f"{head} {line}"
    else:
        yield head
        yield from _lines(value, indent)


def _flow(data: object, used: int) -> str:
    """A value on one line, "" for a mapping or list that is too long or too deep for that."""
    if not isinstance(data, dict | list):
        return _scalar(data)
    if _weight(data, 12) > 12:
        return ""
    text = _inline(data)
    return text if used + len(text) <= WIDTH else ""


def _bare_pair(data: object, used: int) -> str:
    """A mapping of one entry without its braces, as a list may have it, "" for anything else."""
    line = _flow(data, used) if isinstance(data, dict) and len(data) == 1 else ""
    return line[1:-1]


def _weight(data: object, most: int) -> int:
    """How many values there are, counted no further than a little over `most`."""
    count, waiting = 0, [data]
    while waiting and count <= most:
        count += 1
        item = waiting.pop()
        waiting.extend(item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
    return count


def _inline(data: object) -> str:
    if isinstance(data, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_inline(value)}" for key, value in data.items()) + "}"
    if isinstance(data, list):
        bare = all(isinstance(item, dict) and len(item) == 1 for item in data)
        return "[" + ", ".join(_inline(item)[1:-1] if bare else _inline(item) for item in data) + "]"
    return _scalar(data)


def _scalar(data: object) -> str:
    if not isinstance(data, str):
        return json.dumps(data)
    # Plain only where it reads back as the same text whatever stands around it.
    if _PLAIN.match(data) and len(data) < LONGEST_KEY and value_of(Scalar(data, 0, plain=True)) == data:
        return data
    return quote(data)


def quote(text: str) -> str:
    """A text in double quotes, with everything escaped that is invisible or no character by itself."""
    text = json.dumps(text, ensure_ascii=False)
    text = _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text)
