"""Parses JSON text into the same nodes as YAML, many times faster: recorded histories are long.

No recursion, no exception: for a text that is no JSON it says where, and the YAML reader reads it.
"""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # public in the library, unknown to the type checker

from taskmock.mockserver.scenarios.syntax.builder import NodeBuilder
from taskmock.mockserver.scenarios.syntax.nodes import ParsedText, Scalar, UnreadableTextError

MOST_NODES = 2_000_000
"""How many values a JSON text may hold."""

_BEGIN = re.compile(r"[ \t\r\n]*[{\[]")
# A bracket, the quote that begins a text, or a word (number, true, false, null); nothing at the end.
_TOKEN = re.compile(r"[ \t\r\n,:]*([{}\[\]\"]|[^ \t\r\n,:{}\[\]\"]+|\Z)")
_NO_JSON = {"NaN", "Infinity", "-Infinity"}  # the library takes these, JSON does not have them


def parse_json(text: str, *, most_nodes: int = MOST_NODES) -> ParsedText | int:
    """The nodes of a JSON object or list; for any other text the index at which it is no JSON any more."""
    if not _BEGIN.match(text):
        return 0
    try:
        # The library's own parser is far faster: it tells at once where a text is no JSON.
        json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        return error.pos
    except RecursionError:
        pass  # so deep that the builder refuses it, and sound up to there
    builder = NodeBuilder(most_nodes=most_nodes)
    try:
        end = _build(text, builder)
    except UnreadableTextError as error:
        return ParsedText(None, (*builder.flaws, error.flaw))
    return ParsedText(builder.root, tuple(builder.flaws)) if end == len(text) else end


def _build(text: str, builder: NodeBuilder) -> int:
    """Hands the parts of a sound JSON text to the builder; the index of what is no JSON after all, or the end."""
    position = 0
    while found := _TOKEN.match(text, position):
        part, start, position = found[1], found.start(1), found.end()
        if not part:
            break
        if part in "{[":
            builder.open(start, keyed=part == "{")
        elif part in "}]":
            builder.close()
        elif part == '"':
            content, position = scanstring(text, start + 1)
            builder.scalar(Scalar(content, start))
        elif part in _NO_JSON:
            return start
        else:
            builder.scalar(Scalar(part, start, plain=True))
    return position
