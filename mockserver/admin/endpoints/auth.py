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
    Endpoint(method="GET", path="/auth", summary="Show who may call", answer=show_auth, gives=_GIVES),
    Endpoint(method="PUT", path="/auth", summary="Declare who may call", answer=declare_auth, raw=True, gives=_GIVES),
    Endpoint(method="DELETE", path="/auth", summary="Let anybody call", answer=drop_auth),
)
"""What there is under `/__admin/auth`."""
