"""What an answer says that its bytes are: the media type and the charset of a Content-Type (RFC 9110)."""

from __future__ import annotations

import codecs
import re

PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "application/xml", "text/xml"})
"""The media types of what is no JSON but a page, or XML."""

_CHARSET = re.compile(r""";\s*charset\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]+))""", re.IGNORECASE)


def media_type(kind: str | None) -> str:
    """The media type in lower case; "" where there is none."""
    return (kind or "").partition(";")[0].strip().lower()


def is_json(kind: str | None) -> bool:
    """Whether a Content-Type is that of JSON."""
    media = media_type(kind)
    return media == "application/json" or media.endswith("+json")


def named_charset(kind: str | None) -> str | None:
    """The charset that a Content-Type names, if it names one."""
    found = _CHARSET.search(kind or "")
    return None if found is None else (found[1] if found[1] is not None else found[2])


def is_misread(body: bytes, charset: str) -> bool:
    """Whether a text in UTF-8 is read as another text, or not at all, by those who take the charset for true.

    Raises: LookupError where there is no such charset.
    """
    if codecs.lookup(charset).name == "utf-8":
        return False
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return False  # it is no UTF-8, whatever the charset says
    try:
        return body.decode(charset) != text
    except ValueError:
        return True
