"""Who is declared at present; it may change while the server runs."""

from __future__ import annotations

from taskmock.mockserver.gateways.auth import Auth


class Gate:
    """Holds what is declared of callers: None where nothing is, and everybody is let in who shows something."""

    def __init__(self, auth: Auth | None = None) -> None:
        self.auth = auth
