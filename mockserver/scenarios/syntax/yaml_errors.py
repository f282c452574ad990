"""Why a text is no YAML, in plain words: from the complaint of the parser and the line that it is about."""

from __future__ import annotations

import re

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

_BEGUN = True  # the complaint is about where the construct begins
_FOUND = False  # or about where the parser stands

# What the parser says (a pattern), a stable code, where to point, what is wrong, what is allowed.
_COMPLAINTS: tuple[tuple[str, str, bool, str, str], ...] = (
    (
        r"character '\\t' that cannot start",
        "tab",
        _FOUND,
        "a tab stands where a value or its indentation begins",
        "spaces",
    ),
    (r"that cannot start any token", "quote", _FOUND, "text cannot begin with {char}", "text in quotes"),
    (
        r"scanning an alias.*expected alphabetic",
        "star",
        _BEGUN,
        "a bare '*' begins a YAML alias",
        'a star in quotes: "*"',
    ),
    (r"scanning an anchor.*expected alphabetic", "quote", _BEGUN, "a bare '&' begins a YAML anchor", "text in quotes"),
    (
        r"could not find expected ':'",
        "no-colon",
        _BEGUN,
        "no ': ' follows {line}",
        "KEY: VALUE, with a space behind the colon",
    ),
    (r"flow mapping.*but got ':'", "colon", _FOUND, "a second ': ' stands in {line}", "text with ': ' in quotes"),
    (
        r"mapping values are not allowed",
        "colon",
        _FOUND,
        "a second ': ' stands in {line}",
        "text with ': ' in quotes; a mapping on lines of its own",
    ),
    (
        r"quoted scalar.*(?:end of stream|document separator)",
        "open-quote",
        _BEGUN,
        "the quote that begins here is never closed",
        "a closing quote",
    ),
    (
        r"escape",
        "escape",
        _FOUND,
        "an escape that YAML does not know",
        '\\n \\t \\" \\\\ \\u263a, or text in single quotes',
    ),
    (
        r"flow sequence.*expected ',' or '\]'",
        "open-list",
        _BEGUN,
        "the list that begins here lacks a ',' or its ']'",
        "[A, B]",
    ),
    (
        r"flow mapping.*expected ',' or '\}'",
        "open-mapping",
        _BEGUN,
        "the mapping that begins here lacks a ',' or its '}}'",
        "{{KEY: VALUE, KEY: VALUE}}",
    ),
    (r"flow node.*stream end", "open-list", _FOUND, "the file ends inside a list or mapping", "a closing ']' or '}}'"),
    (r"expected the node content", "no-value", _FOUND, "a value is missing at {line}", "a value, or text in quotes"),
    (r"expected <block end>, but found '[]}]'", "closed", _FOUND, "{char} closes nothing here", "text in quotes"),
    (
        r"expected <block end>",
        "indentation",
        _FOUND,
        "{line} does not line up with what stands above it",
        "the same indentation for all entries of a list or mapping",
    ),
    (
        r"sequence entries are not allowed",
        "indentation",
        _FOUND,
        "a list cannot begin at {line}",
        "'- ' on a line of its own",
    ),
    (r"mapping keys are not allowed", "quote", _FOUND, "a '? ' cannot stand here", "text in quotes"),
    (
        r"block scalar",
        "block-text",
        _FOUND,
        "the block text ('|' or '>') is not well formed",
        "'|' or '>' at the end of a line, the text below it, evenly indented",
    ),
    (r"tag", "tag", _FOUND, "a '!' begins a YAML tag", "text in quotes"),
    (
        r"directive|<document start>|document end",
        "directive",
        _FOUND,
        "{line} is no part of the document",
        "one document without directives",
    ),
)


def flaw_of(text: str, complaint: str, *, begun: int | None, found: int) -> SyntaxFlaw:
    """The flaw behind a complaint: `begun` is where the construct begins, `found` where the parser stands."""
    indexes = (found,) if begun is None else (found, begun)
    flaw = next(filter(None, (_full_width(text, index) for index in indexes)), None)
    if flaw is None and "mapping values" in complaint:
        flaw = _missing_space(text, found)
    if flaw:
        return flaw
    for pattern, code, from_start, wrong, allowed in _COMPLAINTS:
        if re.search(pattern, complaint, re.DOTALL):
            start = begun if from_start and begun is not None else found
            line = quoted(_line_at(text, start).strip())
            return SyntaxFlaw(
                start, code, wrong.format(line=line, char=quoted(text[start : start + 1])), allowed.format()
            )
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
