"""The whole server behind its socket: a call in, a reply out; as a WSGI application and as the server's handler."""

from __future__ import annotations

import dataclasses
import functools
import string
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from werkzeug.wrappers import Request, Response

from taskmock.mockserver.admin.endpoint import ADMIN
from taskmock.mockserver.admin.moments import link_to
from taskmock.mockserver.admin.router import AdminRouter
from taskmock.mockserver.api.bk_sops.access.admission import Admission
from taskmock.mockserver.api.bk_sops.access.auth import Auth, AuthHolder
from taskmock.mockserver.api.bk_sops.calls import CALLS, STATUS
from taskmock.mockserver.api.bk_sops.calls.call import ApiCall
from taskmock.mockserver.api.bk_sops.calls.status import status_query
from taskmock.mockserver.api.bk_sops.documents.renderer import Renderer
from taskmock.mockserver.api.bk_sops.errors import Refusal, RefusedError
from taskmock.mockserver.api.bk_sops.gateways.gateway import Gateway, with_more, written
from taskmock.mockserver.api.bk_sops.gateways.registry import gateways_of
from taskmock.mockserver.api.bk_sops.reply import reply_of
from taskmock.mockserver.api.bk_sops.request import Parameters, Received
from taskmock.mockserver.api.bk_sops.request import received as read_request
from taskmock.mockserver.api.bk_sops.routes import Route, Routes
from taskmock.mockserver.core.draw import draw_hex
from taskmock.mockserver.core.errors import ScenarioError, ScenarioNotFoundError
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.core.graph import is_node_id
from taskmock.mockserver.generation.generator import GENERATOR
from taskmock.mockserver.http.message import Call, Reply
from taskmock.mockserver.http.wsgi import build_environ
from taskmock.mockserver.playback.cache import Cache
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.poll import Polled, Query, UnknownNodeError
from taskmock.mockserver.playback.record import DEFAULT_SESSION, RecordKey
from taskmock.mockserver.scenarios.catalog import Catalog
from taskmock.mockserver.server.welcome import welcome
from taskmock.mockserver.sessions.journal import Journal, JournalEntry, redacted
from taskmock.mockserver.sessions.names import (
    SESSION_COOKIE,
    SESSION_HEADER,
    NoSessionError,
    SessionNameError,
    session_by_credential,
    session_of,
    split_prefix,
)
from taskmock.mockserver.sessions.session import SessionContext
from taskmock.schemas import ALL

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HouseRules:
    """Which doors a server has, and what it demands of calls.

    `auth` is what is declared of callers (None: whoever shows something is let in). `session_from` names the credential
    that carries the session, if any; with `strict_sessions` a call that names none is refused. `admin_token` is what
    calls of the admin API must show, if anything; without `admin` it answers none but the one for health. With `quirks`
    the real system's flaws are played too.
    """

    gateways: tuple[Gateway, ...] = gateways_of(ALL)
    auth: Auth | None = None
    session_from: str | None = None
    strict_sessions: bool = False
    admin_token: str | None = None
    admin: bool = True
    quirks: bool = True


SCENARIO_HEADER = "X-Mock-Scenario"


_KNOWN_CALLS = 4096


_LARGEST_KNOWN = 8192  # bytes; a larger call is parsed each time it comes


_QUICK_NODES = 500  # a larger tree takes more than a few ms to write: the event loop must not wait for it


_BROKEN = {413: Refusal.BODY_TOO_LARGE, 500: Refusal.GATEWAY_BROKEN}


class _Poll(NamedTuple):
    """A call for a status that has been resolved: through which door, and what is asked."""

    gateway: Gateway
    asked: Query


