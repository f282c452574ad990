"""Who may call: what is declared, shown without any secret, declared anew, or taken back."""

from __future__ import annotations

from taskmock.mockserver.admin.endpoint import AdminCall, Answered, Endpoint, Schema


def show_auth(call: AdminCall) -> Answered:
    """What is declared of callers, without secrets; all null where nothing is, and any credentials will do."""
    return Answered(body=call.context.api.access.shown())


def declare_auth(call: AdminCall) -> Answered:
    """Declares who may call, in the place of what was declared; the same text as in the file of `--auth`."""
    call.context.api.access.declare(call.data)
    return show_auth(call)


def drop_auth(call: AdminCall) -> Answered:
    """Takes back what is declared: any credentials will do again."""
    call.context.api.access.drop()
    return Answered()


_ROWS: Schema = {"type": ["array", "null"]}
_GIVES: dict[str, Schema] = dict.fromkeys(("apps", "users", "businesses"), _ROWS)

ENDPOINTS = (
    Endpoint("GET", "/auth", "Show who may call", show_auth, gives=_GIVES),
    Endpoint("PUT", "/auth", "Declare who may call", declare_auth, raw=True, gives=_GIVES),
    Endpoint("DELETE", "/auth", "Let anybody call", drop_auth),
)
"""What there is under `/__admin/auth`."""
