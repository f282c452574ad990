"""Reads single values: what is wrong is noted, and None is given instead."""

from __future__ import annotations

import re
from collections.abc import Collection

from taskmock.mockserver.core.duration import ALLOWED, DurationError, parse_duration
from taskmock.mockserver.core.graph import is_node_id
from taskmock.mockserver.scenarios.syntax.nodes import (
    Listing,
    Mapping,
    Node,
    NumberError,
    Scalar,
    flag_of,
    is_null,
    quoted,
    value_of,
)
from taskmock.mockserver.scenarios.syntax.problems import Problems, kind_of
from taskmock.schemas import closest

MOST = 2**31 - 1
"""The largest whole number that any key takes."""


_FLAGS = {"yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"}


_SLUG = re.compile(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*(?!\n)$")


_WHOLE = re.compile(r"-?[0-9]{1,12}(?!\n)$")


_NUMBER = re.compile(r"[0-9]{0,9}(?:\.[0-9]{1,20})?(?!\n)$")


def read_text(node: Node, problems: Problems, *, what: str, allowed: str = "text") -> str | None:
    """A text that is not empty, as it stands in the file (`yes`, `1:30`, `0010` are texts, `null` is none)."""
    if isinstance(node, Scalar) and node.text.strip() and not is_null(node):
        return node.text
    problems.add(node, "not-text", f"{what} is {kind_of(node)}", allowed=allowed)
    return None


def read_duration(node: Node, problems: Problems, *, what: str) -> int | None:
    """A duration in ms."""
    if not isinstance(node, Scalar) or not node.text:
        problems.add(node, "bad-duration", f"{what} is {kind_of(node)}, no duration", allowed=ALLOWED)
        return None
    try:
        return parse_duration(node.text)
    except DurationError as error:
        wrong = f"{what}: {quoted(node.text)} {error.reason}"
        problems.add(node, "bad-duration", wrong, allowed=ALLOWED, meant=error.meant)
        return None


def read_whole(node: Node, problems: Problems, *, what: str, least: int = -MOST, most: int = MOST) -> int | None:
    """A whole number from `least` to `most`."""
    if isinstance(node, Scalar) and node.plain and _WHOLE.match(node.text) and least <= int(node.text) <= most:
        return int(node.text)
    low = f", at least {least}" if least > -MOST else ""
    allowed = f"a whole number from {least} to {most}" if most < MOST else f"a whole number{low}"
    problems.add(node, "bad-number", f"{what} is {kind_of(node)}", allowed=allowed)
    return None


def read_chance(node: Node, problems: Problems, *, what: str) -> float | None:
    """A probability above 0 and up to 1."""
    if isinstance(node, Scalar) and node.plain and node.text and _NUMBER.match(node.text):
        value = float(node.text)
        if 0 < value <= 1:
            return value
    problems.add(node, "bad-number", f"{what} is {kind_of(node)}", allowed="a number above 0, at most 1")
    return None


def read_flag(node: Node, problems: Problems, *, what: str) -> bool | None:
    """`true` or `false`."""
    value = flag_of(node) if isinstance(node, Scalar) else None
    if value is not None:
        return value
    word = node.text.lower() if isinstance(node, Scalar) else ""
    meant = _FLAGS.get(word) or closest(word, ("true", "false"))
    problems.add(node, "bad-flag", f"{what} is {kind_of(node)}", allowed="true, false", meant=meant)
    return None


def read_choice(node: Node, problems: Problems, *, what: str, choices: Collection[str]) -> str | None:
    """One of a few words."""
    if isinstance(node, Scalar) and node.text in choices:
        return node.text
    text = node.text if isinstance(node, Scalar) else ""
    meant = closest(text.replace("_", "-"), choices) or closest(text, choices)
    problems.add(node, "bad-choice", f"{what} is {kind_of(node)}", allowed=", ".join(choices), meant=meant)
    return None


def read_slug(node: Node, problems: Problems, *, what: str) -> str | None:
    """A name that is good in a URL and for a file."""
    text = read_text(node, problems, what=what, allowed=_SLUG_ALLOWED)
    if text is None or (_SLUG.match(text) and len(text) <= 100):
        return text
    meant = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")
    problems.add(node, "bad-slug", f"{what} is {quoted(text)}", allowed=_SLUG_ALLOWED, meant=meant[:100])
    return None


_SLUG_ALLOWED = "up to 100 letters a-z and digits, with single '-', '_' or '.' between them"


def read_node_id(node: Node, problems: Problems, *, what: str) -> str | None:
    """The id of a node."""
    if isinstance(node, Scalar) and is_node_id(node.text):
        return node.text
    lower = node.text.lower() if isinstance(node, Scalar) else ""
    meant = lower if is_node_id(lower) else ""
    length = f" ({len(node.text)} characters)" if isinstance(node, Scalar) and node.text else ""
    allowed = "32 hex digits in lower case, or n and 31"
    problems.add(node, "bad-id", f"{what} is {kind_of(node)}{length}", allowed=allowed, meant=meant)
    return None


def read_data(node: Node, problems: Problems) -> object:
    """A node as JSON has it: objects, lists, texts, numbers, true, false, null."""
    if isinstance(node, Mapping):
        return {key.text: read_data(value, problems) for key, value in node.entries}
    if isinstance(node, Listing):
        return [read_data(item, problems) for item in node.items]
    try:
        return value_of(node)
    except NumberError as error:
        problems.add(node, "bad-number", f"{quoted(node.text)} {error}", allowed="numbers of JSON, or text in quotes")
        return None
