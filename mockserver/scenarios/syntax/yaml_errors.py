"""Why a text is no YAML, in plain words: from the complaint of the parser and the line that it is about."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

from taskmock.mockserver.scenarios.syntax.nodes import SyntaxFlaw, quoted

FULL_WIDTH = {
    "：": ":",
    "，": ",",
    "［": "[",
    "］": "]",
    "｛": "{",
    "｝": "}",
    "“": '"',
    "”": '"',
    "＃": "#",
    "　": " ",
}
"""Full-width characters that an input method writes in place of those that YAML knows."""


@functools.cache
def _complaints() -> list[dict[str, str]]:
    """The complaints of the parser in order: a pattern, a stable code, where to point, what is wrong, what is allowed.

    The place is where the construct begins (`begin`) or where the parser stands (`parser`).
    """
    found: list[dict[str, str]] = json.loads(Path(__file__).with_name("yaml_complaints.json").read_text("utf-8"))
    return found


def flaw_of(text: str, complaint: str, *, begun: int | None, found: int) -> SyntaxFlaw:
    """The flaw behind a complaint: `begun` is where the construct begins, `found` where the parser stands."""
    indexes = (found,) if begun is None else (found, begun)
    flaw = next(filter(None, (_full_width(text, index) for index in indexes)), None)
    if flaw is None and "mapping values" in complaint:
        flaw = _missing_space(text, found)
    if flaw:
        return flaw
    for row in _complaints():
        if re.search(row["pattern"], complaint, re.DOTALL):
            start = begun if row["points_at"] == "begin" and begun is not None else found
            shown = {"line": quoted(_line_at(text, start).strip()), "char": quoted(text[start : start + 1])}
            return SyntaxFlaw(start, row["code"], row["wrong"].format(**shown), row["allowed"].format())
    return SyntaxFlaw(found, "yaml", f"this is no YAML ({quoted(complaint)})", "YAML 1.2")


def _missing_space(text: str, index: int) -> SyntaxFlaw | None:
    """The flaw of a line `key:value`, which YAML takes for text that goes on in the next line."""
    begin = text.rfind("\n", 0, index) + 1
    above = _line_at(text, max(0, begin - 1)) if begin else ""
    key = re.match(r"[ \t]*(?:- )?([\w-]+):(?=[^\s:])", above)
    if not key or re.search(r":\s", text[begin:index]):
        return None
    start = text.rfind("\n", 0, begin - 1) + 1 + key.start(1)
    meant = f"{key[1]}: {above[key.end() :].strip()}"
    wrong = f"no space follows the ':' in {quoted(above.strip())}"
    return SyntaxFlaw(start, "no-space", wrong, "KEY: VALUE, with a space behind the colon", meant)


def _full_width(text: str, index: int) -> SyntaxFlaw | None:
    """The flaw of a line that holds a full-width character outside quotes; None if it holds none."""
    begin = text.rfind("\n", 0, index) + 1
    line = _line_at(text, index)
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", lambda quote: " " * len(quote[0]), line).split(" #")[0]
    for position, character in enumerate(bare):
        if character in FULL_WIDTH:
            wrong = f"the full-width {character!r} means nothing to YAML"
            allowed = f"{FULL_WIDTH[character]!r}{' and a space' if character == '：' else ''}, or text in quotes"
            return SyntaxFlaw(begin + position, "full-width", wrong, allowed, ascii_line(line.strip()))
    return None


def ascii_line(line: str) -> str:
    """The line with its full-width characters replaced by those that YAML knows; "" if it is too long to quote."""
    for wide, narrow in FULL_WIDTH.items():
        line = re.sub(f"{wide}(?=\\S)", f"{narrow} ", line) if wide in "：，" else line
        line = line.replace(wide, narrow)
    return line if len(line) <= 60 else ""


def _line_at(text: str, index: int) -> str:
    begin = text.rfind("\n", 0, index) + 1
    end = text.find("\n", begin)
    return text[begin : len(text) if end < 0 else end]
