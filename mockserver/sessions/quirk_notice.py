"""Tells whoever triggers a trap of the real engine: in a header, and by a line on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from taskmock.contracts.findings.foreign_text import harmless
from taskmock.mockserver.core.engine.traps import notice

QUIRK_HEADER = "X-Mock-Quirk"
"""Names the traps that an operation has triggered."""


def quirk_header(names: Iterable[str]) -> tuple[str, str]:
    """The header of the answer to an operation that has triggered some traps."""
    return QUIRK_HEADER, ", ".join(names)


def tell(names: Iterable[str], task_id: str) -> None:
    """Writes a line for each trap: what the real engine does, and what helps."""
    for name in names:
        sys.stderr.write(harmless(notice(name, task_id)) + "\n")
