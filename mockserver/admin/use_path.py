"""One link that puts a browser into a session and a scenario, through a dev server's proxy too."""

from __future__ import annotations

import dataclasses
import secrets
from urllib.parse import urlsplit

from taskmock.mockserver.admin.endpoint import AdminCall, AdminError, Answered, Endpoint, Schema
from taskmock.mockserver.clock import ClockMode
from taskmock.mockserver.sessions import SESSION_COOKIE, checked_session

_QUERY: dict[str, Schema] = {
    "scenario": {"type": "string", "description": "What the session's tasks play."},
    "session": {"type": "string", "description": "The session's name; a new one where it is not said."},
    "clock": {"enum": [mode.value for mode in ClockMode], "description": "What moves the session's tasks."},
    "next": {"type": "string", "description": "Where the browser goes then: a path of this site."},
}


def use(call: AdminCall) -> Answered:
    """Settles a session and sets the cookie that names it; then sends the browser on, or says what it did."""
    name = checked_session(call.query.get("session") or f"s-{secrets.token_hex(4)}")
    target = _checked_next(call.query.get("next"))
    scenario, clock = call.query.get("scenario"), call.query.get("clock")
    if scenario is not None:
        call.playback.shelf.scenario(scenario)
    if clock is not None and clock not in set(ClockMode):
        raise AdminError(400, f"no clock is called {clock!r}", allowed=[mode.value for mode in ClockMode])
    store = call.playback.store
    store.forget(name)  # a link starts afresh, however often it is used
    plan = dataclasses.replace(store.plan(name), scenario=scenario, mode=ClockMode(clock) if clock else None)
    store.settle(name, plan)
    cookie = ("Set-Cookie", f"{SESSION_COOKIE}={name}; Path=/; SameSite=Lax; HttpOnly")
    body = {"session": name, "scenario": scenario, "clock": clock, "next": target}
    if target is None:
        return Answered(body=body, headers=(cookie,))
    return Answered(body=body, status=303, headers=(cookie, ("Location", target)))


def _checked_next(target: str | None) -> str | None:
    """A path of this very site: whatever a browser could take for another host is refused."""
    if target is None:
        return None
    parts = urlsplit(target)
    plain = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    if parts.scheme or parts.netloc or not plain or "\\" in target or not target.isascii():
        raise AdminError(400, f"next {target[:80]!r} leads elsewhere", allowed="a path of this site, such as /tasks/10")
    return target


ENDPOINTS = (Endpoint(method="GET", path="/use", summary="Put a browser into a session", answer=use, query=_QUERY),)
"""The link for browsers."""
