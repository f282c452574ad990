"""The whole server behind its socket: a call in, a reply out; as a WSGI application and as the front's handler."""

from __future__ import annotations

import dataclasses
import string
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from taskmock.mockserver.admin.desk import Desk
from taskmock.mockserver.admin.endpoint import ADMIN
from taskmock.mockserver.admin.moment import link_to
from taskmock.mockserver.cache import Cache
from taskmock.mockserver.calls import CALLS, STATUS
from taskmock.mockserver.calls.call import ApiCall
from taskmock.mockserver.draw import draw_hex
from taskmock.mockserver.front.message import Call, Reply
from taskmock.mockserver.front.wsgi import build_environ
from taskmock.mockserver.gateways.door import Door, Operation, Parameters, Received, RefusedError, written
from taskmock.mockserver.gateways.esb import ESB
from taskmock.mockserver.generator import GENERATOR
from taskmock.mockserver.journal import Journal, JournalEntry, redacted
from taskmock.mockserver.loader.problem import ScenarioError
from taskmock.mockserver.node_id import is_node_id
from taskmock.mockserver.pipeline import SECOND
from taskmock.mockserver.playback import Answer, Asked, Playback, UnknownNodeError
from taskmock.mockserver.record import DEFAULT_SESSION, RecordKey
from taskmock.mockserver.reply import reply_of
from taskmock.mockserver.session import Stage
from taskmock.mockserver.session_name import (
    SESSION_COOKIE,
    SESSION_HEADER,
    NoSessionError,
    SessionNameError,
    session_by_credential,
    session_of,
    split_prefix,
)
from taskmock.mockserver.shelf import ScenarioNotFoundError
from taskmock.mockserver.welcome import welcome

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from werkzeug.datastructures import MultiDict

SCENARIO_HEADER = "X-Mock-Scenario"
_KNOWN_CALLS = 4096
_LARGEST_KNOWN = 8192  # bytes; a larger call is parsed each time it comes
_QUICK_NODES = 500  # a larger tree takes more than a few ms to write: the event loop must not wait for it


class App:
    """Answers every call there is. A call that it has resolved once is answered without parsing it again.

    `session_from` names the credential field that carries the session, if any; with `strict_sessions` a call that names
    none is refused. `admin_token` is what calls of the admin API must show, if anything.
    """

    def __init__(
        self,
        playback: Playback,
        *,
        door: Door = ESB,
        session_from: str | None = None,
        strict_sessions: bool = False,
        admin_token: str | None = None,
    ) -> None:
        self.playback = playback
        self.journal = Journal()
        self._door = door
        self._session_from = session_from
        self._strict_sessions = strict_sessions
        self._admin = Desk(Stage(playback, self.journal), token=admin_token)
        self._routes = Map([Rule(path, methods=door.methods) for path in door.paths], strict_slashes=False)
        self._known: Cache[Asked] = Cache(_KNOWN_CALLS, lambda _: 1)

    # -- the front's handler

    def answer_inline(self, call: Call) -> Reply | None:
        """The reply to a call that has been resolved before; None for all others."""
        asked = self._known.peek((call.method, call.target, call.headers, call.body))
        return None if asked is None else self._polled(call, asked)

    def answer(self, call: Call) -> Reply:
        """The reply to any call; whatever goes wrong is said in the door's own words."""
        session = DEFAULT_SESSION
        try:
            prefix, path = split_prefix(call.path)
            path = unquote(path)
            page = welcome(call, path, prefix)
            if page is not None:
                return page
            request = Request(build_environ(call))
            named = session_of(prefix, request.headers.get(SESSION_HEADER), request.cookies.get(SESSION_COOKIE))
            session = named or DEFAULT_SESSION
            if path.startswith("/__"):
                return self._admin.answer(call, path, session)
            operation = self._operation(call.method, path)
            parameters = self._door.read(_received(request, path))
            session = named or session_by_credential(parameters, self._session_from) or self._nameless()
            checked = self._door.checked(parameters, operation)
            asked = _asked(checked["task_id"], session, request.headers.get(SCENARIO_HEADER), parameters)
            if operation is not STATUS:
                said = ApiCall(
                    session=session,
                    said=parameters,
                    needed=checked,
                    scenario=asked.scenario,
                    user=str(parameters.get("bk_username") or "admin"),
                )
                return self._operated(call, asked, operation, said)
        except (SessionNameError, NoSessionError, ScenarioNotFoundError, ScenarioError) as error:
            return self._refused(call, session, RefusedError(self._door.plain_code, str(error), status=400))
        except RefusedError as refused:
            return self._refused(call, session, refused)
        reply = self._polled(call, asked)
        if _size(call) <= _LARGEST_KNOWN and self.playback.size_of(asked) <= _QUICK_NODES:
            self._known.get((call.method, call.target, call.headers, call.body), lambda: asked)
        return reply

    def refuse(self, status: int, message: str, call: Call | None) -> Reply:
        """The reply to a request that is none, or to one whose handler crashed."""
        known = call or Call(method="", target="")
        return self._refused(known, DEFAULT_SESSION, self._door.refused_request(status, message))

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

    def _operation(self, method: str, path: str) -> Operation:
        adapter = self._routes.bind("", default_method="GET")
        try:
            _, values = adapter.match(path, method=method)
        except MethodNotAllowed:
            raise self._door.wrong_method(method, self._door.methods) from None
        except HTTPException:
            raise self._door.unknown_path(method, path) from None
        if values["operation"] == STATUS.name:
            return STATUS
        if values["operation"] not in CALLS:
            raise self._door.unknown_path(method, path)
        operation = CALLS[values["operation"]].operation
        if operation.method == "POST" != method:
            raise self._door.wrong_method(method, ("POST",))
        return operation

    def _nameless(self) -> str:
        """The session of a call that names none."""
        if self._strict_sessions:
            raise NoSessionError(self._session_from)
        return DEFAULT_SESSION

    def _polled(self, call: Call, asked: Asked) -> Reply:
        try:
            answer = self.playback.poll(asked)
        except UnknownNodeError as error:
            return self._refused(call, asked.session, self._door.unknown_node(error.node_id))
        except (ScenarioNotFoundError, ScenarioError) as error:
            return self._refused(call, asked.session, RefusedError(self._door.plain_code, str(error), status=400))
        reply, code = reply_of(answer, self._door, _headers(answer, link_to(self.playback, answer)))
        entry = self._entry(call, answer.record.key, reply.status, code)
        faults = tuple(fault.kind.value for fault in answer.faults)
        self.journal.add(dataclasses.replace(entry, reading=answer.reading, faults=faults))
        return reply

    def _operated(self, call: Call, asked: Asked, operation: Operation, said: ApiCall) -> Reply:
        try:
            if asked.node_id is not None:
                raise self._door.unknown_node(asked.node_id)
            done = CALLS[operation.name].answer(self.playback, said)
        except RefusedError as refused:
            return self._refused(call, asked.session, refused, task_id=asked.task_id)
        self.journal.add(self._entry(call, done.key or RecordKey(asked.session, "", asked.task_id), 200, 0))
        request_id = draw_hex("done", asked.session, asked.task_id, call.target, call.body)
        headers = (("Content-Type", "application/json"), (SESSION_HEADER, asked.session))
        return Reply(200, headers, self._door.succeed(written(done.data), request_id, message=done.message))

    def _refused(self, call: Call, session: str, refused: RefusedError, *, task_id: str | None = None) -> Reply:
        entry = self._entry(call, RecordKey(session, "", task_id or ""), refused.status, refused.code)
        self.journal.add(dataclasses.replace(entry, message=refused.message))
        body = self._door.fail(refused, draw_hex("refused", call.method, call.target, refused.message))
        return Reply(refused.status, (("Content-Type", "application/json"), (SESSION_HEADER, session)), body)

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


