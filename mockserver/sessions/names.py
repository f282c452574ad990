"""Which session a call belongs to: by URL prefix, header, cookie or credential, in that order; else the default one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

SESSION_FIELDS = ("bk_username", "bk_token", "bk_app_code")
"""The credentials that can name a session."""

SESSION_HEADER = "X-Mock-Session"
SESSION_COOKIE = "taskmock_session"
PREFIX = "/__s/"
LONGEST = 128
"""The most characters a session's name may have."""

NAME_PATTERN = f"^[!-~]{{1,{LONGEST}}}$"
"""The regular expression of a session's name, for those who are told what may be one."""

_SECRETS = frozenset({"bk_token"})
_DIGITS = 16
_PLAIN = re.compile(r"[\x21-\x7e]+")


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
    if len(name) > LONGEST or not _PLAIN.fullmatch(name):
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


def session_prefix(session: str) -> str:
    """What a path starts with to belong to a session."""
    return PREFIX + quote(session, safe="")


def session_of(prefix: str | None, header: str | None, cookie: str | None) -> str | None:
    """The session that a call names first among prefix, header and cookie; None where it names none.

    Raises:
        SessionNameError: What names it cannot be a session's name.
    """
    for name in (prefix, header, cookie):
        if name:
            return checked_session(name)
    return None


def session_by_credential(parameters: Mapping[str, object], field: str | None) -> str | None:
    """The session that a credential names, where one was chosen and the call has it; else None.

    A name may be any text: it is quoted, so that headers and URLs can carry it. A token is a secret, and a long
    name is none: of both a digest is what names the session.
    """
    value = parameters.get(field) if field else None
    if not isinstance(value, str | int) or value in {"", False}:
        return None
    name = quote(str(value), safe="@+", errors="surrogatepass")
    if field not in _SECRETS and len(name) <= LONGEST:
        return name
    return hashlib.sha256(name.encode("ascii")).hexdigest()[:_DIGITS]
