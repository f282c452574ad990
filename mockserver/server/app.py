"""The whole server without its socket: a call in, a reply out; a WSGI application and the socket's handler."""

from __future__ import annotations

import json
import logging
import string
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import quote, unquote

from werkzeug.wrappers import Request, Response

from taskmock.mockserver.api.protocol import Incoming, Prepared, Subject
from taskmock.mockserver.core.engine.engine import ENGINE
from taskmock.mockserver.core.errors import ScenarioError, ScenarioNotFoundError
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.generation.generator import GENERATOR
from taskmock.mockserver.http.callers import CallerPolicy, Place, Refusal, Verdict, granted
from taskmock.mockserver.http.message import BrokenCallError, Call, CallRefusedError, Fields, Reply
from taskmock.mockserver.http.wsgi import build_environ
from taskmock.mockserver.playback.cache import Cache
from taskmock.mockserver.playback.poll import Polled, UnknownNodeError
from taskmock.mockserver.playback.record import DEFAULT_SESSION
from taskmock.mockserver.server.entry import AnsweredCall, entry_of
from taskmock.mockserver.server.welcome import welcome
from taskmock.mockserver.sessions.journal import CallObserver, Exchange
from taskmock.mockserver.sessions.names import (
    SESSION_COOKIE,
    SESSION_HEADER,
    NoSessionError,
    SessionNameError,
    SessionRule,
    session_of,
    split_prefix,
    split_scenario,
)
from taskmock.mockserver.sessions.quirk_notice import quirk_header, tell
from taskmock.mockserver.sessions.replay_link import link_to
from taskmock.mockserver.sessions.session import SessionContext

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

LOG = logging.getLogger("taskmock")

SCENARIO_HEADER = "X-Mock-Scenario"

UNKNOWN_HEADER = "X-Mock-Session-Unknown"
"""Names the session of a cookie where it is not there any more, so that the call has begun it anew."""

KNOWN_CALLS = 4096
"""Polls that are remembered, to be answered without being read again."""

_LARGEST_KNOWN = 8192  # bytes; a larger call is parsed each time it comes
_QUICK_NODES = 500  # a larger tree takes more than a few ms to write: the event loop must not wait for it

_REFUSED = (
    CallRefusedError,
    NoSessionError,
    ScenarioError,
    ScenarioNotFoundError,
    SessionNameError,
    UnknownNodeError,
)
"""What stands in the way of an answer: the API puts each into its own words."""


class KnownCall(NamedTuple):
    """A call that has been read: its path without the session's prefix, its session, and what the API made of it.

    `subject` is what it is about. `grants` let a page of another origin read the answer. `by_cookie` says that a cookie
    names the session.
    """

    path: str
    session: str
    prepared: Prepared
    subject: Subject
    grants: Fields = ()
    by_cookie: bool = False


class AdminApi(Protocol):
    """What answers the calls that control the mock."""

    def leads(self, path: str) -> bool:
        """Whether a path is that of a link for browsers, which changes something."""

    def answer(self, call: Call, path: str, session: str, *, asks: bool) -> Reply:
        """The reply to a call whose path, without a session's prefix, is `path`, and which belongs to `session`.

        Where it `asks`, a link is not followed: the reply is a page that asks whether it should be.
        """


