"""Who may call: what is declared, shown without any secret, declared anew, or taken back."""

from __future__ import annotations

import datetime as dt

from taskmock.mockserver.admin.endpoint import AdminCall, Answered, Endpoint, Schema
from taskmock.mockserver.api.bk_sops.access.auth import App, Auth, Business, Grant, Token, User
from taskmock.mockserver.api.bk_sops.access.auth_file import read_auth

_BLOT = "***"


def show_auth(call: AdminCall) -> Answered:
    """What is declared of callers, without secrets; all null where nothing is, and any credentials will do."""
    return Answered(body=_shown(call.stage.gate.auth))


def declare_auth(call: AdminCall) -> Answered:
    """Declares who may call, in the place of what was declared; the same text as in the file of `--auth`."""
    call.stage.gate.auth = read_auth(call.data, source="the body")
    return show_auth(call)


def drop_auth(call: AdminCall) -> Answered:
    """Takes back what is declared: any credentials will do again."""
    call.stage.gate.auth = None
    return Answered()


def _shown(auth: Auth | None) -> dict[str, object]:
    if auth is None:
        return {"apps": None, "users": None, "businesses": None}
    businesses = None if auth.businesses is None else [_business(one) for one in auth.businesses]
    return {
        "apps": [_app(app) for app in auth.apps],
        "users": [_user(user) for user in auth.users],
        "businesses": businesses,
    }


def _app(app: App) -> dict[str, object]:
    calls = {} if app.calls is None else {"calls": list(app.calls)}
    return {"code": app.code, "secrets": [_BLOT] * len(app.secrets), "names_users": app.names_users, **calls}


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
    return {"token": _BLOT, **app, "expires": _moment(token.expires)}


def _moment(expires: int | None) -> str | None:
    if expires is None:
        return None
    return dt.datetime.fromtimestamp(expires / 1000, dt.UTC).isoformat().replace("+00:00", "Z")


def _grant(grant: Grant) -> dict[str, object]:
    return {**_business(grant), "views_only": grant.views_only}


def _business(business: Business | Grant) -> dict[str, object]:
    return {"bk_biz_id": business.bk_biz_id, "scope": business.scope, "tasks": list(business.tasks)}


_ROWS: Schema = {"type": ["array", "null"]}
_GIVES: dict[str, Schema] = dict.fromkeys(("apps", "users", "businesses"), _ROWS)

ENDPOINTS = (
    Endpoint(method="GET", path="/auth", summary="Show who may call", answer=show_auth, gives=_GIVES),
    Endpoint(method="PUT", path="/auth", summary="Declare who may call", answer=declare_auth, raw=True, gives=_GIVES),
    Endpoint(method="DELETE", path="/auth", summary="Let anybody call", answer=drop_auth),
)
"""What there is under `/__admin/auth`."""
