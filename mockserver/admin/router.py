"""Where calls of the admin API arrive: finds the endpoint, checks who calls and what they say, answers in JSON."""

from __future__ import annotations

import collections
import dataclasses
import functools
import hmac
import importlib.metadata
import json
from collections.abc import Mapping
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import BaseConverter, Map, Rule
from werkzeug.wrappers import Request

from taskmock.mockserver.admin.endpoint import AdminCall, AdminError, Answered, Endpoint, Schema, list_of
from taskmock.mockserver.admin.endpoints import auth as auth_path
from taskmock.mockserver.admin.endpoints import requests as request_paths
from taskmock.mockserver.admin.endpoints import scenarios as scenario_paths
from taskmock.mockserver.admin.endpoints import sessions as session_paths
from taskmock.mockserver.admin.endpoints import tasks as task_paths
from taskmock.mockserver.admin.endpoints.links import link_endpoints
from taskmock.mockserver.admin.openapi import admin_document, with_admin
from taskmock.mockserver.admin.question import HEADERS, question
from taskmock.mockserver.admin.validation import checked_body, checked_query
from taskmock.mockserver.api.protocol import Api
from taskmock.mockserver.core.errors import CommandRefusedError, ScenarioError, ScenarioNotFoundError
from taskmock.mockserver.core.graph import AddressError
from taskmock.mockserver.http.callers import CallerPolicy
from taskmock.mockserver.http.message import Call, Reply
from taskmock.mockserver.http.wsgi import build_environ
from taskmock.mockserver.playback.store import RecordGoneError
from taskmock.mockserver.sessions.names import checked_session
from taskmock.mockserver.sessions.replay_link import ADMIN
from taskmock.mockserver.sessions.seek import MomentNameError, SeekError
from taskmock.mockserver.sessions.session import SessionContext
from taskmock.mockserver.sessions.task_clock import NoSpeedError

_MOST_NAMES = 100  # of the nodes of a task, in an error


def health(call: AdminCall) -> Answered:
    """Whether the mock answers, its version and edition, broken scenario files, and calls refused for host or page."""
    return Answered(
        body={
            "status": "healthy",
            "version": importlib.metadata.version("taskmock"),
            "edition": _edition(call),
            "session": call.caller,
            "sessions": len(call.playback.store.sessions()),
            "broken": sorted(call.context.catalog.broken),
            "refused": [{**dataclasses.asdict(why), "calls": calls} for why, calls in call.callers.refused()],
        }
    )


def _edition(call: AdminCall) -> str | None:
    """The edition that a session's tasks speak; None where their scenario is broken or gone."""
    playback, plan = call.playback, call.playback.store.plan(call.caller)
    name = plan.scenario or playback.default
    try:
        found = playback.catalog.scenario(name, plan.held_for(None)) if name else None
    except (ScenarioNotFoundError, ScenarioError):
        return None
    return playback.edition_of(found).name if found else playback.default_edition


def describe(call: AdminCall) -> Answered:
    """The API that is mocked, and this one, as one OpenAPI 3.1 document."""
    return Answered(body=whole_document(call.context.api, call.playback.edition, token=call.guarded))


_HEALTH: dict[str, Schema] = {
    "status": {"const": "healthy"},
    "version": {"type": "string"},
    "edition": {"type": ["string", "null"], "description": "What the session's tasks speak."},
    "session": {"type": "string", "description": "Whose call this is."},
    "sessions": {"type": "integer", "minimum": 0, "description": "How many sessions there are."},
    "broken": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Scenarios whose files cannot be played; `/scenarios` says why.",
    },
    "refused": {
        "description": "The latest refusals of hosts and of other pages that differ; `allowed` names the option.",
        **list_of(
            {
                "status": {"type": "integer"},
                "error": {"type": "string"},
                "allowed": {"type": "string"},
                "calls": {"type": "integer", "minimum": 1},
            }
        ),
    },
}
_DOCUMENT: dict[str, Schema] = {"openapi": {"type": "string"}, "paths": {"type": "object"}}

_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/health", "Is it up", health, gives=_HEALTH, unguarded=True),
    Endpoint("GET", "/openapi.json", "Describe all that there is", describe, gives=_DOCUMENT),
    *session_paths.ENDPOINTS,
    *task_paths.ENDPOINTS,
    *scenario_paths.ENDPOINTS,
    *request_paths.ENDPOINTS,
)


def endpoints_of(api: Api) -> tuple[Endpoint, ...]:
    """All there is under `/__admin` of a mock of an API."""
    return (*_ENDPOINTS, *link_endpoints(api.notes), *auth_path.ENDPOINTS)


def whole_document(api: Api, edition: str | None, *, token: bool = False) -> dict[str, Any]:
    """The OpenAPI 3.1 document of an API in an edition (None: in all of them), and of the admin API."""
    return with_admin(api.openapi(edition), admin_document(ADMIN, endpoints_of(api), token=token))