class App:
    """Answers every call there is. A call that it has resolved once is answered without parsing it again."""

    def __init__(self, playback: Playback, catalog: Catalog, rules: HouseRules | None = None) -> None:
        self.playback = playback
        self.journal = Journal()
        self.rules = rules or HouseRules()
        self.gate = AuthHolder(self.rules.auth)
        self.stage = SessionContext(playback, catalog, self.journal, self.gate, self.rules.gateways)
        self._admin = AdminRouter(self.stage, token=self.rules.admin_token, closed=not self.rules.admin)
        self._renderer = Renderer()
        self._routes = Routes(self.rules.gateways, (STATUS, *(handled.operation for handled in CALLS.values())))
        self._known: Cache[_Poll] = Cache(_KNOWN_CALLS, lambda _: 1)

    # -- the server's handler

    def answer_inline(self, call: Call) -> Reply | None:
        """The reply to a call that has been resolved before; None for all others."""
        if self.gate.auth is not None:
            return None  # tokens expire: each call is looked at
        poll = self._known.peek((call.method, call.target, call.headers, call.body))
        return None if poll is None else self._polled(call, poll)

    def answer(self, call: Call) -> Reply:
        """The reply to any call; whatever goes wrong is said in the door's own words."""
        session, gateway = DEFAULT_SESSION, self.rules.gateways[0]
        try:
            prefix, path = split_prefix(call.path)
            path = unquote(path)
            gateway = self._routes.gateway_of(path)
            page = welcome(call, path, prefix, self.rules.gateways[0])
            if page is not None:
                return page
            request = Request(build_environ(call))
            named = session_of(prefix, request.headers.get(SESSION_HEADER), request.cookies.get(SESSION_COOKIE))
            session = named or DEFAULT_SESSION
            if path.startswith("/__") and not self._routes.lead(path):
                return self._admin.answer(call, path, session)
            way = self._routes.way(call.method, path)
            received = read_request(request, way.in_path)
            shown = gateway.read_credentials(received)
            session = named or session_by_credential(shown, self.rules.session_from) or self._nameless()
            scenario = _scenario(request)
            said = dataclasses.replace(self._admitted(way, session, received, shown), scenario=scenario)
            if way.operation is not STATUS:
                return self._operated(call, way, said)
            poll = _Poll(gateway, status_query(said))
        except (SessionNameError, NoSessionError, ScenarioNotFoundError, ScenarioError) as error:
            return self._refused(call, gateway, session, gateway.refused(Refusal.REQUEST_BROKEN, reason=str(error)))
        except RefusedError as refused:
            return self._refused(call, gateway, session, refused)
        reply = self._polled(call, poll)
        if _size(call) <= _LARGEST_KNOWN and self.playback.size_of(poll.asked) <= _QUICK_NODES:
            self._known.get((call.method, call.target, call.headers, call.body), lambda: poll)
        return reply

    def refuse(self, status: int, message: str, call: Call | None) -> Reply:
        """The reply to a request that is none, or to one whose handler crashed."""
        known = call or Call(method="", target="")
        gateway = self._routes.gateway_of(known.path)
        refused = gateway.refused(_BROKEN.get(status, Refusal.REQUEST_BROKEN), reason=message)
        return self._refused(known, gateway, DEFAULT_SESSION, refused.with_status(status))

    # -- WSGI

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The same as a WSGI application (PEP 3333); what only a socket can do is left out."""
        request = Request(environ)
        call = Call(
            method=request.method,
            target=_target(request),
            headers=tuple((name.lower(), value) for name, value in request.headers),
            body=request.get_data(),
            client=request.remote_addr or "",
        )
        reply = self.answer_inline(call) or self.answer(call)
        response = Response(reply.body, status=reply.status, headers=list(reply.headers))
        return response(environ, start_response)

    # -- inside

    def _admitted(self, way: Route, session: str, received: Received, shown: Parameters) -> ApiCall:
        """A call that may be answered, with who calls: what it says is read once the door has let it in."""
        made = self.playback.store.plan(session).created
        admission = Admission(way.gateway, self.gate.auth, self.playback.opening.clock.now(), made)
        caller = admission.caller(shown, way.operation)
        parameters = {**way.gateway.read_parameters(received), **shown}
        needed = way.gateway.required_parameters(parameters, way.operation)
        admission.permit(caller, way.operation, parameters)
        return ApiCall(
            session=session,
            said=parameters,
            needed=needed,
            user=caller,
            quirks=self.rules.quirks,
            owns=functools.partial(admission.owns, parameters),
        )

    def _nameless(self) -> str:
        """The session of a call that names none."""
        if self.rules.strict_sessions:
            raise NoSessionError(self.rules.session_from)
        return DEFAULT_SESSION

    def _polled(self, call: Call, poll: _Poll) -> Reply:
        gateway, asked = poll
        try:
            polled = self.playback.poll(asked)
        except UnknownNodeError as error:
            return self._refused(
                call, gateway, asked.session, gateway.refused(Refusal.NODE_UNKNOWN, node=error.node_id)
            )
        except (ScenarioNotFoundError, ScenarioError) as error:
            return self._refused(
                call, gateway, asked.session, gateway.refused(Refusal.REQUEST_BROKEN, reason=str(error))
            )
        reply, code = reply_of(polled, self._renderer.rendered(polled), gateway, _headers(polled, link_to(polled)))
        entry = self._entry(call, polled.record.key, reply.status, code)
        faults = tuple(fault.kind.value for fault in polled.faults)
        self.journal.add(dataclasses.replace(entry, reading=polled.reading, faults=faults))
        return reply

    def _operated(self, call: Call, way: Route, said: ApiCall) -> Reply:
        gateway, task_id = way.gateway, said.needed.get("task_id")
        try:
            if task_id is not None and is_node_id(task_id):
                raise gateway.refused(Refusal.NODE_UNKNOWN, node=task_id)
            done = CALLS[way.operation.name].answer(self.playback, said)
        except RefusedError as refused:
            return self._refused(call, gateway, said.session, refused, task_id=task_id)
        self.journal.add(self._entry(call, done.key or RecordKey(said.session, "", task_id or ""), 200, 0))
        request_id = draw_hex("done", said.session, task_id or "", call.target, call.body)
        headers = (*gateway.headers(request_id), (SESSION_HEADER, said.session))
        body = gateway.succeed(written(done.data), request_id, done.message)
        return Reply(200, headers, with_more(body, done.beside))

    def _refused(
        self, call: Call, gateway: Gateway, session: str, refused: RefusedError, *, task_id: str | None = None
    ) -> Reply:
        entry = self._entry(call, RecordKey(session, "", task_id or ""), refused.status, gateway.code_of(refused))
        self.journal.add(dataclasses.replace(entry, message=refused.message))
        request_id = draw_hex("refused", call.method, call.target, refused.message)
        headers = (*gateway.headers(request_id, refused), (SESSION_HEADER, session))
        return Reply(refused.status, headers, gateway.written_refusal(refused, request_id))

    def _entry(self, call: Call, key: RecordKey, status: int, code: int) -> JournalEntry:
        """A call in the journal's words; what is empty in `key` is not known."""
        return JournalEntry(
            at=self.playback.opening.clock.now(),
            session=key.session,
            method=call.method,
            target=redacted(call.target),
            status=status,
            code=code,
            task_id=key.task_id or None,
            scenario=key.scenario or None,
        )


def _scenario(request: Request) -> str | None:
    """What a call wants played."""
    name = request.headers.get(SCENARIO_HEADER)
    return unquote(name) if name else None


def _size(call: Call) -> int:
    """About how many bytes a call takes in memory."""
    return len(call.target) + len(call.body) + sum(len(name) + len(value) for name, value in call.headers)


def _target(request: Request) -> str:
    """The request target that a client has sent, as far as WSGI tells."""
    path = quote(request.path, safe="/:@!$&'()*+,;=~")
    query = quote(request.query_string, safe=string.punctuation)
    return f"{path}?{query}" if query else path


def _headers(polled: Polled, link: str | None) -> tuple[tuple[str, str], ...]:
    """What a bug report quotes: session, scenario, seed, reading, and a link that replays them; percent-encoded."""
    record, reading = polled.record, polled.reading
    return (
        (SESSION_HEADER, record.key.session),
        (SCENARIO_HEADER, quote(record.key.scenario)),
        ("X-Mock-Seed", f"{quote(record.seed)}; generator={GENERATOR}"),
        ("X-Mock-Reading", f"{reading.moment / SECOND:.3f}; poll={reading.poll}"),
        *([] if link is None else [("X-Mock-Link", ADMIN + link)]),
    )
