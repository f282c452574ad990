"""Secrets of the caller kept out of whatever a server repeats."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterable

SHORTEST = 8
"""Shorter secrets are not looked for: they would be found in names and ids that have nothing to do with them."""


class Secrets:
    """Stars out secrets, in any form in which a server may repeat them; lengths stay, so JSON stays JSON."""

    def __init__(self, secrets: Iterable[str]) -> None:
        told = [secret for secret in secrets if len(secret) >= SHORTEST]
        forms = {form for secret in told for form in _forms(secret)}
        self._forms = tuple(sorted(forms, key=len, reverse=True))

    def starred(self, text: str) -> str:
        """A text without them."""
        for form in self._forms:
            text = text.replace(form, "*" * len(form))
        return text

    def starred_bytes(self, raw: bytes) -> bytes:
        """The same of bytes in UTF-8."""
        for form in self._forms:
            raw = raw.replace(form.encode("utf-8"), b"*" * len(form.encode("utf-8")))
        return raw


def _forms(secret: str) -> set[str]:
    """How a secret may be written: as it is, in a URL, in JSON, and in JSON that stands as text in JSON."""
    plain = {secret, urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret)}
    once = {form for text in plain for form in _in_json(text)}
    return plain | once | {form for text in once for form in _in_json(text)}


def _in_json(text: str) -> set[str]:
    quoted = json.dumps(text)[1:-1]
    return {quoted, quoted.replace("/", "\\/"), json.dumps(text, ensure_ascii=False)[1:-1]}