class AdminRouter:
    """Answers the calls under `/__admin`; `token`, if any, must come with each of them but the one for health.

    A `closed` one answers that one only.
    """

    def __init__(
        self,
        context: SessionContext,
        *,
        token: str | None = None,
        closed: bool = False,
        callers: CallerPolicy | None = None,
    ) -> None:
        self._context = context
        self._token = token
        self._closed = closed
        self._callers = callers or CallerPolicy()
        self._endpoints = endpoints_of(context.api)
        self._leading = frozenset(ADMIN + one.path for one in self._endpoints if one.leads)

    @functools.cached_property
    def _routes(self) -> Map:
        """Made at the first call."""
        rules = [Rule(ADMIN + _rule(one.path), methods=[one.method], endpoint=one) for one in self._endpoints]
        return Map(rules, strict_slashes=False, converters={"digits": _Digits})

    def leads(self, path: str) -> bool:
        """Whether a path is that of a link for browsers, which changes something."""
        return path.rstrip("/") in self._leading

    def answer(self, call: Call, path: str, session: str, *, asks: bool = False) -> Reply:
        """The reply to a call whose path, without a session's prefix, is `path`, and which belongs to `session`.

        Where it `asks`, a link is not followed: the reply is a page that asks whether it should be.
        """
        try:
            answered = self._answered(call, path, session, asks=asks)
        except AdminError as error:
            return _json(error.status, error.body, error.headers)
        except CommandRefusedError as error:
            return _json(409, {"error": str(error), "reason": error.reason})
        except AddressError as error:
            known = error.known[:_MOST_NAMES]
            return _json(404, {"error": str(error), "matches": error.matches, "closest": error.closest, "known": known})
        except ScenarioNotFoundError as error:
            return _json(404, {"error": str(error), "known": error.known})
        except RecordGoneError as error:
            return _json(404, {"error": str(error)})
        except ScenarioError as error:
            problems = [{"line": one.line, "column": one.column, "text": str(one)} for one in error.problems]
            return _json(400, {"error": str(error), "problems": problems})
        except SeekError as error:
            return _json(409, {"error": str(error), "allowed": error.allowed})
        except NoSpeedError as error:
            return _json(409, {"error": str(error), "allowed": "a clock that time moves"})
        except MomentNameError as error:
            return _json(400, {"error": str(error), "allowed": error.allowed})
        except ValueError as error:
            return _json(400, {"error": str(error)})
        if answered.text is not None:
            body = answered.text.encode("utf-8")
            return Reply(
                answered.status, (("Content-Type", f"{answered.kind}; charset=utf-8"), *answered.headers), body
            )
        return _json(answered.status, answered.body, answered.headers)

    def _answered(self, call: Call, path: str, session: str, *, asks: bool) -> Answered:
        request = Request(build_environ(call))
        endpoint, arguments = self._found(call.method, path)
        self._admit(request, endpoint)
        if "session" in arguments:
            checked_session(arguments["session"])
        query = checked_query(request.args.to_dict(), endpoint)
        if asks:
            return Answered(text=question(query, call.query), kind="text/html", headers=HEADERS)
        said = {} if endpoint.raw else _said(request, endpoint)
        return endpoint.answer(
            AdminCall(
                context=self._context,
                caller=session,
                path=arguments,
                query=query,
                data=request.get_data(),
                said=said,
                guarded=self._token is not None,
                callers=self._callers,
            )
        )

    def _found(self, method: str, path: str) -> tuple[Endpoint, Mapping[str, str]]:
        adapter = self._routes.bind("")
        endpoint: Endpoint
        try:
            endpoint, arguments = adapter.match(path, method="GET" if method == "HEAD" else method)
        except MethodNotAllowed:
            allowed = sorted({*adapter.allowed_methods(path)} - {"HEAD", "OPTIONS"})
            allow = ("Allow", ", ".join(allowed))
            raise AdminError(405, f"{method} is not allowed here", headers=(allow,), allowed=allowed) from None
        except HTTPException:
            known = sorted({ADMIN + endpoint.path for endpoint in self._endpoints})
            raise AdminError(404, f"no such path: {path}", paths=known) from None
        return endpoint, arguments

    def _admit(self, request: Request, endpoint: Endpoint) -> None:
        """Refuses callers that lack the token."""
        if endpoint.unguarded:
            return
        if self._closed:
            raise AdminError(404, "this mock has no admin API: it was started with --no-admin (Settings(admin=False))")
        if self._token is None:
            return
        if not hmac.compare_digest(_shown_token(request).encode(), self._token.encode()):
            raise AdminError(
                401,
                "the admin API wants its token",
                headers=(("WWW-Authenticate", 'Basic realm="taskmock admin: the token is the password"'),),
                allowed="Authorization: Bearer TOKEN, or the token as the password of any user",
            )


def _rule(path: str) -> str:
    """The rule of a path; a call's `{number}` is digits, so that no other word in its place is taken for one."""
    return path.replace("{number}", "<digits:number>").replace("{", "<").replace("}", ">")


class _Digits(BaseConverter):
    regex = "[0-9]{1,18}"


def _shown_token(request: Request) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    password = request.authorization.password if request.authorization else None
    return password or ""


def _said(request: Request, endpoint: Endpoint) -> dict[str, Any]:
    """The body of a call, decoded and checked against what the endpoint takes."""
    data = request.get_data()
    if endpoint.body is None or (not data and not endpoint.required):
        return {}
    try:
        said = json.loads(data, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        raise AdminError(400, "the body is not JSON", allowed=sorted(endpoint.body)) from None
    if not isinstance(said, dict):
        raise AdminError(400, "the body is no JSON object", allowed=sorted(endpoint.body))
    return checked_body(said, endpoint)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The properties of an object, each of which stands there once."""
    counts = collections.Counter(name for name, _ in pairs)
    twice = next((name for name, count in counts.items() if count > 1), None)
    if twice is not None:
        raise AdminError(400, f"the body says {twice!r} twice", allowed="each property once")
    return dict(pairs)


def _json(status: int, body: object, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    text = json.dumps(body, ensure_ascii=False)
    try:
        written = text.encode("utf-8")
    except UnicodeEncodeError:  # half a character, as JSON can escape it, stands in a name
        written = json.dumps(body).encode("ascii")
    return Reply(status, (("Content-Type", "application/json"), *headers), written)
