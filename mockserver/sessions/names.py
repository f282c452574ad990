"""Which session a call belongs to: by URL prefix, header, cookie or credential, in that order; else the default one."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

from taskmock.mockserver.playback.record import DEFAULT_SESSION

SESSION_HEADER = "X-Mock-Session"
SESSION_COOKIE = "taskmock_session"
PREFIX = "/__s/"
SCENARIO_PREFIX = "/__scenario/"
"""What may stand behind a session's prefix, with the name of the scenario that the call asks for."""

LONGEST = 128
"""The most characters a session's name may have."""

NAME_PATTERN = f"^[!-~]{{1,{LONGEST}}}$"
"""The regular expression of a session's name, as the OpenAPI document states it."""

_DIGITS = 16


class SessionNameError(ValueError):
    """A session's name that cannot be one."""

    def __init__(self, name: str) -> None:
        self.name = name
        shown = name if len(name) <= 40 else name[:39] + "…"
        super().__init__(f"{shown!r} cannot name a session: 1 to {LONGEST} visible ASCII characters")


class NoSessionError(ValueError):
    """A call that names no session where each must name one; `field` is the credential that may, if any."""

    def __init__(self, field: str | None) -> None:
        credential = f", or the credential {field}" if field else ""
        super().__init__(
            f"the call names no session, and this mock is strict; name one in the path ({PREFIX}NAME/api/…), "
            f"the header {SESSION_HEADER}, the cookie {SESSION_COOKIE}{credential}"
        )


def checked_session(name: str) -> str:
    """The name itself where it can name a session.

    Raises:
        SessionNameError: It is empty, too long, or has characters that no header and no URL can carry as they are.
    """
    if not re.fullmatch(NAME_PATTERN, name):
        raise SessionNameError(name)
    return name


def split_prefix(path: str) -> tuple[str | None, str]:
    """The session that a path names (None: it names none), and the path without it.

    Raises:
        SessionNameError: The prefix is there but names nothing that could be a session.
    """
    if not path.startswith(PREFIX):
        return None, path
    name, slash, rest = path.removeprefix(PREFIX).partition("/")
    return checked_session(unquote(name)), slash + rest or "/"


def split_scenario(path: str) -> tuple[str | None, str]:
    """The scenario that a path without a session's prefix names (None: it names none), and the path without it."""
    name, slash, rest = path.removeprefix(SCENARIO_PREFIX).partition("/")
    if not path.startswith(SCENARIO_PREFIX) or not name:
        return None, path
    return unquote(name), slash + rest or "/"


def scenario_prefix(scenario: str) -> str:
    """What a path says, behind its session's prefix, to ask for a scenario."""
    return SCENARIO_PREFIX + quote(scenario, safe="")


def session_prefix(session: str) -> str:
    """What a path starts with to belong to a session."""
    return PREFIX + quote(session, safe="")


def session_of(prefix: str | None, header: str | None, cookie: str | None) -> str | None:
    """The session that a call names first among prefix, header and cookie; None where it names none.

    Raises:
        SessionNameError: What names it cannot be a session's name.
    """
    name = prefix or header or cookie
    return checked_session(name) if name else None


@dataclasses.dataclass(frozen=True, slots=True)
class SessionRule:
    """How a call names its session where no prefix, header or cookie does.

    `field` is the credential that names it, if any; `secrets` are the names of those that no other caller may see. A
    `strict` rule refuses a call that names none.
    """

    field: str | None = None
    strict: bool = False
    secrets: frozenset[str] = frozenset()

    def session_of(self, credentials: Mapping[str, object]) -> str:
        """The session that the credentials name, else the default one.

        A name may be any text: it is quoted, so that headers and URLs can carry it. A secret, or a name that is too
        long, is replaced by its digest.

        Raises:
            NoSessionError: They name none, and the rule is strict.
        """
        value = credentials.get(self.field) if self.field else None
        if not isinstance(value, str | int) or value in {"", False}:
            if self.strict:
                raise NoSessionError(self.field)
            return DEFAULT_SESSION
        name = quote(str(value), safe="@+", errors="surrogatepass")
        if self.field not in self.secrets and len(name) <= LONGEST:
            return name
        return hashlib.sha256(name.encode("ascii")).hexdigest()[:_DIGITS]
