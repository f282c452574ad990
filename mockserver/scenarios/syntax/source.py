"""From the bytes of a file to nodes: size, encoding, forbidden characters, and the choice of the parser."""

from __future__ import annotations

import codecs
import re

from taskmock.mockserver.core.errors import ScenarioError
from taskmock.mockserver.scenarios.syntax.json_reader import parse_json
from taskmock.mockserver.scenarios.syntax.nodes import Node, ParsedText, SyntaxFlaw
from taskmock.mockserver.scenarios.syntax.problems import Problems

MOST_BYTES = 8 * 1024 * 1024
"""The largest file, in bytes."""


MOST_YAML = 1024 * 1024
"""The largest YAML text, in characters; JSON is parsed far faster, so only the size of the file bounds it."""


# What YAML calls printable, but for the byte order mark, which is stripped before.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def text_of(content: str | bytes, *, source: str) -> str:
    """The text of a file's content, without a byte order mark.

    Raises:
        ScenarioError: The content is too big, not UTF-8 (or UTF-16 with its mark), or holds control characters.
    """
    if len(content) > MOST_BYTES:
        raise too_big(len(content), source=source)
    text = content if isinstance(content, str) else _decoded(content, source)
    text = text.removeprefix("\ufeff")
    forbidden = _FORBIDDEN.search(text)
    if forbidden:
        wrong = f"the character U+{ord(forbidden[0]):04X} stands here"
        allowed = 'printable characters; others as an escape in double quotes, like "\\u0007"'
        raise Problems(source, text).refusal(forbidden.start(), "character", wrong, allowed=allowed)
    return text


def too_big(size: int, *, source: str) -> ScenarioError:
    """The error of content that is too big to read; `size` in bytes or characters."""
    wrong = f"the file is too big ({size / 1_048_576:.1f} MiB)"
    return Problems(source, "").refusal(0, "too-big", wrong, allowed=f"at most {MOST_BYTES // 1_048_576} MiB")


def _decoded(content: bytes, source: str) -> str:
    encoding = "utf-16" if content.startswith(_UTF16) else "utf-8"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(error.encoding, "replace").removeprefix("\ufeff")
        guess = _guess(content, error.start) if error.encoding == "utf-8" else ""
        wrong = f"the byte 0x{content[error.start]:02X} is no {encoding.upper()}{guess}"
        raise Problems(source, before).refusal(len(before), "encoding", wrong, allowed="UTF-8") from None


def _guess(content: bytes, start: int) -> str:
    """How the text reads as GBK, the usual encoding of Chinese Windows, if it does."""
    line = content[content.rfind(b"\n", 0, start) + 1 :].split(b"\n", 1)[0]
    try:
        text = line.decode("gbk").strip()
    except UnicodeDecodeError:
        return ""
    return f", it looks like GBK ({text[:40]!r})"


def root_of(text: str, problems: Problems, *, empty: str, allowed: str) -> Node:
    """The root of a YAML or JSON text; flaws in its form are noted.

    Raises:
        ScenarioError: The text cannot be parsed, or holds nothing (`empty` says so, and `allowed` what it may hold).
    """
    parsed = parse(text)
    for flaw in parsed.flaws:
        problems.add_flaw(flaw)
    if parsed.root is None:
        raise problems.error() if problems else problems.refusal(0, "empty", empty, allowed=allowed)
    return parsed.root


def parse(text: str) -> ParsedText:
    """The nodes of a JSON text, or else of a YAML text, and the flaws in its form."""
    parsed = parse_json(text)
    if isinstance(parsed, ParsedText):
        return parsed
    if len(text) <= MOST_YAML:
        # Imported late: JSON does not need it.
        from taskmock.mockserver.scenarios.syntax.yaml_reader import parse_yaml

        return parse_yaml(text)
    if parsed > 0:
        flaw = SyntaxFlaw(parsed, "json", "the text is no JSON from here on", "JSON, or shorter YAML")
    else:
        wrong = f"the YAML text is too long ({len(text) / 1_048_576:.1f} MiB)"
        flaw = SyntaxFlaw(0, "too-big", wrong, f"at most {MOST_YAML / 1_048_576:.0f} MiB of YAML; longer files as JSON")
    return ParsedText(None, (flaw,))