class App:
    """Answers every call. A poll that was read once is answered again without being read.

    `callers` says which calls are carried out. `observers` are told of each call of the API: the journal, and whatever
    is added.
    """

    def __init__(
        self,
        context: SessionContext,
        admin: AdminApi,
        rule: SessionRule,
        *,
        callers: CallerPolicy | None = None,
        known_calls: int = KNOWN_CALLS,
    ) -> None:
        self.context = context
        self.api = context.api
        self.playback = context.playback
        self.journal = context.journal
        self.observers: list[CallObserver] = [context.journal]
        self._admin = admin
        self._callers = callers or CallerPolicy()
        self._rule = rule
        self._known: Cache[KnownCall] = Cache(known_calls, lambda _: 1)

    # -- the handler of the socket

    def answer_inline(self, call: Call) -> Reply | None:
        """The reply to a poll that has been read before; None for all other calls."""
        if self.api.access.declared:
            return None  # tokens expire: each call is admitted anew
        known = self._known.peek(_key(call))  # the same head again: it was admitted before
        if known is None:
            return None
        return granted(self._answered(call, known), known.grants)

    def answer(self, call: Call) -> Reply:
        """The reply to any call, if the policy admits it: a page, the admin API or the API answers."""
        place, path = self._place(call)
        verdict = self._callers.judge(call, place)
        if verdict.refusal is not None:
            return self._turned_away(call, place, path, verdict.refusal)
        if verdict.preflight:
            return Reply(204, verdict.grants)
        return granted(self._admitted(call, verdict), verdict.grants)

    def refuse(self, status: int, message: str, call: Call | None) -> Reply:
        """The reply to a request that is no proper one, or to a call whose handler crashed."""
        call = call or Call(method="", target="")
        place, path = self._place(call)
        verdict = self._callers.judge(call, place)
        if verdict.refusal is not None:
            return self._turned_away(call, place, path, verdict.refusal)
        outcome = self.api.refuse(BrokenCallError(status, message), call, call.path)
        finished = self._finished(AnsweredCall(call, DEFAULT_SESSION, outcome))
        return granted(finished, verdict.grants)

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

    def _admitted(self, call: Call, verdict: Verdict) -> Reply:
        """The reply to a call: its session is found, the API or the admin API answers, the observers are told."""
        session, path, by_cookie = DEFAULT_SESSION, "/", False
        subject: Subject | None = None
        try:
            prefix, path = split_prefix(call.path)
            named_scenario, path = split_scenario(path)
            path = unquote(path)
            page = welcome(call, path, prefix, self.api.example)
            if page is not None:
                return page
            request = Request(build_environ(call))
            header = request.headers.get(SESSION_HEADER)
            named = session_of(prefix, header, request.cookies.get(SESSION_COOKIE))
            session, by_cookie = named or DEFAULT_SESSION, named is not None and not (prefix or header)
            if path.startswith("/__") and not self.api.claims(path):
                return self._admin.answer(call, path, session, asks=verdict.asks)
            read = self.api.read(Incoming(call, path, request, self.playback))
            subject = read.subject
            session = named or self._rule.session_of(read.credentials)
            scenario = named_scenario or unquote(request.headers.get(SCENARIO_HEADER, "")) or None
            prepared = read.prepare(session, scenario)
        except _REFUSED as error:
            notice = self._begun(session) if by_cookie else ()
            refused = self.api.refuse(error, call, path)
            return self._finished(AnsweredCall(call, session, refused, subject), notice)
        known = KnownCall(path, session, prepared, subject, verdict.grants, by_cookie)
        reply = self._answered(call, known)
        query = prepared.query
        if query is not None and _size(call) <= _LARGEST_KNOWN and self.playback.size_of(query) <= _QUICK_NODES:
            self._known.get(_key(call), lambda: known)
        return reply

    def _place(self, call: Call) -> tuple[Place, str]:
        """What a call leads to, and its path without a session's prefix."""
        try:
            path = unquote(split_scenario(split_prefix(call.path)[1])[1])
        except SessionNameError:
            return Place.API, call.path
        if not path.startswith("/__") or self.api.claims(path):
            return Place.API, path
        return (Place.LINK if self._admin.leads(path) else Place.ADMIN), path

    def _turned_away(self, call: Call, place: Place, path: str, refusal: Refusal) -> Reply:
        """The reply to a call that the policy refuses: nothing is carried out, and no observer is told."""
        if place is Place.API:
            return self.api.refuse(BrokenCallError(refusal.status, str(refusal)), call, path).reply
        body = {"error": refusal.error, "allowed": refusal.allowed}
        return Reply(refusal.status, (("Content-Type", "application/json"),), json.dumps(body).encode("ascii"))

    def _answered(self, call: Call, known: KnownCall) -> Reply:
        notice = self._begun(known.session) if known.by_cookie else ()
        try:
            outcome = known.prepared.answer()
        except _REFUSED as error:
            outcome = self.api.refuse(error, call, known.path)
        answered = AnsweredCall(call, known.session, outcome, known.subject, known.prepared)
        return self._finished(answered, notice)

    def _begun(self, session: str) -> Fields:
        """What says of a session that a cookie names that it was not there: it begins now, and is settled by that."""
        store = self.playback.store
        if session == DEFAULT_SESSION or session in store:
            return ()
        store.replan(session, lambda plan: plan)
        LOG.warning("a cookie names the session %s, which this mock does not know: it begins anew", session)
        return ((UNKNOWN_HEADER, session),)

    def _finished(self, answered: AnsweredCall, notice: Fields = ()) -> Reply:
        """The reply with the mock's own headers, once all observers know of it."""
        outcome = answered.outcome
        plain, polled = outcome.reply, outcome.polled
        own: Fields = ((SESSION_HEADER, answered.session),)
        if polled is not None:
            own = poll_headers(polled, by_hand=self.playback.opening.clock.fixed)
        elif outcome.quirks:
            own = (*own, quirk_header(outcome.quirks))
        reply = Reply(plain.status, (*plain.headers, *own, *notice), plain.body, plain.delivery)
        entry = entry_of(answered, self.context)
        tell(outcome.quirks, entry.task_id or "")
        exchange = Exchange(answered.call, reply, entry)
        for observer in self.observers:
            observer.observe(exchange)
        return reply


def poll_headers(polled: Polled, *, by_hand: bool) -> Fields:
    """What a bug report quotes: session, scenario, seed, reading, and a link that replays them; percent-encoded."""
    record, reading, link = polled.record, polled.reading, link_to(polled)
    clock = record.time.told(by_hand=by_hand)
    return (
        (SESSION_HEADER, record.key.session),
        (SCENARIO_HEADER, quote(record.key.scenario)),
        ("X-Mock-Seed", f"{quote(record.seed)}; generator={GENERATOR}; engine={ENGINE}"),
        ("X-Mock-Reading", f"{reading.moment / SECOND:.3f}; poll={reading.poll}{clock and f'; {clock}'}"),
        *([] if link is None else [("X-Mock-Link", link)]),
    )


def _key(call: Call) -> Hashable:
    """What decides how a call is read."""
    return call.method, call.target, call.headers, call.body


def _size(call: Call) -> int:
    """About how many bytes a call takes in memory."""
    return len(call.target) + len(call.body) + sum(len(name) + len(value) for name, value in call.headers)


def _target(request: Request) -> str:
    """The request target that a client has sent, as far as WSGI tells."""
    path = quote(request.path, safe="/:@!$&'()*+,;=~")
    query = quote(request.query_string, safe=string.punctuation)
    return f"{path}?{query}" if query else path
