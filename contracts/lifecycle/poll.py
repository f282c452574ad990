"""One answer of a task as somebody polled it."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Poll:
    """An answer, as bytes, text or the decoded object, and the moment it was received.

    `at` is in seconds on any clock that all polls of a history share; None where the moment is not known.
    """

    body: object
    at: float | None = None
