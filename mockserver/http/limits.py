"""The limits of a server and of each of its connections."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Sizes in bytes, times in seconds."""

    header_bytes: int = 64 * 1024
    """Request line and headers of one request; more is refused with 431."""

    body_bytes: int = 10 * 1024 * 1024
    """Body of one request; more is refused with 413."""

    idle_seconds: float = 75
    """How long a keep-alive connection may wait for its next request before it is closed."""

    request_seconds: float = 10
    """How long a request may take to arrive from its first byte; then it is refused with 408."""

    drain_seconds: float = 1.5
    """How long calls in flight may take to be answered when the server stops."""

    linger_seconds: float = 5
    """How long a refused client may go on sending, so that it can read the refusal, before its connection is cut."""

    threads: int = 16
    """How many calls may block in `Handler.answer` at once."""
