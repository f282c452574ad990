"""Texts of calls without secrets: their targets, and their bodies as far as they are kept."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from urllib.parse import unquote_plus

LONGEST_BODY = 8192
"""The most characters of a body that are kept."""

LARGEST_READ = 256 * 1024
"""The most bytes of a body that are read for secrets; of a larger one nothing is kept."""

BLOT = "***"
"""What stands in the place of a secret."""

# A string, which a cut text may not close, and what it names if it is a key; nothing in it is ever tried twice.
_TOKEN = re.compile(r'("(?:[^"\\]|\\.?)*"?)(?:(\s*:\s*)("(?:[^"\\]|\\.?)*"?|[^\s"\[\]{},]+)?)?', re.DOTALL)
_FORM = re.compile(r"[^\s\"{}<>\\]*")


def redacted(target: str, secrets: Collection[str]) -> str:
    """A request target without the values of the parameters named in `secrets`; takes linear time."""
    return "&".join("#".join(_redacted(pair, secrets) for pair in part.split("#")) for part in target.split("&"))


def _redacted(pair: str, secrets: Collection[str]) -> str:
    """What stands between two `&` or `#`; its key ends at the first `=` that has one before it."""
    end = pair.find("=")
    while end >= 0 and pair[end - 1 : end] in {"", "?", "="}:
        end = pair.find("=", end + 1)
    if end < 0:
        return pair
    start = max(pair.rfind("?", 0, end), pair.rfind("=", 0, end)) + 1
    # A key may be percent-encoded, as everything in a target.
    return f"{pair[:end]}={BLOT}" if _is_secret(unquote_plus(pair[start:end]), secrets) else pair


def redacted_body(body: bytes, secrets: Collection[str]) -> str:
    """The body of a call as it was sent, JSON or a form, without the values of `secrets`; a long one is cut.

    Of anything else in which the name of a secret stands, nothing is kept.
    """
    if len(body) > LARGEST_READ:
        return f"… ({len(body)} bytes)"
    text = body.decode("utf-8", "replace")
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return cut(_redacted_text(text, secrets))
    try:
        clean = _without(read, secrets)
        blotted = _TOKEN.sub(lambda found: _blotted(found, secrets), text)
        kept = blotted if json.loads(blotted) == clean else json.dumps(clean, ensure_ascii=False)
    except RecursionError:
        return BLOT
    return cut(kept)


def redacted_answer(body: bytes, secrets: Collection[str]) -> str:
    """What was answered, without the values of `secrets` that it names; a long one is cut."""
    text = cut(body.decode("utf-8", "replace"))
    return _TOKEN.sub(lambda found: _blotted(found, secrets), text)


def cut(text: str) -> str:
    """A text of `LONGEST_BODY` characters at most; a longer one says how long it was."""
    return text if len(text) <= LONGEST_BODY else f"{text[:LONGEST_BODY]}… ({len(text)} characters)"


def _redacted_text(text: str, secrets: Collection[str]) -> str:
    if _FORM.fullmatch(text):
        return redacted(text, secrets)
    plain = unquote_plus(text).lower()
    return BLOT if "\\" in text or any(name in plain for name in secrets) else text


def _blotted(found: re.Match[str], secrets: Collection[str]) -> str:
    """A string of a JSON text, with what it names where it is a key; the value of a secret becomes `BLOT`."""
    key, colon, value = found.groups()
    if not colon or not _is_secret(_decoded(key), secrets):
        return found[0]
    return f'{key}{colon}"{BLOT}"' if value else f'"{BLOT}"{colon}'


def _decoded(key: str) -> str:
    try:
        return str(json.loads(key))
    except ValueError:  # no JSON after all
        return key.strip('"')


def _without(value: object, secrets: Collection[str]) -> object:
    """Decoded JSON without the values of secrets, at any depth."""
    if isinstance(value, dict):
        return {key: BLOT if _is_secret(key, secrets) else _without(one, secrets) for key, one in value.items()}
    return [_without(one, secrets) for one in value] if isinstance(value, list) else value


def _is_secret(name: str, secrets: Collection[str]) -> bool:
    return name.strip().lower() in secrets