def _asked(task_id: str, session: str, scenario: str | None, parameters: Parameters) -> Asked:
    return Asked(
        session=session,
        task_id=task_id,
        scenario=unquote(scenario) if scenario else None,
        node_id=task_id if is_node_id(task_id) else None,
        ex_data=parameters.get("with_ex_data") not in ("", None),  # any text at all is true, "false" too (fact)
    )


def _size(call: Call) -> int:
    """About how many bytes a call takes in memory."""
    return len(call.target) + len(call.body) + sum(len(name) + len(value) for name, value in call.headers)


def _target(request: Request) -> str:
    """The request target that a client has sent, as far as WSGI tells."""
    path = quote(request.path, safe="/:@!$&'()*+,;=~")
    query = quote(request.query_string, safe=string.punctuation)
    return f"{path}?{query}" if query else path


def _received(request: Request, path: str) -> Received:
    body = request.get_data(cache=True)
    try:
        form = _last_values(request.form)
    except HTTPException:
        form = {}
    authorization = request.headers.get("X-Bkapi-Authorization")
    if authorization is not None:
        # Header text is Latin-1; what clients put into it is UTF-8.
        authorization = authorization.encode("latin-1").decode("utf-8", "replace")
    return Received(
        method="GET" if request.method == "HEAD" else request.method,
        path=path,
        query=_last_values(request.args),
        body=body,
        form=form,
        authorization=authorization,
    )


def _last_values(fields: MultiDict[str, str]) -> dict[str, str]:
    """Each field's last value: what the real gateway takes where a client repeats one."""
    return {name: values[-1] for name, values in fields.lists()}


def _headers(answer: Answer, link: str | None) -> tuple[tuple[str, str], ...]:
    """What a bug report quotes: session, scenario, seed, reading, and a link that replays them; percent-encoded."""
    record, reading = answer.record, answer.reading
    return (
        ("Content-Type", "application/json"),
        (SESSION_HEADER, record.key.session),
        (SCENARIO_HEADER, quote(record.key.scenario)),
        ("X-Mock-Seed", f"{quote(record.seed)}; generator={GENERATOR}"),
        ("X-Mock-Reading", f"{reading.moment / SECOND:.3f}; poll={reading.poll}"),
        *([] if link is None else [("X-Mock-Link", ADMIN + link)]),
    )
