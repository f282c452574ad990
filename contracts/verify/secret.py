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


def _forms(secret: str) -> Iterable[str]:
    quoted = json.dumps(secret)[1:-1]
    return {
        secret,
        quoted,
        quoted.replace("/", "\\/"),
        json.dumps(secret, ensure_ascii=False)[1:-1],
        urllib.parse.quote(secret, safe=""),
        urllib.parse.quote_plus(secret),
    }
