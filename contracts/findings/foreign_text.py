"""Text of others made harmless for terminals and for logs of CI services, both of which obey what they are shown.

GitHub Actions takes `##[` anywhere in a line and `::` at its begin, after blanks too, for a command; Azure Pipelines
takes `##vso[`, and TeamCity `##teamcity[`, anywhere in a line.
"""

from __future__ import annotations

import json
import re

_COMMAND = re.compile(r"##(?=[A-Za-z]*\[)")
_LEADING = re.compile(r"^( *)::", re.MULTILINE)


def printable(text: str) -> str:
    """Text for a part of one line: control characters are escaped, commands broken by a blank.

    It must not begin a line: `::` stays what it is.
    """
    if not text.isprintable():
        text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return _COMMAND.sub("# #", text)


def harmless(text: str) -> str:
    """Text of one or more whole lines: each one printable, and none that begins with `::`."""
    return "\n".join(map(_line, text.split("\n")))


def harmless_json(text: str) -> str:
    """JSON over some lines that says the same without a control character or a command in it."""
    lines = [
        line if line.isprintable() else "".join(c if c.isprintable() else _escaped(c) for c in line)
        for line in text.split("\n")
    ]
    return _COMMAND.sub(r"#\\u0023", "\n".join(lines))


def harmless_xml(text: str) -> str:
    """Text of XML, its special characters written as entities, that says the same without a command in it."""
    return _LEADING.sub(r"\1&#58;:", _COMMAND.sub("#&#35;", text))


def _line(line: str) -> str:
    return _LEADING.sub(r"\1: :", printable(line))


def _escaped(character: str) -> str:
    return "\\u007f" if character == "\x7f" else json.dumps(character)[1:-1]  # json leaves DEL as it is
