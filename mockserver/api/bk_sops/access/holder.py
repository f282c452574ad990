"""Holds what is declared of callers, and shows it without any secret."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from taskmock.mockserver.api.bk_sops.access.auth import App, Auth, Business, Grant, Token, User

_REDACTED = "***"


class AuthHolder:
    """What is declared of callers now (an `Access`); `auth` is None where nothing is, and any credentials will do.

    Raises:
        AuthError: A file of declarations is broken.
    """

    def __init__(self, auth: str | Path | Auth | None = None) -> None:
        if isinstance(auth, str | Path):
            # The reader of scenario files is not loaded at a start without such a file.
            from taskmock.mockserver.api.bk_sops.access.auth_file import load_auth

            auth = load_auth(Path(auth))
        self.auth = auth

    @property
    def declared(self) -> bool:
        """Whether anything is declared."""
        return self.auth is not None

    def shown(self) -> dict[str, object]:
        """What is declared as JSON without secrets; all null where nothing is."""
        auth = self.auth
        if auth is None:
            return {"apps": None, "users": None, "businesses": None}
        businesses = None if auth.businesses is None else [_business(one) for one in auth.businesses]
        return {
            "apps": [_app(app) for app in auth.apps],
            "users": [_user(user) for user in auth.users],
            "businesses": businesses,
        }

    def declare(self, text: bytes) -> None:
        """Declares who may call, by the text of a file of declarations.

        Raises:
            AuthError: The text is wrong.
        """
        from taskmock.mockserver.api.bk_sops.access.auth_file import read_auth

        self.auth = read_auth(text, source="the body")

    def drop(self) -> None:
        """Takes back what is declared."""
        self.auth = None


def _app(app: App) -> dict[str, object]:
    calls = {} if app.calls is None else {"calls": list(app.calls)}
    return {"code": app.code, "secrets": [_REDACTED] * len(app.secrets), "names_users": app.names_users, **calls}


def _user(user: User) -> dict[str, object]:
    sees = {} if user.sees is None else {"sees": [_grant(grant) for grant in user.sees]}
    return {
        "name": user.name,
        "tokens": [_token(token) for token in user.tokens],
        "access_tokens": [_token(token) for token in user.access_tokens],
        **sees,
    }


def _token(token: Token) -> dict[str, object]:
    app = {} if token.app is None else {"app": token.app}
    return {"token": _REDACTED, **app, "expires": _moment(token.expires)}


def _moment(expires: int | None) -> str | None:
    if expires is None:
        return None
    return dt.datetime.fromtimestamp(expires / 1000, dt.UTC).isoformat().replace("+00:00", "Z")


def _grant(grant: Grant) -> dict[str, object]:
    return {**_business(grant), "views_only": grant.views_only}


def _business(business: Business) -> dict[str, object]:
    return {"bk_biz_id": business.bk_biz_id, "scope": business.scope, "tasks": list(business.tasks)}
