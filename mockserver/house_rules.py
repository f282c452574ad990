"""What a server demands of calls, and which doors it has."""

from __future__ import annotations

import dataclasses

from taskmock.mockserver.gateways.auth import Auth
from taskmock.mockserver.gateways.choice import ALL, doors_of
from taskmock.mockserver.gateways.door import Door


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HouseRules:
    """Which doors a server has, and what it demands of calls.

    `auth` is what is declared of callers (None: whoever shows something is let in). `session_from` names the credential
    that carries the session, if any; with `strict_sessions` a call that names none is refused. `admin_token` is what
    calls of the admin API must show, if anything; without `admin` it answers none but the one for health. With `quirks`
    the real system's flaws are played too.
    """

    doors: tuple[Door, ...] = doors_of(ALL)
    auth: Auth | None = None
    session_from: str | None = None
    strict_sessions: bool = False
    admin_token: str | None = None
    admin: bool = True
    quirks: bool = True
