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

    def __post_init__(self) -> None:
        """Refuses a moment that cannot be compared.

        Raises: TypeError where `at` is no number.
        """
        if self.at is not None and (isinstance(self.at, bool) or not isinstance(self.at, int | float)):
            raise TypeError(f"the moment of a poll is a number of seconds, or None, not {self.at!r}")
