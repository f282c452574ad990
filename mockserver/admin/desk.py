"""Where calls of the admin API arrive: finds the endpoint, checks who calls and what they say, answers in JSON."""

from __future__ import annotations

import hmac
import importlib.metadata
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from taskmock.mockserver.admin import request_paths, scenario_paths, session_paths, use_path
from taskmock.mockserver.admin.body_check import body_flaw
from taskmock.mockserver.admin.endpoint import AdminCall, AdminError, Answered, Endpoint
from taskmock.mockserver.admin.openapi import openapi_document
from taskmock.mockserver.front.message import Call, Reply
from taskmock.mockserver.front.wsgi import build_environ
from taskmock.mockserver.loader.problem import ScenarioError
from taskmock.mockserver.play import Stage
from taskmock.mockserver.sessions import SessionNameError, checked_session
from taskmock.mockserver.shelf import ScenarioNotFoundError

ADMIN = "/__admin"
"""What all paths of the admin API start with."""


def health(call: AdminCall) -> Answered:
    """Whether the mock answers, and which version it is."""
    return Answered(
        body={
            "status": "healthy",
            "version": importlib.metadata.version("taskmock"),
            "session": call.caller,
            "sessions": len(call.playback.store.sessions()),
        }
    )


def describe(_call: AdminCall) -> Answered:
    """This API, as an OpenAPI 3.1 document."""
    return Answered(body=openapi_document(ADMIN, ENDPOINTS))


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(method="GET", path="/health", summary="Is it up", answer=health),
    Endpoint(method="GET", path="/openapi.json", summary="Describe this API", answer=describe),
    *session_paths.ENDPOINTS,
    *scenario_paths.ENDPOINTS,
    *request_paths.ENDPOINTS,
    *use_path.ENDPOINTS,
)
"""All there is under `/__admin`."""


class Desk:
    """Answers the calls under `/__admin`; `token`, if any, must come with each of them but the one for health."""

    def __init__(self, stage: Stage, *, token: str | None = None) -> None:
        self._stage = stage
        self._token = token
        self._routes = Map(
            [
                Rule(
                    ADMIN + endpoint.path.replace("{", "<").replace("}", ">"),
                    methods=[endpoint.method],
                    endpoint=endpoint,
                )
                for endpoint in ENDPOINTS
            ],
            strict_slashes=False,
        )

    def answer(self, call: Call, path: str, session: str) -> Reply:
        """The reply to a call whose path, without a session's prefix, is `path`, and which belongs to `session`."""
        request = Request(build_environ(call))
        try:
            endpoint, arguments = self._found(call.method, path)
            self._admit(request, endpoint)
            if "session" in arguments:
                checked_session(arguments["session"])
            said = {} if endpoint.raw else _said(request, endpoint)
            answered = endpoint.answer(
                AdminCall(
                    stage=self._stage,
                    caller=session,
                    path=arguments,
                    query=request.args.to_dict(),
                    text=request.get_data().decode("utf-8", "replace"),
                    said=said,
                )
            )
        except AdminError as error:
            return _json(error.status, error.body)
        except (SessionNameError, ValueError) as error:
            return _json(400, {"error": str(error), **_problems(error)})
        except ScenarioNotFoundError as error:
            return _json(404, {"error": str(error), "known": error.known})
        if answered.text is not None:
            body = answered.text.encode("utf-8")
            return Reply(answered.status, (("Content-Type", answered.content_type), *answered.headers), body)
        return _json(answered.status, answered.body, answered.headers)

    def _found(self, method: str, path: str) -> tuple[Endpoint, Mapping[str, str]]:
        adapter = self._routes.bind("")
        try:
            endpoint, arguments = adapter.match(path, method="GET" if method == "HEAD" else method)
        except MethodNotAllowed:
            allowed = sorted({*adapter.allowed_methods(path)} - {"HEAD", "OPTIONS"})
            raise AdminError(405, f"{method} is not allowed here", allowed=allowed) from None
        except HTTPException:
            known = sorted({ADMIN + endpoint.path for endpoint in ENDPOINTS})
            raise AdminError(404, f"no such path: {path}", paths=known) from None
        assert isinstance(endpoint, Endpoint)  # noqa: S101  # for the type checker
        return endpoint, arguments

    def _admit(self, request: Request, endpoint: Endpoint) -> None:
        """Refuses pages of other sites, and whoever lacks the token."""
        origin = request.headers.get("Origin")
        host = urlsplit(origin).netloc if origin else None
        foreign = request.headers.get("Sec-Fetch-Site") == "cross-site" or (host not in {None, request.host})
        if foreign:
            raise AdminError(403, "pages of other sites cannot use the admin API")
        if self._token is None or endpoint.answer is health:
            return
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            raise AdminError(401, "the admin API wants its token", allowed="Authorization: Bearer TOKEN")


def _said(request: Request, endpoint: Endpoint) -> dict[str, Any]:
    """The body of a call, decoded and checked against what the endpoint takes."""
    data = request.get_data()
    if endpoint.body is None or (not data and not endpoint.required):
        return {}
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        raise AdminError(400, "the body is not JSON", allowed=sorted(endpoint.body)) from None
    flaw = body_flaw(said, endpoint)
    if flaw:
        raise AdminError(400, flaw, allowed=sorted(endpoint.body))
    assert isinstance(said, dict)  # noqa: S101  # `body_flaw` has seen to it
    return said


def _problems(error: Exception) -> dict[str, object]:
    if not isinstance(error, ScenarioError):
        return {}
    return {"problems": [{"line": found.line, "column": found.column, "text": str(found)} for found in error.problems]}


def _json(status: int, body: object, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    return Reply(status, (("Content-Type", "application/json"), *headers), json.dumps(body).encode("ascii"))
