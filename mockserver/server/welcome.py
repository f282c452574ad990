"""What a person sees who opens a mock server in a browser: what it is, how to ask it, where to read on."""

from __future__ import annotations

from taskmock.mockserver.api.protocol import Example
from taskmock.mockserver.http.message import Call, Reply
from taskmock.mockserver.sessions.names import session_prefix

_ICON = "/favicon.ico"
_TEXT = """\
taskmock: a mock of {title}.

Ask for a task; any id works:
{base}{target}
{header}
Sessions, scenarios, clocks and faults are moved by the admin API:
{base}/__admin/openapi.json

What can be played: taskmock scenarios list
"""
_HEADERS = (("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff"))


def welcome(call: Call, path: str, session: str | None, example: Example) -> Reply | None:
    """The page of `path` for people, with an example call; None where there is none.

    `session` is the one that the path's prefix names.
    """
    if call.method not in {"GET", "HEAD"} or path not in {"/", _ICON}:
        return None
    if path == _ICON:
        return Reply(404, _HEADERS, b"there is no icon\n")
    base = f"http://{call.header('host') or '127.0.0.1'}{session_prefix(session) if session else ''}"
    return Reply(200, _HEADERS, _TEXT.format(base=base, **example._asdict()).encode("utf-8"))
