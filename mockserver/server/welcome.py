"""What a person sees who opens a mock server in a browser: what it is, how to ask it, where to read on."""

from __future__ import annotations

import json

from taskmock.mockserver.api.bk_sops.calls import STATUS
from taskmock.mockserver.api.bk_sops.gateways.gateway import Gateway
from taskmock.mockserver.api.bk_sops.request import Place
from taskmock.mockserver.http.message import Call, Reply
from taskmock.mockserver.sessions.names import session_prefix

_CREDENTIALS = {"bk_app_code": "a", "bk_app_secret": "b", "bk_username": "c"}
_ICON = "/favicon.ico"
_TEXT = """\
taskmock: a mock of get_task_status of BlueKing Standard OPS.

Ask for a task; any id works:
{base}{target}
{header}
Sessions, scenarios, clocks and faults are moved by the admin API:
{base}/__admin/openapi.json

What can be played: taskmock scenarios list
"""
_HEADERS = (("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff"))


def welcome(call: Call, path: str, session: str | None, gateway: Gateway) -> Reply | None:
    """The page of `path` for people; None where there is none.

    `session` is the one that the path's prefix names, `door` the way in that is shown.
    """
    if call.method not in {"GET", "HEAD"} or path not in {"/", _ICON}:
        return None
    if path == _ICON:
        return Reply(404, _HEADERS, b"there is no icon\n")
    base = f"http://{call.header('host') or '127.0.0.1'}{session_prefix(session) if session else ''}"
    target = gateway.target(STATUS, {**_CREDENTIALS, "bk_biz_id": "2", "task_id": "10"})
    header = "" if Place.QUERY in gateway.credentials else f"X-Bkapi-Authorization: {json.dumps(_CREDENTIALS)}\n"
    return Reply(200, _HEADERS, _TEXT.format(base=base, target=target, header=header).encode("utf-8"))
